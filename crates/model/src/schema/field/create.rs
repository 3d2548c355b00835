//! A new field on an object that there is. Records that exist have null in it.

use serde_json::{Map, Value as Json, json};

use super::{check_computed, define, shorthand_key};
use crate::catalog::{Catalog, Definition, Field, FieldKind};
use crate::fault::Faults;
use crate::journal::SchemaVersion;
use crate::name::Noun;
use crate::schema::alias;
use crate::schema::decide::{Decision, folds_added, revise, summary};
use crate::schema::document::{field_document, key_document};
use crate::schema::expressions::Prospect;
use crate::schema::key;
use crate::schema::members::Members;
use crate::schema::scope::{Known, Scope, find};
use crate::schema::step::{Condition, Step};

/// Decides a new field.
pub(in crate::schema) fn create(
    catalog: &Catalog,
    object: &str,
    input: &Map<String, Json>,
    next: SchemaVersion,
) -> Result<Decision, Faults> {
    let before = find(catalog, object).map_err(|fault| vec![fault])?;
    let mut members = Members::new(input, "");
    let scope = Scope { catalog, own: Known::of(before) };
    let mut field = define(&mut members, catalog.next_field(), scope);
    let mut after = before.clone();
    if let Some(field) = &mut field {
        field.aliases = alias::define(&mut members, Noun::Field, &field.name);
        alias::check_field(&mut members, &before.name, field, &before.fields);
        if let Some(key) = shorthand_key(&mut members, field, catalog.next_key()) {
            if let Err(fault) = key::check_new(&key, &before.keys) {
                members.refuse(if key.unique { "unique" } else { "indexed" }, fault);
            }
            after.last_key = key.number;
            after.keys.push(key);
        }
        after.fields.push(field.clone());
        check_computed(&mut members, &Prospect::new(catalog, std::slice::from_ref(&after)), &after, field);
    }
    let faults = members.finish();
    let Some(field) = field.filter(|_| faults.is_empty()) else { return Err(faults) };
    let after = revise(before, after, next)?;
    let steps = steps(catalog, before, &after, &field);
    let result = field_document(&after, &field, catalog);
    let mut account =
        summary("field.created", &before.name, Some(("field", &field.name)), Json::Null, result.clone());
    let keys: Vec<Json> =
        after.keys[before.keys.len()..].iter().map(|key| key_document(&after, key)).collect();
    if !keys.is_empty() {
        account["keys"] = json!(keys);
    }
    Ok(Decision::of(after, steps, account, result))
}

fn steps(catalog: &Catalog, before: &Definition, after: &Definition, field: &Field) -> Vec<Step> {
    let mut steps = Vec::new();
    if field.required {
        let message = format!(
            "`{}` cannot be required from the start: `{}` has records, and they have no value in it",
            field.name, after.name
        );
        steps.push(Step::Refuse { object: Box::new(before.clone()), found: Condition::AnyRecord, message });
    }
    steps.push(Step::AddField { object: Box::new(after.clone()), field: field.number });
    steps.extend(folds_added(before, after));
    for key in &after.keys[before.keys.len()..] {
        steps.push(Step::CreateKey { object: Box::new(after.clone()), key: key.clone() });
    }
    if let FieldKind::Rollup { from, .. } = &field.kind {
        let from = if *from == after.number { Some(after) } else { catalog.definition(*from) };
        if let Some(from) = from {
            let (object, from) = (Box::new(after.clone()), Box::new(from.clone()));
            steps.push(Step::FillRollup { object, field: field.number, from });
        }
    }
    steps
}
