//! Removal in stages: hidden, brought back, purged.

use serde_json::{Value as Json, json};

use super::{
    Tenant, add_field, add_key, create, crm, drop_field, drop_key, drop_object, members, patch_field,
};
use crate::schema::{Condition, SchemaChange, Step, document, removed_documents};

fn remove_field(object: &str, field: &str) -> SchemaChange {
    SchemaChange::RemoveField { object: object.to_owned(), field: field.to_owned() }
}

fn restore_field(object: &str, field: &str, patch: Json) -> SchemaChange {
    let (object, field) = (object.to_owned(), field.to_owned());
    SchemaChange::RestoreField { object, field, number: None, patch: members(patch) }
}

fn remove_object(object: &str) -> SchemaChange {
    SchemaChange::RemoveObject { object: object.to_owned() }
}

fn restore_object(object: &str, patch: Json) -> SchemaChange {
    SchemaChange::RestoreObject { object: object.to_owned(), number: None, patch: members(patch) }
}

fn names(tenant: &Tenant, object: &str) -> Vec<String> {
    let object = tenant.catalog.object_named(object).expect("an object");
    let wire = document(object.definition(), &tenant.catalog);
    wire["fields"].as_array().expect("fields").iter().map(|field| field["name"].to_string()).collect()
}

#[test]
fn a_removed_field_is_hidden_and_comes_back() {
    let mut tenant = crm();
    let before = names(&tenant, "deal");
    let decision = tenant.change(remove_field("deal", "weight"));
    assert!(decision.steps.is_empty() && decision.result.is_null());
    assert_eq!(decision.summary["action"], "field.removed");
    assert_eq!(names(&tenant, "deal").len(), before.len() - 1);
    let deal = tenant.catalog.object_named("deal").expect("deal").clone();
    assert!(deal.slot_named("weight").is_none() && deal.table().columns.iter().any(|c| c.name == "weight_6"));
    assert_eq!(tenant.refuse(patch_field("deal", "weight", json!({"label": "x"}))), ["not_found "]);
    assert_eq!(tenant.refuse(add_key("deal", json!({"fields": ["weight"]}))), ["unknown_field /fields/0"]);
    assert_eq!(tenant.refuse(remove_field("deal", "weight")), ["not_found "]);
    let removed = removed_documents(&tenant.catalog);
    assert_eq!(
        (&removed[0]["object"], &removed[0]["field"], &removed[0]["number"]),
        (&json!("deal"), &json!("weight"), &json!(6))
    );
    assert_eq!(removed[0]["removed_at"], "1970-01-01T00:00:01.000000Z");
    let back = tenant.change(restore_field("deal", "weight", json!({})));
    assert_eq!((&back.summary["action"], &back.result["name"]), (&json!("field.restored"), &json!("weight")));
    assert_eq!(names(&tenant, "deal"), before);
    assert!(removed_documents(&tenant.catalog).is_empty());
    assert_eq!(tenant.refuse(restore_field("deal", "weight", json!({}))), ["not_found "]);
}

#[test]
fn what_uses_a_field_stands_in_its_way() {
    let mut tenant = crm();
    assert_eq!(tenant.refuse(remove_field("deal", "title")), ["referenced "], "its key");
    assert_eq!(tenant.refuse(remove_field("deal", "amount")), ["referenced "], "the roll-up over it");
    assert_eq!(tenant.refuse(remove_field("deal", "company")), ["referenced "], "the roll-up through it");
    tenant.change(drop_key("deal", "rank"));
    tenant.change(add_field("deal", json!({"name": "double", "type": "integer", "computed": "rank * 2"})));
    let faults = tenant.try_change(&remove_field("deal", "rank")).expect_err("used");
    assert_eq!(faults.len(), 1);
    assert_eq!(faults[0].message, "the computed field `deal.double` uses `deal.rank`");
    tenant.change(remove_field("deal", "double"));
    tenant.change(remove_field("deal", "rank"));
    let faults =
        tenant.try_change(&restore_field("deal", "double", json!({}))).expect_err("rank is not there");
    assert!(faults.iter().all(|fault| fault.code.as_str() == "referenced"), "{faults:#?}");
    tenant.change(restore_field("deal", "rank", json!({})));
    tenant.change(restore_field("deal", "double", json!({})));
}

#[test]
fn a_taken_name_asks_for_another() {
    let mut tenant = crm().with(remove_field("deal", "weight"));
    tenant.change(add_field("deal", json!({"name": "weight", "type": "text"})));
    assert_eq!(tenant.refuse(restore_field("deal", "weight", json!({}))), ["already_exists /name"]);
    assert_eq!(
        tenant.refuse(restore_field("deal", "weight", json!({"name": "rank"}))),
        ["already_exists /name"]
    );
    assert_eq!(
        tenant.refuse(restore_field("deal", "weight", json!({"label": "x"}))),
        ["unknown_member /label", "already_exists /name"]
    );
    tenant.change(restore_field("deal", "weight", json!({"name": "mass"})));
    assert!(names(&tenant, "deal").contains(&"\"mass\"".to_owned()));
    tenant.change(remove_field("deal", "weight"));
    tenant.change(patch_field("deal", "mass", json!({"name": "weight", "aliases": []})));
    tenant.change(remove_field("deal", "weight"));
    let last = tenant.change(restore_field("deal", "weight", json!({})));
    assert_eq!(last.result["type"], "decimal", "the one that was removed last");
}

#[test]
fn purging_says_which_of_several() {
    let mut tenant = crm().with(remove_field("deal", "weight"));
    tenant.change(add_field("deal", json!({"name": "weight", "type": "text"})));
    assert_eq!(tenant.refuse(drop_field("deal", "weight")), ["invalid_parameter /number"]);
    let purge = |number| SchemaChange::PurgeField {
        object: "deal".to_owned(),
        field: "weight".to_owned(),
        number: Some(crate::id::FieldNo(number)),
    };
    let decision = tenant.change(purge(6));
    assert!(matches!(decision.steps.as_slice(), [Step::DropField { .. }]));
    assert_eq!(
        decision.result,
        json!({"purged": "deal.weight", "table": "deal_2", "columns": ["weight_6"],
            "numbers": {"object": 2, "fields": [6]}})
    );
    assert!(names(&tenant, "deal").contains(&"\"weight\"".to_owned()));
    assert_eq!(tenant.catalog.object_named("deal").expect("deal").dropped_fields[0].number.0, 6);
}

#[test]
fn a_required_field_comes_back_as_such_only_if_all_have_a_value() {
    let mut tenant = crm().with(remove_field("company", "name"));
    let strict = tenant.try_change(&restore_field("company", "name", json!({}))).expect("valid");
    assert!(matches!(strict.steps.as_slice(), [Step::Refuse { found: Condition::Null(_), .. }]));
    let lax = tenant.change(restore_field("company", "name", json!({"required": false})));
    assert!(lax.steps.is_empty() && lax.result["required"] == json!(false));
}

#[test]
fn hidden_rollups_hold_what_they_are_computed_from_against_a_purge() {
    let mut tenant = crm().with(remove_field("company", "won"));
    tenant.change(remove_field("deal", "amount"));
    assert_eq!(tenant.refuse(drop_field("deal", "amount")), ["referenced "]);
    assert_eq!(tenant.refuse(restore_field("company", "won", json!({}))).len(), 1, "`amount` first");
    tenant.change(drop_field("company", "won"));
    tenant.change(drop_field("deal", "amount"));
}

#[test]
fn a_removed_object_is_hidden_and_comes_back() {
    let mut tenant = crm();
    assert_eq!(tenant.refuse(remove_object("company")), ["referenced "]);
    assert_eq!(tenant.refuse(remove_object("deal")), ["referenced "], "a roll-up counts its records");
    tenant.change(remove_field("company", "won"));
    let decision = tenant.change(remove_object("deal"));
    assert!(decision.steps.is_empty());
    assert!(tenant.catalog.object_named("deal").is_none());
    assert_eq!(tenant.refuse(add_field("deal", json!({"name": "x", "type": "date"}))), ["not_found "]);
    let refuse =
        tenant.refuse(add_field("company", json!({"name": "x", "type": "reference", "to": ["deal"]})));
    assert_eq!(refuse, ["invalid_definition /to/0"]);
    tenant.change(remove_object("company"));
    let faults = tenant.try_change(&restore_object("deal", json!({}))).expect_err("its company is not there");
    assert!(faults.iter().all(|fault| fault.code.as_str() == "referenced"), "{faults:#?}");
    tenant.change(restore_object("company", json!({})));
    tenant.change(create(json!({"name": "deal"})));
    assert_eq!(tenant.refuse(restore_object("deal", json!({}))), ["already_exists /name"]);
    let back = tenant.change(restore_object("deal", json!({"name": "old_deal"})));
    assert_eq!(back.result["name"], "old_deal");
    tenant.change(restore_field("company", "won", json!({})));
}

#[test]
fn objects_are_purged_hidden_or_not() {
    let mut tenant = crm().with(remove_field("company", "won")).with(remove_object("deal"));
    assert_eq!(tenant.refuse(drop_object("deal")), ["referenced "], "the hidden roll-up over it");
    tenant.change(drop_field("company", "won"));
    let decision = tenant.change(drop_object("deal"));
    assert!(matches!(
        decision.steps.as_slice(),
        [Step::Refuse { found: Condition::AnyRecord, .. }, Step::DropTable(_)]
    ));
    assert_eq!(decision.result["numbers"]["object"], json!(2));
    assert!(tenant.catalog.objects().all(|object| object.name != "deal"));
    tenant.change(remove_field("company", "parent"));
    tenant.change(drop_object("company"));
}

#[test]
fn the_filter_of_a_hidden_rollup_holds_what_it_names() {
    let mut tenant = crm().with(add_field(
        "company",
        json!({
            "name": "high", "type": "rollup", "function": "count", "from": "deal", "via": "company",
            "where": "weight > decimal('10', 3)",
        }),
    ));
    assert_eq!(tenant.refuse(remove_field("deal", "weight")), ["referenced "]);
    tenant.change(remove_field("company", "high"));
    assert_eq!(tenant.refuse(remove_field("deal", "weight")), ["referenced "]);
    tenant.change(drop_field("company", "high"));
    tenant.change(remove_field("deal", "weight"));
}
