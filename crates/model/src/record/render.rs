//! Records on the wire: flat JSON, system fields first.

use std::fmt::Write as _;

use crate::catalog::{Catalog, Object};
use crate::id::format_typeid;
use crate::record::{Row, virtual_values};
use crate::time::Timestamp;
use crate::value::{self, Value};

/// Appends a record as it stands on the wire; `now` is the time that its virtual fields
/// are evaluated at. This is the hot path of every read, so it writes text and builds
/// nothing in between.
pub fn render_record(object: &Object, row: &Row, catalog: &Catalog, now: Timestamp, out: &mut String) {
    // Writing to a string cannot fail.
    let _ = write!(
        out,
        "{{\"id\":\"{}\",\"version\":{},\"created_at\":\"{}\",\"updated_at\":\"{}\",\
         \"created_by\":\"{}\",\"updated_by\":\"{}\",\"owner\":\"{}\"",
        format_typeid(&object.prefix, row.id.0),
        row.version,
        row.created_at,
        row.updated_at,
        row.created_by,
        row.updated_by,
        row.owner,
    );
    let has_virtuals = !object.expressions().virtuals().is_empty();
    let virtuals = if has_virtuals { virtual_values(object, row, now) } else { Vec::new() };
    for (slot, field) in object.visible() {
        let value = if field.is_virtual() {
            virtuals.iter().find(|(of, _)| *of == slot).map_or(&Value::Null, |(_, value)| value)
        } else {
            &row.values[slot]
        };
        // Names are lower-case ASCII: nothing in them needs escaping.
        let _ = write!(out, ",\"{}\":", field.name);
        value::write_json(field, value, catalog, out);
    }
    out.push('}');
}
