//! What a step is, and what it does to data, in words.

use serde_json::Value as Json;

use super::breaks::breaks;
use super::{PlannedStep, Runs};
use crate::catalog::{Definition, Field, KeyState};
use crate::id::FieldNo;
use crate::schema::decide::Decision;
use crate::schema::{Condition, Lock, SchemaChange, Step};

/// The step that a change is.
pub(super) fn describe(
    change: SchemaChange,
    decision: &Decision,
    before: Option<&Definition>,
    after: Option<&Definition>,
) -> PlannedStep {
    let account = &decision.summary;
    let (old, new) = (&account["before"], &account["after"]);
    let (object, part) = subject(&change);
    let object = object.to_owned();
    let definitions = (before, after);
    let field = part.as_ref().filter(|(noun, _)| *noun == "field").and_then(|(_, name)| {
        let shown = |definition: Option<&Definition>| {
            let fields = definition.into_iter().flat_map(|definition| &definition.fields);
            let mut fields = fields.filter(|field| field.is_visible());
            fields.find(|field| field.name == *name).map(|field| field.number)
        };
        shown(definitions.0).or_else(|| shown(definitions.1))
    });
    let runs = runs(decision, definitions, field);
    PlannedStep {
        action: action(&change, old, new),
        summary: summary(&change, old, new),
        effect: effect(&change, runs, decision, field.and_then(|number| field_of(definitions.1?, number))),
        breaks: breaks(&change, old, new),
        number: decision.object,
        account: account.clone(),
        object,
        part,
        field,
        runs,
        lock: decision.steps.iter().map(Step::lock).max().unwrap_or(Lock::None),
        accept: accept(&change),
        change,
    }
}

fn field_of(definition: &Definition, number: FieldNo) -> Option<&Field> {
    definition.fields.iter().find(|field| field.number == number)
}

/// The object and the part of it that a change is about.
fn subject(change: &SchemaChange) -> (&str, Option<(&'static str, String)>) {
    let named = |members: &serde_json::Map<String, Json>| {
        members.get("name").and_then(Json::as_str).unwrap_or_default().to_owned()
    };
    match change {
        SchemaChange::CreateObject(input) => {
            (input.get("name").and_then(Json::as_str).unwrap_or_default(), None)
        }
        SchemaChange::UpdateObject { object, .. }
        | SchemaChange::RemoveObject { object }
        | SchemaChange::RestoreObject { object, .. }
        | SchemaChange::PurgeObject { object, .. } => (object, None),
        SchemaChange::CreateField { object, field } => (object, Some(("field", named(field)))),
        SchemaChange::UpdateField { object, field, .. }
        | SchemaChange::RemoveField { object, field }
        | SchemaChange::RestoreField { object, field, .. }
        | SchemaChange::PurgeField { object, field, .. } => (object, Some(("field", field.clone()))),
        SchemaChange::CreateKey { object, key } => (object, Some(("key", named(key)))),
        SchemaChange::UpdateKey { object, key, .. } | SchemaChange::DropKey { object, key } => {
            (object, Some(("key", key.clone())))
        }
        SchemaChange::CreateRule { object, rule } => (object, Some(("rule", named(rule)))),
        SchemaChange::UpdateRule { object, rule, .. } | SchemaChange::DropRule { object, rule } => {
            (object, Some(("rule", rule.clone())))
        }
        SchemaChange::CreateMatching { object, matching } => (object, Some(("matching", named(matching)))),
        SchemaChange::DropMatching { object, matching } => (object, Some(("matching", matching.clone()))),
        SchemaChange::CreateAction { object, action } => (object, Some(("object_action", named(action)))),
        SchemaChange::UpdateAction { object, action, .. } | SchemaChange::DropAction { object, action } => {
            (object, Some(("object_action", action.clone())))
        }
        // No plan has these: Kith asks for them itself.
        SchemaChange::ReadyMatching { .. } | SchemaChange::EndTask(_) => ("", None),
    }
}

fn action(change: &SchemaChange, before: &Json, after: &Json) -> &'static str {
    match change {
        SchemaChange::CreateObject(_) => "object.create",
        SchemaChange::UpdateObject { .. } if before["name"] != after["name"] => "object.rename",
        SchemaChange::UpdateObject { .. } => "object.update",
        SchemaChange::RemoveObject { .. } => "object.remove",
        SchemaChange::RestoreObject { .. } => "object.restore",
        SchemaChange::PurgeObject { .. } => "object.purge",
        SchemaChange::CreateField { .. } => "field.create",
        SchemaChange::UpdateField { .. } if before["name"] != after["name"] => "field.rename",
        SchemaChange::UpdateField { patch, .. } if patch.contains_key("type") => "field.widen",
        SchemaChange::UpdateField { .. } => "field.update",
        SchemaChange::RemoveField { .. } => "field.remove",
        SchemaChange::RestoreField { .. } => "field.restore",
        SchemaChange::PurgeField { .. } => "field.purge",
        SchemaChange::CreateKey { .. } => "key.create",
        SchemaChange::UpdateKey { .. } => "key.rename",
        SchemaChange::DropKey { .. } => "key.drop",
        SchemaChange::CreateRule { .. } => "rule.create",
        SchemaChange::UpdateRule { .. } => "rule.update",
        SchemaChange::DropRule { .. } => "rule.drop",
        SchemaChange::CreateMatching { .. } => "matching.create",
        SchemaChange::DropMatching { .. } => "matching.drop",
        SchemaChange::CreateAction { .. } => "action.create",
        SchemaChange::UpdateAction { .. } => "action.update",
        SchemaChange::DropAction { .. } => "action.drop",
        SchemaChange::ReadyMatching { .. } => "matching.ready",
        SchemaChange::EndTask(_) => "task.end",
    }
}

/// The name to accept a step by, when values are lost to those who use them.
fn accept(change: &SchemaChange) -> Option<String> {
    match change {
        SchemaChange::RemoveObject { object } | SchemaChange::PurgeObject { object, .. } => {
            Some(object.clone())
        }
        SchemaChange::RemoveField { object, field } | SchemaChange::PurgeField { object, field, .. } => {
            Some(format!("{object}.{field}"))
        }
        _ => None,
    }
}

/// How a step is carried out, from what it asks of the database.
fn runs(
    decision: &Decision,
    (before, after): (Option<&Definition>, Option<&Definition>),
    field: Option<FieldNo>,
) -> Runs {
    if decision.steps.iter().any(|step| matches!(step, Step::CreateTable(_))) {
        return Runs::Instant;
    }
    let is_widening = |definition: Option<&Definition>| {
        field.and_then(|number| field_of(definition?, number)).is_some_and(|field| field.widening.is_some())
    };
    if is_widening(after) && !is_widening(before) {
        return Runs::Rewrite;
    }
    let is_filling = |definition: Option<&Definition>| {
        definition.is_some_and(|definition| definition.fields.iter().any(|field| !field.state.is_ready()))
    };
    let is_building = |definition: Option<&Definition>| {
        definition.is_some_and(|definition| definition.keys.iter().any(|key| key.state == KeyState::Building))
    };
    let has = |test: fn(&Step) -> bool| decision.steps.iter().any(test);
    let stored = |definition: Option<&Definition>| {
        let computed = field_of(definition?, field?)?.computed.as_ref().filter(|computed| computed.stored)?;
        Some(computed.expression.clone())
    };
    let is_computed_anew = stored(after).is_some() && stored(after) != stored(before);
    if (is_filling(after) && !is_filling(before))
        || is_computed_anew
        || has(|step| matches!(step, Step::FillRollup { .. } | Step::AddFold { .. }))
    {
        Runs::Backfill
    } else if (is_building(after) && !is_building(before))
        || has(|step| matches!(step, Step::CreateKey { .. }))
    {
        Runs::Index
    } else if has(|step| matches!(step, Step::Refuse { .. })) {
        Runs::Check
    } else {
        Runs::Instant
    }
}

fn summary(change: &SchemaChange, before: &Json, after: &Json) -> String {
    let (object, part) = subject(change);
    let (noun, name) = match &part {
        None => ("object", format!("`{object}`")),
        Some(("field", name)) => ("field", format!("`{object}.{name}`")),
        Some(("object_action", name)) => ("action", format!("`{name}` of `{object}`")),
        Some(("matching", name)) => ("matching rule", format!("`{name}` of `{object}`")),
        Some((noun, name)) => (*noun, format!("`{name}` of `{object}`")),
    };
    let verb = action(change, before, after).split('.').nth(1).unwrap_or_default();
    match verb {
        "create" => match after["type"].as_str().filter(|_| noun == "field") {
            Some(kind) => format!("new {noun} {name} of type `{kind}`"),
            None => format!("new {noun} {name}"),
        },
        "rename" => format!("{noun} {name} is called {} from now on", after["name"]).replace('"', "`"),
        "widen" => format!("{noun} {name} becomes `{}`", asked(change)),
        "remove" => format!("{noun} {name} is hidden"),
        "restore" => format!("{noun} {name} is brought back"),
        "drop" | "purge" => format!("{noun} {name} is dropped"),
        _ => {
            let members = changed(before, after);
            format!(
                "{noun} {name} changes {}",
                if members.is_empty() { "nothing".to_owned() } else { members }
            )
        }
    }
}

/// The type that a field is to have.
fn asked(change: &SchemaChange) -> &str {
    match change {
        SchemaChange::UpdateField { patch, .. } => {
            patch.get("type").and_then(Json::as_str).unwrap_or_default()
        }
        _ => "",
    }
}

/// The members that differ.
fn changed(before: &Json, after: &Json) -> String {
    let (Json::Object(old), Json::Object(new)) = (before, after) else { return "its definition".to_owned() };
    let names = new.keys().chain(old.keys().filter(|member| !new.contains_key(*member)));
    let differ = names.filter(|member| old.get(*member) != new.get(*member));
    differ.map(|member| format!("`{member}`")).collect::<Vec<_>>().join(", ")
}

fn effect(change: &SchemaChange, runs: Runs, decision: &Decision, field: Option<&Field>) -> String {
    let text = match change {
        SchemaChange::CreateObject(_) => "a new table, without records",
        SchemaChange::RemoveObject { .. } => {
            "its records and those in its trash are kept underneath, and come back with it until it is purged"
        }
        SchemaChange::RestoreObject { .. } => "its records are back as they were",
        SchemaChange::RemoveField { .. } => {
            "its values are kept underneath, and come back with it until it is purged"
        }
        SchemaChange::RestoreField { .. } => "its values are back as they were",
        SchemaChange::PurgeObject { .. } | SchemaChange::PurgeField { .. } => "the values are gone for good",
        SchemaChange::CreateField { .. } => match field {
            Some(field) if field.is_virtual() => "nothing is stored: it is evaluated when a record is read",
            Some(field) if field.is_derived() => "computed for every record there is",
            _ => "records that exist have no value in it",
        },
        SchemaChange::UpdateField { patch, .. } | SchemaChange::UpdateObject { patch, .. }
            if patch.contains_key("name") =>
        {
            "the old name goes on working; values stay as they are"
        }
        SchemaChange::UpdateField { .. } => match runs {
            Runs::Rewrite => "every value is written again in its new form",
            Runs::Backfill => "computed afresh for every record there is",
            Runs::Check => return checked(decision),
            Runs::Instant | Runs::Index => "values stay as they are",
        },
        SchemaChange::CreateKey { key, .. } if key.get("unique") != Some(&Json::Bool(false)) => {
            "records are looked through for equal values, which it names and which stop it; values stay as they are"
        }
        SchemaChange::CreateRule { .. } | SchemaChange::UpdateRule { .. } => {
            "records that exist are not looked at: it holds for what is written from now on"
        }
        SchemaChange::CreateMatching { .. } => "records that exist are compared in the background",
        SchemaChange::UpdateObject { .. }
        | SchemaChange::CreateKey { .. }
        | SchemaChange::UpdateKey { .. }
        | SchemaChange::DropKey { .. }
        | SchemaChange::DropRule { .. }
        | SchemaChange::DropMatching { .. }
        | SchemaChange::CreateAction { .. }
        | SchemaChange::UpdateAction { .. }
        | SchemaChange::DropAction { .. }
        | SchemaChange::ReadyMatching { .. }
        | SchemaChange::EndTask(_) => "records are not touched",
    };
    text.to_owned()
}

/// What is looked for before the change, which is refused when it is found.
fn checked(decision: &Decision) -> String {
    let looks = decision.steps.iter().filter_map(|step| match step {
        Step::Refuse { found, .. } => Some(match found {
            Condition::AnyRecord => "any record".to_owned(),
            Condition::Null(_) => "records without a value".to_owned(),
            Condition::LongerThan(_, length) => format!("values longer than {length}"),
            Condition::HasOption(_, option) => format!("records with the option `{option}`"),
            _ => "values that it would not take".to_owned(),
        }),
        _ => None,
    });
    format!("refused if there are {}; values stay as they are", looks.collect::<Vec<_>>().join(", "))
}
