//! The diffs of the journal: JSON text with field numbers as keys and wire values.
//! Roll-ups have changes of their own and stand in no other diff.

use std::fmt::Write as _;

use crate::catalog::{Catalog, Field, Object};
use crate::record::Row;
use crate::value::{self, Value};

/// `{"new": {…}}` with every value there is.
pub(super) fn created(object: &Object, row: &Row, catalog: &Catalog) -> String {
    let mut out = String::with_capacity(64 + row.values.len() * 32);
    out.push('{');
    side("new", present(object, row), catalog, &mut out);
    out.push('}');
    out
}

/// `{"old": {…}}` with every value there was.
pub(super) fn deleted(object: &Object, row: &Row, catalog: &Catalog) -> String {
    let mut out = String::with_capacity(64 + row.values.len() * 32);
    out.push('{');
    side("old", present(object, row), catalog, &mut out);
    out.push('}');
    out
}

/// `{"old": {…}, "new": {…}}` with the fields in these slots; null means no value.
pub(super) fn updated(object: &Object, old: &Row, new: &Row, slots: &[usize], catalog: &Catalog) -> String {
    let of = |row| slots.iter().map(move |slot| pair(object, row, *slot));
    let mut out = String::with_capacity(64 + slots.len() * 64);
    out.push('{');
    side("old", of(old), catalog, &mut out);
    out.push(',');
    side("new", of(new), catalog, &mut out);
    out.push('}');
    out
}

fn pair<'r>(object: &'r Object, row: &'r Row, slot: usize) -> (&'r Field, &'r Value) {
    (&object.fields()[slot], &row.values[slot])
}

fn present<'r>(object: &'r Object, row: &'r Row) -> impl Iterator<Item = (&'r Field, &'r Value)> {
    let pairs = object.fields().iter().zip(&row.values);
    pairs.filter(|(field, value)| !value.is_null() && !field.kind.is_rollup())
}

fn side<'r>(
    name: &str,
    pairs: impl Iterator<Item = (&'r Field, &'r Value)>,
    catalog: &Catalog,
    out: &mut String,
) {
    // Writing to a string cannot fail.
    let _ = write!(out, "\"{name}\":{{");
    for (index, (field, value)) in pairs.enumerate() {
        let comma = if index > 0 { "," } else { "" };
        let _ = write!(out, "{comma}\"{}\":", field.number);
        value::write_json(field, value, catalog, out);
    }
    out.push('}');
}
