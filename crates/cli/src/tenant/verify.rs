//! `kith tenant verify`.

use clap::Args;
use reqwest::Method;
use serde_json::{Map, Value as Json, json};

use crate::context::Context;
use crate::exit::Failure;

/// Fold the journal, compare it with the tables, and print every fault (exit code 6).
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kith tenant verify --tenant acme")]
pub(crate) struct Verify {
    /// Records to check in one request.
    #[arg(long)]
    limit: Option<u32>,
}

impl Verify {
    pub(super) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        let mut checked = Map::new();
        let mut faults = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let call = ctx.client.call(Method::POST, &["verify"]);
            let call = call.query_if("limit", self.limit).query_if("cursor", cursor.take());
            let page = call.send().await?;
            add(&mut checked, &page["checked"]);
            faults.extend(page["faults"].as_array().into_iter().flatten().cloned());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = Some(next.to_owned()),
                None => break,
            }
        }
        let count = u64::try_from(faults.len()).unwrap_or(u64::MAX);
        let summary: Vec<String> = checked.iter().map(|(what, count)| format!("{count} {what}")).collect();
        let mut sentence = format!("checked {}: {count} faults", summary.join(", "));
        for fault in &faults {
            sentence.push_str(&format!("\n{fault}"));
        }
        ctx.output.done(&sentence, &json!({ "checked": checked, "faults": faults }))?;
        if count == 0 { Ok(()) } else { Err(Failure::Faults(count)) }
    }
}

/// Adds a page's counts to those of the pages before it.
fn add(sums: &mut Map<String, Json>, counts: &Json) {
    for (what, count) in counts.as_object().into_iter().flatten() {
        let before = sums.get(what).and_then(Json::as_u64).unwrap_or_default();
        sums.insert(what.clone(), (before + count.as_u64().unwrap_or_default()).into());
    }
}
