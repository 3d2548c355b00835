//! An action's definition from its members.

use serde_json::{Map, Value as Json};

use crate::catalog::{Action, ActionStep, Catalog, Deed, Definition, FieldKind, OWN, Setting, Source};
use crate::expression::{Allowed, Expression, Surroundings, Type};
use crate::fault::{Code, Fault};
use crate::id::{ActionNo, ObjectNo};
use crate::limits::{ACTION_STEPS_MAX, ACTIONS_MAX, DESCRIPTION_LENGTH_MAX};
use crate::name::Noun;
use crate::schema::members::Members;
use crate::schema::part;
use crate::schema::scope::{Known, Scope};
use crate::value;

/// The actions of a new object, from the member `actions`.
pub(in crate::schema) fn define_all(
    members: &mut Members<'_>,
    catalog: &Catalog,
    object: &Definition,
) -> Vec<Action> {
    let mut actions: Vec<Action> = Vec::new();
    for (index, item) in members.bounded_array("actions", ACTIONS_MAX).unwrap_or_default().iter().enumerate()
    {
        let at = format!("actions/{index}");
        let Json::Object(map) = item else {
            members.invalid(&at, "an action is an object of `name`, `steps` and more");
            continue;
        };
        let mut own = Members::new(map, members.pointer_to(&at));
        let number = ActionNo(part::next_number(&actions));
        if let Some(action) = define(&mut own, number, catalog, object) {
            if let Err(fault) = part::check_name(&action, &actions) {
                own.refuse("name", fault);
            }
            actions.push(action);
        }
        members.extend(own.finish());
    }
    actions
}

/// What an action and its steps are read in.
#[derive(Clone, Copy)]
struct Reading<'a> {
    catalog: &'a Catalog,
    own: &'a Definition,
}

/// Reads an action's definition; `None` when something without which there is no action
/// is wrong. There may be faults in either case.
pub(in crate::schema) fn define(
    members: &mut Members<'_>,
    number: ActionNo,
    catalog: &Catalog,
    own: &Definition,
) -> Option<Action> {
    members.allow("an action", &["name", "description", "when", "message", "steps"]);
    let reading = Reading { catalog, own };
    let name = members.name(Noun::Action);
    let description = members.description();
    let when = condition(members, "when", reading);
    let message = members.heading("message", DESCRIPTION_LENGTH_MAX);
    if members.get("steps").is_none() {
        members.missing("steps");
    }
    let items = members.bounded_array("steps", ACTION_STEPS_MAX)?;
    let mut steps: Vec<ActionStep> = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let at = format!("steps/{index}");
        let Json::Object(map) = item else {
            members.invalid(&at, "a step is an object of `name`, what it does, and `set`");
            continue;
        };
        let mut part = Members::new(map, members.pointer_to(&at));
        if let Some(step) = step(&mut part, reading, &steps) {
            steps.push(step);
        }
        members.extend(part.finish());
    }
    Some(Action { number, name: name?.to_owned(), description, when, message, steps })
}

fn step(members: &mut Members<'_>, reading: Reading<'_>, earlier: &[ActionStep]) -> Option<ActionStep> {
    members.allow("a step", &["name", "create", "find_or_create", "update", "by", "when", "set"]);
    let name = members.name(Noun::Step)?;
    if name == OWN || earlier.iter().any(|step| step.name == name) {
        members.refuse("name", Fault::new(Code::AlreadyExists, format!("`{name}` is taken")));
    }
    let when = condition(members, "when", reading);
    let (object, deed) = deed(members, reading)?;
    let object = object.unwrap_or(reading.own);
    let Some(Json::Object(set)) = members.get("set") else {
        members.invalid("set", "`set` is an object of fields and what they are set to");
        return None;
    };
    let mut settings = Vec::with_capacity(set.len());
    for (field, to) in set {
        let at = format!("set/{field}");
        match setting(reading, object, field, to, earlier) {
            Ok(setting) => settings.push(setting),
            Err(faults) => faults.into_iter().for_each(|fault| members.refuse(&at, fault)),
        }
    }
    Some(ActionStep { name: name.to_owned(), deed, when, set: settings })
}

/// What the step does, and the object of its record where that is not the action's own.
fn deed<'a>(members: &mut Members<'_>, reading: Reading<'a>) -> Option<(Option<&'a Definition>, Deed)> {
    let verbs = ["create", "find_or_create", "update"];
    let given: Vec<&str> = verbs.into_iter().filter(|verb| members.get(verb).is_some()).collect();
    let [verb] = given.as_slice() else {
        members.invalid("create", "a step has one of `create`, `find_or_create` and `update`");
        return None;
    };
    let named = members.string(verb)?;
    if *verb == "update" {
        if named != OWN {
            members.invalid("update", format!("only the record itself can be updated: write `{OWN}`"));
        }
        return Some((None, Deed::Update));
    }
    let scope = Scope { catalog: reading.catalog, own: Known::of(reading.own) };
    let number = match scope.object(named) {
        Ok(object) => object.number,
        Err(fault) => {
            members.refuse(verb, fault);
            return None;
        }
    };
    let object = definition(reading, number)?;
    if *verb == "create" {
        return Some((Some(object), Deed::Create { object: number }));
    }
    let by = key_fields(members, object)?;
    Some((Some(object), Deed::FindOrCreate { object: number, by }))
}

/// The fields of `by`, which must be those of a unique key.
fn key_fields(members: &mut Members<'_>, object: &Definition) -> Option<Vec<crate::id::FieldNo>> {
    if members.get("by").is_none() {
        members.missing("by");
    }
    let mut fields = Vec::new();
    for item in members.array("by")? {
        match item.as_str().map(|name| Known::of(object).field(name)) {
            Some(Ok(field)) => fields.push(field.number),
            Some(Err(fault)) => members.refuse("by", fault),
            None => members.invalid("by", "`by` is an array of fields' names"),
        }
    }
    let is_key = |key: &&crate::catalog::Key| {
        key.unique
            && key.fields.len() == fields.len()
            && fields.iter().all(|field| key.fields.contains(field))
    };
    if !object.keys.iter().any(|key| is_key(&key)) {
        members.invalid("by", format!("`{}` has no unique key over exactly these fields", object.name));
    }
    Some(fields)
}

fn setting(
    reading: Reading<'_>,
    object: &Definition,
    name: &str,
    to: &Json,
    earlier: &[ActionStep],
) -> Result<Setting, Vec<Fault>> {
    let field = Known::of(object).field(name).map_err(|fault| vec![fault])?;
    if field.is_read_only() {
        return Err(vec![Fault::new(Code::ReadOnly, format!("`{name}` is set by Kith"))]);
    }
    let refers_to = |target: ObjectNo| match &field.kind {
        FieldKind::Reference { to, .. } if to.contains(&target) => Ok(()),
        _ => Err(vec![Fault::new(Code::InvalidType, format!("`{name}` cannot refer to that record"))]),
    };
    let to = match to {
        Json::String(source) => {
            let expression = compile(source, reading)?;
            fits(expression.kind(), &field.kind).map_err(|fault| vec![fault])?;
            Source::Expression(source.clone())
        }
        Json::Object(members) => match one_member(members) {
            Some(("step", Json::String(step))) if step == OWN => {
                refers_to(reading.own.number)?;
                Source::Own
            }
            Some(("step", Json::String(step))) => {
                let target = earlier.iter().find(|other| other.name == *step).map(|other| &other.deed);
                match target {
                    Some(Deed::Create { object } | Deed::FindOrCreate { object, .. }) => refers_to(*object)?,
                    Some(Deed::Update) => refers_to(reading.own.number)?,
                    None => {
                        let message = format!("`{step}` is not the name of an earlier step");
                        return Err(vec![Fault::new(Code::InvalidDefinition, message)]);
                    }
                }
                Source::Step(step.clone())
            }
            Some(("value", given)) => {
                let value = value::parse(field, given, reading.catalog)
                    .map_err(|fault| vec![Fault { pointer: "/value".to_owned(), ..fault }])?;
                Source::Value(value::render(field, &value, reading.catalog))
            }
            _ => return Err(vec![unreadable()]),
        },
        _ => return Err(vec![unreadable()]),
    };
    Ok(Setting { field: field.number, to })
}

/// Whether a field can be set to what an expression gives. Which option a text is, and
/// whether there is such a record, is found out when it is set.
fn fits(given: &Type, kind: &FieldKind) -> Result<(), Fault> {
    match (given, kind) {
        (Type::Text, FieldKind::Select { .. }) | (Type::Texts, FieldKind::MultiSelect { .. }) => Ok(()),
        (Type::Record { objects }, FieldKind::Reference { to, .. })
            if objects.iter().all(|object| to.contains(object)) =>
        {
            Ok(())
        }
        _ => given.fits(kind),
    }
}

fn unreadable() -> Fault {
    Fault::new(Code::InvalidDefinition, "what a field is set to is an expression, a step or a value")
        .hint("write `\"first_name\"`, `{\"step\": \"company\"}` or `{\"value\": \"new\"}`")
}

fn one_member(map: &Map<String, Json>) -> Option<(&str, &Json)> {
    let mut members = map.iter();
    let first = members.next().map(|(name, value)| (name.as_str(), value));
    first.filter(|_| members.next().is_none())
}

fn condition(members: &mut Members<'_>, member: &str, reading: Reading<'_>) -> Option<String> {
    let source = members.string(member)?;
    let compiled = compile(source, reading);
    let checked =
        compiled.and_then(|expression| expression.kind().is_condition().map_err(|fault| vec![fault]));
    match checked {
        Ok(()) => Some(source.to_owned()),
        Err(faults) => {
            faults.into_iter().for_each(|fault| members.refuse(member, fault));
            None
        }
    }
}

fn compile(source: &str, reading: Reading<'_>) -> Result<Expression, Vec<Fault>> {
    let allowed = Allowed { clock: true, ..Allowed::default() };
    let definitions = |number| definition(reading, number);
    Expression::compile(source, &Surroundings { object: reading.own, definitions: &definitions, allowed })
}

fn definition(reading: Reading<'_>, number: ObjectNo) -> Option<&Definition> {
    if number == reading.own.number { Some(reading.own) } else { reading.catalog.definition(number) }
}
