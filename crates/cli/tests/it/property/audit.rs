//! Whether the tenant as a whole is what the model is: records, trash, journal,
//! histories and provenance.

use std::collections::BTreeMap;

use kith_testing::Tenant;
use serde_json::{Map, Value as Json, json};

use super::check::{Finding, expect, record};
use super::model::{Change, Id, Model, link};
use super::wire::Names;

/// Compares records and trash.
pub(super) async fn records(tenant: &Tenant, model: &Model, names: &Names) -> Finding {
    for object in model.objects.keys() {
        let found = all(tenant, &format!("/v1/records/{object}")).await;
        let expected = model.records.iter().filter(|(_, record)| record.object == *object);
        let expected: Vec<_> = expected.map(|(id, record)| (*id, record)).collect();
        let ids: Json = expected.iter().map(|(id, _)| link(*id)).collect();
        let found_ids: Json = found.iter().map(|item| names.numbered(&item["id"])).collect();
        expect(&format!("the records of `{object}`"), &found_ids, &ids)?;
        for (found, (id, expected)) in found.iter().zip(expected) {
            record(model, id, expected, found, names)
                .map_err(|difference| format!("{found}: {difference}"))?;
        }
        let found = all(tenant, &format!("/v1/trash/{object}")).await;
        let found: Json = found
            .iter()
            .map(|entry| json!([names.numbered(&entry["id"]), entry["deleted_position"], entry["is_root"]]))
            .collect();
        let trash = model.trash.iter().filter(|(_, trashed)| trashed.record.object == *object);
        let expected: Json = trash
            .map(|(id, trashed)| json!([link(*id), trashed.deleted_position, trashed.root == *id]))
            .collect();
        expect(&format!("the trash of `{object}`"), &found, &expected)?;
    }
    Ok(())
}

/// Compares every transaction of the journal after a position. Changes within one may
/// stand in any order.
pub(super) async fn journal(tenant: &Tenant, model: &Model, names: &Names, start: i64) -> Finding {
    let found = tenant.transactions(start).await;
    let expected = model.journal.iter().filter(|transaction| transaction.first > start);
    for (found, expected) in found.iter().zip(expected.clone()) {
        let mut changes: Vec<String> = found["changes"]
            .as_array()
            .ok_or("no changes")?
            .iter()
            .map(|change| seen(change, names))
            .collect();
        let mut wanted: Vec<String> = expected.changes.iter().map(written).collect();
        changes.sort();
        wanted.sort();
        expect("the first position", &found["first_position"], &json!(expected.first))?;
        expect(&format!("the changes at {}", expected.first), &json!(changes), &json!(wanted))?;
    }
    expect("the number of transactions", &json!(found.len()), &json!(expected.count()))
}

fn seen(change: &Json, names: &Names) -> String {
    let is_purge = change["type"] == "record.purged";
    let fields = change["fields"].as_object().filter(|_| !is_purge).cloned().unwrap_or_default();
    let fields: BTreeMap<String, Json> = fields
        .into_iter()
        .map(|(name, sides)| (name, json!([names.numbered(&sides["old"]), names.numbered(&sides["new"])])))
        .collect();
    let version = match change["type"].as_str() {
        Some("schema.changed") => change["schema_version"].clone(),
        Some("record.purged") => json!(0),
        _ => change["version"].clone(),
    };
    let is_erased = change["erased"] == json!(true) || is_purge;
    json!([change["type"], change["object"], names.numbered(&change["id"]), version, fields, is_erased])
        .to_string()
}

fn written(change: &Change) -> String {
    let Change { kind, object, id, version, fields, erased } = change;
    let fields: BTreeMap<&str, Json> =
        fields.iter().map(|(name, (old, new))| (*name, json!([old, new]))).collect();
    json!([kind, object, id.map(link), version, fields, erased]).to_string()
}

/// Compares who set what, and the history of each record, live or gone.
pub(super) async fn pasts(tenant: &Tenant, model: &Model, names: &Names) -> Finding {
    for (id, object) in model.known.iter().enumerate() {
        if model.records.contains_key(&id) {
            provenance(tenant, model, names, id).await?;
        }
        let answer = tenant.history(object, names.id(id)).query("limit", 500).await;
        // Records of an object that was dropped have no address any more.
        if !model.objects.contains_key(object) || *object == "note" && answer.status() == 404 {
            continue;
        }
        let found: Json = answer.data().iter().map(|change| change["position"].clone()).collect();
        let mut expected = Vec::new();
        for transaction in &model.journal {
            for (position, change) in (transaction.first..).zip(&transaction.changes) {
                if change.id == Some(id) {
                    expected.push((position, change.kind));
                }
            }
        }
        expect(
            &format!("the length of the history of @{id}"),
            &json!(found.as_array().map(Vec::len)),
            &json!(expected.len()),
        )?;
    }
    Ok(())
}

async fn provenance(tenant: &Tenant, model: &Model, names: &Names, id: Id) -> Finding {
    let record = &model.records[&id];
    let found = tenant.get(record.object, names.id(id)).query("provenance", true).ok().await;
    let mut expected = Map::new();
    for field in &model.objects[record.object].fields {
        let name = field.plan.name.to_owned();
        if field.plan.kind.is_rollup() {
            expected.insert(name, json!("derived"));
        } else if record.set_at.contains_key(&field.id) {
            expected.insert(name, json!("set"));
        }
    }
    let kind = |entry: &Json| if entry["derived"] == json!(true) { json!("derived") } else { json!("set") };
    let found = found["provenance"].as_object().ok_or("no provenance")?;
    let found: Map<String, Json> = found.iter().map(|(name, entry)| (name.clone(), kind(entry))).collect();
    expect(&format!("the provenance of @{id}"), &json!(found), &json!(expected))
}

async fn all(tenant: &Tenant, path: &str) -> Vec<Json> {
    let (mut all, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let mut call = tenant.caller().get(path).query("limit", 100);
        if let Some(cursor) = &cursor {
            call = call.query("cursor", cursor);
        }
        let page = call.expect(200).await;
        all.extend_from_slice(page.data());
        cursor = page.json()["next_cursor"].as_str().map(str::to_owned);
        if cursor.is_none() {
            return all;
        }
    }
}
