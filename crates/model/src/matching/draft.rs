//! A record that is not stored yet, as far as it is known: what an entry form asks about.

use crate::catalog::Object;
use crate::expression::{Given, Own, fit};
use crate::id::RecordId;
use crate::journal::Actor;
use crate::operation::Assigned;
use crate::record::{Checked, Provenance, Row};
use crate::time::Timestamp;
use crate::value::Value;

/// The values that a record would have with this input. Computed fields are evaluated as
/// far as that is possible without other records; what has no value yet has none.
#[must_use]
pub fn draft(object: &Object, checked: &Checked, now: Timestamp) -> Vec<Value> {
    let mut row = Row {
        id: RecordId(uuid::Uuid::nil()),
        version: 1,
        created_at: now,
        updated_at: now,
        created_by: Actor::System,
        updated_by: Actor::System,
        owner: Actor::System,
        provenance: Provenance::default(),
        values: vec![Value::Null; object.fields().len()],
    };
    for (slot, assigned) in &checked.assignments {
        if let Assigned::Value(value) = assigned {
            row.values[*slot] = value.clone();
        }
    }
    for computed in object.expressions().stored() {
        let value = computed.expression.evaluate(&Own { object, row: &row, old: None }, &Given { now });
        let value = value.and_then(|value| Ok(fit(value, &object.fields()[computed.slot])?));
        row.values[computed.slot] = value.unwrap_or(Value::Null);
    }
    row.values
}
