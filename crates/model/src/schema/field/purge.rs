//! The end of a field and its values.

use serde_json::{Value as Json, json};

use super::needs;
use crate::catalog::{Catalog, Definition, DroppedField, Field, Table};
use crate::fault::Faults;
use crate::id::FieldNo;
use crate::journal::SchemaVersion;
use crate::schema::decide::{Decision, revise, summary};
use crate::schema::document::field_document;
use crate::schema::scope::{find, find_either_field};
use crate::schema::step::Step;

/// Decides the purging of a field that nothing uses, removed before or not. The answer
/// says under which number nothing must be left of it.
pub(in crate::schema) fn purge(
    catalog: &Catalog,
    object: &str,
    which: (&str, Option<FieldNo>),
    next: SchemaVersion,
) -> Result<Decision, Faults> {
    let before = find(catalog, object).map_err(|fault| vec![fault])?;
    let field = find_either_field(before, which).map_err(|fault| vec![fault])?;
    let mut faults = needs::hidden_uses(catalog, before, field);
    if field.is_visible() {
        faults.extend(needs::uses(catalog, before, field));
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let mut after = before.clone();
    after.fields.retain(|other| other.number != field.number);
    after.dropped_fields.push(DroppedField { number: field.number, name: field.name.clone() });
    forget(&mut after, field.number);
    let after = revise(before, after, next)?;
    let document = field_document(before, field, catalog);
    let account = summary("field.dropped", &before.name, Some(("field", &field.name)), document, Json::Null);
    let steps = vec![Step::DropField { object: Box::new(before.clone()), field: field.number }];
    let result = json!({
        "purged": format!("{}.{}", before.name, field.name),
        "table": Table::of(before).name,
        "columns": columns(before, field),
        "numbers": {"object": before.number, "fields": [field.number]},
    });
    Ok(Decision::of(after, steps, account, result))
}

/// The names of everything that the field is stored in.
fn columns(object: &Definition, field: &Field) -> Vec<String> {
    let table = Table::of(object);
    let slot = object.fields.iter().position(|other| other.number == field.number);
    let own = slot.map(|slot| table.range(slot).chain(table.fold(slot)));
    own.into_iter().flatten().map(|index| table.columns[index].name.clone()).collect()
}

/// Takes the number out of what was removed before and still knows it.
fn forget(object: &mut Definition, number: FieldNo) {
    let stamps = object.fields.iter_mut().filter(|field| field.stamp == Some(number));
    stamps.for_each(|field| field.stamp = None);
}
