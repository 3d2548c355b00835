//! A new unique key or index on an object that there is.

use serde_json::{Map, Value as Json};

use super::define;
use crate::catalog::{Catalog, Key};
use crate::fault::{Code, Fault, Faults};
use crate::journal::SchemaVersion;
use crate::schema::decide::{Decision, folds_added, revise, summary};
use crate::schema::document::key_document;
use crate::schema::members::Members;
use crate::schema::part;
use crate::schema::scope::{Known, find};
use crate::schema::step::Step;

/// Decides a new key.
pub(in crate::schema) fn create(
    catalog: &Catalog,
    object: &str,
    input: &Map<String, Json>,
    next: SchemaVersion,
) -> Result<Decision, Faults> {
    let before = find(catalog, object).map_err(|fault| vec![fault])?;
    let mut members = Members::new(input, "");
    let key = define(&mut members, catalog.next_key(), Known::of(before));
    if let Some(fault) = key.as_ref().and_then(|key| check_new(key, &before.keys).err()) {
        members.refuse("name", fault);
    }
    let faults = members.finish();
    let Some(key) = key.filter(|_| faults.is_empty()) else { return Err(faults) };
    let mut after = before.clone();
    after.last_key = key.number;
    after.keys.push(key.clone());
    let after = revise(before, after, next)?;
    let mut steps = folds_added(before, &after);
    let result = key_document(&after, &key);
    let account = summary("key.created", object, Some(("key", &key.name)), Json::Null, result.clone());
    steps.push(Step::CreateKey { object: Box::new(after.clone()), key });
    Ok(Decision::of(after, steps, account, result))
}

/// Checks a new key beside those that there are.
///
/// # Errors
/// When the name is taken, or another key does the same.
pub(in crate::schema) fn check_new(key: &Key, others: &[Key]) -> Result<(), Fault> {
    part::check_name(key, others)?;
    let same = others.iter().find(|other| {
        other.fields == key.fields
            && other.unique == key.unique
            && other.case_insensitive == key.case_insensitive
    });
    match same {
        Some(other) => {
            Err(Fault::new(Code::AlreadyExists, format!("the key `{}` does the same", other.name)))
        }
        None => Ok(()),
    }
}
