//! Who set each field of a record, when, and through which door.

use std::collections::BTreeMap;

use kith_model::id::RecordId;
use kith_model::journal::{Position, Transaction};
use serde_json::{Map, Value as Json, json};

use crate::answer::{Answer, RecordView};
use crate::changes::imported::imported;
use crate::error::Result;
use crate::session::Session;

/// For each field that was ever set, the transaction that did; derived fields say so.
///
/// # Errors
/// When the store fails.
pub async fn provenance(session: &Session, record: &Answer<RecordView>) -> Result<Map<String, Json>> {
    let RecordView { catalog: _, object, row, now: _ } = &record.value;
    let fields: Vec<_> = object.visible().map(|(slot, field)| (field, &row.values[slot])).collect();
    let position = |number, is_null| row.provenance.position(number, is_null);
    let mut positions: Vec<Position> =
        fields.iter().filter_map(|(field, value)| position(field.number, value.is_null())).collect();
    positions.sort_unstable();
    positions.dedup();
    let tenant = &session.tenant;
    let imported = imports(session, row.id, &positions).await?;
    let transactions = tenant.store.transactions(tenant.id, positions).await?.value;
    let by_first: BTreeMap<Position, &Transaction> =
        transactions.iter().map(|transaction| (transaction.first, transaction)).collect();
    let mut provenance = Map::new();
    for (field, value) in fields {
        if field.is_derived() {
            provenance.insert(field.name.clone(), json!({ "derived": true }));
            continue;
        }
        let Some(position) = position(field.number, value.is_null()) else { continue };
        let set_by = by_first.range(..=position).next_back().map(|(_, transaction)| transaction);
        if let Some(transaction) = set_by {
            provenance.insert(field.name.clone(), describe(position, transaction, imported.get(&position)));
        }
    }
    Ok(provenance)
}

/// What the changes at these positions say of another system. A value that was taken over
/// in a merge was set in another record, of which nothing is said here.
async fn imports(
    session: &Session,
    record: RecordId,
    positions: &[Position],
) -> Result<BTreeMap<Position, Json>> {
    let tenant = &session.tenant;
    let mut imports = BTreeMap::new();
    for position in positions {
        let before = Position(position.0 - 1);
        let found = tenant.store.history(tenant.id, record, before, 1).await?.value;
        let change = found.first().map(|(_, change)| change).filter(|change| change.position == *position);
        if let Some(diff) = change.and_then(|change| change.diff.as_deref())
            && let Some(imported) = imported(diff)?
        {
            imports.insert(*position, imported);
        }
    }
    Ok(imports)
}

fn describe(position: Position, transaction: &Transaction, imported: Option<&Json>) -> Json {
    let mut document = json!({
        "position": position,
        "at": transaction.at.to_string(),
        "actor": transaction.actor.to_string(),
        "origin": transaction.origin,
    });
    if let Some(job) = &transaction.job {
        document["job"] = json!(job);
    }
    if let Some(imported) = imported {
        document["imported"] = imported.clone();
    }
    document
}
