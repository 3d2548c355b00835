//! An action on the wire. What stands here can be sent back as a definition.

use serde_json::{Map, Value as Json, json};

use crate::catalog::{Action, ActionStep, Catalog, Deed, Definition, OWN, Setting, Source};
use crate::id::ObjectNo;
use crate::schema::document::{field_name, named};

/// An action of an object on the wire.
#[must_use]
pub(in crate::schema) fn action_document(object: &Definition, action: &Action, catalog: &Catalog) -> Json {
    let steps: Vec<Json> = action.steps.iter().map(|step| step_document(object, step, catalog)).collect();
    json!({
        "name": action.name,
        "description": action.description,
        "when": action.when,
        "message": action.message,
        "steps": steps,
    })
}

fn step_document(own: &Definition, step: &ActionStep, catalog: &Catalog) -> Json {
    let mut members = Map::new();
    members.insert("name".to_owned(), json!(step.name));
    let object = |number: ObjectNo| named(own, number, catalog);
    let target = match &step.deed {
        Deed::Create { object: number } => {
            members.insert("create".to_owned(), json!(object(*number).0));
            object(*number).1
        }
        Deed::FindOrCreate { object: number, by } => {
            let (name, target) = object(*number);
            let by: Vec<&str> = target
                .map_or_else(Vec::new, |target| by.iter().map(|field| field_name(target, *field)).collect());
            members.insert("find_or_create".to_owned(), json!(name));
            members.insert("by".to_owned(), json!(by));
            target
        }
        Deed::Update => {
            members.insert("update".to_owned(), json!(OWN));
            Some(own)
        }
    };
    members.insert("when".to_owned(), json!(step.when));
    let set = step.set.iter().filter_map(|Setting { field, to }| {
        let to = match to {
            Source::Expression(text) => json!(text),
            Source::Step(name) => json!({ "step": name }),
            Source::Own => json!({ "step": OWN }),
            Source::Value(value) => json!({ "value": value }),
        };
        Some((field_name(target?, *field).to_owned(), to))
    });
    members.insert("set".to_owned(), Json::Object(set.collect()));
    Json::Object(members)
}
