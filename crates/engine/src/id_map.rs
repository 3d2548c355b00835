//! The id map: made when the first record of another system is written, and made to refer
//! to more objects as they come to be imported.

use std::collections::BTreeSet;

use kith_model::catalog::Catalog;
use kith_model::fault::{Code, Fault};
use kith_model::journal::Origin;
use kith_model::limits::TARGETS_MAX;
use kith_model::operation::{RecordOperation, SchemaWork, Work};
use kith_model::schema::{SchemaChange, id_map};
use kith_model::source::{Author, IdMap, Stamps};
use serde_json::{Map, Value as Json, json};

use crate::error::Result;
use crate::session::Session;
use crate::submit::{Request, submit};

/// How often it is tried again after somebody else has changed the schema: mostly another
/// one who adds a target, and of those there are only so many.
const TRIES: usize = 2 * TARGETS_MAX;

/// Sees to it that the id map is there and can name records of these objects, by an
/// ordinary change of the schema. Does nothing when it can.
///
/// # Errors
/// `invalid_definition`, when the tenant has another object of its name; `not_found` for an
/// object that is not there; `limit_reached`.
pub(crate) async fn ensure(session: &Session, objects: &[String], origin: Origin) -> Result<()> {
    for attempt in 0..TRIES {
        let catalog = session.catalog();
        let Some(change) = change(&catalog, objects)? else { return Ok(()) };
        if attempt == 0 {
            // Another node may have done it.
            session.tenant.refresh().await?;
            if session.catalog().version() != catalog.version() {
                continue;
            }
        }
        let work = SchemaWork { changes: vec![change], expect: Some(catalog.version()) };
        let request = Request { work: Work::Schema(work), origin, trace: None, idempotency: None };
        match Box::pin(submit(session, request)).await {
            Ok(_) => return Ok(()),
            Err(error) if error.faults().iter().any(|fault| fault.code == Code::PlanOutdated) => {
                session.tenant.refresh().await?;
            }
            Err(error) => return Err(error),
        }
    }
    let fault = Fault::new(Code::Overloaded, "the schema changes faster than the id map can follow");
    Err(fault.hint("send it again").into())
}

/// The same for what operations say of where their records come from.
///
/// # Errors
/// Those of [`ensure`].
pub(crate) async fn ensure_for(
    session: &Session,
    operations: &[RecordOperation],
    origin: Origin,
) -> Result<()> {
    let sourced: BTreeSet<&str> = operations
        .iter()
        .filter(|operation| operation.source.is_some() || names_author(operation))
        .map(|operation| operation.object.as_str())
        .collect();
    if sourced.is_empty() {
        return Ok(());
    }
    // What is not there is refused by the operation itself, with its pointer.
    let known = |catalog: &Catalog| -> Vec<String> {
        sourced
            .iter()
            .filter(|name| catalog.object_named(name).is_some())
            .map(|&name| name.to_owned())
            .collect()
    };
    let mut objects = known(&session.catalog());
    if objects.len() < sourced.len() {
        session.tenant.refresh().await?;
        objects = known(&session.catalog());
    }
    if objects.is_empty() { Ok(()) } else { ensure(session, &objects, origin).await }
}

/// Whether an operation names an author by an id of another system, which is noted too.
fn names_author(operation: &RecordOperation) -> bool {
    let Some(Stamps { created_at: _, updated_at: _, created_by, updated_by }) = &operation.stamps else {
        return false;
    };
    [created_by, updated_by].into_iter().flatten().any(|author| matches!(author, Author::Source(_)))
}

/// What the schema lacks: nothing, the id map, or targets of it.
fn change(catalog: &Catalog, objects: &[String]) -> Result<Option<SchemaChange>, Fault> {
    let mut wanted = Vec::new();
    for name in objects {
        let object = kith_model::record::find_object(name, catalog).map_err(|fault| fault.at("object"))?;
        if !wanted.iter().any(|(number, _)| *number == object.number) {
            wanted.push((object.number, object.name.clone()));
        }
    }
    let Some(map) = IdMap::of(catalog)? else {
        let names: Vec<String> = wanted.into_iter().map(|(_, name)| name).collect();
        return Ok(Some(SchemaChange::CreateObject(id_map(&names)?)));
    };
    let present = map.targets();
    wanted.retain(|(number, _)| !present.contains(number));
    if wanted.is_empty() {
        return Ok(None);
    }
    let name = |number| catalog.definition(number).map(|object| object.name.clone());
    let mut to: Vec<String> = present.iter().filter_map(|number| name(*number)).collect();
    to.extend(wanted.into_iter().map(|(_, name)| name));
    let patch: Map<String, Json> = Map::from_iter([("to".to_owned(), json!(to))]);
    let field = map.object.fields()[map.record].name.clone();
    Ok(Some(SchemaChange::UpdateField { object: map.object.name.clone(), field, patch }))
}
