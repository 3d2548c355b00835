//! Filters of roll-ups that were accepted stay such as both databases can decide.

use serde_json::json;

use super::{add_field, crm, drop_field, patch_field};

#[test]
fn bounds_that_a_filter_counts_on_stay() {
    let mut tenant = crm()
        .with(add_field("deal", json!({"name": "score", "type": "integer", "min": 0, "max": 100})))
        .with(add_field(
            "company",
            json!({
                "name": "high", "type": "rollup", "function": "count", "from": "deal", "via": "company",
                "where": "score * 2 > 150",
            }),
        ));
    tenant.change(patch_field("deal", "score", json!({"max": 1000})));
    assert_eq!(tenant.refuse(patch_field("deal", "score", json!({"max": null}))), ["referenced "]);
    tenant.change(drop_field("company", "high"));
    tenant.change(patch_field("deal", "score", json!({"max": null})));
}

#[test]
fn options_that_a_filter_names_stay() {
    let options = |values: &[&str]| {
        let options: Vec<_> = values.iter().map(|value| json!({"value": value, "label": value})).collect();
        json!({ "options": options })
    };
    let mut mood = options(&["good", "bad"]);
    mood["name"] = json!("mood");
    mood["type"] = json!("select");
    let tenant = crm().with(add_field("deal", mood)).with(add_field(
        "company",
        json!({
            "name": "glad", "type": "rollup", "function": "count", "from": "deal", "via": "company",
            "where": "mood == 'good'",
        }),
    ));
    assert_eq!(tenant.refuse(patch_field("deal", "mood", options(&["bad"]))), ["referenced "]);
}
