//! Actions: their steps become operations on records, decided in order like those of an
//! atomic batch.

use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use crate::catalog::{Action as Definition, ActionStep, Deed, Object, Source};
use crate::decide::batch::{Batch, Halt, RecordReply};
use crate::decide::records::{Earlier, Labels, Results, expect_version};
use crate::decide::view::key_value;
use crate::expression::{Allowed, Expression, Failure, Given, Own, Surroundings};
use crate::fault::{Code, Fault, Faults};
use crate::id::{FieldNo, ObjectNo, format_typeid};
use crate::operation::{Act, Action, Caller, Disposition, Duplicates, RecordOperation, Target};
use crate::record::{Row, find_id, find_object, with_virtuals};
use crate::schema::find_action;
use crate::value::{self, Link, Value};

/// The record that an action is called on, with its virtual fields.
struct Called<'a> {
    object: &'a Arc<Object>,
    row: &'a Row,
}

impl Batch<'_> {
    /// Does the steps of an action whose conditions hold; one result each, in order.
    pub(super) fn decide_act(&mut self, act: &Act, caller: &Caller) -> Result<Results, Halt> {
        let catalog = self.catalog.clone();
        let number = find_object(&act.object, &catalog).map_err(|fault| fault.at("object"))?.number;
        let object = catalog.object(number).cloned();
        let object = object.ok_or_else(|| Fault::new(Code::NotFound, "no such object"))?;
        let action = find_action(object.definition(), &act.action).map_err(|fault| fault.at("action"))?;
        check_names(act, action)?;
        let Target::Id(id) = &act.target else {
            return Err(Fault::new(Code::InvalidValue, "an action is called on a record").at("id").into());
        };
        let id = find_id(id, &object).map_err(|fault| fault.at("id"))?;
        let id = self.standing(object.number, id)?;
        let Some(row) = self.row(object.number, id)? else {
            let shown = format_typeid(&object.prefix, id.0);
            return Err(Fault::new(Code::NotFound, format!("no {} `{shown}`", object.name)).at("id").into());
        };
        expect_version(act.expect, &row)?;
        let called = Called { object: &object, row: &with_virtuals(&object, &row, self.at()) };
        if !self.holds(action.when.as_ref(), &called)? {
            let message = action.message.clone();
            let message = message.unwrap_or_else(|| format!("`{}` cannot be done now", action.name));
            return Err(Fault::new(Code::RuleViolated, message).at("action").into());
        }
        let mut results = Results::new();
        let mut labels = Labels::new();
        for step in &action.steps {
            let is_left_out = act.without.contains(&step.name);
            if is_left_out || !self.holds(step.when.as_ref(), &called)? {
                continue;
            }
            let under = format!("/with/{}", step.name);
            let reply =
                self.step(step, &called, act, caller, &labels).map_err(|halt| relocated(halt, &under))?;
            let link = Link { object: reply.object.number, id: reply.id };
            labels.insert(step.name.clone(), Earlier::Is(link));
            results.push(Ok(reply));
        }
        self.derive()?;
        self.refresh(&mut results);
        Ok(results)
    }

    fn step(
        &mut self,
        step: &ActionStep,
        called: &Called<'_>,
        act: &Act,
        caller: &Caller,
        labels: &Labels,
    ) -> Result<RecordReply, Halt> {
        let target = match &step.deed {
            Deed::Create { object } | Deed::FindOrCreate { object, .. } => *object,
            Deed::Update => called.object.number,
        };
        let target = self.catalog.object(target).cloned();
        let target = target.ok_or_else(|| Fault::new(Code::NotFound, "the step's object is gone"))?;
        let mut input = self.settings(step, &target, called, labels)?;
        if let Some(Json::Object(more)) = act.with.get(&step.name) {
            input.extend(more.iter().map(|(name, given)| (name.clone(), given.clone())));
        }
        if let Deed::FindOrCreate { object, by } = &step.deed
            && let Some(found) = self.find_by(*object, by, &input, &target)?
        {
            return Ok(found);
        }
        let input = Arc::new(input);
        let action = match &step.deed {
            Deed::Create { .. } | Deed::FindOrCreate { .. } => Action::Create { input },
            Deed::Update => {
                let id = format_typeid(&called.object.prefix, called.row.id.0);
                Action::Update { target: Target::Id(id), input, expect: None }
            }
        };
        let operation = RecordOperation {
            object: target.name.clone(),
            action,
            label: None,
            duplicates: Duplicates::Ignore,
            source: None,
            stamps: None,
            prepared: None,
        };
        self.operate(&operation, caller, labels)
    }

    /// What the step sets, as a caller would write it. What comes to null is left to the
    /// field's default where a record is made.
    fn settings(
        &self,
        step: &ActionStep,
        target: &Object,
        called: &Called<'_>,
        labels: &Labels,
    ) -> Result<Map<String, Json>, Halt> {
        let mut input = Map::new();
        let link = |link: Link| {
            let prefix = self.catalog.definition(link.object).map_or("", |object| object.prefix.as_str());
            json!(format_typeid(prefix, link.id.0))
        };
        for setting in &step.set {
            let Some(slot) = target.slot(setting.field) else { continue };
            let field = &target.fields()[slot];
            let to = match &setting.to {
                Source::Expression(source) => {
                    let value = self.evaluate(source, called)?;
                    if value.is_null() && !matches!(step.deed, Deed::Update) {
                        continue;
                    }
                    value::render(field, &value, &self.catalog)
                }
                Source::Own => link(Link { object: called.object.number, id: called.row.id }),
                Source::Step(name) => match labels.get(name) {
                    Some(Earlier::Is(found)) => link(*found),
                    // That step was left out.
                    _ => continue,
                },
                Source::Value(given) => given.clone(),
            };
            input.insert(field.name.clone(), to);
        }
        Ok(input)
    }

    /// The record that has these values of a unique key, taken as it is.
    fn find_by(
        &mut self,
        number: ObjectNo,
        by: &[FieldNo],
        input: &Map<String, Json>,
        object: &Arc<Object>,
    ) -> Result<Option<RecordReply>, Halt> {
        let is_key = |key: &&crate::catalog::Key| {
            key.fields.len() == by.len() && by.iter().all(|field| key.fields.contains(field))
        };
        let Some(key) = object.unique_keys().find(|key| is_key(key)) else { return Ok(None) };
        let mut values = vec![Value::Null; object.fields().len()];
        for slot in by.iter().filter_map(|field| object.slot(*field)) {
            let field = &object.fields()[slot];
            let Some(given) = input.get(&field.name) else { return Ok(None) };
            values[slot] =
                value::parse(field, given, &self.catalog).map_err(|fault| fault.under("/record"))?;
        }
        let Some(sought) = key_value(object, key, &values) else { return Ok(None) };
        let Some(id) = self.find(number, key, sought)? else { return Ok(None) };
        let row = self.row(number, id)?;
        let version = row.as_ref().map_or(0, |row| row.version);
        let object = object.clone();
        Ok(Some(RecordReply {
            disposition: Disposition::Unchanged,
            object,
            id,
            version,
            row,
            duplicates: None,
        }))
    }

    /// Whether a condition over the record holds; none always does.
    fn holds(&self, source: Option<&String>, called: &Called<'_>) -> Result<bool, Halt> {
        match source {
            None => Ok(true),
            Some(source) => Ok(self.evaluate(source, called)? == Value::Boolean(true)),
        }
    }

    /// Actions are rare, so their expressions are compiled when they are called.
    fn evaluate(&self, source: &str, called: &Called<'_>) -> Result<Value, Halt> {
        let allowed = Allowed { clock: true, ..Allowed::default() };
        let definitions = |number| self.catalog.definition(number);
        let object = called.object.definition();
        let surroundings = Surroundings { object, definitions: &definitions, allowed };
        let expression = Expression::compile(source, &surroundings).map_err(Halt::Faults)?;
        let own = Own { object: called.object, row: called.row, old: None };
        expression.evaluate(&own, &Given { now: self.at() }).map_err(|failure| match failure {
            Failure::Missing => Halt::Missing,
            Failure::Fault(fault) => fault.into(),
        })
    }
}

/// Refuses names of steps that the action does not have.
fn check_names(act: &Act, action: &Definition) -> Result<(), Halt> {
    let mut faults = Faults::new();
    let is_step = |name: &str| action.steps.iter().any(|step| step.name == *name);
    let known: Vec<String> = action.steps.iter().map(|step| format!("`{}`", step.name)).collect();
    let unknown = |name: &str| {
        let shown: String = name.chars().take(60).collect();
        let fault = Fault::new(Code::UnknownMember, format!("`{}` has no step `{shown}`", action.name));
        fault.hint(format!("its steps are {}", known.join(", ")))
    };
    for (name, more) in &act.with {
        if !is_step(name) {
            faults.push(unknown(name).at(name).under("/with"));
        } else if !more.is_object() {
            faults
                .push(Fault::new(Code::InvalidType, "fields and values are wanted").at(name).under("/with"));
        }
    }
    for (index, name) in act.without.iter().enumerate().filter(|(_, name)| !is_step(name)) {
        faults.push(unknown(name).at(&index.to_string()).under("/without"));
    }
    if faults.is_empty() { Ok(()) } else { Err(Halt::Faults(faults)) }
}

/// Faults of a step's record point into what the caller may say of it.
fn relocated(halt: Halt, under: &str) -> Halt {
    let Halt::Faults(faults) = halt else { return halt };
    let moved = faults.into_iter().map(|mut fault| {
        if let Some(rest) = fault.pointer.strip_prefix("/record") {
            fault.pointer = rest.to_owned();
        }
        fault.under(under)
    });
    Halt::Faults(moved.collect())
}
