//! Random schemas that are well formed, as people would write them.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

const OBJECTS: [&str; 5] = ["company", "contact", "deal", "note", "task"];
const FIELDS: [&str; 7] = ["title", "amount", "stage", "code", "due", "active", "about"];

/// A few schemas, one after the other.
pub(super) fn chain() -> impl Strategy<Value = Vec<Json>> {
    prop::collection::vec(schema(), 2..5)
}

fn schema() -> impl Strategy<Value = Json> {
    let objects = prop::sample::subsequence(OBJECTS.to_vec(), 0..=OBJECTS.len()).prop_shuffle();
    objects.prop_flat_map(|names| {
        let objects: Vec<_> = names.iter().map(|name| object(name, names.clone())).collect();
        objects.prop_map(|objects| json!({"objects": linked(objects)}))
    })
}

fn object(name: &'static str, others: Vec<&'static str>) -> impl Strategy<Value = Json> {
    let fields = prop::sample::subsequence(FIELDS.to_vec(), 0..=FIELDS.len());
    let fields = fields.prop_flat_map(|names| names.into_iter().map(field).collect::<Vec<_>>());
    let links = prop::collection::btree_set(prop::sample::select(others), 0..3);
    let on_delete = prop::sample::select(vec!["restrict", "clear", "cascade"]);
    let label = prop::option::of("[A-Z][a-z]{1,8}");
    (fields, links, on_delete, label, any::<bool>(), any::<bool>()).prop_map(
        move |(mut fields, links, on_delete, label, has_rollup, has_key)| {
            for target in links {
                let mut link = json!({"name": format!("to_{target}"), "type": "reference", "to": [target]});
                if on_delete != "restrict" {
                    link["on_delete"] = json!(on_delete);
                }
                fields.push(link);
            }
            let mut object = json!({"name": name, "fields": fields});
            if let Some(label) = label.filter(|label| label.to_lowercase() != name) {
                object["label"] = json!(label);
            }
            let is_key = |field: &&Json| matches!(field["name"].as_str(), Some("code" | "due"));
            let parts: Vec<&Json> = fields_of(&object).filter(is_key).map(|field| &field["name"]).collect();
            if has_key && parts.len() == 2 {
                object["keys"] = json!([{"name": "both", "fields": parts}]);
            }
            object["counts"] = json!(has_rollup);
            object
        },
    )
}

fn fields_of(object: &Json) -> impl Iterator<Item = &Json> {
    object["fields"].as_array().into_iter().flatten()
}

/// Roll-ups on the objects that others refer to.
fn linked(mut objects: Vec<Json>) -> Vec<Json> {
    let all = objects.clone();
    for object in &mut objects {
        let wishes = object.as_object_mut().and_then(|members| members.shift_remove("counts"));
        if wishes != Some(json!(true)) {
            continue;
        }
        let via = format!("to_{}", object["name"].as_str().unwrap_or_default());
        let feeds = all.iter().filter(|other| fields_of(other).any(|field| field["name"] == *via));
        let rollups: Vec<Json> = feeds
            .map(|other| {
                let from = other["name"].as_str().unwrap_or_default();
                json!({"name": format!("n_{from}"), "type": "rollup", "function": "count", "from": from, "via": via})
            })
            .collect();
        object["fields"].as_array_mut().expect("a list").extend(rollups);
    }
    objects
}

fn field(name: &'static str) -> BoxedStrategy<Json> {
    let with = move |kind: &str| json!({"name": name, "type": kind});
    let flags = (any::<bool>(), any::<bool>());
    match name {
        "title" => flags
            .prop_map(move |(is_unique, is_long)| {
                let mut field = with("text");
                if is_unique {
                    field["unique"] = json!(true);
                    field["case_insensitive"] = json!(true);
                }
                if is_long {
                    field["max_length"] = json!(500);
                }
                field
            })
            .boxed(),
        "amount" => prop::sample::select(vec!["integer", "decimal"]).prop_map(with).boxed(),
        "stage" => prop::sample::subsequence(vec!["new", "open", "won"], 1..=3)
            .prop_map(move |options| {
                let mut field = with("select");
                field["options"] = json!(options);
                field
            })
            .boxed(),
        "code" => flags
            .prop_map(move |(is_required, is_indexed)| {
                let mut field = with("integer");
                if is_required {
                    field["required"] = json!(true);
                    field["min"] = json!(0);
                }
                if is_indexed {
                    field["indexed"] = json!(true);
                }
                field
            })
            .boxed(),
        "due" => prop::sample::select(vec!["date", "datetime"]).prop_map(with).boxed(),
        "active" => Just(json!({"name": name, "type": "boolean", "default": true})).boxed(),
        _ => "[a-z]{0,10}"
            .prop_map(move |text| {
                let mut field = with("long_text");
                if !text.is_empty() {
                    field["description"] = json!(text);
                }
                field
            })
            .boxed(),
    }
}
