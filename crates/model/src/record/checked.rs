//! Input that has passed the catalog: fields exist, values are in normal form and
//! within bounds. What depends on other records is for the decision.

use serde_json::{Map, Value as Json};

use super::{sought, unique};
use crate::catalog::{Catalog, Field, Object, SYSTEM_COLUMNS};
use crate::decide::KeyValue;
use crate::fault::{Code, Fault, Faults};
use crate::id::{KeyNo, ObjectNo, RecordId, parse_typeid};
use crate::limits;
use crate::operation::{Action, Assigned, RecordOperation, Side, Target};
use crate::source::SourceId;
use crate::value::{self, Value};

/// A record operation's input, checked against one schema version.
#[derive(Clone, PartialEq, Debug)]
pub struct Checked {
    /// The object.
    pub object: ObjectNo,
    /// The fields to set, by slot, in slot order.
    pub assignments: Vec<(usize, Assigned)>,
    /// The record meant, for all but creations and upserts.
    pub target: Option<CheckedTarget>,
    /// For merges: the record that goes.
    pub from: Option<CheckedTarget>,
    /// For merges: the fields by slot whose side was chosen.
    pub sides: Vec<(usize, Side)>,
    /// For upserts: the unique key and the values to look for.
    pub by: Option<(KeyNo, KeyValue)>,
    /// For upserts: the values of the key, by their place in it, that are records yet to be
    /// found.
    pub by_sought: Vec<(usize, Assigned)>,
    /// For upserts: what a record has that they make, by slot, in slot order: the
    /// fields to set, and the values it was looked for by where those say nothing.
    pub initial: Vec<(usize, Assigned)>,
}

/// A target by id, by the label of an earlier operation, or by its id in another system.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CheckedTarget {
    /// By id.
    Id(RecordId),
    /// By label.
    Earlier(String),
    /// By its id in another system.
    Source(SourceId),
}

impl Checked {
    /// The creation of a record with these values, by slot, in slot order.
    pub(crate) fn creation(object: ObjectNo, assignments: Vec<(usize, Assigned)>) -> Self {
        Self {
            object,
            assignments,
            target: None,
            from: None,
            sides: Vec::new(),
            by: None,
            by_sought: Vec::new(),
            initial: Vec::new(),
        }
    }

    /// Checks an operation's input. Pointers are relative to the operation:
    /// `/object`, `/id`, `/record/email`, `/by/email`.
    ///
    /// # Errors
    /// Every fault that can be told without looking at other records.
    pub fn of(operation: &RecordOperation, catalog: &Catalog) -> Result<Self, Faults> {
        let object = find_object(&operation.object, catalog).map_err(|fault| vec![fault.at("object")])?;
        let mut checker = Checker { object, catalog, faults: Vec::new() };
        let mut checked = Self::creation(object.number, Vec::new());
        checker.faults.extend(not_sourced(operation));
        match &operation.action {
            Action::Create { input } => {
                checked.assignments = checker.assignments(input);
                let missing =
                    |field: &Field| given(input, field).map_or(field.default.is_none(), Json::is_null);
                checker.require(missing);
            }
            Action::Update { target, input, expect: _ } => {
                checked.target = checker.target(target);
                checked.assignments = checker.assignments(input);
                checker.require(|field| given(input, field).is_some_and(Json::is_null));
            }
            Action::Upsert { by, input, expect: _ } => {
                checked.assignments = checker.assignments(input);
                checked.initial.clone_from(&checked.assignments);
                // A source id says enough.
                if operation.source.is_none() || !by.is_empty() {
                    checker.key(by, &mut checked);
                }
                checker.require(|field| given(input, field).is_some_and(Json::is_null));
            }
            Action::Delete { target, expect: _ }
            | Action::Restore { target }
            | Action::Purge { target, expect: _ } => {
                checked.target = checker.target(target);
            }
            Action::Merge { target, from, fields, default: _, expect: _, expect_from: _ } => {
                checked.target = checker.target(target);
                checked.from = checker.target_in("from", from);
                checked.sides = checker.sides(fields);
            }
        }
        checker.faults.truncate(limits::FAULTS_MAX);
        if checker.faults.is_empty() { Ok(checked) } else { Err(checker.faults) }
    }
}

/// Only what makes a record, or finds one, has an id in another system to note.
fn not_sourced(operation: &RecordOperation) -> Option<Fault> {
    let is_write = matches!(operation.action, Action::Create { .. } | Action::Upsert { .. });
    let is_stamped = is_write || matches!(operation.action, Action::Update { .. });
    let (member, message) = match (&operation.source, &operation.stamps) {
        (Some(_), _) if !is_write => ("source", "only a creation or an upsert takes a `source`"),
        (_, Some(_)) if !is_stamped => ("stamps", "only a creation, an update or an upsert takes `stamps`"),
        _ => return None,
    };
    Some(Fault::new(Code::InvalidValue, message).at(member))
}

/// An object by the name a caller wrote.
///
/// # Errors
/// `not_found`, with a near miss.
pub fn find_object<'a>(name: &str, catalog: &'a Catalog) -> Result<&'a Object, Fault> {
    catalog.object_named(name).map(AsRef::as_ref).ok_or_else(|| {
        let names = catalog.visible().map(|object| object.name.as_str());
        let shown: String = name.chars().take(limits::NAME_BYTES_MAX).collect();
        let fault = Fault::new(Code::NotFound, format!("no object `{shown}`"));
        fault.hint("GET /v1/schema/objects lists the objects there are").did_you_mean(name, names)
    })
}

/// A record's id by the text a caller wrote.
///
/// # Errors
/// `not_found`, when it is not an id of this object.
pub fn find_id(text: &str, object: &Object) -> Result<RecordId, Fault> {
    let shown: String = text.chars().take(100).collect();
    let missing = Fault::new(Code::NotFound, format!("no {} `{shown}`", object.name));
    match parse_typeid(text) {
        Ok((prefix, uuid)) if prefix == object.prefix => Ok(RecordId(uuid)),
        Ok((prefix, _)) => Err(missing
            .hint(format!("ids of `{}` begin with `{}_`, not `{prefix}_`", object.name, object.prefix))),
        Err(_) => {
            Err(missing.hint(format!("an id looks like `{}_01h455vb4pex5vsknk084sn02q`", object.prefix)))
        }
    }
}

/// A field by the name a caller wrote.
///
/// # Errors
/// `unknown_field`, with a near miss.
pub fn find_slot(name: &str, object: &Object) -> Result<usize, Fault> {
    object.slot_named(name).ok_or_else(|| {
        let shown: String = name.chars().take(limits::NAME_BYTES_MAX).collect();
        let fault =
            Fault::new(Code::UnknownField, format!("`{}` has no field `{shown}`", object.name)).at(name);
        fault
            .hint(format!("GET /v1/schema/objects/{} lists its fields", object.name))
            .did_you_mean(name, object.visible().map(|(_, field)| field.name.as_str()))
    })
}

struct Checker<'a> {
    object: &'a Object,
    catalog: &'a Catalog,
    faults: Faults,
}

impl Checker<'_> {
    fn target(&mut self, target: &Target) -> Option<CheckedTarget> {
        self.target_in("id", target)
    }

    fn target_in(&mut self, member: &str, target: &Target) -> Option<CheckedTarget> {
        match target {
            Target::Earlier(label) => Some(CheckedTarget::Earlier(label.clone())),
            Target::Source(source) => Some(CheckedTarget::Source(source.clone())),
            Target::Id(text) => match find_id(text, self.object) {
                Ok(id) => Some(CheckedTarget::Id(id)),
                Err(fault) => {
                    self.faults.push(fault.at(member));
                    None
                }
            },
        }
    }

    /// The sides that a merge chose, by slot.
    fn sides(&mut self, fields: &Map<String, Json>) -> Vec<(usize, Side)> {
        let mut sides = Vec::with_capacity(fields.len());
        for (name, json) in fields {
            match self.side(name, json) {
                Ok(side) => sides.push(side),
                Err(fault) => self.faults.push(fault.under("/fields")),
            }
        }
        sides.sort_by_key(|(slot, _)| *slot);
        sides
    }

    fn side(&self, name: &str, json: &Json) -> Result<(usize, Side), Fault> {
        let slot = find_slot(name, self.object)?;
        let field = &self.object.fields()[slot];
        if field.is_read_only() {
            let message = format!("`{name}` is set by Kith: a merge keeps or computes it");
            return Err(Fault::new(Code::ReadOnly, message).at(name));
        }
        let word = Side::WORDS.iter().find(|(word, _)| json.as_str() == Some(word));
        let side = word.map(|(_, side)| *side);
        let refusal =
            || Fault::new(Code::InvalidValue, format!("`{name}` is taken `into` or `from`")).at(name);
        Ok((slot, side.ok_or_else(refusal)?))
    }

    fn assignments(&mut self, input: &Map<String, Json>) -> Vec<(usize, Assigned)> {
        let mut assignments = Vec::with_capacity(input.len());
        let mut bytes = 0;
        for (name, json) in input {
            match self.assignment(name, json) {
                Ok((slot, assigned)) => {
                    if let Assigned::Value(Value::Text(text) | Value::Json(text)) = &assigned {
                        bytes += text.len();
                    }
                    assignments.push((slot, assigned));
                }
                Err(faults) => {
                    self.faults.extend(faults.into_iter().map(|fault| fault.under("/record")));
                }
            }
        }
        if bytes > limits::RECORD_BYTES_MAX {
            let message =
                format!("the record has {bytes} bytes of text; the limit is {}", limits::RECORD_BYTES_MAX);
            self.faults.push(Fault::new(Code::TooLarge, message).at("record"));
        }
        assignments.sort_by_key(|(slot, _)| *slot);
        let twice = twice(self.object, assignments.iter().map(|(slot, _)| *slot), input);
        self.faults.extend(twice.into_iter().map(|fault| fault.under("/record")));
        assignments
    }

    /// Names the required fields without a value beside other faults, so that all are
    /// told at once. Input without other faults is left to the decision, which knows
    /// every rule about a whole record.
    fn require(&mut self, is_missing: impl Fn(&Field) -> bool) {
        if self.faults.is_empty() {
            return;
        }
        for (_, field) in self.object.visible() {
            if field.required && !field.is_read_only() && is_missing(field) {
                self.faults.push(without_value(field).under("/record"));
            }
        }
    }

    fn assignment(&self, name: &str, json: &Json) -> Result<(usize, Assigned), Faults> {
        if SYSTEM_COLUMNS.iter().any(|(system, _)| *system == name) {
            return Err(vec![Fault::new(Code::ReadOnly, format!("`{name}` is set by Kith")).at(name)]);
        }
        let slot = find_slot(name, self.object).map_err(|fault| vec![fault])?;
        let field = &self.object.fields()[slot];
        if let Some(assigned) = sought::read(field, name, json, self.catalog)? {
            return Ok((slot, assigned));
        }
        let value = value::parse(field, json, self.catalog);
        let value = value.map_err(|fault| vec![at_field(fault, field, name)])?;
        Ok((slot, Assigned::Value(value)))
    }

    /// The unique key that an upsert looks by. The values are added to what a record has
    /// that the upsert makes, unless the input says else; a record that is found keeps its
    /// own way of writing them.
    fn key(&mut self, by: &Map<String, Json>, checked: &mut Checked) {
        let named = match unique::named(self.object, by, self.catalog) {
            Ok(named) => named,
            Err(faults) => {
                let at = |fault: Fault| {
                    if fault.pointer.is_empty() { fault.at("by") } else { fault.under("/by") }
                };
                self.faults.extend(faults.into_iter().map(at));
                return;
            }
        };
        for (slot, value) in named.given {
            let is_ours = self.object.fields()[slot].is_read_only();
            if !is_ours && !checked.initial.iter().any(|(other, _)| *other == slot) {
                checked.initial.push((slot, value));
            }
        }
        checked.initial.sort_by_key(|(slot, _)| *slot);
        checked.by_sought = named.sought;
        checked.by = Some((named.key, named.values));
    }
}

/// That a required field has no value.
pub(crate) fn without_value(field: &Field) -> Fault {
    Fault::new(Code::Required, format!("`{}` is required", field.name)).at(&field.name)
}

/// What the input says of a field, under whichever of its names.
fn given<'a>(input: &'a Map<String, Json>, field: &Field) -> Option<&'a Json> {
    let earlier = || field.aliases.iter().find_map(|alias| input.get(alias));
    input.get(&field.name).or_else(earlier)
}

/// Refuses input that names one field twice, by its name and by an earlier one. `slots` are
/// in order.
pub(super) fn twice(
    object: &Object,
    slots: impl Iterator<Item = usize>,
    input: &Map<String, Json>,
) -> Faults {
    let mut faults = Faults::new();
    let mut last = None;
    for slot in slots {
        if last.replace(slot) != Some(slot) {
            continue;
        }
        let field = &object.fields()[slot];
        let alias = input.keys().find(|name| *name != &field.name && field.answers_to(name));
        let alias = alias.map_or(field.name.as_str(), String::as_str);
        let message = format!("`{alias}` is an earlier name of `{}`, which stands beside it", field.name);
        let fault = Fault::new(Code::InvalidValue, message).at(alias);
        faults.push(fault.hint(format!("give `{}` alone", field.name)));
    }
    faults
}

/// Points at a field under the name that the caller wrote.
pub(super) fn at_field(fault: Fault, field: &Field, name: &str) -> Fault {
    match fault.pointer.strip_prefix(&format!("/{}", field.name)) {
        _ if fault.pointer.is_empty() => fault.at(name),
        Some(below) if name != field.name && (below.is_empty() || below.starts_with('/')) => {
            let pointer = format!("/{name}{below}");
            Fault { pointer, ..fault }
        }
        _ => fault,
    }
}

/// A value as a case-insensitive key compares it.
#[must_use]
pub fn folded(value: Value) -> Value {
    match value {
        Value::Text(text) => Value::Text(value::fold(&text).into_boxed_str()),
        other => other,
    }
}
