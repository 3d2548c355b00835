//! Roll-ups over roll-ups.

use kith_testing::{Server, Tenant, each_db, field, object};
use serde_json::{Value as Json, json};

each_db!(
    goes_up_to_the_end_of_the_chain,
    takes_the_greatest_of_sums,
    moves_a_branch,
    computes_over_roll_ups_that_exist,
    is_bounded_in_depth,
    keeps_what_others_are_computed_over,
    goes_through_computed_fields,
    refuses_to_follow_from_itself,
);

/// A shelf of boxes of things: the weights of the things add up.
async fn define(tenant: &Tenant) {
    tenant.define(object("shelf")).await;
    tenant.define(object("carton").field(field::reference("shelf", &["shelf"]).on_delete("cascade"))).await;
    let thing = object("thing")
        .field(field::reference("carton", &["carton"]).on_delete("cascade"))
        .field(field::decimal("weight", 9, 1));
    tenant.define(thing).await;
    tenant.create_field("carton", field::sum("weight", "thing", "carton", "weight")).created().await;
    tenant.create_field("shelf", field::sum("weight", "carton", "shelf", "weight")).created().await;
    for (name, function) in [("heaviest", "max"), ("mean", "avg")] {
        tenant
            .create_field("shelf", field::rollup(name, function, "carton", "shelf", "weight"))
            .created()
            .await;
    }
}

async fn shown(tenant: &Tenant, shelf: &str) -> [Json; 3] {
    let shelf = tenant.get("shelf", shelf).ok().await;
    ["weight", "heaviest", "mean"].map(|name| shelf[name].clone())
}

async fn goes_up_to_the_end_of_the_chain(server: Server) {
    let tenant = server.tenant().await;
    define(&tenant).await;
    let shelf = tenant.make("shelf", json!({})).await;
    let carton = tenant.make("carton", json!({"shelf": shelf})).await;
    assert_eq!(shown(&tenant, &shelf).await, [json!("0.0"), json!("0.0"), json!("0.000")]);
    let mark = tenant.mark().await;
    let thing = |weight: &str| json!({"op": "create", "object": "thing", "record": {"carton": carton, "weight": weight}});
    tenant.batch(json!([thing("1.5"), thing("2.5")])).ok().await;
    let kinds =
        ["record.created thing", "record.created thing", "record.derived shelf", "record.derived carton"];
    tenant.expect_changes(mark, &kinds).await;
    assert_eq!(shown(&tenant, &shelf).await, [json!("4.0"), json!("4.0"), json!("4.000")]);
    let record = tenant.get("shelf", &shelf).ok().await;
    assert_eq!(record["version"], 1);
}

async fn takes_the_greatest_of_sums(server: Server) {
    let tenant = server.tenant().await;
    define(&tenant).await;
    let shelf = tenant.make("shelf", json!({})).await;
    let mut things = Vec::new();
    for weight in ["1.0", "5.0", "3.0"] {
        let carton = tenant.make("carton", json!({"shelf": shelf})).await;
        things.push(tenant.make("thing", json!({"carton": carton, "weight": weight})).await);
    }
    assert_eq!(shown(&tenant, &shelf).await, [json!("9.0"), json!("5.0"), json!("3.000")]);
    tenant.patch("thing", &things[1], json!({"weight": "2.0"})).ok().await;
    assert_eq!(shown(&tenant, &shelf).await, [json!("6.0"), json!("3.0"), json!("2.000")]);
    tenant.purge("thing", &things[2]).done().await;
    assert_eq!(shown(&tenant, &shelf).await, [json!("3.0"), json!("2.0"), json!("1.000")]);
}

async fn moves_a_branch(server: Server) {
    let tenant = server.tenant().await;
    define(&tenant).await;
    let [a, b] = [tenant.make("shelf", json!({})).await, tenant.make("shelf", json!({})).await];
    let carton = tenant.make("carton", json!({"shelf": a})).await;
    let thing = tenant.make("thing", json!({"carton": carton, "weight": "2.0"})).await;
    // Moved while what is in it changes.
    let operations = json!([
        {"op": "update", "object": "thing", "id": thing, "record": {"weight": "3.0"}},
        {"op": "update", "object": "carton", "id": carton, "record": {"shelf": b}},
        {"op": "create", "object": "thing", "record": {"carton": carton, "weight": "1.0"}},
    ]);
    tenant.batch(operations).ok().await;
    assert_eq!(shown(&tenant, &a).await, [json!("0.0"), json!(null), json!(null)]);
    assert_eq!(shown(&tenant, &b).await, [json!("4.0"), json!("4.0"), json!("4.000")]);
    tenant.delete("shelf", &b).done().await;
    tenant.restore("shelf", &b).ok().await;
    assert_eq!(shown(&tenant, &b).await, [json!("4.0"), json!("4.0"), json!("4.000")]);
    tenant.delete("carton", &carton).done().await;
    assert_eq!(shown(&tenant, &b).await, [json!("0.0"), json!(null), json!(null)]);
}

async fn computes_over_roll_ups_that_exist(server: Server) {
    let tenant = server.tenant().await;
    define(&tenant).await;
    let shelf = tenant.make("shelf", json!({})).await;
    for weight in ["1.0", "2.0"] {
        let carton = tenant.make("carton", json!({"shelf": shelf})).await;
        tenant.make("thing", json!({"carton": carton, "weight": weight})).await;
    }
    let least = field::rollup("least", "min", "carton", "shelf", "weight");
    tenant.create_field("shelf", least).created().await;
    let full = field::count("full", "carton", "shelf").set("where", json!("weight > 1.0"));
    tenant.create_field("shelf", full).created().await;
    let record = tenant.get("shelf", &shelf).ok().await;
    assert_eq!((&record["least"], &record["full"]), (&json!("1.0"), &json!(1)));
    let light = tenant.list("carton").query("weight", "1.0").expect(200).await;
    let light = light.data()[0]["id"].clone();
    tenant.make("thing", json!({"carton": light, "weight": "1.0"})).await;
    let record = tenant.get("shelf", &shelf).ok().await;
    assert_eq!((&record["least"], &record["full"]), (&json!("2.0"), &json!(2)));
}

async fn is_bounded_in_depth(server: Server) {
    let tenant = server.tenant().await;
    tenant.define(object("node").field(field::reference("parent", &["node"]))).await;
    tenant.create_field("node", field::count("sum0", "node", "parent")).created().await;
    for depth in 1..=7 {
        let sum = field::sum(&format!("sum{depth}"), "node", "parent", &format!("sum{}", depth - 1));
        tenant.create_field("node", sum).created().await;
    }
    let sum = field::sum("sum8", "node", "parent", "sum7");
    tenant.create_field("node", sum).await.expect_problem(422, "limit_reached");
    let mut ids = vec![tenant.make("node", json!({})).await];
    for _ in 0..10 {
        ids.push(tenant.make("node", json!({"parent": ids.last()})).await);
    }
    tenant.make("node", json!({"parent": ids[10]})).await;
    for (index, id) in ids.iter().enumerate() {
        let node = tenant.get("node", id).ok().await;
        assert_eq!(node["sum0"], 1);
        let deepest = if index <= 3 { "1" } else { "0" };
        assert_eq!(node["sum7"], deepest, "{index}");
    }
}

async fn keeps_what_others_are_computed_over(server: Server) {
    let tenant = server.tenant().await;
    define(&tenant).await;
    tenant.drop_field("carton", "weight").await.expect_problem(409, "referenced");
    let over_itself = field::sum("total", "carton", "shelf", "total");
    tenant.create_field("shelf", over_itself).await.expect_problem(422, "unknown_field");
    let own = field::sum("depth", "node", "parent", "depth");
    tenant.define(object("node").field(field::reference("parent", &["node"]))).await;
    tenant.create_field("node", own).await.expect_problem(422, "unknown_field");
}

async fn goes_through_computed_fields(server: Server) {
    let tenant = server.tenant().await;
    define(&tenant).await;
    let shelf = tenant.make("shelf", json!({})).await;
    let full = tenant.make("carton", json!({"shelf": shelf})).await;
    let thing = tenant.make("thing", json!({"carton": full, "weight": "1.5"})).await;
    let gross = field::decimal("gross", 18, 1).set("computed", json!("coalesce(weight, 0.0) + 0.5"));
    tenant.create_field("carton", gross.set("stored", json!(true))).created().await;
    tenant.create_field("shelf", field::sum("gross", "carton", "shelf", "gross")).created().await;
    let heavy = field::rollup("heavy", "max", "carton", "shelf", "gross").set("where", json!("gross > 2.0"));
    tenant.create_field("shelf", heavy).created().await;
    let expect = async |wanted: Json| {
        let shelf = tenant.get("shelf", &shelf).ok().await;
        assert_eq!(json!([shelf["gross"], shelf["heavy"]]), wanted);
    };
    expect(json!(["2.0", null])).await;
    let mark = tenant.mark().await;
    tenant.patch("thing", &thing, json!({"weight": "2.5"})).ok().await;
    let kinds = ["record.updated thing", "record.derived shelf", "record.derived carton"];
    tenant.expect_changes(mark, &kinds).await;
    expect(json!(["3.0", "3.0"])).await;
    tenant.make("carton", json!({"shelf": shelf})).await;
    expect(json!(["3.5", "3.0"])).await;
    tenant.delete("thing", &thing).done().await;
    expect(json!(["1.0", null])).await;
}

async fn refuses_to_follow_from_itself(server: Server) {
    let tenant = server.tenant().await;
    tenant.define(object("node").field(field::reference("parent", &["node"]))).await;
    let own = field::decimal("own", 9, 0).set("computed", json!("decimal(1)")).set("stored", json!(true));
    tenant.create_field("node", own).created().await;
    tenant.create_field("node", field::sum("below", "node", "parent", "own")).created().await;
    let refused = tenant.patch_field("node", "own", json!({"computed": "below + decimal(1)"})).await;
    let refused = refused.expect_problem(422, "invalid_expression");
    assert!(refused.text().contains("`below`"), "{refused:?}");
}
