//! Computed fields and roll-ups that stand on each other.

use kith_testing::{Server, Tenant, each_db, field, object};
use serde_json::json;

use super::{computed, stored};

each_db!(follows_within_the_transaction, feeds_from_record_to_record, refuses_cycles_by_name);

fn rollup(name: &str, function: &str, of: &str) -> field::Field {
    field::count(name, "deal", "company").set("function", json!(function)).set("of", json!(of))
}

/// Companies with what their deals are worth, and what follows from that.
async fn pipeline(server: &Server) -> Tenant {
    let tenant = server.tenant().await;
    tenant.define(object("company").field(field::text("name"))).await;
    let deal = object("deal")
        .field(field::reference("company", &["company"]))
        .field(field::decimal("amount", 12, 2))
        .field(field::integer("probability"))
        .field(stored(field::decimal("weighted", 18, 2), "round(amount * probability / 100, 2)"));
    tenant.define(deal).await;
    tenant.create_field("company", rollup("open", "sum", "weighted")).created().await;
    let size = stored(field::text("size"), "open >= 1000 ? 'large' : 'small'").indexed();
    tenant.create_field("company", size).created().await;
    tenant
        .create_field("company", computed(field::text("title"), "name + ' (' + size + ')'"))
        .created()
        .await;
    tenant
}

async fn follows_within_the_transaction(server: Server) {
    let tenant = pipeline(&server).await;
    let company = tenant.make("company", json!({"name": "Acme"})).await;
    assert_eq!(tenant.get("company", &company).ok().await["title"], "Acme (small)");
    let mark = tenant.mark().await;
    let record = json!({"company": company, "amount": "4000.00", "probability": 25});
    let deal = tenant.make("deal", record).await;
    tenant.expect_changes(mark, &["record.created deal", "record.derived company"]).await;
    let acme = tenant.get("company", &company).ok().await;
    assert_eq!((&acme["open"], &acme["title"]), (&json!("1000.00"), &json!("Acme (large)")));
    assert_eq!(acme["version"], 1, "what is derived is no version");
    assert_eq!(tenant.list("company").query("size", "large").expect(200).await.data().len(), 1);
    tenant.patch("deal", &deal, json!({"probability": 10})).ok().await;
    assert_eq!(tenant.get("company", &company).ok().await["title"], "Acme (small)");
    tenant.patch("deal", &deal, json!({"probability": 99})).ok().await;
    tenant.delete("deal", &deal).done().await;
    assert_eq!(tenant.get("company", &company).ok().await["size"], "small");
    tenant.restore("deal", &deal).ok().await;
    assert_eq!(tenant.get("company", &company).ok().await["size"], "large");
}

async fn feeds_from_record_to_record(server: Server) {
    let tenant = server.tenant().await;
    let folder = object("folder").field(field::reference("parent", &["folder"])).field(field::integer("own"));
    tenant.define(folder).await;
    let region = object("region");
    tenant.define(region).await;
    tenant.create_field("folder", field::reference("region", &["region"])).created().await;
    tenant.create_field("folder", stored(field::integer("size"), "own + 1")).created().await;
    tenant.create_field("region", field::sum("total", "folder", "region", "size")).created().await;
    tenant.create_field("region", stored(field::decimal("doubled", 18, 0), "total * 2")).created().await;
    let region = tenant.make("region", json!({})).await;
    for own in [1, 2, 3] {
        tenant.make("folder", json!({"own": own, "region": region})).await;
    }
    assert_eq!(tenant.get("region", &region).ok().await["doubled"], "18");
}

async fn refuses_cycles_by_name(server: Server) {
    let tenant = pipeline(&server).await;
    let share = stored(field::decimal("share", 18, 2), "company.open");
    tenant.create_field("deal", share).created().await;
    tenant.create_field("company", rollup("shares", "sum", "share")).created().await;
    let looped = json!({"computed": "company.shares"});
    let refused = tenant.patch_field("deal", "weighted", looped).await;
    let refused =
        refused.expect_problem(422, "invalid_expression").expect_fault("invalid_expression", "/computed");
    let detail = refused.json()["detail"].as_str().unwrap().to_owned();
    let way = "`deal.weighted` → `company.shares` → `deal.share` → `company.open` → `deal.weighted`";
    assert!(detail.contains(way), "{detail}");
    let own = computed(field::integer("me"), "me + 1");
    let refused = tenant.create_field("deal", own).await;
    let refused = refused.expect_problem(422, "invalid_expression");
    assert!(refused.json()["detail"].as_str().unwrap().contains("`me` → `me`"), "{refused:?}");
}
