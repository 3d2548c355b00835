//! Tasks whose server is killed, again and again, until they have come to their end.

use std::time::Duration;

use kith_testing::{Engine, Server, Tenant, each_db, field, object};
use serde_json::{Value as Json, json};

use super::{all, doubled, expect_doubled, make_many};
use crate::crash::site::Site;
use crate::dice::{Dice, setting};

each_db!(
    fills_each_record_once_however_often_it_is_killed,
    widens_each_value_however_often_it_is_killed,
    builds_a_key_however_often_it_is_killed,
);

const RECORDS: usize = 6_000;

/// Enough for a key to be left to a task.
const MANY: usize = 10_500;

const ROUNDS: u64 = 4;

/// A server that can be killed, with so many contacts.
async fn site(engine: Engine, count: usize) -> Site {
    let site = Site::open(engine).await;
    let tenant = site.tenant().await;
    tenant.define(object("contact").field(field::integer("number"))).await;
    make_many(&tenant, "contact", count, |number| json!({ "number": number })).await;
    site
}

/// Kills the server at random moments, then waits for the end of a task.
async fn survive(site: &mut Site, id: &Json) -> Tenant {
    let mut dice = Dice::new(setting("KITH_SEED", 2026));
    for _ in 0..setting("KITH_CRASH_ROUNDS", ROUNDS) {
        let life = u64::try_from(20 + dice.below(250)).unwrap();
        tokio::time::sleep(Duration::from_millis(life)).await;
        site.crash(&mut dice).await;
        // The tenant is opened, and its task taken up, by the next request.
        site.now().schema().may_fail().try_send().await.ok();
    }
    let tenant = site.now();
    let path = format!("/v1/schema/tasks/{}", id.as_str().unwrap());
    loop {
        let asked = tenant.caller().get(&path).query("wait", "20s").may_fail().try_send().await;
        let Ok(answer) = asked else { continue };
        if answer.status() == 200 && answer.json()["state"] != json!("running") {
            let task = answer.into_json();
            assert_eq!(task["state"], json!("done"), "{task}");
            return tenant;
        }
    }
}

async fn fills_each_record_once_however_often_it_is_killed(server: Server) {
    server.stop().await;
    let mut site = site(server.database().engine(), RECORDS).await;
    let tenant = site.now();
    let mark = tenant.mark().await;
    let made = tenant.create_field("contact", doubled()).created().await;
    let tenant = survive(&mut site, &made["task"]).await;
    expect_doubled(&tenant, RECORDS).await;
    let mut derived = 0;
    for transaction in tenant.transactions(mark).await {
        let changes = transaction["changes"].as_array().unwrap();
        derived += changes.iter().filter(|change| change["type"] == json!("record.derived")).count();
    }
    assert_eq!(derived, RECORDS, "every value is in the journal, and once");
    tenant.verify().await;
}

async fn widens_each_value_however_often_it_is_killed(server: Server) {
    server.stop().await;
    let mut site = site(server.database().engine(), RECORDS).await;
    let changes = json!({"type": "decimal", "precision": 12, "scale": 2});
    let changed = site.now().patch_field("contact", "number", changes).ok().await;
    let tenant = survive(&mut site, &changed["task"]).await;
    for (number, contact) in all(&tenant, "contact").await.iter().enumerate() {
        assert_eq!(contact["number"], json!(format!("{number}.00")));
    }
    tenant.verify().await;
}

async fn builds_a_key_however_often_it_is_killed(server: Server) {
    server.stop().await;
    let mut site = site(server.database().engine(), MANY).await;
    let made = site.now().create_key("contact", json!({"fields": ["number"]})).created().await;
    let tenant = match made["task"].is_string() {
        true => survive(&mut site, &made["task"]).await,
        false => site.now(),
    };
    tenant.create("contact", json!({"number": 17})).await.expect_problem(409, "not_unique");
    tenant.upsert("contact", "number", "17", json!({})).expect(200).await;
}
