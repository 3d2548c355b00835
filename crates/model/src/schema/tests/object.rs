//! Objects: how they come and go, and what a whole definition must keep.

use serde_json::{Value as Json, json};

use super::{Tenant, add_field, create, crm, drop_field, drop_key, drop_object};
use crate::schema::{Condition, SchemaChange, Step, document};

#[test]
fn a_document_makes_the_same_object_elsewhere() {
    let tenant = crm();
    for name in ["company", "deal"] {
        let object = tenant.catalog.object_named(name).expect(name);
        let wire = document(object, &tenant.catalog);
        let mut copy = wire.clone();
        copy["name"] = json!("copy");
        copy["prefix"] = json!("copy");
        if name == "company" {
            // Its roll-up is fed by references to the original.
            copy["fields"].as_array_mut().expect("fields").pop();
        }
        let answer = tenant.try_change(&create(copy.clone())).expect("valid").result;
        assert_eq!(answer, copy);
    }
}

#[test]
fn creates_objects_with_fields_keys_and_a_prefix() {
    let mut tenant = Tenant::default();
    let decision = tenant.change(create(json!({
        "name": "contact2", "description": "people",
        "fields": [
            {"name": "email", "type": "email", "unique": true},
            {"name": "children", "type": "rollup", "function": "count", "from": "contact2", "via": "parent"},
            {"name": "parent", "type": "reference", "to": ["contact2"], "indexed": true},
            {"name": "number", "type": "auto_number", "prefix": "C-", "digits": 5},
        ],
        "keys": [{"fields": ["parent", "email"], "unique": false}],
    })));
    let [definition] = decision.definitions.as_slice() else { panic!("one definition") };
    assert_eq!(definition.prefix, "contact");
    assert_eq!(definition.label, "Contact2");
    let keys: Vec<(&str, bool)> = definition.keys.iter().map(|key| (key.name.as_str(), key.unique)).collect();
    assert_eq!(keys, [("email", true), ("parent_email", false)], "a reference has its index anyway");
    assert_eq!(definition.fields.iter().map(|field| field.number.0).collect::<Vec<_>>(), [1, 2, 3, 4]);
    assert!(matches!(decision.steps.as_slice(), [Step::CreateTable(_)]));
    assert_eq!(decision.summary["action"], "object.created");
    assert_eq!(decision.summary["after"], decision.result);
    assert_eq!(decision.result["fields"][1]["via"], "parent");
}

#[test]
fn never_gives_a_prefix_twice() {
    let mut tenant = Tenant::default();
    for (name, prefix) in [("deal", "deal"), ("deal1", "deal_b"), ("deal2", "deal_c"), ("token1", "token_b")]
    {
        let decision = tenant.change(create(json!({"name": name})));
        assert_eq!(decision.definitions[0].prefix, prefix);
    }
    tenant.change(drop_object("deal"));
    let decision = tenant.change(create(json!({"name": "deal"})));
    assert_eq!((decision.definitions[0].prefix.as_str(), decision.object.0), ("deal_d", 5));
    for prefix in ["deal", "token", "org", "kith", "Deal", "deal1", "_deal", "", "kith_t"] {
        let refused = tenant.refuse(create(json!({"name": "other", "prefix": prefix})));
        assert!(refused.len() == 1 && refused[0].ends_with(" /prefix"), "{prefix}: {refused:?}");
    }
}

#[test]
fn gathers_every_fault_with_its_place() {
    let faults = crm().refuse(create(json!({
        "name": "Deal", "labl": "x", "label": "", "prefix": 1,
        "fields": [
            {"name": "owner", "type": "text", "max_length": 0},
            {"name": "a", "type": "string"},
            {"name": "b", "type": "text", "scale": 2, "unique": "yes", "classification": "public"},
            {"name": "b", "type": "integer", "min": 3, "max": 2},
            {"name": "c", "type": "reference", "to": ["compnay", "company", "company"]},
            {"name": "d", "type": "select", "options": ["x", "x", ""]},
            {"name": "e", "type": "decimal", "precision": 3, "scale": 4},
            {"name": "f", "type": "currency", "currencies": ["eur"]},
            {"name": "g", "type": "date", "default": "yesterday"},
            {"name": "h", "type": "json", "unique": true},
            "i",
        ],
        "keys": [{"fields": ["b", "z"]}, {"name": "k", "fields": []}],
    })));
    let wanted = [
        "unknown_member /labl",
        "invalid_name /name",
        "invalid_definition /label",
        "invalid_definition /prefix",
        "invalid_definition /fields/10",
        "invalid_name /fields/0/name",
        "invalid_definition /fields/0/max_length",
        "invalid_definition /fields/1/type",
        "unknown_member /fields/2/scale",
        "invalid_definition /fields/2/unique",
        "invalid_definition /fields/3/min",
        "already_exists /fields/3/name",
        "invalid_definition /fields/4/to/0",
        "invalid_definition /fields/4/to/2",
        "invalid_definition /fields/5/options/1",
        "invalid_definition /fields/5/options/2",
        "invalid_definition /fields/6/scale",
        "invalid_definition /fields/7/currencies/0",
        "invalid_value /fields/8/default",
        "invalid_definition /fields/9/unique",
        "unknown_field /keys/0/fields/1",
        "invalid_definition /keys/1/fields",
    ];
    let mut missing: Vec<&str> = wanted.to_vec();
    missing.retain(|fault| !faults.iter().any(|other| other == fault));
    assert!(missing.is_empty() && faults.len() == wanted.len(), "missing {missing:?} in {faults:#?}");
}

#[test]
fn offers_what_was_probably_meant() {
    let tenant = crm();
    let add = |field| tenant.hint(add_field("deal", field));
    assert_eq!(add(json!({"name": "x", "type": "string"})).as_deref(), Some("did you mean `text`?"));
    assert_eq!(add(json!({"name": "x", "type": "txt"})).as_deref(), Some("did you mean `text`?"));
    assert_eq!(
        add(json!({"name": "x", "type": "text", "maxlength": 3})).as_deref(),
        Some("did you mean `max_length`?")
    );
    let hint = add(json!({"name": "x", "type": "reference", "to": ["compny"]}));
    assert_eq!(hint.as_deref(), Some("did you mean `company`?"));
    assert_eq!(tenant.hint(drop_object("compny")).as_deref(), Some("did you mean `company`?"));
    assert_eq!(tenant.hint(drop_field("deal", "titel")).as_deref(), Some("did you mean `title`?"));
    assert_eq!(tenant.hint(drop_key("deal", "tilte")).as_deref(), Some("did you mean `title`?"));
    assert_eq!(tenant.refuse(drop_field("deal", "titel")), ["not_found "]);
}

#[test]
fn drops_only_what_nothing_needs() {
    let mut tenant = crm();
    assert_eq!(tenant.refuse(drop_object("company")), ["referenced "]);
    assert_eq!(tenant.refuse(drop_object("deal")), ["referenced "]);
    assert_eq!(tenant.refuse(drop_field("deal", "company")), ["referenced "]);
    assert_eq!(tenant.refuse(drop_field("deal", "amount")), ["referenced "]);
    assert_eq!(tenant.refuse(drop_field("deal", "title")), ["referenced "]);
    let decision = tenant.change(drop_key("deal", "title"));
    assert!(
        matches!(decision.steps.as_slice(), [Step::DropKey { .. }, Step::DropFold { column, .. }] if column.name == "title_3_fold")
    );
    assert_eq!(decision.definitions[0].columns_dropped, 1);
    let decision = tenant.change(drop_field("deal", "title"));
    assert_eq!(decision.definitions[0].columns_dropped, 2);
    assert_eq!(decision.definitions[0].dropped_fields[0].name, "title");
    assert_eq!(decision.summary["before"]["type"], "text");
    tenant.change(drop_field("company", "won"));
    let decision = tenant.change(drop_object("deal"));
    assert!(matches!(
        decision.steps.as_slice(),
        [Step::Refuse { found: Condition::AnyRecord, .. }, Step::DropTable(_)]
    ));
    let with_records =
        SchemaChange::PurgeObject { object: "company".to_owned(), number: None, with_records: true };
    assert!(
        matches!(tenant.change(with_records).steps.as_slice(), [Step::DropTable(_)]),
        "its own reference is no hindrance"
    );
    let decision =
        tenant.change(create(json!({"name": "deal", "fields": [{"name": "title", "type": "date"}]})));
    assert_eq!(
        (decision.object.0, decision.definitions[0].fields[0].number.0),
        (3, 10),
        "numbers are not used again"
    );
}

#[test]
fn keeps_the_published_limits() {
    let fields = |count: usize, kind: &str| -> Json {
        (0..count).map(|index| json!({"name": format!("f{index}"), "type": kind})).collect()
    };
    let refuse = |object| Tenant::default().refuse(create(object));
    assert_eq!(refuse(json!({"name": "a", "fields": fields(501, "date")})), ["limit_reached /fields"]);
    let decision = Tenant::default().change(create(json!({"name": "a", "fields": fields(500, "currency")})));
    assert_eq!(decision.definitions[0].fields.len(), 500);
    let wide: Json = (0..160)
        .map(|index| json!({"name": format!("f{index}"), "type": "reference", "to": ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"]}))
        .collect();
    let mut tenant = Tenant::default();
    for name in ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"] {
        tenant.change(create(json!({"name": name})));
    }
    assert_eq!(tenant.refuse(create(json!({"name": "wide", "fields": wide}))), ["limit_reached "]);
}
