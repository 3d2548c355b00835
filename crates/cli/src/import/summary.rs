//! What an import has done, by object.

use serde_json::{Value as Json, json};

use crate::context::Context;
use crate::exit::Failure;

/// The columns of the table, as the job's document calls them.
const COUNTS: [&str; 4] = ["created", "updated", "unchanged", "failed"];

/// Prints a line for each object.
pub(super) fn print(ctx: &Context, job: &Json) -> Result<(), Failure> {
    let rows: Vec<Json> = job["objects"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(object, counts)| {
            let mut row = json!({ "object": object });
            for name in COUNTS {
                row[name] = counts[name].clone();
            }
            row
        })
        .collect();
    ctx.output.table(&rows, &[&["object"], &COUNTS[..]].concat())
}
