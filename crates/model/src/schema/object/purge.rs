//! The end of an object, its records and its trash.

use serde_json::{Value as Json, json};

use super::needs;
use crate::catalog::{Catalog, Definition, Table};
use crate::fault::Faults;
use crate::id::{FieldNo, ObjectNo};
use crate::journal::SchemaVersion;
use crate::schema::decide::{Decision, summary};
use crate::schema::document::document;
use crate::schema::scope::find_either;
use crate::schema::step::{Condition, Step};

/// Decides the purging of an object that no other object needs, removed before or not.
/// The answer says under which number nothing must be left of it.
pub(in crate::schema) fn purge(
    catalog: &Catalog,
    which: (&str, Option<ObjectNo>),
    with_records: bool,
    next: SchemaVersion,
) -> Result<Decision, Faults> {
    let before = find_either(catalog, which).map_err(|fault| vec![fault])?;
    let mut faults = needs::hidden_uses(catalog, before);
    if before.removed.is_none() {
        faults.extend(needs::uses(catalog, before));
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let name = &before.name;
    let mut steps = Vec::new();
    if !with_records {
        let message =
            format!("`{name}` has records, live or deleted; pass `with_records=true` to purge them as well");
        steps.push(Step::Refuse { object: Box::new(before.clone()), found: Condition::AnyRecord, message });
    }
    steps.push(Step::DropTable(Box::new(before.clone())));
    let account = summary("object.dropped", name, None, document(before, catalog), Json::Null);
    let numbers: Vec<FieldNo> = before.fields.iter().map(|field| field.number).collect();
    let result = json!({
        "purged": name,
        "table": Table::of(before).name,
        "numbers": {"object": before.number, "fields": numbers},
    });
    let after = Definition { dropped: true, schema_version: next, ..before.clone() };
    Ok(Decision::of(after, steps, account, result))
}
