//! The end of a field and its values.

use serde_json::Value as Json;

use crate::catalog::{Catalog, Definition, DroppedField, Field, FieldKind, RollupFunction};
use crate::fault::{Code, Fault, Faults};
use crate::journal::SchemaVersion;
use crate::schema::decide::{Decision, revise, summary};
use crate::schema::document::field_document;
use crate::schema::scope::{find, find_field};
use crate::schema::step::Step;

/// Decides the dropping of a field that no key and no roll-up uses.
pub(in crate::schema) fn drop(
    catalog: &Catalog,
    object: &str,
    name: &str,
    next: SchemaVersion,
) -> Result<Decision, Faults> {
    let before = find(catalog, object).map_err(|fault| vec![fault])?;
    let field = find_field(before, name).map_err(|fault| vec![fault])?;
    let faults = used_by(catalog, before, field);
    if !faults.is_empty() {
        return Err(faults);
    }
    let mut after = before.clone();
    after.fields.retain(|other| other.number != field.number);
    after.dropped_fields.push(DroppedField { number: field.number, name: field.name.clone() });
    let after = revise(before, after, next)?;
    let document = field_document(before, field, catalog);
    let account = summary("field.dropped", object, Some(("field", name)), document, Json::Null);
    let steps = vec![Step::DropField { object: Box::new(before.clone()), field: field.number }];
    Ok(Decision::of(after, steps, account, Json::Null))
}

/// Keys and roll-ups that stand in the way.
fn used_by(catalog: &Catalog, object: &Definition, field: &Field) -> Faults {
    let mut faults = Faults::new();
    for key in object.keys.iter().filter(|key| key.fields.contains(&field.number)) {
        let problem = format!("the key `{}` uses `{}`", key.name, field.name);
        faults.push(Fault::new(Code::Referenced, problem).hint("drop the key first"));
    }
    for source in catalog.rollups_from(object.number) {
        let Some(parent) = catalog.object(source.parent) else { continue };
        let Some(rollup) = parent.slot(source.rollup).map(|slot| &parent.fields()[slot]) else { continue };
        let sums = match &rollup.kind {
            FieldKind::Rollup { function: RollupFunction::Sum { of, .. }, .. } => *of == field.number,
            _ => false,
        };
        if sums || source.via == field.number {
            let problem = format!("the roll-up `{}.{}` uses `{}`", parent.name, rollup.name, field.name);
            faults.push(Fault::new(Code::Referenced, problem).hint("drop the roll-up first"));
        }
    }
    faults
}
