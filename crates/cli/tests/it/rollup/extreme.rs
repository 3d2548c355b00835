//! Least and greatest values.

use kith_testing::{Server, Tenant, each_db, field, object};
use serde_json::{Value as Json, json};

each_db!(
    takes_the_next_when_the_furthest_leaves,
    is_none_over_nothing,
    is_of_any_type_that_has_an_order,
    looks_beyond_what_a_transaction_has_touched,
    follows_records_that_come_back_and_move,
    computes_over_what_is_there_and_leaves_nothing_behind,
    asks_for_those_without,
);

/// A box has its least and greatest marble.
async fn define(tenant: &Tenant) {
    tenant.define(object("bag")).await;
    let marble = object("marble")
        .field(field::reference("bag", &["bag"]).on_delete("cascade"))
        .field(field::reference("of", &["marble"]).on_delete("clear"))
        .field(field::integer("size"))
        .field(field::decimal("weight", 9, 3))
        .field(field::currency("price"))
        .field(field::date("found"))
        .field(field::datetime("seen"));
    tenant.define(marble).await;
    for (name, function) in [("least", "min"), ("greatest", "max")] {
        tenant.create_field("bag", field::rollup(name, function, "marble", "bag", "size")).created().await;
    }
}

async fn bounds(tenant: &Tenant, bag: &str) -> [Json; 2] {
    let bag = tenant.get("bag", bag).ok().await;
    [bag["least"].clone(), bag["greatest"].clone()]
}

async fn takes_the_next_when_the_furthest_leaves(server: Server) {
    let tenant = server.tenant().await;
    define(&tenant).await;
    let bag = tenant.create("bag", json!({})).created().await;
    assert_eq!([&bag["least"], &bag["greatest"]], [&json!(null), &json!(null)]);
    let bag = bag["id"].as_str().unwrap();
    let mut marbles = Vec::new();
    for size in [json!(3), json!(-1), json!(null), json!(7), json!(7), json!(5)] {
        marbles.push(tenant.make("marble", json!({"bag": bag, "size": size})).await);
    }
    assert_eq!(bounds(&tenant, bag).await, [json!(-1), json!(7)]);
    // One of two that are alike.
    let mark = tenant.mark().await;
    tenant.delete("marble", &marbles[3]).done().await;
    tenant.expect_changes(mark, &["record.deleted marble"]).await;
    assert_eq!(bounds(&tenant, bag).await, [json!(-1), json!(7)]);
    tenant.patch("marble", &marbles[4], json!({"size": 4})).ok().await;
    assert_eq!(bounds(&tenant, bag).await, [json!(-1), json!(5)]);
    tenant.patch("marble", &marbles[1], json!({"size": null})).ok().await;
    assert_eq!(bounds(&tenant, bag).await, [json!(3), json!(5)]);
    tenant.patch("marble", &marbles[0], json!({"size": 100})).ok().await;
    assert_eq!(bounds(&tenant, bag).await, [json!(4), json!(100)]);
}

async fn is_none_over_nothing(server: Server) {
    let tenant = server.tenant().await;
    define(&tenant).await;
    let bag = tenant.make("bag", json!({})).await;
    for size in [1, 2] {
        let marble = tenant.make("marble", json!({"bag": bag, "size": size})).await;
        assert_eq!(bounds(&tenant, &bag).await, [json!(size), json!(size)]);
        tenant.purge("marble", &marble).done().await;
        assert_eq!(bounds(&tenant, &bag).await, [json!(null), json!(null)]);
    }
}

async fn is_of_any_type_that_has_an_order(server: Server) {
    let tenant = server.tenant().await;
    define(&tenant).await;
    let cases = [
        ("weight", json!("0.100"), json!("10.000"), json!("-2.500")),
        ("found", json!("0001-01-01"), json!("2026-11-23"), json!("1999-12-31")),
        (
            "seen",
            json!("1969-07-20T20:17:00.000000Z"),
            json!("2026-11-23T00:00:00.000001Z"),
            json!("2000-01-01T00:00:00.000000Z"),
        ),
        ("price", euros("1.00"), euros("12.34"), euros("2.00")),
    ];
    let bag = tenant.make("bag", json!({})).await;
    for (name, ..) in &cases {
        let field = field::rollup(&format!("top_{name}"), "max", "marble", "bag", name);
        let field = if *name == "price" { field.set("currency", json!("EUR")) } else { field };
        tenant.create_field("bag", field).created().await;
    }
    for (name, low, high, middle) in &cases {
        let top = async || tenant.get("bag", &bag).ok().await[format!("top_{name}")].clone();
        tenant.make("marble", json!({"bag": bag, *name: low})).await;
        let highest = tenant.make("marble", json!({"bag": bag, *name: high})).await;
        tenant.make("marble", json!({"bag": bag, *name: middle})).await;
        assert_eq!(top().await, *high);
        tenant.delete("marble", &highest).done().await;
        assert_eq!(top().await, *if *name == "weight" { low } else { middle });
    }
    let dollars = json!({"amount": "99.00", "currency": "USD"});
    let marble = tenant.make("marble", json!({"bag": bag, "price": dollars})).await;
    assert_eq!(
        tenant.get("bag", &bag).ok().await["top_price"],
        euros("2.00"),
        "amounts in others count nothing"
    );
    tenant.patch("marble", &marble, json!({"price": euros("3.00")})).ok().await;
    tenant.patch("marble", &marble, json!({"price": dollars})).ok().await;
    assert_eq!(tenant.get("bag", &bag).ok().await["top_price"], euros("2.00"));
}

fn euros(amount: &str) -> Json {
    json!({ "amount": amount, "currency": "EUR" })
}

async fn looks_beyond_what_a_transaction_has_touched(server: Server) {
    let tenant = server.tenant().await;
    define(&tenant).await;
    let bag = tenant.make("bag", json!({})).await;
    let operations: Vec<Json> = (1..=100)
        .map(|size| json!({"op": "create", "object": "marble", "record": {"bag": bag, "size": size}}))
        .collect();
    let made = tenant.batch(json!(operations)).ok().await;
    let id = |size: usize| made["results"][size - 1]["id"].clone();
    assert_eq!(bounds(&tenant, &bag).await, [json!(1), json!(100)]);
    // The database has fifty that are greater than any that is left.
    let mut operations: Vec<Json> = (51..=100)
        .map(|size| match size % 3 {
            0 => json!({"op": "delete", "object": "marble", "id": id(size)}),
            1 => json!({"op": "update", "object": "marble", "id": id(size), "record": {"size": -size.cast_signed()}}),
            _ => json!({"op": "update", "object": "marble", "id": id(size), "record": {"bag": null}}),
        })
        .collect();
    operations.push(json!({"op": "update", "object": "bag", "id": bag, "record": {}}));
    let answer = tenant.batch(json!(operations)).ok().await;
    assert_eq!(answer["results"][50]["record"]["greatest"], 50);
    assert_eq!(bounds(&tenant, &bag).await, [json!(-100), json!(50)]);
    // All of them, and one that is new.
    let mut operations: Vec<Json> =
        (1..=50).map(|size| json!({"op": "delete", "object": "marble", "id": id(size)})).collect();
    operations.push(json!({"op": "create", "object": "marble", "record": {"bag": bag, "size": 0}}));
    tenant.batch(json!(operations)).ok().await;
    assert_eq!(bounds(&tenant, &bag).await, [json!(-100), json!(0)]);
}

async fn follows_records_that_come_back_and_move(server: Server) {
    let tenant = server.tenant().await;
    define(&tenant).await;
    let [a, b] = [tenant.make("bag", json!({})).await, tenant.make("bag", json!({})).await];
    let big = tenant.make("marble", json!({"bag": a, "size": 9})).await;
    tenant.make("marble", json!({"bag": a, "size": 2})).await;
    tenant.make("marble", json!({"bag": b, "size": 5})).await;
    tenant.patch("marble", &big, json!({"bag": b, "size": 8})).ok().await;
    assert_eq!(bounds(&tenant, &a).await, [json!(2), json!(2)]);
    assert_eq!(bounds(&tenant, &b).await, [json!(5), json!(8)]);
    tenant.delete("bag", &b).done().await;
    tenant.restore("bag", &b).ok().await;
    assert_eq!(bounds(&tenant, &b).await, [json!(5), json!(8)]);
    // There and back within one transaction is as if nothing had been.
    let mark = tenant.mark().await;
    let moved = json!([
        {"op": "update", "object": "marble", "id": big, "record": {"bag": a, "size": 1}},
        {"op": "update", "object": "marble", "id": big, "record": {"bag": b, "size": 8}},
    ]);
    tenant.batch(moved).ok().await;
    tenant.expect_changes(mark, &["record.updated marble", "record.updated marble"]).await;
    assert_eq!(bounds(&tenant, &b).await, [json!(5), json!(8)]);
}

async fn computes_over_what_is_there_and_leaves_nothing_behind(server: Server) {
    let tenant = server.tenant().await;
    define(&tenant).await;
    let bag = tenant.make("bag", json!({})).await;
    tenant.make("bag", json!({})).await;
    for size in [4, 2, 6] {
        tenant.make("marble", json!({"bag": bag, "size": size, "weight": "1.5"})).await;
    }
    let marble = tenant.make("marble", json!({})).await;
    tenant.make("marble", json!({"of": marble, "size": 3})).await;
    for _ in 0..2 {
        let heaviest = field::rollup("heaviest", "max", "marble", "bag", "weight");
        tenant.create_field("bag", heaviest).created().await;
        // Over its own object.
        tenant.create_field("marble", field::rollup("best", "min", "marble", "of", "size")).created().await;
        assert_eq!(tenant.get("bag", &bag).ok().await["heaviest"], "1.500");
        assert_eq!(tenant.get("marble", &marble).ok().await["best"], 3);
        tenant.drop_field("bag", "heaviest").query("hard", true).await;
        tenant.drop_field("marble", "best").query("hard", true).await;
    }
}

async fn asks_for_those_without(server: Server) {
    let tenant = server.tenant().await;
    define(&tenant).await;
    let full = tenant.make("bag", json!({})).await;
    let empty = tenant.make("bag", json!({})).await;
    tenant.make("marble", json!({"bag": full, "size": 3})).await;
    let found = tenant.list("bag").query("is_null", "greatest").expect(200).await;
    assert_eq!(found.data().iter().map(|bag| bag["id"].clone()).collect::<Json>(), json!([empty]));
    let found = tenant.list("bag").query("greatest", 3).expect(200).await;
    assert_eq!(found.data().iter().map(|bag| bag["id"].clone()).collect::<Json>(), json!([full]));
}
