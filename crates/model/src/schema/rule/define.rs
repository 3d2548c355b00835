//! A rule's definition from its members.

use serde_json::Value as Json;

use crate::catalog::{Catalog, Definition, Rule};
use crate::fault::{Code, Fault, near_miss};
use crate::id::RuleNo;
use crate::limits::{RULE_MESSAGE_MAX, RULES_MAX};
use crate::name::Noun;
use crate::schema::expressions::Prospect;
use crate::schema::members::Members;
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
        let mut part = Members::new(map, members.pointer_to(&at));
        if let Some(rule) = define(&mut part, next_number(&rules), catalog, object) {
            check_name(&mut part, &rule, &rules);
            rules.push(rule);
        }
        members.extend(part.finish());
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

/// Notes that another rule has the name.
pub(super) fn check_name(members: &mut Members<'_>, rule: &Rule, others: &[Rule]) {
    if others.iter().any(|other| other.number != rule.number && other.name == rule.name) {
        let problem = format!("another rule is named `{}`", rule.name);
        members.refuse("name", Fault::new(Code::AlreadyExists, problem));
    }
}

/// The number for the next rule of an object.
pub(super) fn next_number(rules: &[Rule]) -> RuleNo {
    RuleNo(rules.iter().map(|rule| rule.number.0).max().unwrap_or(0).saturating_add(1))
}

/// The rule that a change is about.
pub(super) fn find<'a>(object: &'a Definition, name: &str) -> Result<&'a Rule, Fault> {
    object.rules.iter().find(|rule| rule.name == name).ok_or_else(|| {
        let shown: String = name.chars().take(60).collect();
        let fault = Fault::new(Code::NotFound, format!("`{}` has no rule `{shown}`", object.name));
        match near_miss(name, object.rules.iter().map(|rule| rule.name.as_str())) {
            Some(meant) => fault.hint(format!("did you mean `{meant}`?")),
            None => fault,
        }
    })
}
