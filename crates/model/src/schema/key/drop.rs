//! The end of a key or index.

use serde_json::Value as Json;

use crate::catalog::{Catalog, Definition, Key, Table};
use crate::fault::Faults;
use crate::journal::SchemaVersion;
use crate::schema::decide::{Decision, revise, summary};
use crate::schema::document::key_document;
use crate::schema::part;
use crate::schema::scope::find;
use crate::schema::step::Step;

/// Decides the dropping of a key. Nothing depends on one but those who upsert by it.
pub(in crate::schema) fn drop(
    catalog: &Catalog,
    object: &str,
    name: &str,
    next: SchemaVersion,
) -> Result<Decision, Faults> {
    let before = find(catalog, object).map_err(|fault| vec![fault])?;
    let key: &Key = part::find(before, name).map_err(|fault| vec![fault])?;
    let mut after = before.clone();
    after.keys.retain(|other| other.number != key.number);
    let after = revise(before, after, next)?;
    let mut steps = vec![Step::DropKey { object: Box::new(before.clone()), key: key.clone() }];
    steps.extend(folds_dropped(before, &after));
    let document = key_document(before, key);
    let account = summary("key.dropped", &before.name, Some(("key", name)), document, Json::Null);
    Ok(Decision::of(after, steps, account, Json::Null))
}

/// The folded copies that no key asks for any more. Both states have the same fields.
pub(in crate::schema) fn folds_dropped(before: &Definition, after: &Definition) -> Vec<Step> {
    let (old, new) = (Table::of(before), Table::of(after));
    let gone =
        (0..before.fields.len()).filter(|slot| new.fold(*slot).is_none()).filter_map(|slot| old.fold(slot));
    gone.map(|column| Step::DropFold {
        object: Box::new(before.clone()),
        column: old.columns[column].clone(),
    })
    .collect()
}
