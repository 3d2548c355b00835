//! A rule's definition from its members.

use serde_json::Value as Json;

use crate::catalog::{Catalog, Definition, Rule};
use crate::id::RuleNo;
use crate::limits::{RULE_MESSAGE_MAX, RULES_MAX};
use crate::name::Noun;
use crate::schema::expressions::Prospect;
use crate::schema::members::Members;
use crate::schema::part;
use crate::schema::scope::Known;

/// Members of every rule.
pub(super) const MEMBERS: &[&str] = &["name", "check", "message", "field"];

/// Reads the rules in the member `rules` of an object that is otherwise defined.
pub(in crate::schema) fn define_all(
    members: &mut Members<'_>,
    catalog: &Catalog,
    object: &Definition,
) -> Vec<Rule> {
    let mut rules: Vec<Rule> = Vec::new();
    for (index, item) in members.bounded_array("rules", RULES_MAX).unwrap_or_default().iter().enumerate() {
        let at = format!("rules/{index}");
        let Json::Object(map) = item else {
            members.invalid(&at, "a rule is an object of `name`, `check` and `message`");
            continue;
        };
        let mut own = Members::new(map, members.pointer_to(&at));
        if let Some(rule) = define(&mut own, RuleNo(part::next_number(&rules)), catalog, object) {
            if let Err(fault) = part::check_name(&rule, &rules) {
                own.refuse("name", fault);
            }
            rules.push(rule);
        }
        members.extend(own.finish());
    }
    rules
}

/// Reads a rule's definition.
pub(super) fn define(
    members: &mut Members<'_>,
    number: RuleNo,
    catalog: &Catalog,
    object: &Definition,
) -> Option<Rule> {
    members.allow("a rule", MEMBERS);
    let name = members.name(Noun::Rule);
    let check = members.required_string("check");
    if members.get("message").is_none() {
        members.missing("message");
    }
    let message = members.heading("message", RULE_MESSAGE_MAX);
    let field = members.string("field").and_then(|name| match Known::of(object).field(name) {
        Ok(field) => Some(field.number),
        Err(fault) => {
            members.refuse("field", fault);
            None
        }
    });
    let rule = Rule { number, name: name?.to_owned(), check: check?.to_owned(), message: message?, field };
    for fault in Prospect::new(catalog, std::slice::from_ref(object)).check_rule(object, &rule) {
        members.refuse("check", fault);
    }
    Some(rule)
}
