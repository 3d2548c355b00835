//! `kith changes`: the change stream, one transaction a line.

use clap::Args;
use reqwest::Method;
use serde_json::{Value as Json, json};

use crate::context::Context;
use crate::exit::Failure;

/// How long the server may hold a request that follows the stream.
const WAIT: &str = "30s";

/// Print the tenant's changes as JSON lines, one transaction a line.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kith changes --after 41 --object contact --follow")]
pub(crate) struct Changes {
    /// Start after this position (`42`, or `42:history_…` to be told if history changed).
    #[arg(long, value_name = "POSITION", conflicts_with = "cursor")]
    after: Option<String>,
    /// Start where this named cursor stands, and move it after each page that is printed.
    #[arg(long, value_name = "NAME")]
    cursor: Option<String>,
    /// Only changes of this object; may be repeated.
    #[arg(long)]
    object: Vec<String>,
    /// At most this many changes to a request.
    #[arg(long)]
    limit: Option<u32>,
    /// Go on as changes happen, until interrupted.
    #[arg(long)]
    follow: bool,
}

impl Changes {
    pub(crate) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        let mut after = self.start(ctx).await?;
        loop {
            let page = self.page(ctx, &after).await?;
            for transaction in page["data"].as_array().into_iter().flatten() {
                ctx.output.json_line(transaction)?;
            }
            let reached = format!("{}:{}", page["position"], page["history"].as_str().unwrap_or_default());
            let moved = reached.split(':').next() != after.split(':').next();
            if moved {
                self.commit(ctx, &after, &reached).await?;
            }
            after = reached;
            if !self.follow && (!moved || page["position"] == page["last_position"]) {
                return Ok(());
            }
        }
    }

    async fn start(&self, ctx: &Context) -> Result<String, Failure> {
        let Some(name) = &self.cursor else {
            return Ok(self.after.clone().unwrap_or_else(|| "0".to_owned()));
        };
        match ctx.client.get(&["cursors", name]).send().await {
            Ok(cursor) => {
                Ok(format!("{}:{}", cursor["position"], cursor["history"].as_str().unwrap_or_default()))
            }
            // A cursor that is not there yet stands before the first change.
            Err(Failure::Refused(problem)) if problem.status == 404 => Ok("0".to_owned()),
            Err(failure) => Err(failure),
        }
    }

    async fn page(&self, ctx: &Context, after: &str) -> Result<Json, Failure> {
        let mut call = ctx.client.get(&["changes"]).query("after", after).query_if("limit", self.limit);
        if !self.object.is_empty() {
            call = call.query("object", self.object.join(","));
        }
        call.query_if("wait", self.follow.then_some(WAIT)).send().await
    }

    /// Moves the named cursor, if there is one, unless somebody else has.
    async fn commit(&self, ctx: &Context, from: &str, to: &str) -> Result<(), Failure> {
        let Some(name) = &self.cursor else { return Ok(()) };
        let number = |text: &str| text.split(':').next().and_then(|digits| digits.parse::<i64>().ok());
        let body = json!({ "position": number(to), "expect": number(from) });
        ctx.client.call(Method::PUT, &["cursors", name]).body(body).send().await?;
        Ok(())
    }
}
