//! One record by its id in another system.

use std::sync::Arc;

use kith_model::catalog::{Catalog, Object};
use kith_model::fault::{Code, Fault};
use kith_model::id::format_typeid;
use kith_model::record::Row;
use kith_model::source::{IdMap, SourceId};
use kith_store::{Direction, Error as StoreError, Filter, List, Order, Seen};

use crate::answer::{Answer, RecordView};
use crate::error::Result;
use crate::position::AtLeast;
use crate::records::get::{get, named, read_of};
use crate::session::Session;

/// The live record that an id in another system stands for.
///
/// # Errors
/// `not_found`.
pub async fn by_source(
    session: &Session,
    at_least: &AtLeast,
    name: &str,
    source: &SourceId,
) -> Result<Answer<RecordView>> {
    let tenant = &session.tenant;
    let object = named(session, name).await?;
    let read = |catalog: Arc<Catalog>| async move {
        match entry(&catalog, source) {
            Some(list) => tenant.store.list(tenant.id, &catalog, list).await,
            None => Ok(Seen { state: tenant.store.state(tenant.id).await?, value: Vec::new() }),
        }
    };
    let (catalog, seen) = read_of(session, &object, at_least, read).await?;
    let id = found(&catalog, seen.value.first(), name)?;
    match id {
        Some((object, id)) => get(session, at_least, &object.name, &id).await,
        None => Err(absent(&object, source).into()),
    }
}

/// The question for the row of the id map; none, when there is no id map.
fn entry(catalog: &Catalog, source: &SourceId) -> Option<List> {
    let map = IdMap::of(catalog).ok().flatten()?;
    let parts = map.parts.into_iter().zip(map.values(source));
    Some(List {
        object: map.object.number,
        filters: parts.map(|(slot, value)| Filter::Equals(slot, value)).collect(),
        order: Order::Created,
        direction: Direction::Ascending,
        after: None,
        limit: 1,
    })
}

/// The record of a row of the id map, if it is one of the object that was named.
fn found<'c>(
    catalog: &'c Catalog,
    row: Option<&Row>,
    name: &str,
) -> Result<Option<(&'c Arc<Object>, String)>, StoreError> {
    let Some(object) = catalog.object_named(name) else { return Err(StoreError::SchemaChanged) };
    let map = IdMap::of(catalog).ok().flatten();
    let link = map.zip(row).and_then(|(map, row)| map.link(row)).filter(|link| link.object == object.number);
    Ok(link.map(|link| (object, format_typeid(&object.prefix, link.id.0))))
}

fn absent(object: &Object, source: &SourceId) -> Fault {
    let message = format!(
        "no {} stands for `{}` of `{}` in `{}`",
        object.name,
        source.id(),
        source.object(),
        source.system()
    );
    Fault::new(Code::NotFound, message).at("source_id")
}
