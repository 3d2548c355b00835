//! One record by its id.

use std::sync::Arc;

use kith_model::catalog::{Catalog, Object};
use kith_model::fault::{Code, Fault};
use kith_model::id::{ObjectNo, RecordId, format_typeid};
use kith_model::record::{find_id, find_object};
use kith_store::{Error as StoreError, Seen};

use crate::answer::{Answer, RecordView};
use crate::clock;
use crate::error::Result;
use crate::position::AtLeast;
use crate::session::Session;

/// One live record.
///
/// # Errors
/// `not_found`, with a hint when it was deleted.
pub async fn get(session: &Session, at_least: &AtLeast, name: &str, id: &str) -> Result<Answer<RecordView>> {
    let tenant = &session.tenant;
    let (object, record) = locate(session, name, id).await?;
    // By name, as the name may mean another object under the catalog in force.
    let read = |catalog: Arc<Catalog>| async move {
        let number = catalog.object_named(name).ok_or(StoreError::SchemaChanged)?.number;
        tenant.store.row(tenant.id, &catalog, number, record).await
    };
    let (catalog, seen) = read_of(session, &object, at_least, read).await?;
    let Some(object) = catalog.object_named(name).cloned() else { return Err(gone(&object).into()) };
    find_id(id, &object).map_err(|fault| fault.at("id"))?;
    match seen.value {
        Some(row) => {
            session.count_read(&object, name);
            let view = RecordView { catalog, object, row: Arc::new(row), now: clock::now() };
            Ok(Answer::new(&seen.state, view))
        }
        None => match stand_in(session, record).await? {
            Some(into) => {
                Box::pin(get(session, at_least, name, &format_typeid(&object.prefix, into.0))).await
            }
            None => Err(absent(session, &object, record).await?.into()),
        },
    }
}

/// The record into which another one was merged; its id stands for this one.
async fn stand_in(session: &Session, id: RecordId) -> Result<Option<RecordId>> {
    Ok(session.tenant.store.merged_into(session.tenant.id, id).await?.value)
}

/// The object and the id that a caller named. A name that is not known here, or not by
/// these ids, may be known elsewhere by now, so that is looked up before it is refused.
pub(crate) async fn locate(session: &Session, object: &str, id: &str) -> Result<(Arc<Object>, RecordId)> {
    let known = named(session, object).await?;
    if let Ok(id) = find_id(id, &known) {
        return Ok((known, id));
    }
    session.tenant.refresh().await?;
    let object = named(session, object).await?;
    let id = find_id(id, &object).map_err(|fault| fault.at("id"))?;
    Ok((object, id))
}

/// The object that a caller named.
pub(crate) async fn named(session: &Session, object: &str) -> Result<Arc<Object>> {
    if session.catalog().object_named(object).is_none() {
        session.tenant.refresh().await?;
    }
    let catalog = session.catalog();
    let number = find_object(object, &catalog).map_err(|fault| fault.at("object"))?.number;
    catalog.object(number).cloned().ok_or_else(|| StoreError::SchemaChanged.into())
}

/// Reads what is of an object, which another node may have dropped meanwhile.
pub(crate) async fn read_of<T, F, R>(
    session: &Session,
    object: &Object,
    at_least: &AtLeast,
    read: F,
) -> Result<(Arc<Catalog>, Seen<T>)>
where
    F: Fn(Arc<Catalog>) -> R,
    R: Future<Output = Result<Seen<T>, StoreError>>,
{
    let found = session.tenant.read(at_least, read).await;
    match found {
        Err(_) if is_gone(&session.catalog(), object.number) => Err(gone(object).into()),
        found => found,
    }
}

/// The fault for a record that is not there.
pub(crate) async fn absent(session: &Session, object: &Object, id: RecordId) -> Result<Fault> {
    let text = kith_model::id::format_typeid(&object.prefix, id.0);
    let fault = Fault::new(Code::NotFound, format!("no {} `{text}`", object.name)).at("id");
    let trashed = session.tenant.store.trashed(session.tenant.id, id).await?.value;
    Ok(match trashed {
        Some(trashed) if trashed.object == object.number => fault
            .hint(format!("it was deleted: POST /v1/records/{}/{text}/restore brings it back", object.name)),
        _ => fault,
    })
}

/// Whether the wire shows an object no more.
fn is_gone(catalog: &Catalog, number: ObjectNo) -> bool {
    catalog.object(number).is_none_or(|object| object.removed.is_some())
}

fn gone(object: &Object) -> Fault {
    Fault::new(Code::NotFound, format!("no object `{}`", object.name)).at("object")
}
