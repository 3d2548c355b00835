//! What was purged, against what the database says is left of it: nothing.

use kith_model::catalog::{Catalog, Definition, Table};
use kith_model::id::{FieldNo, ObjectNo};
use kith_store::{Purged, Remains};
use serde_json::json;

use crate::error::Result;
use crate::session::Session;
use crate::verify::Found;

/// Looks for what is left of an object that was purged, or of fields of one that lives.
pub(super) async fn check(
    session: &Session,
    catalog: &Catalog,
    number: ObjectNo,
    found: &mut Found,
) -> Result<()> {
    let Some(purged) = catalog.definition(number).and_then(purged) else { return Ok(()) };
    let tenant = &session.tenant;
    let left = tenant.store.remains(tenant.id, purged).await?.value;
    if left != Remains::default() {
        let name = catalog.definition(number).map(|definition| definition.name.as_str());
        let message = format!("something is left of what was purged: {left:?}");
        found.faults.push(json!({ "kind": "schema", "object": name, "message": message }));
    }
    Ok(())
}

/// What was purged of an object, if anything. The names of a field's columns are not known
/// any more; what is named after its number is looked for.
fn purged(definition: &Definition) -> Option<Purged> {
    let (object, table) = (definition.number, Table::of(definition).name);
    let gone = definition.dropped_fields.iter().map(|field| field.number);
    if definition.dropped {
        let fields: Vec<FieldNo> = definition.fields.iter().map(|field| field.number).chain(gone).collect();
        return Some(Purged { object, table, fields, columns: None });
    }
    let fields: Vec<FieldNo> = gone.collect();
    (!fields.is_empty()).then(|| Purged { object, table, fields, columns: Some(Vec::new()) })
}
