//! Records that are likely to stand for the same thing: finding them, and saying that
//! they do not. Merging them is an operation on records.

mod check;
mod dismiss;
mod list;
mod of_record;
mod scan;

pub use check::check;
pub use dismiss::dismiss;
pub use list::{Listing, list};
pub use of_record::of_record;
pub use scan::scan;

use std::sync::Arc;

use kith_model::catalog::{Catalog, Object};
use kith_model::id::RecordId;
use kith_model::matching::{Candidate, candidates, record_keys};
use kith_model::record::Row;
use kith_model::value::Value;
use kith_store::{Error as StoreError, Seen};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::answer::RecordView;
use crate::clock;
use crate::error::{Error, Result};
use crate::position::AtLeast;
use crate::records::get::read_of;
use crate::session::Session;

/// A record that is likely to stand for the same thing as another.
#[derive(Debug, Serialize)]
pub struct Duplicate {
    /// The matching rule that says so.
    rule: String,
    /// How alike they are, in hundredths.
    score: u8,
    /// The record.
    record: Box<RawValue>,
}

/// The live records that are likely to stand for the same thing as one with these
/// values, the likeliest first.
async fn find(
    session: &Session,
    at_least: &AtLeast,
    object: &Object,
    (id, values): (RecordId, &[Value]),
    but: &[RecordId],
) -> Result<Seen<Vec<Duplicate>>> {
    let tenant = &session.tenant;
    let number = object.number;
    let read = |catalog: Arc<Catalog>| async move {
        let object = catalog.object(number).ok_or(StoreError::SchemaChanged)?;
        if object.fields().len() != values.len() {
            return Err(StoreError::SchemaChanged);
        }
        let keys = record_keys(object, id, values);
        if keys.is_empty() {
            let state = tenant.store.state(tenant.id).await?;
            return Ok(Seen { state, value: Vec::new() });
        }
        tenant.store.filed(tenant.id, &catalog, number, keys).await
    };
    let (catalog, Seen { state, value: rows }) = read_of(session, object, at_least, read).await?;
    let Some(object) = catalog.object(number).cloned() else { return Err(StoreError::SchemaChanged.into()) };
    let others = rows.iter().filter(|row| row.id != id && !but.contains(&row.id));
    let found = candidates(&object, values, others.map(|row| (row.id, row.values.as_slice())));
    let render = |candidate: &Candidate| render(&catalog, &object, &rows, *candidate);
    Ok(Seen {
        state,
        value: found.iter().filter_map(|each| render(each).transpose()).collect::<Result<_>>()?,
    })
}

fn render(
    catalog: &Arc<Catalog>,
    object: &Arc<Object>,
    rows: &[Row],
    candidate: Candidate,
) -> Result<Option<Duplicate>> {
    let Candidate { id, matching, score } = candidate;
    let Some(row) = rows.iter().find(|row| row.id == id) else { return Ok(None) };
    let rule = object.matching.iter().find(|rule| rule.number == matching);
    let rule = rule.map_or_else(String::new, |rule| rule.name.clone());
    let (catalog, object, row) = (catalog.clone(), object.clone(), Arc::new(row.clone()));
    let mut text = String::with_capacity(512);
    RecordView { catalog, object, row, now: clock::now() }.write_json(&mut text);
    let record = RawValue::from_string(text).map_err(Error::internal)?;
    Ok(Some(Duplicate { rule, score, record }))
}
