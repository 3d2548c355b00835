//! What one field is made of.

use serde_json::Value as Json;

use super::file;
use super::members::Members;
use crate::fault::{Code, Faults};
use crate::import::mapping::{
    Form, Lookup, LookupBy, NumberForm, Origin, Rule, Split, TimeRule, Unknown, UnknownTarget, Values, Wanted,
};
use crate::import::when;

const MEMBERS: &[&str] = &[
    "column", "columns", "join", "constant", "when", "split", "part", "trim", "default", "values", "unknown",
    "date", "datetime", "offset", "number", "phone", "currency", "lookup",
];

pub(super) fn read(value: &Json, pointer: &str, faults: &mut Faults) -> Option<Rule> {
    if let Json::String(column) = value {
        return Some(rule(Origin::Column(column.clone())));
    }
    let members = Members::of(value, pointer, "a field of a mapping", faults)?;
    members.only(MEMBERS, faults);
    let origin = origin(&members, faults);
    let split = members.text("split", faults).map(|by| Split { by, part: part(&members, faults) });
    if split.is_none() && members.get("part").is_some() {
        faults.push(members.fault(Code::InvalidDefinition, "part", "`part` goes with `split`"));
    }
    let conditions = file::conditions(&members, pointer, "when", Wanted::OneOf, faults);
    let values = values(&members, pointer, faults);
    let form = form(&members, pointer, faults);
    let currency = currency(&members, pointer, faults);
    let lookup = lookup(&members, pointer, faults);
    let is_trimmed = members.boolean("trim", faults).unwrap_or(false);
    let default = members.get("default").cloned();
    Some(Rule { conditions, split, is_trimmed, default, values, form, currency, lookup, ..rule(origin?) })
}

fn rule(origin: Origin) -> Rule {
    Rule {
        origin,
        conditions: Vec::new(),
        split: None,
        is_trimmed: false,
        default: None,
        values: None,
        form: Form::Plain,
        currency: None,
        lookup: None,
    }
}

fn origin(members: &Members<'_>, faults: &mut Faults) -> Option<Origin> {
    let given = ["column", "columns", "constant"].iter().filter(|member| members.get(member).is_some());
    match given.copied().collect::<Vec<&str>>()[..] {
        ["column"] => members.text("column", faults).map(Origin::Column),
        ["columns"] => {
            let names = members.texts("columns", faults);
            // A separator may be a blank, or nothing at all.
            let join = match members.get("join") {
                None => " ".to_owned(),
                Some(Json::String(text)) => text.clone(),
                Some(_) => {
                    faults.push(members.fault(Code::InvalidType, "join", "`join` must be a text"));
                    return None;
                }
            };
            Some(Origin::Columns { names, join })
        }
        [_] => members.get("constant").cloned().map(Origin::Constant),
        [] => {
            let message = "it does not say where the value comes from";
            let fault = members.fault(Code::Required, "column", message);
            faults.push(fault.hint("name a `column`, several `columns`, or a `constant`"));
            None
        }
        [_, second, ..] => {
            let message = "`column`, `columns` and `constant` exclude each other";
            faults.push(members.fault(Code::InvalidDefinition, second, message));
            None
        }
    }
}

fn part(members: &Members<'_>, faults: &mut Faults) -> Option<i64> {
    let part = members.integer("part", -1_000, 1_000, faults)?;
    if part == 0 {
        faults.push(members.fault(
            Code::InvalidDefinition,
            "part",
            "parts count from 1, or from -1 at the end",
        ));
    }
    Some(part)
}

fn values(members: &Members<'_>, pointer: &str, faults: &mut Faults) -> Option<Values> {
    let words = [("error", Unknown::Error), ("null", Unknown::Null), ("keep", Unknown::Keep)];
    let Some(value) = members.get("values") else {
        if members.map().contains_key("unknown") {
            let fault = members.fault(Code::InvalidDefinition, "unknown", "`unknown` goes with `values`");
            faults.push(fault.hint("for a reference it stands in `lookup`"));
        }
        return None;
    };
    let unknown = members.word("unknown", &words, faults).unwrap_or(Unknown::Error);
    let at = format!("{pointer}/values");
    let map = Members::of(value, &at, "a map of values", faults)?.map();
    Some(Values { map: map.iter().map(|(text, value)| (text.clone(), value.clone())).collect(), unknown })
}

fn form(members: &Members<'_>, pointer: &str, faults: &mut Faults) -> Form {
    let given: Vec<&str> = ["date", "datetime", "number", "phone"]
        .into_iter()
        .filter(|member| members.get(member).is_some())
        .collect();
    if let [_, second, ..] = given[..] {
        let message = "`date`, `datetime`, `number` and `phone` exclude each other";
        faults.push(members.fault(Code::InvalidDefinition, second, message));
    }
    let form = match given.first() {
        Some(&"date") => members.text("date", faults).and_then(|format| {
            let problem = when::date_problem(&format);
            let is_wrong = problem.is_some();
            faults.extend(problem.map(|message| {
                let fault = members.fault(Code::InvalidDefinition, "date", message);
                fault.hint("as in `%d.%m.%Y` for 23.11.2026")
            }));
            (!is_wrong).then_some(Form::Date(format))
        }),
        Some(&"datetime") => time(members, faults).map(Form::Datetime),
        Some(&"number") => number(members, pointer, faults).map(Form::Number),
        Some(&"phone") => phone(members, faults),
        _ => None,
    };
    if !given.contains(&"datetime") && members.get("offset").is_some() {
        faults.push(members.fault(Code::InvalidDefinition, "offset", "`offset` goes with `datetime`"));
    }
    form.unwrap_or(Form::Plain)
}

/// A time by `datetime` and `offset`.
pub(super) fn time(members: &Members<'_>, faults: &mut Faults) -> Option<TimeRule> {
    let format = members.text("datetime", faults)?;
    let offset_seconds = match members.text("offset", faults) {
        None => None,
        Some(text) => match when::offset(&text) {
            Some(seconds) => Some(seconds),
            None => {
                let fault =
                    members.fault(Code::InvalidDefinition, "offset", "`offset` is an offset from UTC");
                faults.push(fault.hint("as in `+01:00`"));
                return None;
            }
        },
    };
    let rule = TimeRule { format, offset_seconds };
    if let Some(problem) = when::time_problem(&rule) {
        let fault = members.fault(Code::InvalidDefinition, "datetime", problem);
        faults.push(fault.hint("as in `%Y-%m-%dT%H:%M:%S%z`, or with `offset: \"+01:00\"` beside it"));
        return None;
    }
    Some(rule)
}

fn number(members: &Members<'_>, pointer: &str, faults: &mut Faults) -> Option<NumberForm> {
    let at = format!("{pointer}/number");
    let number = Members::of(members.get("number")?, &at, "`number`", faults)?;
    number.only(&["decimal", "group", "scale"], faults);
    let decimal = number.character("decimal", faults).unwrap_or('.');
    let group = number.character("group", faults);
    if group == Some(decimal) {
        faults.push(number.fault(Code::InvalidDefinition, "group", "`group` and `decimal` are the same"));
    }
    let scale = number.integer("scale", -18, 18, faults).unwrap_or(0);
    Some(NumberForm { decimal, group, scale: i8::try_from(scale).unwrap_or(0) })
}

fn phone(members: &Members<'_>, faults: &mut Faults) -> Option<Form> {
    let code = members.text("phone", faults)?;
    let digits = code.strip_prefix('+').unwrap_or("");
    if (1..=3).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Form::Phone(code));
    }
    let message = "`phone` is the country code of numbers that are written without one";
    faults.push(members.fault(Code::InvalidDefinition, "phone", message).hint("as in `\"+49\"`"));
    None
}

fn currency(members: &Members<'_>, pointer: &str, faults: &mut Faults) -> Option<Origin> {
    match members.get("currency")? {
        Json::String(code) => Some(Origin::Constant(Json::String(code.clone()))),
        other => {
            let at = format!("{pointer}/currency");
            let column = Members::of(other, &at, "`currency`", faults)?;
            column.only(&["column"], faults);
            column.needed_text("column", faults).map(Origin::Column)
        }
    }
}

fn lookup(members: &Members<'_>, pointer: &str, faults: &mut Faults) -> Option<Lookup> {
    let at = format!("{pointer}/lookup");
    let lookup = Members::of(members.get("lookup")?, &at, "`lookup`", faults)?;
    lookup.only(&["source", "object", "by", "unknown"], faults);
    let words =
        [("error", UnknownTarget::Error), ("null", UnknownTarget::Null), ("create", UnknownTarget::Create)];
    let unknown = lookup.word("unknown", &words, faults).unwrap_or(UnknownTarget::Error);
    let source = lookup.text("source", faults);
    let object = lookup.text("object", faults);
    let field = lookup.text("by", faults);
    let by = match (source, field) {
        (Some(source), None) if object.is_none() => LookupBy::Source(source),
        (None, Some(field)) => LookupBy::Key { object, field },
        (None, None) => {
            let fault = lookup.fault(Code::Required, "by", "it does not say by what the record is found");
            faults.push(fault.hint("by a unique field (`by`), or by its id in the source (`source`)"));
            return None;
        }
        _ => {
            let message = "`source` goes without `by` and `object`";
            faults.push(lookup.fault(Code::InvalidDefinition, "source", message));
            return None;
        }
    };
    if unknown == UnknownTarget::Create && matches!(by, LookupBy::Source(_)) {
        let message = "a record that is only known by its id in the source cannot be made";
        faults.push(lookup.fault(Code::InvalidDefinition, "unknown", message));
    }
    Some(Lookup { by, unknown })
}
