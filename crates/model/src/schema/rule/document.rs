//! A rule on the wire.

use serde_json::{Value as Json, json};

use crate::catalog::{Definition, Rule};
use crate::schema::document::field_name;

/// A rule of an object on the wire.
pub(in crate::schema) fn rule_document(object: &Definition, rule: &Rule) -> Json {
    json!({
        "name": rule.name,
        "check": rule.check,
        "message": rule.message,
        "field": rule.field.map(|number| field_name(object, number)),
    })
}
