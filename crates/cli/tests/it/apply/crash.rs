//! The server is killed while what a plan has left is under way: it goes on by itself.

use std::time::Duration;

use kith_testing::{Server, each_db};
use serde_json::json;

use crate::crash::site::Site;
use crate::dice::{Dice, setting};
use crate::plan::{document, reach};
use crate::tasks::{all, ended, make_many};

each_db!(comes_to_its_end_when_it_is_killed);

const RECORDS: usize = 6_000;
const KILLS: usize = 3;

async fn comes_to_its_end_when_it_is_killed(server: Server) {
    let engine = server.database().engine();
    // A process of the real binary takes its place.
    server.stop().await;
    let mut dice = Dice::new(setting("KITH_SEED", 2026));
    let mut site = Site::open(engine).await;
    let tenant = site.tenant().await;
    reach(&tenant, json!({"document": document()})).await;
    make_many(&tenant, "deal", RECORDS, |number| json!({"title": format!("{number}"), "amount": number}))
        .await;
    let mut wanted = document();
    let fields = wanted["objects"][1]["fields"].as_array_mut().unwrap();
    fields.push(json!({"name": "double", "type": "integer", "computed": "amount * 2", "stored": true}));
    fields[1] = json!({"name": "amount", "type": "integer", "indexed": true});
    let applied = reach(&tenant, json!({"document": wanted})).await;
    let tasks: Vec<String> =
        applied["tasks"].as_array().unwrap().iter().map(|task| task.as_str().unwrap().to_owned()).collect();
    assert!(!tasks.is_empty(), "{applied}");
    for _ in 0..KILLS {
        tokio::time::sleep(Duration::from_millis(20 + u64::try_from(dice.below(200)).unwrap())).await;
        site.crash(&mut dice).await;
    }
    let tenant = site.now();
    for task in &tasks {
        assert_eq!(ended(&tenant, task).await["state"], "done");
    }
    let deals = all(&tenant, "deal").await;
    assert_eq!(deals.len(), RECORDS);
    for deal in &deals {
        assert_eq!(deal["double"].as_i64(), deal["amount"].as_i64().map(|amount| amount * 2), "{deal}");
    }
    let planned = crate::plan::plan(&tenant, &json!({"document": wanted})).ok().await;
    assert_eq!(planned["steps"], json!([]));
    tenant.verify().await;
}
