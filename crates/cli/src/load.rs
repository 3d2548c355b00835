//! `kith load`: a job from its beginning to its end.

use std::io::Write as _;

use clap::{Args, ValueEnum};
use serde_json::{Value as Json, json};

use crate::context::Context;
use crate::exit::Failure;
use crate::job::{Kind, Source, conclude, follow, send};

/// Write the rows of a file to an object: send it, start it, follow it to its end.
///
/// Exits with 8 when rows were refused and with 9 when the load failed. A load that was
/// started goes on when this command is interrupted; `kith job cancel` ends it.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kith load contact contacts.csv --operation upsert --by email")]
pub(crate) struct Load {
    /// Name of the object.
    object: String,
    /// CSV or JSON Lines; - for stdin. One that ends in .gz or .zst is sent as it is.
    file: String,
    /// What is done with the rows [default: upsert with --by, else create].
    #[arg(long)]
    operation: Option<Operation>,
    /// Fields of the unique key to upsert by.
    #[arg(long, value_name = "FIELD", value_delimiter = ',')]
    by: Vec<String>,
    /// What the file is, where its name does not say it.
    #[arg(long)]
    format: Option<Kind>,
    /// Check everything and write nothing.
    #[arg(long)]
    plan: bool,
    /// All rows or none.
    #[arg(long)]
    atomic: bool,
    /// Keep files and results until they are deleted.
    #[arg(long)]
    keep: bool,
    #[command(flatten)]
    csv: Csv,
    /// Only start it; print the job and leave.
    #[arg(long)]
    no_wait: bool,
}

/// How a file of CSV is written.
#[derive(Debug, Args)]
struct Csv {
    /// What stands between two cells of CSV.
    #[arg(long, value_name = "CHARACTER")]
    delimiter: Option<char>,
    /// The columns, of a CSV file that begins with its first row.
    #[arg(long, value_name = "COLUMN", value_delimiter = ',')]
    header: Vec<String>,
    /// What an empty cell of CSV is.
    #[arg(long)]
    empty: Option<Empty>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Operation {
    Create,
    Update,
    Upsert,
    Delete,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Empty {
    /// No value: it clears the field.
    Null,
    /// Not there: it leaves the field alone.
    Absent,
}

impl Load {
    pub(crate) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        let source = Source::new(&self.file, self.format);
        let made = ctx.client.post(&["jobs"], self.definition(source.kind()?)).send().await?;
        let id = made["id"].as_str().unwrap_or_default();
        if let Err(failure) = send(ctx, id, "data", &source).await {
            // Nobody knows of the job yet, and it has done nothing.
            let _ = ctx.client.post(&["jobs", id, "cancel"], json!({})).send().await;
            return Err(failure);
        }
        let job = ctx.client.post(&["jobs", id, "start"], json!({})).send().await?;
        if self.no_wait {
            return ctx.output.done(&format!("started {id}"), &job);
        }
        if !ctx.output.is_json() {
            let _ = writeln!(std::io::stderr(), "{id} (it goes on without this command)");
        }
        let job = follow(ctx, id).await?;
        conclude(ctx, &job).await
    }

    /// What the job is asked to do; what is not given is left to the server.
    fn definition(&self, kind: Kind) -> Json {
        let operation = match self.operation {
            Some(Operation::Create) => "create",
            Some(Operation::Update) => "update",
            Some(Operation::Upsert) => "upsert",
            Some(Operation::Delete) => "delete",
            None if self.by.is_empty() => "create",
            None => "upsert",
        };
        let effect = if self.atomic { "atomic" } else { "independent" };
        let mut job = json!({
            "kind": "load", "object": self.object, "operation": operation, "format": kind.as_str(),
            "effect": effect, "plan": self.plan, "keep": self.keep,
        });
        if !self.by.is_empty() {
            job["by"] = json!(self.by);
        }
        let csv = self.csv.options();
        if csv.as_object().is_some_and(|options| !options.is_empty()) {
            job["csv"] = csv;
        }
        job
    }
}

impl Csv {
    fn options(&self) -> Json {
        let mut options = json!({});
        if let Some(delimiter) = self.delimiter {
            options["delimiter"] = json!(delimiter);
        }
        if !self.header.is_empty() {
            options["header"] = json!(self.header);
        }
        match self.empty {
            Some(Empty::Null) => options["empty"] = json!("null"),
            Some(Empty::Absent) => options["empty"] = json!("absent"),
            None => {}
        }
        options
    }
}
