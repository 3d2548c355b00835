//! Journal entries on the wire: names for numbers, by the catalog of now (which still
//! knows the names of what was dropped).

use kith_model::catalog::{Catalog, Definition};
use kith_model::id::{FieldNo, ObjectNo, format_typeid};
use kith_model::journal::{Change, ChangeKind, TenantState};
use kith_store::Entry;
use serde_json::{Map, Value as Json, json};

use crate::changes::imported::imported;
use crate::error::{Error, Result};

/// A transaction as one element of the stream.
pub(crate) fn entry(entry: &Entry, state: &TenantState, catalog: &Catalog) -> Result<Json> {
    let Entry { transaction, changes } = entry;
    let changes =
        changes.iter().map(|change| render_change(change, catalog)).collect::<Result<Vec<Json>>>()?;
    let mut out = json!({
        "position": transaction.last,
        "first_position": transaction.first,
        "history": state.history,
        "at": transaction.at.to_string(),
        "actor": transaction.actor.to_string(),
        "origin": transaction.origin,
        "trace": transaction.trace,
        "schema_version": transaction.schema_version,
        "changes": changes,
    });
    if let Some(job) = &transaction.job {
        out["job"] = json!(job);
    }
    Ok(out)
}

fn render_change(change: &Change, catalog: &Catalog) -> Result<Json> {
    let mut out = Map::new();
    out.insert("position".to_owned(), json!(change.position));
    out.insert("type".to_owned(), json!(change.kind));
    if !is_shown(change, catalog) {
        // Its place is told, so that a consumer can tell a gap.
        out.insert("hidden".to_owned(), Json::Bool(true));
        return Ok(Json::Object(out));
    }
    let definition = change.object.and_then(|object| catalog.definition(object));
    if let Some(definition) = definition {
        out.insert("object".to_owned(), json!(definition.name));
    }
    match change.kind {
        ChangeKind::SchemaChanged => {
            out.insert("schema_version".to_owned(), json!(change.version));
            out.insert("change".to_owned(), parse(change.diff.as_deref().unwrap_or("null"))?);
        }
        ChangeKind::JobCreated | ChangeKind::JobEnded => {
            out.insert("job".to_owned(), parse(change.diff.as_deref().unwrap_or("null"))?);
        }
        ChangeKind::TokenCreated | ChangeKind::TokenRevoked => {
            out.insert("token".to_owned(), parse(change.diff.as_deref().unwrap_or("null"))?);
        }
        ChangeKind::RecordCreated
        | ChangeKind::RecordUpdated
        | ChangeKind::RecordDeleted
        | ChangeKind::RecordRestored
        | ChangeKind::RecordPurged
        | ChangeKind::RecordDerived
        | ChangeKind::RecordMerged
        | ChangeKind::RecordAbsorbed
        | ChangeKind::DuplicateDismissed => {
            let prefix = definition.map_or("record", |definition| definition.prefix.as_str());
            let id = change.record.map(|record| format_typeid(prefix, record.0));
            out.insert("id".to_owned(), json!(id));
            out.insert("version".to_owned(), json!(change.version));
            match (&change.diff, change.object) {
                (Some(diff), Some(object)) => {
                    out.insert("fields".to_owned(), fields(diff, object, catalog)?);
                    out.extend(others(change.kind, diff)?);
                    out.extend(imported(diff)?.map(|imported| ("imported".to_owned(), imported)));
                }
                _ => drop(out.insert("erased".to_owned(), Json::Bool(true))),
            };
        }
    }
    Ok(Json::Object(out))
}

/// The other record that a change names: the one that was merged into this one (`from`),
/// the one that this went `into`, or the `other` one of a pair that was dismissed.
pub(crate) fn others(kind: ChangeKind, diff: &str) -> Result<Map<String, Json>> {
    let mut others = Map::new();
    let member = match kind {
        ChangeKind::RecordMerged => "from",
        ChangeKind::RecordAbsorbed => "into",
        ChangeKind::DuplicateDismissed => "other",
        ChangeKind::RecordCreated
        | ChangeKind::RecordUpdated
        | ChangeKind::RecordDeleted
        | ChangeKind::RecordRestored
        | ChangeKind::RecordPurged
        | ChangeKind::RecordDerived
        | ChangeKind::SchemaChanged
        | ChangeKind::TokenCreated
        | ChangeKind::TokenRevoked
        | ChangeKind::JobCreated
        | ChangeKind::JobEnded => return Ok(others),
    };
    if let Json::Object(mut diff) = parse(diff)?
        && let Some(id) = diff.remove(member)
    {
        others.insert(member.to_owned(), id);
    }
    Ok(others)
}

/// A record's diff as `{"name": {"old": …, "new": …}}`.
pub(crate) fn fields(diff: &str, object: ObjectNo, catalog: &Catalog) -> Result<Json> {
    let Json::Object(sides) = parse(diff)? else { return Err(Error::corrupt("a diff is not an object")) };
    let definition = catalog.definition(object);
    let mut fields = Map::new();
    for (side, values) in sides {
        let Json::Object(values) = values else { continue };
        // A merge has members of its own beside the two sides.
        if !matches!(side.as_str(), "old" | "new") {
            continue;
        }
        for (number, value) in values {
            let Some(name) = name(definition, &number) else { continue };
            let field = fields.entry(name).or_insert_with(|| json!({ "old": null, "new": null }));
            field[side.as_str()] = value;
        }
    }
    Ok(Json::Object(fields))
}

/// The present name of a field, or the last one of a field that is gone; none for one that
/// was removed, which nothing shows.
fn name(definition: Option<&Definition>, number: &str) -> Option<String> {
    let unknown = format!("field_{number}");
    let Some((definition, number)) = definition.zip(number.parse().ok().map(FieldNo)) else {
        return Some(unknown);
    };
    if let Some(field) = definition.fields.iter().find(|field| field.number == number) {
        return field.is_visible().then(|| field.name.clone());
    }
    let gone = definition.dropped_fields.iter().find(|field| field.number == number);
    let is_free =
        |name: &str| definition.fields.iter().all(|field| !field.is_visible() || field.name != name);
    Some(gone.filter(|gone| is_free(&gone.name)).map_or(unknown, |gone| gone.name.clone()))
}

/// Whether the wire shows a change: those of records of an object that was removed are in
/// the journal, and come to light if it is restored.
pub(crate) fn is_shown(change: &Change, catalog: &Catalog) -> bool {
    let object = change.record.and(change.object).and_then(|object| catalog.object(object));
    object.is_none_or(|object| object.removed.is_none())
}

fn parse(text: &str) -> Result<Json> {
    serde_json::from_str(text).map_err(Error::internal)
}
