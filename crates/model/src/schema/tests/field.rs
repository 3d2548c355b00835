//! Fields: how they come and change.

use serde_json::{Value as Json, json};

use super::{add_field, create, crm, members, patch_field};
use crate::schema::{Condition, Decision, SchemaChange, Step};

#[test]
fn adds_fields_with_the_steps_they_need() {
    let mut tenant = crm();
    let decision = tenant.change(add_field(
        "deal",
        json!({"name": "code", "type": "text", "max_length": 20, "required": true, "unique": true, "case_insensitive": true}),
    ));
    let [
        Step::Refuse { found: Condition::AnyRecord, .. },
        Step::AddField { .. },
        Step::AddFold { .. },
        Step::CreateKey { key, .. },
    ] = decision.steps.as_slice()
    else {
        panic!("{:?}", decision.steps)
    };
    assert_eq!(decision.summary["keys"][0]["name"], "code");
    assert_eq!(key.number.0, 3);
    let rollup =
        json!({"name": "deals", "type": "rollup", "function": "count", "from": "deal", "via": "company"});
    let decision = tenant.change(add_field("company", rollup));
    assert!(matches!(decision.steps.as_slice(), [Step::AddField { .. }, Step::FillRollup { .. }]));
    assert_eq!(
        tenant.refuse(add_field("deal", json!({"name": "code", "type": "date"}))),
        ["already_exists /name"]
    );
}

#[test]
fn rollups_follow_references_and_sum_numbers() {
    let tenant = crm();
    let refuse = |field: Json| {
        let mut field = members(field);
        field.insert("name".to_owned(), json!("r"));
        field.insert("type".to_owned(), json!("rollup"));
        tenant.refuse(SchemaChange::CreateField { object: "company".to_owned(), field })
    };
    let sum = |of: &str, currency: Json| json!({"function": "sum", "from": "deal", "via": "company", "of": of, "currency": currency});
    assert_eq!(
        refuse(json!({"function": "count", "from": "deal", "via": "title"})),
        ["invalid_definition /via"]
    );
    assert_eq!(refuse(json!({"function": "count", "from": "deal", "via": "x"})), ["unknown_field /via"]);
    assert_eq!(refuse(json!({"function": "average", "from": "x", "via": "y"})).len(), 2);
    assert_eq!(refuse(json!({})), ["required /function", "required /from", "required /via"]);
    assert_eq!(refuse(sum("title", Json::Null)), ["invalid_definition /of"]);
    assert_eq!(refuse(sum("amount", Json::Null)), ["required /currency"]);
    assert_eq!(refuse(sum("amount", json!("USD"))), ["invalid_definition /currency"]);
    assert_eq!(refuse(sum("rank", json!("EUR"))), ["invalid_definition /currency"]);
    let chain =
        json!({"function": "sum", "from": "company", "via": "parent", "of": "won", "currency": "USD"});
    assert_eq!(refuse(chain), ["invalid_definition /currency"]);
    assert!(tenant.try_change(&add_field("company", json!({
        "name": "r", "type": "rollup", "function": "sum", "from": "deal", "via": "company", "of": "weight",
    }))).is_ok());
}

#[test]
fn patches_what_a_field_may_change() {
    let mut tenant = crm();
    let found = |decision: &Decision| -> Vec<Condition> {
        let conditions = decision.steps.iter().map(|step| match step {
            Step::Refuse { found, .. } => found.clone(),
            other => panic!("{other:?}"),
        });
        conditions.collect()
    };
    let decision =
        tenant.change(patch_field("deal", "weight", json!({"max": "50.5", "label": "Weight (kg)"})));
    let number = decision.definitions[0].fields[3].number;
    assert_eq!(found(&decision), [Condition::OutsideDecimals(number, Some(0), Some(50_500))]);
    assert_eq!(decision.result["max"], "50.500");
    assert_eq!(decision.summary["before"]["max"], "100.000");
    let decision =
        tenant.change(patch_field("deal", "weight", json!({"min": null, "max": null, "label": null})));
    assert_eq!((decision.steps.len(), &decision.result["label"]), (0, &json!("Weight")));
    let decision = tenant.change(patch_field("deal", "title", json!({"max_length": 10, "required": true})));
    assert_eq!(found(&decision).len(), 2);
    let decision = tenant.change(patch_field("deal", "stage", json!({"options": ["lost", "new"]})));
    let number = decision.definitions[0].fields[4].number;
    assert_eq!(found(&decision), [Condition::HasOption(number, "won".to_owned())]);
    let decision = tenant.change(patch_field("deal", "rank", json!({"max": 9})));
    assert_eq!(found(&decision).len(), 1);
    tenant.change(create(json!({"name": "person"})));
    let decision = tenant.change(patch_field("deal", "company", json!({"to": ["person", "company"]})));
    assert!(matches!(decision.steps.as_slice(), [Step::AddTarget { target, .. }] if target.0 == 3));
    assert_eq!(decision.result["to"], json!(["company", "person"]), "in the order in which they were added");
    let decision = tenant.change(patch_field("deal", "amount", json!({"currencies": ["USD", "EUR"]})));
    assert!(decision.steps.is_empty());
}

#[test]
fn a_patch_that_changes_nothing_changes_no_definition() {
    let tenant = crm();
    let decision =
        tenant.try_change(&patch_field("deal", "rank", json!({"type": "integer", "min": 0}))).expect("valid");
    assert!(decision.definitions.is_empty() && decision.steps.is_empty());
    assert_eq!(decision.result["name"], "rank");
    let patch = members(json!({"label": "Deal", "prefix": "deal"}));
    let decision =
        tenant.try_change(&SchemaChange::UpdateObject { object: "deal".to_owned(), patch }).expect("valid");
    assert!(decision.definitions.is_empty());
}

#[test]
fn refuses_patches_that_would_break_data_or_contracts() {
    let tenant = crm();
    let refuse = |field, patch| tenant.refuse(patch_field("deal", field, patch));
    assert_eq!(refuse("title", json!({"name": "t", "type": "date", "unique": false})).len(), 2);
    assert_eq!(refuse("weight", json!({"scale": 2})), ["invalid_definition /type"]);
    assert_eq!(refuse("title", json!({"scale": 2})), ["unknown_member /scale"]);
    assert_eq!(refuse("title", json!({"max_length": 1000})), ["limit_reached /max_length"]);
    assert_eq!(refuse("amount", json!({"currencies": ["USD"]})), ["invalid_definition /currencies"]);
    assert_eq!(refuse("company", json!({"to": ["deal"]})), ["invalid_definition /to"]);
    assert_eq!(refuse("stage", json!({"options": ["won"]})), ["invalid_value /default"]);
    assert_eq!(refuse("stage", json!({"options": null})), ["required /options"]);
    let patch = members(json!({"name": "x", "fields": []}));
    let refused = tenant.refuse(SchemaChange::UpdateObject { object: "deal".to_owned(), patch });
    assert_eq!(refused, ["invalid_definition /fields"]);
}
