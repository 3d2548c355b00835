//! A matching rule on the wire.

use serde_json::{Value as Json, json};

use crate::catalog::{Definition, MatchHow, MatchTerm, Matching};
use crate::matching::how_name;
use crate::schema::document::field_name;

/// A matching rule of an object on the wire.
pub(in crate::schema) fn matching_document(object: &Definition, matching: &Matching) -> Json {
    let term = |term: &MatchTerm| {
        let mut document = json!({ "field": field_name(object, term.field), "how": how_name(term.how) });
        if let MatchHow::Similar(at_least) = term.how {
            document["at_least"] = json!(at_least);
        }
        document
    };
    let mut document =
        json!({ "name": matching.name, "on": matching.on.iter().map(term).collect::<Vec<Json>>() });
    if !matching.state.is_ready() {
        document["state"] = json!("building");
    }
    document
}
