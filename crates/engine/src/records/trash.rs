//! The deleted records of an object.

use std::sync::Arc;

use kith_model::catalog::Catalog;
use kith_model::id::{RecordId, format_typeid};
use kith_model::record::{Row, Trashed, render_record};
use kith_store::{Error as StoreError, Seen};
use serde_json::{Value as Json, json};

use crate::answer::{Answer, Page};
use crate::clock;
use crate::cursor;
use crate::error::{Error, Result};
use crate::position::AtLeast;
use crate::records::get::{named, read_of};
use crate::records::page_size;
use crate::session::Session;

/// A page of an object's trash, in order of creation.
///
/// # Errors
/// Every fault of the request.
pub async fn trash(
    session: &Session,
    object: &str,
    limit: Option<u32>,
    cursor: Option<String>,
) -> Result<Answer<Page<Json>>> {
    let named = named(session, object).await?;
    let limit = page_size(limit)?;
    let place = cursor.map(|text| cursor::open_in::<3>(&text, "trash")).transpose()?;
    let after = match &place {
        Some(place) => {
            let [_, of, id] = &place.words;
            if *of != named.prefix {
                return Err(cursor::damaged().into());
            }
            Some(RecordId(uuid::Uuid::try_parse(id).map_err(|_| cursor::damaged())?))
        }
        None => None,
    };
    let tenant = &session.tenant;
    // By name, as the name may mean another object under the catalog in force.
    let read = |catalog: Arc<Catalog>| async move {
        let number = catalog.object_named(object).ok_or(StoreError::SchemaChanged)?.number;
        tenant.store.trash(tenant.id, number, after, limit + 1).await
    };
    let (catalog, Seen { state, value: mut trashed }) =
        read_of(session, &named, &AtLeast(None), read).await?;
    cursor::check(place.as_ref(), &state)?;
    let object = catalog.object_named(object).cloned().ok_or(StoreError::SchemaChanged)?;
    let has_more = trashed.len() > limit as usize;
    trashed.truncate(limit as usize);
    let last = trashed.last().filter(|_| has_more);
    let next_cursor = last.map(|last| {
        cursor::seal_in(state.history, &["trash", &object.prefix, &last.id.0.simple().to_string()])
    });
    let now = clock::now();
    let mut data = Vec::with_capacity(trashed.len());
    for Trashed { object: _, id, group, root, document } in trashed {
        let row =
            Row::from_document(id, &document, &object, &catalog).map_err(|error| Error::corrupt(&error))?;
        let mut text = String::new();
        render_record(&object, &row, &catalog, now, &mut text);
        let record: Json = serde_json::from_str(&text).map_err(Error::internal)?;
        data.push(json!({
            "id": format_typeid(&object.prefix, id.0),
            "deleted_position": group,
            "is_root": root == id,
            "record": record,
        }));
    }
    Ok(Answer::new(&state, Page { data, next_cursor }))
}
