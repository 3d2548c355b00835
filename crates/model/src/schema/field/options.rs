//! The options of a `select` or `multi_select` field: values, or values with labels.

use std::collections::HashSet;

use serde_json::Value as Json;

use crate::catalog::SelectOption;
use crate::fault::{Code, Fault};
use crate::limits::{OPTION_LENGTH_MAX, OPTIONS_MAX};
use crate::schema::members::{Members, label_of};
use crate::value::nfc;

/// Reads `options`.
pub(super) fn define(members: &mut Members<'_>) -> Option<Vec<SelectOption>> {
    if members.get("options").is_none() {
        let fault = Fault::new(Code::Required, "`options` is missing");
        members.refuse("options", fault.hint(r#"send `["new", "won"]`, or objects of `value` and `label`"#));
    }
    let given = members.bounded_array("options", OPTIONS_MAX)?;
    if given.is_empty() {
        members.invalid("options", "there must be at least one option");
    }
    let mut options = Vec::with_capacity(given.len());
    let mut seen = HashSet::new();
    for (index, item) in given.iter().enumerate() {
        let at = format!("options/{index}");
        let Some(option) = define_one(members, &at, item) else { continue };
        if seen.insert(option.value.clone()) {
            options.push(option);
        } else {
            members.invalid(&at, format!("the option `{}` stands there twice", option.value));
        }
    }
    Some(options)
}

fn define_one(members: &mut Members<'_>, at: &str, item: &Json) -> Option<SelectOption> {
    match item {
        Json::String(text) => {
            let value = nfc(text).into_owned();
            if !is_value(&value) {
                members.invalid(at, wanted());
                return None;
            }
            Some(SelectOption { label: label(&value), value })
        }
        Json::Object(map) => {
            let mut part = Members::new(map, members.pointer_to(at));
            part.allow("an option", &["value", "label"]);
            let value = part.required_string("value").map(|text| nfc(text).into_owned());
            if value.as_deref().is_some_and(|value| !is_value(value)) {
                part.invalid("value", wanted());
            }
            let given = part.heading("label", OPTION_LENGTH_MAX);
            members.extend(part.finish());
            let value = value.filter(|value| is_value(value))?;
            Some(SelectOption { label: given.unwrap_or_else(|| label(&value)), value })
        }
        _ => {
            members.invalid(at, "an option is a string, or an object of `value` and `label`");
            None
        }
    }
}

fn is_value(text: &str) -> bool {
    !text.is_empty()
        && text.trim() == text
        && !text.contains(char::is_control)
        && text.chars().count() <= OPTION_LENGTH_MAX
}

fn wanted() -> String {
    format!(
        "an option's value must be one line of 1 to {OPTION_LENGTH_MAX} characters without blanks around it"
    )
}

/// What to call an option that has no label: a name is spelled out, other text stays.
fn label(value: &str) -> String {
    let is_name =
        value.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if is_name { label_of(value) } else { value.to_owned() }
}
