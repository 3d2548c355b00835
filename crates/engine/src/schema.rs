//! Reading the schema. Changes of it are submitted like all other work.

mod aim;
mod apply;
mod compare;
mod estimate;
mod plan;
mod purge;
mod uses;
mod versions;

use kith_model::catalog::{Catalog, Object};
use kith_model::record::{find_object, find_slot};
use kith_model::schema::{document, field_document, removed_documents, storage_document};
use kith_store::Seen;
use serde_json::{Value as Json, json};

use crate::answer::{Answer, Page};
use crate::error::{Error, Result};
use crate::follow;
use crate::position::AtLeast;
use crate::session::Session;
use crate::tasks;

pub use aim::Aim;
pub use apply::{Apply, apply};
pub use compare::compare;
pub use plan::plan;
pub use purge::purge;
pub use uses::usage;
pub use versions::{read_at, schema_at, versions};

/// The whole schema.
///
/// # Errors
/// When the store fails.
pub async fn read(session: &Session, at_least: &AtLeast) -> Result<Answer<Json>> {
    answer(session, at_least, |catalog| {
        Ok(json!({ "version": catalog.version(), "objects": documents(catalog) }))
    })
    .await
}

/// All objects.
///
/// # Errors
/// When the store fails.
pub async fn objects(session: &Session, at_least: &AtLeast) -> Result<Answer<Page<Json>>> {
    answer(session, at_least, |catalog| Ok(Page { data: documents(catalog), next_cursor: None })).await
}

/// One object.
///
/// # Errors
/// `not_found`.
pub async fn object(session: &Session, at_least: &AtLeast, name: &str) -> Result<Answer<Json>> {
    answer(session, at_least, |catalog| Ok(document(find(catalog, name)?.definition(), catalog))).await
}

/// One field of an object.
///
/// # Errors
/// `not_found`.
pub async fn field(session: &Session, at_least: &AtLeast, object: &str, name: &str) -> Result<Answer<Json>> {
    let answer = answer(session, at_least, |catalog| {
        let object = find(catalog, object)?;
        let slot = find_slot(name, object).map_err(|mut fault| {
            fault.code = kith_model::fault::Code::NotFound;
            fault.at("field")
        })?;
        let field = &object.fields()[slot];
        let follows =
            object.expressions().stored().iter().any(|each| each.slot == slot && each.reads_others());
        let task = (!field.state.is_ready()).then_some((object.number, field.number));
        Ok((field_document(object.definition(), field, catalog), follows, task))
    })
    .await?;
    let (mut document, follows, filling) = answer.value.clone();
    if follows && let Some((position, behind)) = follow::lag(&session.tenant).await? {
        document["lag"] = json!({ "position": position, "behind": behind });
    }
    if let Some((object, field)) = filling
        && let Some(task) = tasks::of_field(session, object, field).await?
    {
        document["task"] = json!(task);
    }
    Ok(answer.map(|_| document))
}

/// What was removed and can be restored, the latest first.
///
/// # Errors
/// When the store fails.
pub async fn removed(session: &Session, at_least: &AtLeast) -> Result<Answer<Page<Json>>> {
    answer(session, at_least, |catalog| Ok(Page { data: removed_documents(catalog), next_cursor: None }))
        .await
}

/// How an object's fields are stored and indexed.
///
/// # Errors
/// `not_found`.
pub async fn storage(session: &Session, at_least: &AtLeast, name: &str) -> Result<Answer<Json>> {
    answer(session, at_least, |catalog| Ok(storage_document(find(catalog, name)?.definition(), catalog)))
        .await
}

/// Answers from the catalog in force: what another node has just committed is seen.
async fn answer<T>(
    session: &Session,
    at_least: &AtLeast,
    make: impl Fn(&Catalog) -> Result<T>,
) -> Result<Answer<T>> {
    let tenant = &session.tenant;
    let read = |_| async {
        let state = tenant.store.state(tenant.id).await?;
        Ok(Seen { state, value: () })
    };
    let (catalog, seen) = tenant.read(at_least, read).await?;
    make(&catalog).map(|value| Answer::new(&seen.state, value))
}

fn documents(catalog: &Catalog) -> Vec<Json> {
    catalog.visible().map(|object| document(object.definition(), catalog)).collect()
}

fn find<'a>(catalog: &'a Catalog, name: &str) -> Result<&'a Object, Error> {
    Ok(find_object(name, catalog).map_err(|fault| fault.at("object"))?)
}
