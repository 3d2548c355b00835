//! Journal entries on the wire: names for numbers, by the catalog of now (which still
//! knows the names of what was dropped).

use kith_model::catalog::{Catalog, Definition};
use kith_model::id::{FieldNo, ObjectNo, format_typeid};
use kith_model::journal::{Change, ChangeKind, TenantState};
use kith_store::Entry;
use serde_json::{Map, Value as Json, json};

use crate::error::{Error, Result};

/// A transaction as one element of the stream.
pub(crate) fn entry(entry: &Entry, state: &TenantState, catalog: &Catalog) -> Result<Json> {
    let Entry { transaction, changes } = entry;
    let changes =
        changes.iter().map(|change| render_change(change, catalog)).collect::<Result<Vec<Json>>>()?;
    Ok(json!({
        "position": transaction.last,
        "first_position": transaction.first,
        "history": state.history,
        "at": transaction.at.to_string(),
        "actor": transaction.actor.to_string(),
        "origin": transaction.origin,
        "trace": transaction.trace,
        "schema_version": transaction.schema_version,
        "changes": changes,
    }))
}

fn render_change(change: &Change, catalog: &Catalog) -> Result<Json> {
    let mut out = Map::new();
    out.insert("position".to_owned(), json!(change.position));
    out.insert("type".to_owned(), json!(change.kind));
    let definition = change.object.and_then(|object| catalog.definition(object));
    if let Some(definition) = definition {
        out.insert("object".to_owned(), json!(definition.name));
    }
    match change.kind {
        ChangeKind::SchemaChanged => {
            out.insert("schema_version".to_owned(), json!(change.version));
            out.insert("change".to_owned(), parse(change.diff.as_deref().unwrap_or("null"))?);
        }
        ChangeKind::TokenCreated | ChangeKind::TokenRevoked => {
            out.insert("token".to_owned(), parse(change.diff.as_deref().unwrap_or("null"))?);
        }
        ChangeKind::RecordCreated
        | ChangeKind::RecordUpdated
        | ChangeKind::RecordDeleted
        | ChangeKind::RecordRestored
        | ChangeKind::RecordPurged
        | ChangeKind::RecordDerived => {
            let prefix = definition.map_or("record", |definition| definition.prefix.as_str());
            let id = change.record.map(|record| format_typeid(prefix, record.0));
            out.insert("id".to_owned(), json!(id));
            out.insert("version".to_owned(), json!(change.version));
            match (&change.diff, change.object) {
                (Some(diff), Some(object)) => out.insert("fields".to_owned(), fields(diff, object, catalog)?),
                _ => out.insert("erased".to_owned(), Json::Bool(true)),
            };
        }
    }
    Ok(Json::Object(out))
}

/// A record's diff as `{"name": {"old": …, "new": …}}`.
pub(crate) fn fields(diff: &str, object: ObjectNo, catalog: &Catalog) -> Result<Json> {
    let Json::Object(sides) = parse(diff)? else { return Err(Error::corrupt("a diff is not an object")) };
    let definition = catalog.definition(object);
    let mut fields = Map::new();
    for (side, values) in sides {
        let Json::Object(values) = values else { continue };
        for (number, value) in values {
            let name = name(definition, &number);
            let field = fields.entry(name).or_insert_with(|| json!({ "old": null, "new": null }));
            field[side.as_str()] = value;
        }
    }
    Ok(Json::Object(fields))
}

fn name(definition: Option<&Definition>, number: &str) -> String {
    let find = || {
        let definition = definition?;
        let number = FieldNo(number.parse().ok()?);
        let live = definition.fields.iter().find(|field| field.number == number).map(|field| &field.name);
        let dropped =
            || definition.dropped_fields.iter().find(|field| field.number == number).map(|field| &field.name);
        live.or_else(dropped).cloned()
    };
    find().unwrap_or_else(|| format!("field_{number}"))
}

fn parse(text: &str) -> Result<Json> {
    serde_json::from_str(text).map_err(Error::internal)
}
