//! `POST /v1/query`: records, or what they come to group by group.

use kith_engine::records::{self, GroupRequest, ListRequest};
use kith_model::fault::{Code, Fault};
use kith_model::query::AggregateText;
use serde_json::Value as Json;

use crate::extract::{Asked, Caller, JsonObject, Members, MinPosition};
use crate::problem::Outcome;
use crate::reply;

/// Answers a query.
pub(crate) async fn run(
    caller: Caller,
    MinPosition(at_least): MinPosition,
    Asked(()): Asked<()>,
    body: JsonObject,
) -> Outcome {
    let mut members = Members::new(body.members);
    let is_grouped = members.has("group_by") || members.has("measures");
    let object = members.text("from");
    let condition = members.optional_text("where");
    let order = members.optional_text("order");
    let limit = members.number("limit", 1).map(|limit| u32::try_from(limit).unwrap_or(u32::MAX));
    let cursor = members.optional_text("cursor");
    if is_grouped {
        let groups = texts(&mut members, "group_by");
        let measures = members.optional_object("measures");
        let having = members.optional_text("having");
        members.finish()?;
        let aggregate = AggregateText { groups, measures, having, order };
        let request = GroupRequest { condition, aggregate, limit, cursor };
        return reply::page(&records::group(&caller.session, &at_least, &object, request).await?);
    }
    let count = members.flag("count", false);
    members.finish()?;
    let request = ListRequest { condition, order, limit, cursor, count, ..ListRequest::default() };
    Ok(reply::records(&records::list(&caller.session, &at_least, &object, request).await?))
}

/// An array of texts that may be there.
fn texts(members: &mut Members, name: &'static str) -> Vec<String> {
    let given = match members.take(name) {
        None => return Vec::new(),
        Some(Json::Array(given)) => given,
        Some(_) => {
            members.refuse(
                Fault::new(Code::InvalidType, format!("`{name}` must be an array of strings")).at(name),
            );
            return Vec::new();
        }
    };
    let mut texts = Vec::with_capacity(given.len());
    for (index, text) in given.into_iter().enumerate() {
        match text {
            Json::String(text) => texts.push(text),
            _ => {
                let fault = Fault::new(Code::InvalidType, "a string is wanted").at(&index.to_string());
                members.refuse(fault.under(&format!("/{name}")));
            }
        }
    }
    texts
}
