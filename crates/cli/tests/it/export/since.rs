//! Exports of what has changed: applied to a copy, they give what a whole export gives.

use kith_testing::{Server, Tenant, each_db};
use serde_json::{Value as Json, json};

use super::{Exported, export};
use crate::crm;
use crate::dice::{Dice, setting};
use crate::tasks::make_many;

each_db!(
    changes_applied_to_a_copy_give_the_whole,
    names_each_record_once,
    refuses_a_position_that_is_no_more_kept,
);

const OBJECTS: [&str; 3] = ["company", "contact", "deal"];
const RECORDS: usize = 600;
const ROUNDS: usize = 4;

/// Applies the changes of an export to an earlier one.
fn apply(copy: &mut Exported, changes: &Exported) {
    for object in OBJECTS {
        let mut records = copy.records(object);
        for (id, record) in changes.records(object) {
            match record.get("$deleted") {
                Some(_) => drop(records.remove(&id)),
                None => drop(records.insert(id, record)),
            }
        }
        let lines: String = records.values().map(|record| format!("{record}\n")).collect();
        let listed = copy.manifest["objects"].as_array_mut().unwrap();
        let of = listed.iter_mut().find(|one| one["object"] == object).unwrap();
        of["rows"] = json!(records.len());
        copy.files.insert(format!("{object}.jsonl"), lines.into_bytes());
    }
}

async fn change(tenant: &Tenant, dice: &mut Dice) {
    let companies = crate::tasks::all(tenant, "company").await;
    let contacts = crate::tasks::all(tenant, "contact").await;
    for _ in 0..60 {
        let pick = |dice: &mut Dice, from: &[Json]| dice.pick(from)["id"].as_str().unwrap().to_owned();
        let (company, contact, other) =
            (pick(dice, &companies), pick(dice, &contacts), pick(dice, &contacts));
        let number = dice.below(1_000);
        let call = match dice.below(7) {
            0 => tenant.create("contact", json!({"full_name": "new", "company": company})),
            1 => tenant.create("deal", json!({"seats": number, "company": company, "contact": contact})),
            2 => tenant.delete("contact", &contact),
            3 => tenant.restore("contact", &contact),
            4 => tenant.purge("contact", &contact),
            5 => {
                tenant.caller().post(&format!("/v1/records/contact/{contact}/merge"), &json!({"from": other}))
            }
            _ => tenant.patch("contact", &contact, json!({"full_name": format!("name {number}")})),
        };
        call.await;
    }
}

async fn changes_applied_to_a_copy_give_the_whole(server: Server) {
    let tenant = crm::tenant(&server).await;
    make_many(&tenant, "company", 50, |n| json!({"name": format!("company {n}")})).await;
    make_many(&tenant, "contact", RECORDS, |n| json!({"full_name": format!("Person {n}")})).await;
    let mut dice = Dice::new(setting("KITH_SEED", 2026));
    let mut copy = export(&tenant, json!({})).await;
    for _ in 0..ROUNDS {
        change(&tenant, &mut dice).await;
        let since = copy.position();
        let changes = export(&tenant, json!({"since": since})).await;
        assert_eq!(changes.manifest["since"], since);
        assert!(changes.manifest["deleted"].as_i64().unwrap() > 0, "{}", changes.manifest);
        assert_eq!(changes.manifest["deleted"], changes.job["rows"]["deleted"]);
        apply(&mut copy, &changes);
        copy.manifest["position"] = changes.manifest["position"].clone();
        let whole = export(&tenant, json!({})).await;
        for object in OBJECTS {
            assert_eq!(copy.records(object), whole.records(object), "{object} after {since}");
        }
    }
}

async fn names_each_record_once(server: Server) {
    let tenant = crm::tenant(&server).await;
    let acme = tenant.make("company", json!({"name": "Acme"})).await;
    let gone = tenant.make("contact", json!({"full_name": "Gone"})).await;
    let mark = tenant.mark().await;
    // One record with more changes than are read of one record at once.
    for _ in 0..3 {
        let deal = |n: usize| json!({"title": format!("deal {n}"), "seats": 1, "company": acme});
        make_many(&tenant, "deal", 300, deal).await;
    }
    tenant.delete("contact", &gone).done().await;
    let history = tenant.caller().get("/v1/schema").expect(200).await.history().to_owned();
    for since in [json!(mark), json!(format!("{mark}:{history}"))] {
        let changes = export(&tenant, json!({"since": since, "format": "csv"})).await;
        let companies: Vec<&str> = changes.text("company.csv").lines().collect();
        assert_eq!(companies.len(), 2, "{companies:?}");
        assert!(companies[0].ends_with(",$deleted"), "{}", companies[0]);
        assert!(companies[1].starts_with(&acme) && companies[1].ends_with(",900,false"), "{}", companies[1]);
        let contacts: Vec<&str> = changes.text("contact.csv").lines().collect();
        let commas = ",".repeat(companies_columns(contacts[0]));
        assert_eq!(contacts[1..], [format!("{gone}{commas}true")]);
        assert_eq!(changes.text("deal.csv").lines().count(), 901);
    }
    let nothing = export(&tenant, json!({"since": tenant.mark().await})).await;
    assert_eq!(nothing.manifest["rows"], 0);
}

/// Commas between the id and the last column.
fn companies_columns(header: &str) -> usize {
    header.matches(',').count()
}

async fn refuses_a_position_that_is_no_more_kept(server: Server) {
    let tenant = crm::tenant(&server).await;
    let mark = tenant.mark().await;
    tenant.make("company", json!({"name": "Acme"})).await;
    server.expire_changes(&tenant).await;
    let job = json!({"kind": "export", "format": "csv", "since": mark});
    tenant.create_job(&job).await.expect_status(410).expect_fault("position_expired", "/since");
    let other = "history_01h455vb4pex5vsknk084sn02q";
    let job = json!({"kind": "export", "format": "csv", "since": format!("{mark}:{other}")});
    tenant.create_job(&job).await.expect_status(410).expect_fault("history_changed", "/since");
    // What there is now can be exported without what was.
    let whole = export(&tenant, json!({})).await;
    assert_eq!(whole.records("company").len(), 1);
    let acme = whole.records("company").into_keys().next().unwrap();
    tenant.patch("company", &acme, json!({"name": "Acme again"})).ok().await;
}
