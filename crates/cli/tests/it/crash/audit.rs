//! What must be true when everything has been killed often enough.

use std::collections::BTreeMap;

use kith_testing::Tenant;
use serde_json::{Value as Json, json};

use super::follower::Transcript;
use super::writer::{Ledger, Place};

/// What a consumer saw is the journal; only what was purged since may be missing in it.
pub(super) async fn transcript(tenant: &Tenant, start: i64, seen: &Transcript) {
    let journal = tenant.transactions(start).await;
    assert_eq!(seen.transactions.len(), journal.len(), "a consumer saw everything");
    for (seen, now) in seen.transactions.iter().zip(&journal) {
        let mut seen = seen.clone();
        for (before, after) in seen["changes"].as_array_mut().unwrap().iter_mut().zip(changes(now)) {
            if after["erased"] == json!(true) {
                *before = after.clone();
            }
        }
        assert_eq!(&seen, now, "a consumer saw what the journal says");
    }
}

/// Each transaction of the journal was acknowledged once, and has the changes that were
/// promised: none is missing, none is there twice, none is done by half.
pub(super) async fn journal(tenant: &Tenant, start: i64, ledgers: &[Ledger]) {
    let mut promised = BTreeMap::new();
    for ack in ledgers.iter().flat_map(|ledger| &ledger.acks) {
        let mut names: Vec<_> = ack.changes.iter().map(|(kind, id)| format!("{kind} {id}")).collect();
        names.sort();
        let before = promised.insert(ack.position, names);
        assert!(before.is_none(), "two answers for the transaction at {}", ack.position);
    }
    let mut journal = tenant.transactions(start).await;
    journal.pop().expect("the last write of the test is there");
    for transaction in &journal {
        let position = transaction["position"].as_i64().unwrap();
        let names = promised.remove(&position);
        let names = names.unwrap_or_else(|| panic!("nobody was told of {transaction}"));
        let text = |change: &Json, member: &str| change[member].as_str().unwrap_or_default().to_owned();
        let by_name = changes(transaction).iter().filter(|change| change["type"] != "record.derived");
        let mut found: Vec<_> =
            by_name.map(|change| format!("{} {}", text(change, "type"), text(change, "id"))).collect();
        found.sort();
        assert_eq!(found, names, "{transaction}");
    }
    assert!(promised.is_empty(), "acknowledged and lost: {promised:?}");
}

/// Every record is where its owner left it and as it left it, there are no others, and
/// the roll-ups are what the records add up to.
pub(super) async fn records(tenant: &Tenant, ledgers: &[Ledger], companies: &[String]) {
    let mut live = BTreeMap::new();
    let mut trash = BTreeMap::new();
    for object in ["contact", "deal"] {
        live.extend(all(tenant, &format!("/v1/records/{object}")).await);
        trash.extend(all(tenant, &format!("/v1/trash/{object}")).await);
    }
    let mut totals: BTreeMap<&str, (i64, i64, i64)> = BTreeMap::new();
    for (id, mine) in ledgers.iter().flat_map(|ledger| &ledger.records) {
        let found = match &mine.place {
            Place::Live => live.remove(id),
            Place::Trash(root) => trash.remove(id).map(|mut entry| {
                assert_eq!(entry["is_root"], json!(root == id), "{entry}");
                entry["record"].take()
            }),
            Place::Purged => continue,
        };
        let found = found.unwrap_or_else(|| panic!("`{id}` is lost: {mine:?}"));
        for (name, value) in &mine.fields {
            assert_eq!(&found[name], value, "`{name}` of {found}");
        }
        if mine.place == Place::Live {
            assert_eq!(found["version"], mine.version, "{found}");
            if let (Some(seats), Some(company)) = (found["seats"].as_i64(), mine.fields["company"].as_str()) {
                let total = totals.entry(company).or_default();
                let cents = mine.fields["amount"]["amount"].as_str().unwrap().replace('.', "");
                *total = (total.0 + 1, total.1 + seats, total.2 + cents.parse::<i64>().unwrap());
            }
        }
    }
    assert!(live.is_empty(), "nobody was told of {live:?}");
    assert!(trash.is_empty(), "nobody was told of {trash:?} in the trash");
    for id in companies {
        let company = tenant.get("company", id).ok().await;
        let (deals, seats, cents) = totals.get(id.as_str()).copied().unwrap_or_default();
        assert_eq!(company["deals"], deals, "{company}");
        assert_eq!(company["seats"], seats.to_string(), "{company}");
        assert_eq!(company["amount"]["amount"], format!("{}.{:02}", cents / 100, cents % 100), "{company}");
    }
}

/// Everything of a list, by id.
async fn all(tenant: &Tenant, path: &str) -> Vec<(String, Json)> {
    let (mut all, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let mut call = tenant.caller().get(path).query("limit", 500);
        if let Some(cursor) = &cursor {
            call = call.query("cursor", cursor);
        }
        let page = call.expect(200).await;
        all.extend(page.data().iter().map(|item| (item["id"].as_str().unwrap().to_owned(), item.clone())));
        cursor = page.json()["next_cursor"].as_str().map(str::to_owned);
        if cursor.is_none() {
            return all;
        }
    }
}

fn changes(transaction: &Json) -> &[Json] {
    transaction["changes"].as_array().map_or(&[], Vec::as_slice)
}
