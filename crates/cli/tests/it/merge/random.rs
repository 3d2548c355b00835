//! Merges in any order among other writes, against the plainest model there is: which id
//! stands for which. That tables, roll-ups, match keys and journal agree is checked when
//! the test ends, as ever.

use std::collections::BTreeMap;

use kith_testing::{Server, Tenant, each_db, field, object};
use serde_json::{Value as Json, json};

use super::merge;
use crate::crm;
use crate::dice::{Dice, setting};

each_db!(agrees_with_a_plain_model);

/// Steps of one run: enough for chains of merges, of deletions between, and of returns.
const STEPS: usize = 150;

/// What is known of the companies that were ever made.
#[derive(Default)]
struct Model {
    ids: Vec<String>,
    /// For each the one that it stands for, when it was merged.
    into: BTreeMap<usize, usize>,
    deleted: Vec<usize>,
    purged: Vec<usize>,
    /// Deals: id, and the company it was given.
    deals: Vec<(String, usize)>,
}

impl Model {
    fn stands_for(&self, index: usize) -> usize {
        let mut at = index;
        while let Some(next) = self.into.get(&at) {
            at = *next;
        }
        at
    }

    fn is_live(&self, index: usize) -> bool {
        let at = self.stands_for(index);
        !self.deleted.contains(&at) && !self.purged.contains(&at)
    }
}

async fn agrees_with_a_plain_model(server: Server) {
    let mut dice = Dice::new(setting("KITH_SEED", 20));
    let tenant = crm::tenant(&server).await;
    tenant.patch_field("deal", "company", json!({"on_delete": "clear"})).ok().await;
    tenant
        .create_field("company", field::reference("parent", &["company"]).on_delete("clear"))
        .created()
        .await;
    let note = object("note").field(field::reference("about", &["contact", "company"]).on_delete("cascade"));
    tenant.define(note).await;
    let rule = json!({"name": "same_name", "on": [{"field": "name", "how": "normalized"}]});
    let path = "/v1/schema/objects/company/matching";
    tenant.caller().call(reqwest::Method::POST, path).json(&rule).created().await;
    crate::duplicates::scan(&tenant, "company").await;
    let mut model = Model::default();
    for step in 0..STEPS {
        take_step(&tenant, &mut model, &mut dice, step).await;
    }
    for (index, id) in model.ids.iter().enumerate() {
        let found = tenant.get("company", id).await;
        if model.is_live(index) {
            assert_eq!(found.json()["id"], json!(model.ids[model.stands_for(index)]), "{id}");
        } else {
            found.expect_problem(404, "not_found");
        }
    }
    for (deal, company) in &model.deals {
        let found = tenant.get("deal", deal).ok().await["company"].clone();
        // A deletion cleared the reference, and a return did not bring it back.
        let wanted = json!(model.ids[model.stands_for(*company)]);
        assert!(found == wanted || found.is_null(), "{deal}: {found} is not {wanted}");
    }
    let counted: i64 = count(&tenant).await;
    let referring = tenant.list("deal").query("limit", 500).expect(200).await;
    let referring = referring.data().iter().filter(|deal| !deal["company"].is_null()).count();
    assert_eq!(counted, i64::try_from(referring).unwrap());
}

async fn count(tenant: &Tenant) -> i64 {
    let companies = tenant.list("company").query("limit", 500).expect(200).await;
    companies.data().iter().map(|company| company["deals"].as_i64().unwrap()).sum()
}

async fn take_step(tenant: &Tenant, model: &mut Model, dice: &mut Dice, step: usize) {
    let live: Vec<usize> = (0..model.ids.len()).filter(|index| model.is_live(*index)).collect();
    // By an id that stands for another as often as by its own.
    let (one, other) = match live.len() {
        0 => (None, None),
        count => (Some(live[dice.below(count)]), Some(live[dice.below(count)])),
    };
    match (dice.below(10), one, other) {
        (0..=3, _, _) | (_, None, _) => {
            let parent = one.map(|one| model.ids[one].clone());
            let record = json!({"name": format!("C{step}"), "parent": parent});
            model.ids.push(tenant.make("company", record).await);
        }
        (4, Some(one), _) => {
            let record = json!({"company": model.ids[one], "amount": crm::euros("1.50"), "seats": 2});
            model.deals.push((tenant.make("deal", record).await, one));
        }
        (5, Some(one), _) => drop(tenant.make("note", json!({"about": model.ids[one]})).await),
        (6 | 7, Some(one), Some(other)) if one != other => {
            let default = if dice.below(2) == 0 { "into" } else { "from" };
            let body = json!({"from": model.ids[other], "default": default});
            merge(tenant, "company", &model.ids[one], body).ok().await;
            let (into, from) = (model.stands_for(one), model.stands_for(other));
            if into != from {
                model.into.insert(from, into);
            }
        }
        (8, Some(one), _) => {
            let at = model.stands_for(one);
            if dice.below(4) == 0 {
                tenant.purge("company", &model.ids[one]).done().await;
                model.purged.push(at);
            } else {
                tenant.delete("company", &model.ids[one]).done().await;
                model.deleted.push(at);
            }
        }
        (_, Some(one), _) => match model.deleted.pop() {
            Some(deleted) => {
                let back: Json = tenant.restore("company", &model.ids[deleted]).ok().await;
                assert_eq!(back["id"], json!(model.ids[deleted]));
            }
            None => {
                let change = json!({"name": format!("D{step}")});
                let changed = tenant.patch("company", &model.ids[one], change).ok().await;
                assert_eq!(changed["id"], json!(model.ids[model.stands_for(one)]));
            }
        },
    }
}
