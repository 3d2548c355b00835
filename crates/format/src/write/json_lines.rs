//! Records as JSON Lines: each as the API answers it.

use kith_model::catalog::{Catalog, Object};
use kith_model::record::{Row, render_record};
use kith_model::time::Timestamp;

use super::DELETED;

pub(super) fn write_record(object: &Object, row: &Row, catalog: &Catalog, now: Timestamp, out: &mut String) {
    render_record(object, row, catalog, now, out);
    out.push('\n');
}

pub(super) fn write_deleted(id: &str, out: &mut String) {
    out.push_str("{\"id\":\"");
    out.push_str(id);
    out.push_str("\",\"");
    out.push_str(DELETED);
    out.push_str("\":true}\n");
}
