//! Stored computed fields against what they follow from. Those that read other records
//! follow with a lag, so that of them only the journal can tell.

use kith_model::catalog::{Evaluated, Object};
use kith_model::expression::{Given, Own, fit};
use kith_model::record::Row;

/// The computed fields of an object that its records alone decide.
pub(super) fn of_own_record(object: &Object) -> impl Iterator<Item = &Evaluated> {
    let stored = object.expressions().stored().iter();
    stored.filter(|computed| !computed.reads_others() && object.fields()[computed.slot].state.is_ready())
}

/// Whether a record has the value that its computed field comes to.
pub(super) fn is_right(object: &Object, row: &Row, computed: &Evaluated) -> bool {
    let own = Own { object, row, old: None };
    // The time is not read by what is stored.
    let value = computed.expression.evaluate(&own, &Given { now: row.updated_at }).ok();
    let value = value.and_then(|value| fit(value, &object.fields()[computed.slot]).ok());
    // What cannot be computed any more, by bounds that came later, stays as it was.
    value.is_none_or(|value| value == row.values[computed.slot])
}
