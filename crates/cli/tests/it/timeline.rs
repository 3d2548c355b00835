//! Timelines: how long a record had which value of a field.

use kith_testing::{Server, each_db};
use serde_json::{Value as Json, json};

use crate::crm;

each_db!(tells_how_long_each_value_stood, has_no_value_while_deleted, refuses_what_is_not_there,);

async fn tells_how_long_each_value_stood(server: Server) {
    let tenant = crm::tenant(&server).await;
    let deal = tenant.make("deal", json!({"seats": 1})).await;
    for seats in [json!(2), json!(2), Json::Null, json!(3)] {
        tenant.patch("deal", &deal, json!({"seats": seats})).ok().await;
    }
    // Of another field nothing is told.
    tenant.patch("deal", &deal, json!({"amount": crm::euros("1.00")})).ok().await;
    let path = format!("/v1/records/deal/{deal}/timeline/seats");
    let timeline = tenant.caller().get(&path).ok().await;
    assert_eq!((&timeline["field"], &timeline["complete"]), (&json!("seats"), &json!(true)));
    let periods = timeline["periods"].as_array().unwrap();
    let values: Vec<&Json> = periods.iter().map(|period| &period["value"]).collect();
    assert_eq!(values, [&json!(1), &json!(2), &Json::Null, &json!(3)]);
    for pair in periods.windows(2) {
        assert_eq!(pair[0]["until"], pair[1]["from"]);
    }
    assert_eq!(periods[3]["until"], Json::Null);
}

async fn has_no_value_while_deleted(server: Server) {
    let tenant = crm::tenant(&server).await;
    let deal = tenant.make("deal", json!({"seats": 1})).await;
    tenant.delete("deal", &deal).done().await;
    tenant.restore("deal", &deal).ok().await;
    let path = format!("/v1/records/deal/{deal}/timeline/seats");
    let timeline = tenant.caller().get(&path).ok().await;
    let periods = timeline["periods"].as_array().unwrap();
    assert_eq!(periods.len(), 2);
    assert_eq!((&periods[0]["value"], &periods[1]["value"]), (&json!(1), &json!(1)));
    assert!(periods[0]["until"].as_str() < periods[1]["from"].as_str());
}

async fn refuses_what_is_not_there(server: Server) {
    let tenant = crm::tenant(&server).await;
    let deal = tenant.make("deal", json!({})).await;
    let caller = tenant.caller();
    caller.get(&format!("/v1/records/deal/{deal}/timeline/seat")).expect(404).await;
    caller.get(&format!("/v1/records/dael/{deal}/timeline/seats")).expect(404).await;
}
