//! Virtual computed fields: evaluated whenever a record is read. One that cannot be
//! computed, such as a number of too many digits, is null: a read is never refused.

use std::borrow::Cow;

use crate::catalog::Object;
use crate::expression::{Failure, Given, Own, Path, Read, Record, fit};
use crate::record::Row;
use crate::time::Timestamp;
use crate::value::Value;

/// The virtual fields of a record, by slot, each after those that it reads.
pub(crate) fn virtual_values(object: &Object, row: &Row, now: Timestamp) -> Vec<(usize, Value)> {
    let virtuals = object.expressions().virtuals();
    let mut shown = Shown { own: Own { object, row, old: None }, values: Vec::with_capacity(virtuals.len()) };
    for computed in virtuals {
        let value = computed.expression.evaluate(&shown, &Given { now });
        let value = value.and_then(|value| Ok(fit(value, &object.fields()[computed.slot])?));
        shown.values.push((computed.slot, value.unwrap_or(Value::Null)));
    }
    shown.values
}

/// A record with its virtual fields in their slots, evaluated at `now`.
#[must_use]
pub fn with_virtuals<'r>(object: &Object, row: &'r Row, now: Timestamp) -> Cow<'r, Row> {
    if object.expressions().virtuals().is_empty() {
        return Cow::Borrowed(row);
    }
    let mut shown = row.clone();
    for (slot, value) in virtual_values(object, row, now) {
        shown.values[slot] = value;
    }
    Cow::Owned(shown)
}

/// A record with those of its virtual fields that are evaluated so far.
struct Shown<'a> {
    own: Own<'a>,
    values: Vec<(usize, Value)>,
}

impl Record for Shown<'_> {
    fn get(&self, path: &Path) -> Result<Cow<'_, Value>, Failure> {
        if let (Read::Field(number), false) = (path.read, self.values.is_empty())
            && let Some(slot) = self.own.object.slot(number)
            && let Some((_, value)) = self.values.iter().find(|(of, _)| *of == slot)
        {
            return Ok(Cow::Borrowed(value));
        }
        self.own.get(path)
    }
}
