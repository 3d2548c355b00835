//! Averages: exact beneath, rounded half to even where they are shown.

use kith_testing::{Server, Tenant, each_db, field, object};
use serde_json::{Value as Json, json};

each_db!(
    rounds_half_to_even,
    keeps_what_it_is_rounded_from,
    is_none_over_nothing,
    averages_amounts_of_one_currency,
    averages_what_is_there,
    refuses_what_does_not_fit,
);

/// A test has its mean mark, over marks with two digits after the point.
async fn define(tenant: &Tenant) {
    tenant.define(object("test")).await;
    let mark = object("mark")
        .field(field::reference("test", &["test"]).on_delete("cascade"))
        .field(field::decimal("points", 18, 2))
        .field(field::integer("rank"))
        .field(field::currency("prize"));
    tenant.define(mark).await;
}

fn average(name: &str, of: &str) -> field::Field {
    field::rollup(name, "avg", "mark", "test", of)
}

async fn mean(tenant: &Tenant, test: &str, name: &str) -> Json {
    tenant.get("test", test).ok().await[name].clone()
}

async fn rounds_half_to_even(server: Server) {
    let tenant = server.tenant().await;
    define(&tenant).await;
    tenant.create_field("test", average("mean", "points").set("scale", json!(2))).created().await;
    tenant.create_field("test", average("rank", "rank").set("scale", json!(0))).created().await;
    for (points, wanted) in [
        (vec!["0.01", "0.00"], "0.00"),
        (vec!["0.03", "0.00"], "0.02"),
        (vec!["0.05", "0.00"], "0.02"),
        (vec!["-0.01", "0.00"], "0.00"),
        (vec!["-0.03", "0.00"], "-0.02"),
        (vec!["0.02", "0.00", "0.00"], "0.01"),
        (vec!["-0.02", "0.00", "0.00"], "-0.01"),
        (vec!["9999999999999999.99", "9999999999999999.97"], ""),
    ] {
        let test = tenant.make("test", json!({})).await;
        let mut is_refused = false;
        for points in &points {
            let made = tenant.create("mark", json!({"test": test, "points": points})).await;
            is_refused |= made.status() == 422;
        }
        assert_eq!(is_refused, wanted.is_empty(), "the sum has at most 18 digits");
        if !is_refused {
            assert_eq!(mean(&tenant, &test, "mean").await, wanted, "{points:?}");
        }
    }
    let test = tenant.make("test", json!({})).await;
    for (rank, wanted) in [(1, "1"), (2, "2"), (5, "3"), (6, "4")] {
        tenant.make("mark", json!({"test": test, "rank": rank})).await;
        assert_eq!(mean(&tenant, &test, "rank").await, wanted);
    }
}

async fn keeps_what_it_is_rounded_from(server: Server) {
    let tenant = server.tenant().await;
    define(&tenant).await;
    let field = tenant.create_field("test", average("mean", "points")).created().await;
    assert_eq!(field["scale"], 4, "two digits more than the points have");
    let test = tenant.make("test", json!({})).await;
    assert_eq!(mean(&tenant, &test, "mean").await, json!(null));
    let mut marks = Vec::new();
    for points in ["1.00", "1.00", "2.00"] {
        marks.push(tenant.make("mark", json!({"test": test, "points": points})).await);
    }
    let none = tenant.make("mark", json!({"test": test})).await;
    assert_eq!(mean(&tenant, &test, "mean").await, "1.3333");
    tenant.delete("mark", &marks[2]).done().await;
    assert_eq!(mean(&tenant, &test, "mean").await, "1.0000");
    // What changes the sum and the count, and not what is shown, is kept and not journaled.
    let changes = tenant.mark().await;
    tenant.patch("mark", &none, json!({"points": "1.00"})).ok().await;
    tenant.expect_changes(changes, &["record.updated mark"]).await;
    tenant.restore("mark", &marks[2]).ok().await;
    assert_eq!(mean(&tenant, &test, "mean").await, "1.2500");
}

async fn is_none_over_nothing(server: Server) {
    let tenant = server.tenant().await;
    define(&tenant).await;
    tenant.create_field("test", average("mean", "points")).created().await;
    let test = tenant.make("test", json!({})).await;
    let mark = tenant.make("mark", json!({"test": test, "points": "1.00"})).await;
    tenant.purge("mark", &mark).done().await;
    assert_eq!(mean(&tenant, &test, "mean").await, json!(null));
    tenant.delete("test", &test).done().await;
    tenant.restore("test", &test).ok().await;
    assert_eq!(mean(&tenant, &test, "mean").await, json!(null));
}

async fn averages_amounts_of_one_currency(server: Server) {
    let tenant = server.tenant().await;
    define(&tenant).await;
    let prize = average("prize", "prize").set("currency", json!("EUR"));
    tenant.create_field("test", prize).created().await;
    let test = tenant.make("test", json!({})).await;
    for (amount, currency) in [("10.00", "EUR"), ("99.00", "USD"), ("0.01", "EUR")] {
        let prize = json!({"amount": amount, "currency": currency});
        tenant.make("mark", json!({"test": test, "prize": prize})).await;
    }
    assert_eq!(mean(&tenant, &test, "prize").await, json!({"amount": "5.0050", "currency": "EUR"}));
}

async fn averages_what_is_there(server: Server) {
    let tenant = server.tenant().await;
    define(&tenant).await;
    let [full, empty] = [tenant.make("test", json!({})).await, tenant.make("test", json!({})).await];
    for points in [json!("0.01"), json!("-0.02"), json!("0.03"), json!(null)] {
        tenant.make("mark", json!({"test": full, "points": points, "rank": 7})).await;
    }
    for scale in 2..=8 {
        let field = average(&format!("mean{scale}"), "points").set("scale", json!(scale));
        tenant.create_field("test", field).created().await;
    }
    tenant.create_field("test", average("rank", "rank").set("scale", json!(6))).created().await;
    let [full, empty] = [tenant.get("test", &full).ok().await, tenant.get("test", &empty).ok().await];
    for (name, wanted) in
        [("mean2", "0.01"), ("mean3", "0.007"), ("mean8", "0.00666667"), ("rank", "7.000000")]
    {
        assert_eq!((&full[name], &empty[name]), (&json!(wanted), &json!(null)), "{name}");
    }
}

async fn refuses_what_does_not_fit(server: Server) {
    let tenant = server.tenant().await;
    define(&tenant).await;
    for scale in [json!(1), json!(9), json!("2")] {
        let wrong = tenant.create_field("test", average("mean", "points").set("scale", scale)).await;
        wrong.expect_problem(422, "invalid_definition").expect_fault("invalid_definition", "/scale");
    }
    let test = tenant.make("test", json!({})).await;
    tenant.make("mark", json!({"test": test, "points": "9999999999999999.99"})).await;
    // The mean would have twenty digits.
    tenant.create_field("test", average("mean", "points")).await.expect_problem(422, "out_of_range");
    tenant.create_field("test", average("mean", "points").set("scale", json!(2))).created().await;
    assert_eq!(mean(&tenant, &test, "mean").await, "9999999999999999.99");
}
