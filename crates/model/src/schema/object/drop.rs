//! The end of an object, its records and its trash.

use serde_json::Value as Json;

use crate::catalog::{Catalog, Definition};
use crate::fault::{Code, Fault, Faults};
use crate::journal::SchemaVersion;
use crate::schema::decide::{Decision, summary};
use crate::schema::document::document;
use crate::schema::scope::find;
use crate::schema::step::{Condition, Step};

/// Decides the dropping of an object that no other object needs.
pub(in crate::schema) fn drop(
    catalog: &Catalog,
    object: &str,
    with_records: bool,
    next: SchemaVersion,
) -> Result<Decision, Faults> {
    let before = find(catalog, object).map_err(|fault| vec![fault])?;
    let faults = needed_by(catalog, before);
    if !faults.is_empty() {
        return Err(faults);
    }
    let mut steps = Vec::new();
    if !with_records {
        let message =
            format!("`{object}` has records, live or deleted; pass `with_records=true` to drop them as well");
        steps.push(Step::Refuse { object: Box::new(before.clone()), found: Condition::AnyRecord, message });
    }
    steps.push(Step::DropTable(Box::new(before.clone())));
    let account = summary("object.dropped", object, None, document(before, catalog), Json::Null);
    let after = Definition { dropped: true, schema_version: next, ..before.clone() };
    Ok(Decision::of(after, steps, account, Json::Null))
}

/// References and roll-ups of other objects that stand in the way.
fn needed_by(catalog: &Catalog, object: &Definition) -> Faults {
    let name = &object.name;
    let references =
        catalog.incoming(object.number).iter().map(|incoming| (incoming.object, incoming.field, "reference"));
    let rollups =
        catalog.rollups_from(object.number).iter().map(|source| (source.parent, source.rollup, "roll-up"));
    let mut faults = Faults::new();
    for (number, field, what) in references.chain(rollups).filter(|(number, ..)| *number != object.number) {
        let Some(other) = catalog.object(number) else { continue };
        let Some(field) = other.slot(field).map(|slot| &other.fields()[slot]) else { continue };
        let problem = format!("the {what} `{}.{}` needs `{name}`", other.name, field.name);
        faults.push(Fault::new(Code::Referenced, problem).hint("drop that field first"));
    }
    faults
}
