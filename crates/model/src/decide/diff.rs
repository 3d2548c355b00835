//! The diffs of the journal: JSON text with field numbers as keys and wire values.
//! Roll-ups have changes of their own and stand in no other diff.
//!
//! A change can be undone ([`crate::record::Undo`]): `was` has the system members that it
//! overwrote or took away, in microseconds and as actors' ids, and a deletion's `derived`
//! the roll-ups that went with the record.

use std::fmt::Write as _;

use crate::catalog::{Catalog, Field, Object};
use crate::decide::stamp::{Descent, Stamped};
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
    let mut out = String::with_capacity(256 + row.values.len() * 32);
    out.push('{');
    side("old", present(object, row), catalog, &mut out);
    was(row, None, &mut out);
    let rollups = object.fields().iter().zip(&row.values);
    let mut rollups = rollups.filter(|(field, value)| field.kind.is_rollup() && !value.is_null()).peekable();
    if rollups.peek().is_some() {
        out.push(',');
        side("derived", rollups, catalog, &mut out);
    }
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
    was(old, Some(new), &mut out);
    out.push('}');
    out
}

/// The diff with where the write came from: the record's `source` in another system, and
/// the `stamps` that were taken from there.
pub(super) fn with_descent(mut diff: String, descent: Descent<'_>, stamped: &Stamped) -> String {
    let Some(members) = descent.members(stamped) else { return diff };
    if diff.ends_with('}') {
        diff.pop();
        for (name, member) in members {
            // Writing to a string cannot fail.
            let _ = write!(diff, ",\"{name}\":{member}");
        }
        diff.push('}');
    }
    diff
}

/// The system members of a record that a change overwrites, or takes away with it.
fn was(old: &Row, new: Option<&Row>, out: &mut String) {
    let mut before = ",\"was\":{";
    let mut is_open = false;
    let mut member = |name: &str, value: std::fmt::Arguments<'_>| {
        // Writing to a string cannot fail.
        let _ = write!(out, "{before}\"{name}\":{value}");
        (before, is_open) = (",", true);
    };
    let times = [
        ("created_at", old.created_at, new.map(|new| new.created_at)),
        ("updated_at", old.updated_at, new.map(|new| new.updated_at)),
    ];
    for (name, was, is) in times {
        if is != Some(was) {
            member(name, format_args!("{}", was.0));
        }
    }
    let actors = [
        ("created_by", old.created_by, new.map(|new| new.created_by)),
        ("updated_by", old.updated_by, new.map(|new| new.updated_by)),
        ("owner", old.owner, new.map(|new| new.owner)),
    ];
    for (name, was, is) in actors {
        if is != Some(was) {
            member(name, format_args!("\"{was}\""));
        }
    }
    if is_open {
        out.push('}');
    }
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
