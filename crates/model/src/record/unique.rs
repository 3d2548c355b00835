//! Unique keys by the fields that a caller names, with the values to look for.

use std::borrow::Cow;

use serde_json::{Map, Value as Json};

use super::checked::{at_field, find_slot, twice};
use super::{folded, sought};
use crate::catalog::{Catalog, Field, Object};
use crate::decide::KeyValue;
use crate::fault::{Code, Fault, Faults};
use crate::id::KeyNo;
use crate::operation::Assigned;
use crate::value::{self, Value};

/// A unique key that a caller named by its fields.
pub(super) struct Named {
    /// The key.
    pub(super) key: KeyNo,
    /// What to look for, null where that is another record yet to be found.
    pub(super) values: KeyValue,
    /// The places in `values` of records that are yet to be found.
    pub(super) sought: Vec<(usize, Assigned)>,
    /// What was given, by slot, in slot order.
    pub(super) given: Vec<(usize, Assigned)>,
}

/// The unique key of an object whose fields are exactly those of `by`. Pointers are below
/// `by`.
///
/// # Errors
/// Every fault of the names and values, and that there is no such key.
pub(super) fn named(object: &Object, by: &Map<String, Json>, catalog: &Catalog) -> Result<Named, Faults> {
    let mut faults = Faults::new();
    let mut given = Vec::with_capacity(by.len());
    for (name, json) in by {
        match key_value(object, name, json, catalog) {
            Ok(value) => given.push(value),
            Err(found) => faults.extend(found),
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    given.sort_by_key(|(slot, _)| *slot);
    faults.extend(twice(object, given.iter().map(|(slot, _)| *slot), by));
    if !faults.is_empty() {
        return Err(faults);
    }
    let number = |slot: &usize| object.fields()[*slot].number;
    let key = object.unique_keys().find(|key| {
        key.fields.len() == given.len() && given.iter().all(|(slot, _)| key.fields.contains(&number(slot)))
    });
    let Some(key) = key else { return Err(vec![no_key(object)]) };
    let (mut values, mut sought) = (KeyValue::with_capacity(given.len()), Vec::new());
    for field in &key.fields {
        match given.iter().find(|(slot, _)| number(slot) == *field) {
            Some((_, Assigned::Value(value))) if key.case_insensitive => values.push(folded(value.clone())),
            Some((_, Assigned::Value(value))) => values.push(value.clone()),
            Some((_, other)) => {
                sought.push((values.len(), other.clone()));
                values.push(Value::Null);
            }
            None => {}
        }
    }
    Ok(Named { key: key.number, values, sought, given })
}

fn key_value(
    object: &Object,
    name: &str,
    json: &Json,
    catalog: &Catalog,
) -> Result<(usize, Assigned), Faults> {
    let slot = find_slot(name, object).map_err(|fault| vec![fault])?;
    let field = &object.fields()[slot];
    if let Some(assigned) = sought::read(field, name, json, catalog)? {
        return Ok((slot, assigned));
    }
    let value = lookup_value(field, json, catalog).map_err(|fault| vec![at_field(fault, field, name)])?;
    if value.is_null() {
        let message = format!("`{name}` cannot be looked up by null");
        return Err(vec![Fault::new(Code::InvalidValue, message).at(name)]);
    }
    Ok((slot, Assigned::Value(value)))
}

/// A value to look a record up by: as in a body, or as text, which is all that a path
/// can say. Unlike input it may be one that Kith gave.
fn lookup_value(field: &Field, json: &Json, catalog: &Catalog) -> Result<Value, Fault> {
    let text = match json {
        Json::String(text) => Cow::Borrowed(text.as_str()),
        Json::Number(_) | Json::Bool(_) if field.is_read_only() => Cow::Owned(json.to_string()),
        _ => return value::parse(field, json, catalog),
    };
    let value = value::parse_text(field, &text, catalog)?;
    if !field.is_read_only() {
        // What is looked for may lie outside the bounds, but here it may also be written.
        value::parse(field, &value::render(field, &value, catalog), catalog)?;
    }
    Ok(value)
}

fn no_key(object: &Object) -> Fault {
    let message = format!("`{}` has no unique key over exactly these fields", object.name);
    let names = object.unique_keys().map(|key| {
        let fields = key.fields.iter().filter_map(|field| object.slot(*field));
        let fields: Vec<String> = fields.map(|slot| format!("`{}`", object.fields()[slot].name)).collect();
        fields.join(" with ")
    });
    let names: Vec<String> = names.collect();
    let hint = if names.is_empty() {
        format!("add one: POST /v1/schema/objects/{}/keys", object.name)
    } else {
        format!("it has unique keys over {}", names.join(", over "))
    };
    Fault::new(Code::InvalidValue, message).hint(hint)
}
