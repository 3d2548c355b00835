//! New names: what becomes of the old ones, and of everything that uses them.

use serde_json::{Value as Json, json};

use super::{Tenant, add_field, add_key, create, crm, members, patch_field};
use crate::schema::{SchemaChange, field_document};

fn patch_object(object: &str, patch: Json) -> SchemaChange {
    SchemaChange::UpdateObject { object: object.to_owned(), patch: members(patch) }
}

fn field(tenant: &Tenant, object: &str, name: &str) -> Json {
    let object = tenant.catalog.object_named(object).expect("an object");
    field_document(object.definition(), object.field_named(name).expect("a field"), &tenant.catalog)
}

#[test]
fn a_new_name_leaves_the_old_one_as_an_alias() {
    let mut tenant = crm();
    let decision = tenant.change(patch_field("deal", "title", json!({"name": "subject"})));
    assert!(decision.steps.is_empty(), "names are the catalog's: {:?}", decision.steps);
    assert_eq!(
        (&decision.result["name"], &decision.result["aliases"]),
        (&json!("subject"), &json!(["title"]))
    );
    assert_eq!(decision.result["label"], "Subject", "made from the name, it follows it");
    assert_eq!(decision.summary["before"]["name"], "title");
    assert_eq!(field(&tenant, "deal", "title"), field(&tenant, "deal", "subject"));
    tenant.change(patch_field("deal", "title", json!({"label": "What", "name": "topic"})));
    assert_eq!(field(&tenant, "deal", "title")["aliases"], json!(["title", "subject"]));
    let back = tenant.change(patch_field("deal", "topic", json!({"name": "title"})));
    assert_eq!(back.result["aliases"], json!(["subject", "topic"]), "an alias can be taken back");
    assert_eq!(back.result["label"], "What");
    let key = &tenant.catalog.object_named("deal").expect("deal").keys[0];
    assert_eq!(key.name, "title", "keys keep theirs");
}

#[test]
fn objects_are_renamed_likewise() {
    let mut tenant = crm();
    let decision = tenant.change(patch_object("company", json!({"name": "account"})));
    assert_eq!(
        (&decision.result["name"], &decision.result["aliases"]),
        (&json!("account"), &json!(["company"]))
    );
    assert_eq!(
        (&decision.result["prefix"], &decision.result["label"]),
        (&json!("company"), &json!("Account"))
    );
    assert_eq!(field(&tenant, "deal", "company")["to"], json!(["account"]));
    tenant.change(add_field("company", json!({"name": "x", "type": "reference", "to": ["company", "deal"]})));
    assert_eq!(tenant.refuse(create(json!({"name": "company"}))), ["already_exists /name"]);
    assert_eq!(tenant.refuse(patch_object("deal", json!({"name": "company"}))), ["already_exists /name"]);
    tenant.change(patch_object("company", json!({"aliases": []})));
    assert!(tenant.catalog.object_named("company").is_none());
    tenant.change(create(json!({"name": "company"})));
}

#[test]
fn aliases_can_only_be_dropped() {
    let mut tenant = crm().with(patch_field("deal", "title", json!({"name": "subject"})));
    let refuse = |patch| tenant.refuse(patch_field("deal", "subject", patch));
    assert_eq!(refuse(json!({"aliases": ["title", "other"]})), ["invalid_definition /aliases/1"]);
    assert_eq!(refuse(json!({"aliases": "title"})), ["invalid_definition /aliases"]);
    assert_eq!(refuse(json!({"name": "Subject"})), ["invalid_name /name"]);
    let kept =
        tenant.try_change(&patch_field("deal", "subject", json!({"aliases": ["title"]}))).expect("valid");
    assert!(kept.definitions.is_empty());
    tenant.change(patch_field("deal", "title", json!({"aliases": null})));
    assert_eq!(tenant.refuse(patch_field("deal", "title", json!({"label": "x"}))), ["not_found "]);
    let renamed = tenant.change(patch_field("deal", "subject", json!({"name": "title", "aliases": []})));
    assert_eq!(renamed.result["aliases"], json!([]), "a rename that leaves nothing");
}

#[test]
fn no_two_fields_answer_to_one_name() {
    let mut tenant = crm().with(patch_field("deal", "title", json!({"name": "subject"})));
    assert_eq!(
        tenant.refuse(patch_field("deal", "rank", json!({"name": "title"}))),
        ["already_exists /name"]
    );
    assert_eq!(
        tenant.refuse(patch_field("deal", "rank", json!({"name": "stage"}))),
        ["already_exists /name"]
    );
    assert_eq!(
        tenant.refuse(add_field("deal", json!({"name": "title", "type": "date"}))),
        ["already_exists /name"]
    );
    let hint = tenant.hint(add_field("deal", json!({"name": "title", "type": "date"})));
    assert_eq!(hint.as_deref(), Some("drop the alias of `subject` first"));
    tenant.change(patch_field("deal", "subject", json!({"aliases": []})));
    tenant.change(add_field("deal", json!({"name": "title", "type": "date"})));
    for count in 0..10 {
        tenant.change(patch_field("deal", "subject", json!({"name": format!("subject{count}")})));
        tenant.change(patch_field("deal", &format!("subject{count}"), json!({"name": "subject"})));
    }
    let refused = tenant.refuse(patch_field("deal", "subject", json!({"name": "too_many"})));
    assert_eq!(refused, ["limit_reached /name"]);
}

#[test]
fn definitions_take_earlier_names() {
    let mut tenant = crm()
        .with(patch_field("deal", "rank", json!({"name": "priority"})))
        .with(patch_field("deal", "amount", json!({"name": "value"})))
        .with(patch_field("deal", "company", json!({"name": "customer"})))
        .with(patch_object("deal", json!({"name": "opportunity"})));
    let key = tenant.change(add_key("deal", json!({"fields": ["company", "rank"]})));
    assert_eq!(
        (&key.result["name"], &key.result["fields"]),
        (&json!("customer_priority"), &json!(["customer", "priority"]))
    );
    let rollup = tenant.change(add_field("company", json!({
        "name": "worth", "type": "rollup", "function": "sum", "from": "deal", "via": "company", "of": "amount",
        "currency": "EUR",
    })));
    assert_eq!(
        (&rollup.result["from"], &rollup.result["via"], &rollup.result["of"]),
        (&json!("opportunity"), &json!("customer"), &json!("value"))
    );
    let won = field(&tenant, "company", "won");
    assert_eq!((&won["via"], &won["of"]), (&json!("customer"), &json!("value")));
}

#[test]
fn expressions_are_rewritten_wherever_they_stand() {
    let mut tenant = crm()
        .with(add_field(
            "deal",
            json!({"name": "double", "type": "integer", "computed": "rank * 2 + rank", "stored": true}),
        ))
        .with(add_field(
            "deal",
            json!({
                "name": "home", "type": "text", "computed": "company.name + '/rank'", "stored": true,
            }),
        ))
        .with(add_field(
            "company",
            json!({
                "name": "high", "type": "rollup", "function": "count", "from": "deal", "via": "company",
                "where": "rank > 10",
            }),
        ));
    let decision = tenant.change(patch_field("deal", "rank", json!({"name": "priority"})));
    assert_eq!(decision.definitions.len(), 2, "the company has a roll-up that names it");
    assert_eq!(field(&tenant, "deal", "double")["computed"], "priority * 2 + priority");
    assert_eq!(field(&tenant, "company", "high")["where"], "priority > 10");
    assert_eq!(field(&tenant, "deal", "home")["computed"], "company.name + '/rank'", "a text is no name");
    tenant.change(patch_field("company", "name", json!({"name": "full_name"})));
    assert_eq!(field(&tenant, "deal", "home")["computed"], "company.full_name + '/rank'");
    tenant.change(patch_field("deal", "company", json!({"name": "customer"})));
    assert_eq!(field(&tenant, "deal", "home")["computed"], "customer.full_name + '/rank'");
    tenant.change(patch_field("deal", "priority", json!({"aliases": []})));
}

#[test]
fn keys_are_renamed_without_an_alias() {
    let mut tenant = crm();
    let patch = |key: &str, patch: Json| SchemaChange::UpdateKey {
        object: "deal".to_owned(),
        key: key.to_owned(),
        patch: members(patch),
    };
    assert_eq!(tenant.refuse(patch("title", json!({"name": "rank"}))), ["already_exists /name"]);
    assert_eq!(tenant.refuse(patch("title", json!({"fields": ["rank"]}))), ["invalid_definition /fields"]);
    let decision = tenant.change(patch("title", json!({"name": "by_title", "unique": true})));
    assert!(decision.steps.is_empty());
    assert_eq!(
        (&decision.result["name"], &decision.summary["action"]),
        (&json!("by_title"), &json!("key.updated"))
    );
    assert_eq!(tenant.refuse(patch("title", json!({"name": "x"}))), ["not_found "]);
}
