//! `kith record list`.

use clap::Args;
use serde_json::{Value as Json, json};

use crate::context::Context;
use crate::exit::Failure;

/// List an object's records, a page at a time or all of them.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  kith record list deal --where \"stage == 'open' && company.industry == 'steel'\" --order -amount,name"
)]
pub(crate) struct List {
    /// Name of the object.
    object: String,
    /// Only records whose field has this value; may be repeated.
    #[arg(long, value_name = "FIELD=VALUE", value_parser = equality)]
    equals: Vec<(String, String)>,
    /// Only records for which this condition is true (docs/query.md).
    #[arg(long = "where", value_name = "CONDITION")]
    condition: Option<String>,
    /// Only records that have no value in this field; may be repeated.
    #[arg(long, value_name = "FIELD")]
    is_null: Vec<String>,
    /// What they are ordered by, separated by commas; `-` for the greatest first.
    #[arg(long, allow_hyphen_values = true)]
    order: Option<String>,
    /// Say how many there are in all.
    #[arg(long)]
    count: bool,
    /// At most this many on a page.
    #[arg(long)]
    limit: Option<u32>,
    /// Go on where another page ended.
    #[arg(long)]
    cursor: Option<String>,
    /// Read page after page to the end; with --json, one record a line.
    #[arg(long)]
    all: bool,
}

impl List {
    pub(super) async fn run(mut self, ctx: &Context) -> Result<(), Failure> {
        loop {
            let page = self.page(ctx).await?;
            let next = page["next_cursor"].as_str().map(str::to_owned);
            let columns = columns(&page);
            if !self.all {
                return ctx.output.page(&page, &columns);
            }
            let rows = page["data"].as_array().map_or(&[][..], Vec::as_slice);
            match ctx.output.is_json() {
                true => rows.iter().try_for_each(|row| ctx.output.json_line(row))?,
                false => ctx.output.page(&json!({ "data": rows }), &columns)?,
            }
            match next {
                Some(next) => self.cursor = Some(next),
                None => return Ok(()),
            }
        }
    }

    async fn page(&self, ctx: &Context) -> Result<Json, Failure> {
        let mut call = ctx.client.get(&["records", &self.object]);
        for (field, value) in &self.equals {
            call = call.query(field, value);
        }
        if !self.is_null.is_empty() {
            call = call.query("is_null", self.is_null.join(","));
        }
        call.query_if("where", self.condition.as_deref())
            .query_if("order", self.order.as_deref())
            .query_if("count", self.count.then_some("exact"))
            .query_if("limit", self.limit)
            .query_if("cursor", self.cursor.as_deref())
            .send()
            .await
    }
}

/// The fields between what tells a record from others and when it was changed; the
/// other members that every record has are for `kith record get`.
fn columns(page: &Json) -> Vec<&str> {
    const SYSTEM: [&str; 7] =
        ["id", "version", "created_at", "updated_at", "created_by", "updated_by", "owner"];
    let first = page["data"][0].as_object();
    let fields = first.into_iter().flatten().map(|(name, _)| name.as_str());
    let fields = fields.filter(|name| !SYSTEM.contains(name));
    ["id"].into_iter().chain(fields).chain(["version", "updated_at"]).collect()
}

fn equality(text: &str) -> Result<(String, String), String> {
    let (field, value) = text.split_once('=').ok_or("expected FIELD=VALUE")?;
    Ok((field.to_owned(), value.to_owned()))
}
