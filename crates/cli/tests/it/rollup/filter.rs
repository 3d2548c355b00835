//! Roll-ups over some of the records.

use kith_testing::{Server, Tenant, each_db, field};
use serde_json::{Value as Json, json};

use crate::crm;

each_db!(
    counts_what_passes,
    filters_every_function,
    means_the_same_in_every_way,
    filters_what_is_there,
    refuses_what_is_no_filter,
    keeps_what_a_removed_roll_up_filters_by,
);

async fn counts_what_passes(server: Server) {
    let tenant = crm::tenant(&server).await;
    let won = field::count("won", "contact", "company").set("where", json!("stage == 'won'"));
    let field = tenant.create_field("company", won).created().await;
    assert_eq!(field["where"], "stage == 'won'");
    let company = tenant.make("company", json!({"name": "Acme"})).await;
    let count = async || tenant.get("company", &company).ok().await["won"].clone();
    let contact = tenant.make("contact", json!({"full_name": "Ada", "company": company})).await;
    assert_eq!(count().await, 0);
    let mark = tenant.mark().await;
    tenant.patch("contact", &contact, json!({"stage": "lead"})).ok().await;
    tenant.expect_changes(mark, &["record.updated contact"]).await;
    tenant.patch("contact", &contact, json!({"stage": "won"})).ok().await;
    assert_eq!(count().await, 1);
    tenant.patch("contact", &contact, json!({"stage": "lost"})).ok().await;
    assert_eq!(count().await, 0);
    tenant.make("contact", json!({"full_name": "Bob", "company": company, "stage": "won"})).await;
    assert_eq!(count().await, 1);
}

async fn filters_every_function(server: Server) {
    let tenant = crm::tenant(&server).await;
    for function in ["sum", "min", "max", "avg"] {
        let field = field::rollup(&format!("{function}_of"), function, "deal", "company", "seats");
        tenant.create_field("company", field.set("where", json!("title != 'no'"))).created().await;
    }
    let company = tenant.make("company", json!({"name": "Acme"})).await;
    let make = |title: Json, seats: i64| {
        tenant.make("deal", json!({"company": company, "title": title, "seats": seats}))
    };
    let first = make(json!("yes"), 5).await;
    make(json!("no"), 100).await;
    make(json!("no"), -100).await;
    make(json!(null), 2).await;
    let expect = async |wanted: Json| {
        let record = tenant.get("company", &company).ok().await;
        let found: Json =
            ["sum_of", "min_of", "max_of", "avg_of"].iter().map(|name| record[*name].clone()).collect();
        assert_eq!(found, wanted);
    };
    expect(json!(["7", 2, 5, "3.50"])).await;
    // It stays with the company, and no longer passes.
    tenant.patch("deal", &first, json!({"title": "no"})).ok().await;
    expect(json!(["2", 2, 2, "2.00"])).await;
    tenant.patch("deal", &first, json!({"title": "maybe", "seats": -3})).ok().await;
    expect(json!(["-1", -3, 2, "-0.50"])).await;
}

/// Conditions, and how many of the deals below pass.
const CONDITIONS: &[(&str, i64)] = &[
    ("seats > 3", 1),
    ("seats >= 3", 2),
    ("!(seats > 3)", 2),
    ("seats != 3", 4),
    ("seats == null", 2),
    ("has(seats) && seats < 5", 2),
    ("title.startsWith('Big')", 2),
    ("title.contains('%')", 1),
    ("title.endsWith('_')", 1),
    ("title in ['Big', 'Small_']", 2),
    ("seats in [1, 3]", 2),
    ("amount.currency == 'EUR' && amount.amount >= 10.5", 1),
    ("amount == null", 3),
    ("coalesce(title, 'none') == 'none'", 1),
    ("seats > 2 ? title != null : amount != null", 3),
    ("contact == null", 5),
    ("company != null", 5),
    ("created_at > timestamp('2020-01-01T00:00:00Z')", 5),
    ("true", 5),
    ("seats > 1 || title == 'Big%'", 3),
];

async fn make_deals(tenant: &Tenant, company: &str) {
    for (title, seats, amount) in [
        (json!("Big"), json!(5), json!({"amount": "10.50", "currency": "EUR"})),
        (json!("Big%"), json!(1), json!({"amount": "99.00", "currency": "USD"})),
        (json!("Small_"), json!(3), json!(null)),
        (json!(null), json!(null), json!(null)),
        (json!("big"), json!(null), json!(null)),
    ] {
        let deal = json!({"company": company, "title": title, "seats": seats, "amount": amount});
        tenant.make("deal", deal).await;
    }
}

/// Counted as they are made, and over those that are there.
async fn means_the_same_in_every_way(server: Server) {
    let tenant = crm::tenant(&server).await;
    let before = tenant.make("company", json!({"name": "Before"})).await;
    make_deals(&tenant, &before).await;
    for (index, (condition, _)) in CONDITIONS.iter().enumerate() {
        let count = field::count(&format!("count{index}"), "deal", "company").set("where", json!(condition));
        tenant.create_field("company", count).created().await;
    }
    let after = tenant.make("company", json!({"name": "After"})).await;
    make_deals(&tenant, &after).await;
    for company in [before, after] {
        let company = tenant.get("company", &company).ok().await;
        for (index, (condition, wanted)) in CONDITIONS.iter().enumerate() {
            assert_eq!(company[format!("count{index}")], *wanted, "{condition} of {}", company["name"]);
        }
    }
}

async fn filters_what_is_there(server: Server) {
    let tenant = crm::tenant(&server).await;
    let company = tenant.make("company", json!({"name": "Acme"})).await;
    for seats in 1..=9 {
        tenant.make("deal", json!({"company": company, "seats": seats, "amount": crm::euros("1.00")})).await;
    }
    for (function, wanted) in
        [("sum", json!("15")), ("min", json!(4)), ("max", json!(6)), ("avg", json!("5.00"))]
    {
        let field = field::rollup(&format!("{function}_of"), function, "deal", "company", "seats");
        let field = field.set("where", json!("seats > 3 && seats <= 6 && amount.currency == 'EUR'"));
        tenant.create_field("company", field).created().await;
        assert_eq!(tenant.get("company", &company).ok().await[format!("{function}_of")], wanted);
    }
    let most = field::rollup("most", "max", "deal", "company", "amount").set("currency", json!("EUR"));
    tenant.create_field("company", most.set("where", json!("seats == 2"))).created().await;
    assert_eq!(tenant.get("company", &company).ok().await["most"], crm::euros("1.00"));
}

async fn refuses_what_is_no_filter(server: Server) {
    let tenant = crm::tenant(&server).await;
    for wrong in [
        "seets > 1",
        "seats",
        "seats >",
        "seats > 'one'",
        "company.name == 'Acme'",
        "title.matches('^a')",
        "seats + 1 > 2",
        "now() > created_at",
        "old.seats > 1",
    ] {
        let field = field::count("x", "deal", "company").set("where", json!(wrong));
        let refused = tenant.create_field("company", field).await;
        refused.expect_problem(422, "invalid_expression").expect_fault("invalid_expression", "/where");
    }
    let field = field::count("x", "deal", "company").set("where", json!(5));
    tenant.create_field("company", field).await.expect_problem(422, "invalid_definition");
    tenant.create_field("company", field::count("x", "deal", "company")).created().await;
    let changed = tenant.patch_field("company", "x", json!({"where": "seats > 1"})).await;
    changed.expect_problem(422, "invalid_definition");
    let named =
        field::count("y", "deal", "company").set("function", json!("average")).set("of", json!("seats"));
    let refused = tenant.create_field("company", named).await;
    let refused = refused.expect_fault("invalid_definition", "/function");
    assert!(refused.text().contains("`avg`"), "{refused:?}");
}

async fn keeps_what_a_removed_roll_up_filters_by(server: Server) {
    let tenant = crm::tenant(&server).await;
    let won = field::count("won", "contact", "company").set("where", json!("stage == 'won'"));
    tenant.create_field("company", won).created().await;
    let company = tenant.make("company", json!({"name": "Acme"})).await;
    tenant.drop_field("contact", "stage").await.expect_problem(409, "referenced");
    tenant.drop_field("company", "won").done().await;
    tenant.make("contact", json!({"full_name": "Ada", "company": company, "stage": "won"})).await;
    tenant.drop_field("contact", "stage").await.expect_problem(409, "referenced");
    let purged = tenant.drop_field("contact", "stage").query("hard", true).await;
    purged.expect_problem(409, "referenced");
    tenant.restore_field("company", "won", json!({})).ok().await;
    assert_eq!(tenant.get("company", &company).ok().await["won"], 1);
}
