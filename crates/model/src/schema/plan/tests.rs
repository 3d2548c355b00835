//! Plans between random schemas come to what was wanted, and then to nothing; and single
//! ways that must be as they are.

mod random;

use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};

use super::{Desired, Mode, Plan, compact, plan, whole_document};
use crate::catalog::{Catalog, Field, FieldState};
use crate::fault::Faults;
use crate::time::Timestamp;

fn try_plan(catalog: &Catalog, document: &Json, mode: Mode) -> Result<Plan, Faults> {
    let document = document.as_object().expect("an object");
    plan(catalog, Desired { document, mode, pointer: "/document" }, Timestamp(0))
}

fn reach(catalog: &Catalog, document: &Json) -> Plan {
    try_plan(catalog, document, Mode::Whole).unwrap_or_else(|faults| panic!("{document:#}\n{faults:#?}"))
}

fn start(document: &Json) -> Catalog {
    reach(&Catalog::default(), document).catalog
}

/// A catalog's document as people write it, in an order that says nothing.
fn shown(catalog: &Catalog) -> Json {
    sorted(Json::Object(compact(&whole_document(&arrived(catalog)))))
}

/// The catalog when its fields are of the types that they are on their way to.
fn arrived(catalog: &Catalog) -> Catalog {
    let definitions = catalog.objects().map(|object| {
        let mut definition = object.definition().clone();
        for field in &mut definition.fields {
            if let Some(widened) = field.widened() {
                *field = Field { state: FieldState::Ready, ..widened };
            }
        }
        definition
    });
    catalog.with(catalog.version(), definitions.collect::<Vec<_>>())
}

/// Lists of named things by name, without what only says how they came to be.
fn sorted(value: Json) -> Json {
    match value {
        Json::Object(members) => {
            let members = members.into_iter().filter(|(name, _)| !matches!(name.as_str(), "was" | "aliases"));
            let members = members.filter(|(name, value)| !(name == "fields" && *value == json!([])));
            Json::Object(members.map(|(name, value)| (name, sorted(value))).collect::<Map<_, _>>())
        }
        Json::Array(items) => {
            let mut items: Vec<Json> = items.into_iter().map(sorted).collect();
            if items.iter().all(|item| item["name"].is_string()) {
                items.sort_by_key(|item| item["name"].as_str().map(str::to_owned));
            }
            Json::Array(items)
        }
        other => other,
    }
}

fn actions(plan: &Plan) -> Vec<String> {
    let name = |step: &super::PlannedStep| match &step.part {
        Some((_, part)) => format!("{} {}.{part}", step.action, step.object),
        None => format!("{} {}", step.action, step.object),
    };
    plan.steps.iter().map(name).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn comes_to_what_is_wanted(schemas in random::chain()) {
        let mut catalog = Catalog::default();
        let mut past = Vec::new();
        for wanted in &schemas {
            let Ok(planned) = try_plan(&catalog, wanted, Mode::Whole) else {
                // Types that cannot become each other: both are named, and nothing is done.
                continue;
            };
            prop_assert_eq!(shown(&planned.catalog), sorted(wanted.clone()));
            let again = reach(&planned.catalog, wanted);
            prop_assert_eq!(actions(&again), Vec::<String>::new());
            let there = arrived(&planned.catalog);
            let pulled = Json::Object(whole_document(&there));
            prop_assert_eq!(actions(&reach(&there, &pulled)), Vec::<String>::new());
            let pulled = Json::Object(compact(&whole_document(&there)));
            prop_assert_eq!(actions(&reach(&there, &pulled)), Vec::<String>::new());
            past.push(catalog);
            catalog = arrived(&planned.catalog);
        }
        // And back, through every one there was.
        for before in past.iter().rev() {
            let wanted = Json::Object(whole_document(before));
            if let Ok(planned) = try_plan(&catalog, &wanted, Mode::Whole) {
                prop_assert_eq!(shown(&planned.catalog), shown(before));
                catalog = arrived(&planned.catalog);
            }
        }
    }
}

fn crm() -> Json {
    json!({"objects": [
        {"name": "company", "fields": [
            {"name": "name", "type": "text", "required": true},
            {"name": "open", "type": "rollup", "function": "count", "from": "deal", "via": "company"},
        ]},
        {"name": "deal", "fields": [
            {"name": "title", "type": "text", "unique": true},
            {"name": "company", "type": "reference", "to": ["company"]},
            {"name": "stage", "type": "select", "options": ["new", "won"], "indexed": true},
        ], "keys": [{"name": "both", "fields": ["title", "stage"]}]},
    ]})
}

#[test]
fn orders_what_refers_to_each_other() {
    let planned = reach(&Catalog::default(), &crm());
    assert_eq!(
        actions(&planned),
        ["object.create company", "object.create deal", "field.create company.open"]
    );
    let cycle = json!({"objects": [
        {"name": "a", "fields": [{"name": "b", "type": "reference", "to": ["b"]}]},
        {"name": "b", "fields": [{"name": "a", "type": "reference", "to": ["a"]}]},
    ]});
    let planned = reach(&Catalog::default(), &cycle);
    assert_eq!(actions(&planned), ["object.create b", "object.create a", "field.create b.a"]);
    // Away again: neither can go while the other points at it.
    let planned = reach(&planned.catalog, &json!({"objects": []}));
    assert_eq!(shown(&planned.catalog), json!({"objects": []}));
}

#[test]
fn renames_what_was_called_otherwise() {
    let catalog = start(&crm());
    let mut wanted = crm();
    wanted["objects"][1]["fields"][2] = json!({"name": "phase", "was": "stage", "type": "select", "options": ["new", "won"], "indexed": true});
    wanted["objects"][1]["keys"][0]["fields"] = json!(["title", "phase"]);
    wanted["objects"][0]["name"] = json!("account");
    wanted["objects"][0]["was"] = json!("company");
    wanted["objects"][0]["fields"][1]["via"] = json!("company");
    wanted["objects"][1]["fields"][1]["to"] = json!(["account"]);
    let planned = reach(&catalog, &wanted);
    assert_eq!(
        actions(&planned),
        ["object.rename company", "field.rename deal.stage", "key.rename deal.stage"]
    );
    // `was` may stay where it is.
    assert_eq!(actions(&reach(&planned.catalog, &wanted)), Vec::<String>::new());
    assert!(planned.steps.iter().all(|step| step.accept.is_none()));
}

#[test]
fn hides_what_is_gone_after_what_uses_it_and_brings_it_back() {
    let catalog = start(&crm());
    let planned = reach(
        &catalog,
        &json!({"objects": [
            {"name": "company", "fields": [{"name": "name", "type": "text", "required": true}]},
        ]}),
    );
    let accepts: Vec<_> = planned.steps.iter().filter_map(|step| step.accept.clone()).collect();
    assert_eq!(accepts, ["company.open", "deal"]);
    let back = reach(&planned.catalog, &crm());
    assert_eq!(actions(&back), ["object.restore deal", "field.restore company.open"]);
    assert_eq!(shown(&back.catalog), shown(&catalog));
}

#[test]
fn refuses_with_the_place_and_the_way_out() {
    let catalog = start(&crm());
    let refuse = |wanted: &Json| {
        let faults = try_plan(&catalog, wanted, Mode::Whole).expect_err("refused");
        faults.into_iter().map(|fault| (fault.pointer, fault.hint.unwrap_or_default())).collect::<Vec<_>>()
    };
    let mut wanted = crm();
    wanted["objects"][1]["fields"][2] = json!({"name": "stage", "type": "boolean"});
    let faults = refuse(&wanted);
    assert_eq!(faults[0].0, "/document/objects/1/fields/2/type");
    assert!(faults[0].1.contains("`select` can become `text` or `multi_select`"), "{faults:?}");
    let mut wanted = crm();
    wanted["objects"][0]["feilds"] = json!([]);
    wanted["objects"][1]["fields"][1]["to"] = json!(["compnay"]);
    let faults = refuse(&wanted);
    let places: Vec<&str> = faults.iter().map(|(pointer, _)| pointer.as_str()).collect();
    assert_eq!(places[..2], ["/document/objects/0/feilds", "/document/objects/1/fields/1/to/0"]);
    assert_eq!(refuse(&json!({"objcts": []}))[0].0, "/document/objcts");
}

#[test]
fn adds_a_template_to_what_there_is() {
    let template = crm();
    let mut own = crm();
    own["objects"][1]["fields"][0] =
        json!({"name": "title", "type": "text", "label": "Our title", "unique": true});
    own["objects"][1]["fields"][2]["options"] = json!(["new", "ours"]);
    own["objects"]
        .as_array_mut()
        .unwrap()
        .push(json!({"name": "own", "fields": [{"name": "x", "type": "text"}]}));
    let catalog = start(&own);
    let planned = try_plan(&catalog, &template, Mode::Template).unwrap();
    assert_eq!(actions(&planned), ["field.update deal.stage"]);
    let stage = planned.catalog.object_named("deal").unwrap().field_named("stage").unwrap().clone();
    let options = serde_json::to_value(&stage).unwrap()["options"].clone();
    let values: Vec<&str> =
        options.as_array().unwrap().iter().map(|o| o["value"].as_str().unwrap()).collect();
    assert_eq!(values, ["new", "ours", "won"]);
    assert_eq!(
        actions(&try_plan(&planned.catalog, &template, Mode::Template).unwrap()),
        Vec::<String>::new()
    );
    // What was renamed by its owner keeps its name.
    let renamed = reach(&catalog, &json!({"objects": [
        {"name": "firm", "was": "company", "fields": [{"name": "title", "was": "name", "type": "text", "required": true}]},
    ]})).catalog;
    let planned = try_plan(&renamed, &json!({"objects": [template["objects"][0]]}), Mode::Template);
    assert_eq!(planned.map(|plan| actions(&plan)).unwrap_or_default(), Vec::<String>::new());
    // What was removed on purpose stays removed, with what needs it.
    let without = reach(&catalog, &json!({"objects": [{"name": "deal", "fields": []}]})).catalog;
    let planned = try_plan(&without, &template, Mode::Template).unwrap();
    assert_eq!(actions(&planned), Vec::<String>::new());
    assert!(
        planned.skipped.iter().any(|line| line.contains("`company` was removed")),
        "{:?}",
        planned.skipped
    );
}

#[test]
fn has_a_template_that_is_whole() {
    let document = crate::schema::template("crm").expect("the template");
    let planned = plan(
        &Catalog::default(),
        Desired { document: &document, mode: Mode::Template, pointer: "/template" },
        Timestamp(0),
    );
    let planned = planned.unwrap_or_else(|faults| panic!("{faults:#?}"));
    assert!(planned.skipped.is_empty(), "{:?}", planned.skipped);
    let again = plan(
        &planned.catalog,
        Desired { document: &document, mode: Mode::Template, pointer: "/template" },
        Timestamp(0),
    );
    assert_eq!(actions(&again.expect("a plan")), Vec::<String>::new());
    // And as what a team would pull into its repository.
    let pulled = Json::Object(compact(&whole_document(&planned.catalog)));
    let text = crate::yaml::write(&pulled);
    let read = crate::yaml::read(&text).expect("YAML").value;
    assert_eq!(read, pulled);
    assert_eq!(actions(&reach(&planned.catalog, &read)), Vec::<String>::new());
    assert_eq!(shown(&start(&read)), shown(&planned.catalog));
}
