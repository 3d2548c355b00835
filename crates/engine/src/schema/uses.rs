//! Who has used a field, for what, and when last.

use std::collections::BTreeMap;

use kith_model::fault::Code;
use kith_model::id::ObjectNo;
use kith_model::limits::USAGE_DAYS;
use kith_model::record::find_slot;
use kith_model::usage::{Use, UseKind, WHOLE_OBJECT};
use kith_store::Seen;
use serde_json::{Value as Json, json};

use crate::answer::Answer;
use crate::clock;
use crate::error::Result;
use crate::position::AtLeast;
use crate::schema::find;
use crate::schema::plan::use_document;
use crate::session::Session;
use crate::usage::{day_of, flush_tenant};

/// Tokens that are known by name; others are shown by their ids alone.
const TOKENS_MAX: u32 = 500;

/// Who has used a field within the days for which that is kept.
///
/// # Errors
/// `not_found`.
pub async fn usage(session: &Session, at_least: &AtLeast, object: &str, name: &str) -> Result<Answer<Json>> {
    let tenant = &session.tenant;
    flush_tenant(&session.engine, tenant.id).await;
    let since = since();
    let read = |catalog: std::sync::Arc<kith_model::catalog::Catalog>| async move {
        match catalog.object_named(object) {
            Some(object) => tenant.store.uses(tenant.id, object.number, since).await,
            None => Ok(Seen { state: tenant.store.state(tenant.id).await?, value: Vec::new() }),
        }
    };
    let (catalog, Seen { state, value }) = tenant.read(at_least, read).await?;
    let object = find(&catalog, object)?;
    let slot = find_slot(name, object).map_err(|mut fault| {
        fault.code = Code::NotFound;
        fault.at("field")
    })?;
    let field = object.fields()[slot].number;
    let tokens = names_of_tokens(session).await?;
    let is_of =
        |each: &&Use| each.field == field || (each.field == WHOLE_OBJECT && each.kind == UseKind::Read);
    let uses: Vec<Json> = value.iter().filter(is_of).map(|each| use_document(each, &tokens)).collect();
    let document = json!({
        "object": object.name,
        "field": object.fields()[slot].name,
        "days": USAGE_DAYS,
        "uses": uses,
    });
    Ok(Answer::new(&state, document))
}

/// The uses of an object and its fields within the days for which they are kept.
pub(super) async fn uses_of(session: &Session, object: ObjectNo) -> Result<Seen<Vec<Use>>> {
    Ok(session.tenant.store.uses(session.tenant.id, object, since()).await?)
}

fn since() -> i64 {
    day_of(clock::now()) - USAGE_DAYS
}

/// The names of the tenant's tokens, by id.
pub(super) async fn names_of_tokens(session: &Session) -> Result<BTreeMap<String, String>> {
    let tokens = session.tenant.store.tokens(session.tenant.id, None, TOKENS_MAX).await?.value;
    Ok(tokens.into_iter().map(|token| (token.id.to_string(), token.name)).collect())
}
