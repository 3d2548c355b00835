//! `kith schema tasks`.

use std::io::Write as _;

use clap::{Args, Subcommand};
use serde_json::{Value as Json, json};

use crate::context::Context;
use crate::exit::Failure;
use crate::schema::retry::Retry;

/// How long the server may hold a request that follows a task.
const WAIT: &str = "10s";

/// List the long work that schema changes have left, or follow it to its end.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kith schema tasks --follow", args_conflicts_with_subcommands = true)]
pub(crate) struct Tasks {
    #[command(subcommand)]
    task: Option<Task>,
    /// Go on until nothing is under way.
    #[arg(long)]
    follow: bool,
}

/// What can be done with one of them.
#[derive(Debug, Subcommand)]
enum Task {
    Retry(Retry),
}

impl Tasks {
    pub(super) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        if let Some(Task::Retry(command)) = self.task {
            return command.run(ctx).await;
        }
        let mut page = ctx.client.get(&["schema", "tasks"]).send().await?;
        if self.follow {
            page = follow(ctx, page).await?;
        }
        if !ctx.output.is_json() {
            let rows = page["data"].as_array().map_or(&[][..], Vec::as_slice);
            page["data"] = rows.iter().map(row).collect();
        }
        ctx.output.page(&page, &["id", "kind", "of", "state", "done", "total", "error"])
    }
}

/// Waits until nothing is under way, and answers the list as it is then.
async fn follow(ctx: &Context, mut page: Json) -> Result<Json, Failure> {
    loop {
        let mut tasks = page["data"].as_array().into_iter().flatten();
        let under_way = tasks.find(|task| task["state"] == "running");
        let Some(id) = under_way.and_then(|task| task["id"].as_str()) else { return Ok(page) };
        let task = ctx.client.get(&["schema", "tasks", id]).query("wait", WAIT).send().await?;
        // Progress is for people, and the list is what is piped.
        let _ = writeln!(std::io::stderr(), "{}", progress(&task));
        page = ctx.client.get(&["schema", "tasks"]).send().await?;
    }
}

fn of(task: &Json) -> String {
    let part = ["field", "key", "matching"].iter().find_map(|noun| task[*noun].as_str()).unwrap_or("-");
    format!("{}.{part}", task["object"].as_str().unwrap_or("-"))
}

fn row(task: &Json) -> Json {
    json!({
        "id": task["id"],
        "kind": task["kind"],
        "of": of(task),
        "state": task["state"],
        "done": task["done"],
        "total": task["total"],
        "error": task["error"],
    })
}

fn progress(task: &Json) -> String {
    let kind = task["kind"].as_str().unwrap_or_default();
    let state = task["state"].as_str().unwrap_or_default();
    format!("{kind} {}: {} of {}, {state}", of(task), task["done"], task["total"])
}
