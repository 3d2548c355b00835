//! Operations on rules.

use kith_model::limits::{EXPRESSION_LENGTH_MAX, RULE_MESSAGE_MAX};
use serde_json::{Map, Value as Json, json};

use crate::openapi::definition::name;
use crate::openapi::field::nullable;
use crate::openapi::operation::{Operation, link, reference};
use crate::openapi::paths::Paths;

/// An expression of CEL.
pub(super) fn expression() -> Json {
    json!({ "type": "string", "maxLength": EXPRESSION_LENGTH_MAX, "description": "An expression in CEL." })
}

/// The schemas of rules.
pub(super) fn schemas() -> Vec<(String, Json)> {
    let message =
        json!({ "type": "string", "maxLength": RULE_MESSAGE_MAX, "description": "What the caller is told." });
    let properties = json!({
        "name": name(),
        "check": expression(),
        "message": message,
        "field": nullable(name()),
    });
    let shown = json!({
        "type": "object",
        "description": "What must be true of each record that is written.",
        "properties": properties,
        "required": ["name", "check", "message", "field"],
    });
    let create = json!({
        "type": "object",
        "properties": properties,
        "required": ["name", "check", "message"],
        "additionalProperties": false,
    });
    let patch = json!({ "type": "object", "properties": properties, "additionalProperties": false });
    [("KithRule", shown), ("KithRuleCreate", create), ("KithRulePatch", patch)]
        .into_iter()
        .map(|(name, schema)| (name.to_owned(), schema))
        .collect()
}

/// Describes the operations on rules.
pub(super) fn describe(paths: &mut Paths) {
    let of = |operation, summary| {
        Operation::of(operation, summary).segment("object", "The object's name.", &name())
    };
    let one = |operation, summary| of(operation, summary).segment("rule", "The rule's name.", &name());
    let example = json!({
        "name": "positive", "check": "amount > 0", "message": "the amount must be positive", "field": "amount",
    });
    let parameters = json!({ "object": "$request.path.object", "rule": "$response.body#/name" });
    let links: Map<String, Json> = ["update", "drop"]
        .into_iter()
        .map(|verb| (verb.to_owned(), link(&format!("rules.{verb}"), &parameters)))
        .collect();
    paths.add(
        of("rules.create", "Add a rule")
            .body(&reference("KithRuleCreate"), &example)
            .answers(201, "added", &reference("KithRule"), &["Location"])
            .leads_to(201, links),
    );
    paths.add(
        one("rules.update", "Change a rule")
            .body(&reference("KithRulePatch"), &json!({ "message": "it must be more than nothing" }))
            .answers(200, "changed", &reference("KithRule"), &[]),
    );
    paths.add(one("rules.drop", "Drop a rule").answers_empty(204, "dropped", &[]));
}
