//! Exports while others write: each is of one position, whatever happens meanwhile.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use kith_testing::{Server, Tenant, each_db};
use serde_json::{Value as Json, json};

use super::past::Past;
use super::{begin, export, finished};
use crate::crm;
use crate::dice::{Dice, setting};
use crate::tasks::make_many;

each_db!(
    is_of_one_position_while_others_write,
    undoes_many_changes_of_one_record,
    counts_what_was_purged_meanwhile,
    goes_on_while_the_schema_changes,
    begins_again_when_what_it_shows_changes,
);

/// Enough for several stretches of each object.
const COMPANIES: usize = 700;
const CONTACTS: usize = 2_500;
const DEALS: usize = 2_500;
const EXPORTS: usize = 4;
const WRITERS: usize = 3;

struct Ids {
    companies: Vec<String>,
    contacts: Vec<String>,
    deals: Vec<String>,
}

async fn fill(tenant: &Tenant) -> Ids {
    let companies =
        make_many(tenant, "company", COMPANIES, |n| json!({"name": format!("company {n}")})).await;
    let contact = |n: usize| json!({"full_name": format!("Person {n}"), "email": format!("p{n}@example.com"), "company": companies[n % 40]});
    let contacts = make_many(tenant, "contact", CONTACTS, contact).await;
    let deal = |n: usize| {
        json!({
            "title": format!("deal {n}"), "seats": n, "amount": crm::euros("1.10"),
            "company": companies[n % COMPANIES], "contact": contacts[n % 500],
        })
    };
    let deals = make_many(tenant, "deal", DEALS, deal).await;
    Ids { companies, contacts, deals }
}

/// Changes, deletes, restores and merges until it is told to stop; how much it did.
async fn write(tenant: Tenant, ids: Arc<Ids>, mut dice: Dice, over: Arc<AtomicBool>) -> usize {
    let mut done = 0;
    while !over.load(Ordering::Relaxed) {
        let company = dice.pick(&ids.companies[..50]).clone();
        let contact = dice.pick(&ids.contacts).clone();
        let other = dice.pick(&ids.contacts).clone();
        let deal = dice.pick(&ids.deals).clone();
        let number = dice.below(100_000);
        let call = match dice.below(12) {
            0 | 1 => tenant.patch("contact", &contact, json!({"full_name": format!("Person {number}")})),
            2 | 3 => tenant.patch("deal", &deal, json!({"seats": number, "company": company})),
            4 => tenant.patch("deal", &deal, json!({"amount": null, "contact": contact})),
            5 => tenant.create("contact", json!({"full_name": format!("new {number}"), "company": company})),
            6 => tenant.create("deal", json!({"seats": 1, "company": company, "contact": contact})),
            7 => tenant.delete("contact", &contact),
            8 => tenant.restore("contact", &contact),
            9 => tenant.delete("deal", &deal),
            10 => tenant.restore("deal", &deal),
            _ => {
                let path = format!("/v1/records/contact/{contact}/merge");
                tenant.caller().post(&path, &json!({"from": other}))
            }
        };
        done += usize::from(call.await.status() < 300);
    }
    done
}

async fn is_of_one_position_while_others_write(server: Server) {
    let tenant = crm::tenant(&server).await;
    let ids = Arc::new(fill(&tenant).await);
    let over = Arc::new(AtomicBool::new(false));
    let mut dice = Dice::new(setting("KITH_SEED", 2026));
    let writers: Vec<_> = (0..WRITERS)
        .map(|_| tokio::spawn(write(tenant.clone(), ids.clone(), dice.split(), over.clone())))
        .collect();
    let mut exports = Vec::new();
    for _ in 0..EXPORTS {
        exports.push(export(&tenant, json!({})).await);
    }
    over.store(true, Ordering::Relaxed);
    let mut done = 0;
    for writer in writers {
        done += writer.await.unwrap();
    }
    assert!(done > 50, "only {done} writes: nothing was tested");
    let past = Past::read(&tenant).await;
    for exported in exports {
        let state = past.at(exported.position());
        for (object, records) in state {
            let found = exported.records(&object);
            for (id, record) in &records {
                assert_eq!(found.get(id), Some(record), "{id} as of {}", exported.position());
            }
            assert_eq!(found.len(), records.len(), "{object} as of {}", exported.position());
        }
    }
}

async fn undoes_many_changes_of_one_record(server: Server) {
    let tenant = crm::tenant(&server).await;
    let mark = tenant.mark().await;
    let ids = fill(&tenant).await;
    let busy = &ids.companies[COMPANIES / 2];
    let mut exports = Vec::new();
    for since in [Json::Null, json!(mark)] {
        let job = begin(&tenant, json!({"objects": ["deal", "contact", "company"], "since": since})).await;
        while tenant.job(&job).ok().await["position"].is_null() {}
        // More changes of one record than are read at once.
        for round in 0..2 {
            let update = |n: usize| json!({"op": "update", "object": "company", "id": busy, "record": {"name": format!("busy {round} {n}")}});
            tenant.batch(json!((0..800).map(update).collect::<Vec<_>>())).minimal().ok().await;
        }
        exports.push(finished(&tenant, &job).await);
    }
    let past = Past::read(&tenant).await;
    for exported in exports {
        assert_eq!(exported.records("company"), past.at(exported.position())["company"]);
    }
}

async fn counts_what_was_purged_meanwhile(server: Server) {
    let tenant = crm::tenant(&server).await;
    let ids = fill(&tenant).await;
    let job = begin(&tenant, json!({"objects": ["company", "contact", "deal"]})).await;
    // Its position is known as soon as it has begun.
    while tenant.job(&job).ok().await["position"].is_null() {}
    let mut purged = Vec::new();
    for id in ids.deals.iter().rev().take(20) {
        let at = tenant.purge("deal", id).expect(204).await.position();
        purged.push((id, at));
    }
    let exported = finished(&tenant, &job).await;
    assert!(purged.iter().all(|(_, at)| *at > exported.position()));
    let deals = exported.records("deal");
    // Those that were written before they were purged are in the file.
    let missing = purged.iter().filter(|(id, _)| !deals.contains_key(*id)).count();
    let of_deals = &exported.manifest["objects"][2];
    assert_eq!(of_deals["purged_since"], json!(missing), "{of_deals}");
    assert_eq!(deals.len() + missing, DEALS);
}

async fn goes_on_while_the_schema_changes(server: Server) {
    let tenant = crm::tenant(&server).await;
    fill(&tenant).await;
    let job = begin(&tenant, json!({"objects": ["contact", "deal"]})).await;
    tenant.define(kith_testing::object("note").field(kith_testing::field::text("body"))).await;
    tenant.patch_object("deal", json!({"label": "A deal"})).ok().await;
    let exported = finished(&tenant, &job).await;
    assert_eq!(exported.records("contact").len(), CONTACTS);
    assert_eq!(exported.records("deal").len(), DEALS);
}

async fn begins_again_when_what_it_shows_changes(server: Server) {
    let tenant = crm::tenant(&server).await;
    fill(&tenant).await;
    let job = begin(&tenant, json!({"objects": ["contact", "deal"]})).await;
    let field = kith_testing::field::integer("rank").default(json!(7));
    tenant.create_field("deal", field).expect(201).await;
    let exported = finished(&tenant, &job).await;
    let deals = exported.records("deal");
    assert_eq!(deals.len(), DEALS);
    let ranked = deals.values().filter(|deal| deal.get("rank").is_some()).count();
    assert!(ranked == 0 || ranked == DEALS, "all are of one schema: {ranked}");
    let schema: Json = serde_json::from_str(exported.text("schema.json")).unwrap();
    let shown = schema["objects"][1]["fields"].as_array().unwrap();
    assert_eq!(shown.iter().any(|field| field["name"] == "rank"), ranked > 0, "{schema}");
}
