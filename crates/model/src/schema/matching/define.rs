//! A matching rule's definition from its members.

use serde_json::Value as Json;

use crate::catalog::{Field, KeyState, MatchHow, MatchTerm, Matching};
use crate::fault::{Code, Fault};
use crate::id::MatchingNo;
use crate::limits::{MATCHING_TERMS_MAX, MATCHINGS_MAX};
use crate::matching::allowed;
use crate::name::Noun;
use crate::schema::members::Members;
use crate::schema::part;
use crate::schema::scope::Known;

/// The comparisons by name, without how alike `similar` values must be.
const HOWS: &[(&str, MatchHow)] = &[
    ("exact", MatchHow::Exact),
    ("normalized", MatchHow::Normalized),
    ("similar", MatchHow::Similar(AT_LEAST_DEFAULT)),
];

/// How alike `similar` values must be when the rule does not say.
const AT_LEAST_DEFAULT: u8 = 90;

/// Below this everything is like everything.
const AT_LEAST_MIN: u8 = 60;

/// Reads the rules in the member `matching`, of an object that has no records yet.
pub(in crate::schema) fn define_all(members: &mut Members<'_>, object: Known<'_>) -> Vec<Matching> {
    let mut rules: Vec<Matching> = Vec::new();
    for (index, item) in
        members.bounded_array("matching", MATCHINGS_MAX).unwrap_or_default().iter().enumerate()
    {
        let at = format!("matching/{index}");
        let Json::Object(map) = item else {
            members.invalid(&at, "a matching rule is an object of `name` and `on`");
            continue;
        };
        let mut part = Members::new(map, members.pointer_to(&at));
        let number = MatchingNo(u32::try_from(index).unwrap_or(u32::MAX).saturating_add(1));
        if let Some(rule) = define(&mut part, number, object) {
            if let Err(fault) = check_new(&rule, &rules) {
                part.refuse("name", fault);
            }
            rules.push(rule);
        }
        members.extend(part.finish());
    }
    rules
}

/// Reads a matching rule's definition.
pub(super) fn define(members: &mut Members<'_>, number: MatchingNo, object: Known<'_>) -> Option<Matching> {
    // What a document says of a rule may come back with it.
    members.allow("a matching rule", &["name", "on", "state"]);
    let name = members.name(Noun::Matching)?;
    if members.get("on").is_none() {
        members.missing("on");
    }
    let given = members.array("on")?;
    if given.is_empty() || given.len() > MATCHING_TERMS_MAX {
        members.invalid("on", format!("a matching rule has 1 to {MATCHING_TERMS_MAX} terms"));
        return None;
    }
    let mut on: Vec<MatchTerm> = Vec::with_capacity(given.len());
    for (index, item) in given.iter().enumerate() {
        let at = format!("on/{index}");
        let Json::Object(map) = item else {
            members.invalid(&at, "a term is an object of `field`, `how` and `at_least`");
            continue;
        };
        let mut part = Members::new(map, members.pointer_to(&at));
        match term(&mut part, object) {
            Some(term) if on.iter().any(|other| other.field == term.field) => {
                part.invalid("field", "the field stands there twice");
            }
            Some(term) => on.push(term),
            None => {}
        }
        members.extend(part.finish());
    }
    (on.len() == given.len()).then(|| Matching { number, name: name.to_owned(), on, state: KeyState::Ready })
}

fn term(members: &mut Members<'_>, object: Known<'_>) -> Option<MatchTerm> {
    members.allow("a term", &["field", "how", "at_least"]);
    let how = members.word("how", HOWS);
    let how = if members.get("how").is_some() { how? } else { MatchHow::Exact };
    let name = members.required_string("field")?;
    let field = match object.field(name) {
        Ok(field) => field,
        Err(fault) => {
            members.refuse("field", fault);
            return None;
        }
    };
    let how = match how {
        MatchHow::Similar(default) => {
            let least = members.integer("at_least", i64::from(AT_LEAST_MIN)..=100);
            let least = if members.get("at_least").is_some() { least? } else { i64::from(default) };
            MatchHow::Similar(u8::try_from(least).unwrap_or(default))
        }
        MatchHow::Exact | MatchHow::Normalized => {
            if members.get("at_least").is_some() {
                members.invalid("at_least", "`at_least` belongs to `similar`");
            }
            how
        }
    };
    check_field(members, field, how)?;
    Some(MatchTerm { field: field.number, how })
}

fn check_field(members: &mut Members<'_>, field: &Field, how: MatchHow) -> Option<()> {
    if field.is_virtual() {
        let problem =
            format!("`{}` is computed when it is read, so records cannot be filed by it", field.name);
        members.invalid("field", problem);
        return None;
    }
    let allowed = allowed(&field.kind);
    if allowed.is_empty() {
        let problem = format!(
            "`{}` is of type `{}`, which says little of who a record is",
            field.name,
            field.kind.name()
        );
        members.invalid("field", problem);
        return None;
    }
    let how = crate::matching::how_name(how);
    if !allowed.contains(&how) {
        let words: Vec<String> = allowed.iter().map(|word| format!("`{word}`")).collect();
        let kind = field.kind.name();
        members.invalid(
            "how",
            format!("`{}` is of type `{kind}`, which is compared {}", field.name, words.join(" or ")),
        );
        return None;
    }
    Some(())
}

/// Checks a new rule beside those that there are.
///
/// # Errors
/// When the name is taken, another rule does the same, or there are enough.
pub(super) fn check_new(rule: &Matching, others: &[Matching]) -> Result<(), Fault> {
    part::check_name(rule, others)?;
    if let Some(other) = others.iter().find(|other| other.on == rule.on) {
        let problem = format!("the matching rule `{}` does the same", other.name);
        return Err(Fault::new(Code::AlreadyExists, problem));
    }
    if others.len() >= MATCHINGS_MAX {
        let problem = format!("an object has at most {MATCHINGS_MAX} matching rules");
        return Err(Fault::new(Code::LimitReached, problem));
    }
    Ok(())
}
