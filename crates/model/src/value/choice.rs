//! Options of `select` and `multi_select`: exact values in, near misses named.

use serde_json::Value as Json;

use super::Value;
use super::refusal;
use super::text::{fold, nfc};
use crate::catalog::{Field, SelectOption};
use crate::fault::{Fault, near_miss};

/// A fault lists the options when there are at most this many.
const LISTED_MAX: usize = 12;

/// The value of the option that is meant.
pub(super) fn one(field: &Field, given: &str, options: &[SelectOption]) -> Result<Box<str>, Fault> {
    let given = nfc(given);
    match options.iter().find(|option| option.value == *given) {
        Some(option) => Ok(option.value.as_str().into()),
        None => Err(unknown(field, &given, options)),
    }
}

/// The values of the options that are meant, in the order of their definition.
pub(super) fn several(field: &Field, given: &[Json], options: &[SelectOption]) -> Result<Value, Fault> {
    let mut chosen = Vec::with_capacity(given.len().min(options.len()));
    for (index, item) in given.iter().enumerate() {
        let at = |fault: Fault| fault.at(&index.to_string());
        let Json::String(text) = item else {
            return Err(at(refusal::kind(field, item, "option values as strings")));
        };
        let value = one(field, text, options).map_err(at)?;
        if chosen.contains(&value) {
            return Err(at(refusal::value(
                field,
                format!("{} stands there twice", refusal::shown(field, text)),
            )));
        }
        chosen.push(value);
    }
    in_order(&mut chosen, options);
    Ok(Value::List(chosen))
}

/// Puts option values into the order of the definition; what is not defined comes last.
pub(super) fn in_order(chosen: &mut [Box<str>], options: &[SelectOption]) {
    if chosen.len() > 1 {
        chosen.sort_by_cached_key(|value| {
            options.iter().position(|option| *option.value == **value).unwrap_or(options.len())
        });
    }
}

fn unknown(field: &Field, given: &str, options: &[SelectOption]) -> Fault {
    let fault = refusal::value(field, format!("{} is not one of the options", refusal::shown(field, given)));
    let folded = fold(given);
    let labelled =
        options.iter().find(|option| fold(&option.label) == folded || fold(&option.value) == folded);
    let values = || options.iter().map(|option| option.value.as_str());
    match labelled.map(|option| option.value.as_str()).or_else(|| near_miss(given, values())) {
        Some(value) => fault.hint(format!("did you mean `{value}`?")),
        None if options.len() <= LISTED_MAX => {
            let list: Vec<String> = values().map(|value| format!("`{value}`")).collect();
            fault.hint(format!("the options are {}", list.join(", ")))
        }
        None => fault,
    }
}
