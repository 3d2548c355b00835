//! `kith schema apply`.

use clap::Args;
use serde_json::{Value as Json, json};

use super::ask::confirmed;
use super::plan::Aim;
use super::render;
use crate::context::Context;
use crate::exit::Failure;

/// Carry out a plan: the one that is named, or the one that is shown first.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kith schema apply schema.yaml --accept contact.fax --yes")]
pub(crate) struct Apply {
    /// The file; - for stdin.
    #[arg(required_unless_present = "template", conflicts_with = "template")]
    file: Option<String>,
    /// A template of Kith's, added to what there is, in place of a file.
    #[arg(long)]
    template: Option<String>,
    #[command(flatten)]
    how: How,
}

/// What is agreed to.
#[derive(Debug, Args)]
pub(super) struct How {
    /// The plan that was seen; without it, it is planned, shown and asked about.
    #[arg(long, value_name = "ID")]
    plan: Option<String>,
    /// Something that a step destroys, as `contact.fax`; may be repeated.
    #[arg(long, value_name = "NAME")]
    accept: Vec<String>,
    /// Do not ask.
    #[arg(long)]
    yes: bool,
    /// Key under which the answer is kept for a day, so that this can be sent again.
    #[arg(long, value_name = "KEY", requires = "plan")]
    idempotency_key: Option<String>,
}

impl Apply {
    pub(super) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        let aim = Aim::of(self.file.as_deref(), self.template)?;
        carry_out(ctx, &aim, self.how).await
    }
}

/// Plans, shows and asks where no plan is named, and applies.
pub(super) async fn carry_out(ctx: &Context, aim: &Aim, how: How) -> Result<(), Failure> {
    let How { plan, accept, yes, idempotency_key } = how;
    let id = match plan {
        Some(id) => id,
        None => {
            let plan = aim.send(ctx, "plan", aim.body()).await?;
            if plan["steps"].as_array().is_none_or(Vec::is_empty) {
                let nothing = json!({"version": plan["version"], "steps": 0, "tasks": []});
                return ctx.output.done("nothing to do: the schema is so already", &nothing);
            }
            if !yes && !confirmed(&render::plan(&plan), "Apply this plan?")? {
                return Err(Failure::usage("nothing was changed"));
            }
            plan["id"].as_str().unwrap_or_default().to_owned()
        }
    };
    let mut body = aim.body();
    body["plan"] = json!(id);
    body["accept"] = json!(accept);
    let call = ctx.client.post(&["schema", "apply"], body).header_if("Idempotency-Key", idempotency_key);
    let applied = match aim {
        Aim::File(file) => file.send(call).await?,
        Aim::Body(_) => call.send().await?,
    };
    ctx.output.done(&sentence(&applied), &applied)
}

fn sentence(applied: &Json) -> String {
    let tasks: Vec<&str> =
        applied["tasks"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    let done = format!("done: {} steps, the schema is at version {}", applied["steps"], applied["version"]);
    if tasks.is_empty() {
        return done;
    }
    format!("{done}\nunder way: {}\n  kith schema tasks --follow", tasks.join(", "))
}
