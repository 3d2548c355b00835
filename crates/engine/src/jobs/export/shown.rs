//! What of an object shows in its files. As long as that stays as it was at the export's
//! position, other changes of the schema do not touch the export.

use std::sync::Arc;

use kith_model::catalog::{Catalog, Object};
use kith_model::record::Row;
use kith_model::value::Value;
use serde_json::json;

use crate::token;

/// An object as it is written, all through an export.
#[derive(Clone)]
pub(super) struct Shown {
    pub(super) object: Arc<Object>,
    pub(super) catalog: Arc<Catalog>,
}

impl Shown {
    /// A record that was read under another schema version of the same shape.
    pub(super) fn fit(&self, row: Row, object: &Object) -> Row {
        if object.schema_version == self.object.schema_version {
            return row;
        }
        let value = |slot: Option<usize>| slot.map_or(Value::Null, |slot| row.values[slot].clone());
        let values = self.object.fields().iter().map(|field| value(object.slot(field.number))).collect();
        Row { values, ..row }
    }
}

/// What shows of an object, hashed.
pub(super) fn shape(object: &Object) -> Box<str> {
    let fields =
        object.visible().map(|(_, field)| json!([field.number, field.name, field.kind, field.computed]));
    let shape = json!([object.name, object.prefix, fields.collect::<Vec<_>>()]);
    token::hash(&shape.to_string())
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect::<String>()
        .into()
}
