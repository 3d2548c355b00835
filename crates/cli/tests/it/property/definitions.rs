//! Changes of the schema in the plain model.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::apply::Answer;
use super::model::{Change, Field, Key, Model, Object};
use super::operation::{SchemaOperation, key_name};
use super::universe::{self, FieldPlan, Kind};

/// Refusals of a definition that names what is not there.
const UNDEFINED: Answer = Answer::RefusedAs(&[
    "not_found",
    "unknown_field",
    "invalid_definition",
    "invalid_value",
    "invalid_expression",
]);
const NOT_FOUND: Answer = Answer::RefusedAs(&["not_found"]);
const CONFLICT: Answer = Answer::RefusedAs(&["data_conflict"]);
const REFERENCED: Answer = Answer::RefusedAs(&["referenced"]);
const EXISTS: Answer = Answer::RefusedAs(&["already_exists"]);

impl Model {
    pub(super) fn change_schema(&mut self, operation: &SchemaOperation) -> Answer {
        match operation {
            SchemaOperation::CreateObject(object) => self.create_object(object),
            SchemaOperation::DropObject { object, with_records } => self.drop_object(object, *with_records),
            SchemaOperation::CreateField { object, field, required } => {
                self.create_field(object, universe::object(object).field(field), *required)
            }
            SchemaOperation::DropField { object, field } => self.drop_field(object, field),
            SchemaOperation::Require { object, field, required } => {
                let has_null = |model: &Self, id| model.values_of(object, id).contains(&Json::Null);
                self.change_field(object, field, |model, field| {
                    let conflicts = *required && has_null(model, field.id);
                    let is_same = field.required == *required;
                    (conflicts, is_same, Field { required: *required, ..field.clone() })
                })
            }
            SchemaOperation::Bound { object, field, max } => {
                let outside = |model: &Self, id| {
                    model.values_of(object, id).iter().any(|value| value.as_i64() > Some(*max))
                };
                self.change_field(object, field, |model, field| {
                    let conflicts = outside(model, field.id);
                    (conflicts, field.max == *max, Field { max: *max, ..field.clone() })
                })
            }
            SchemaOperation::OnDelete { object, field, rule } => {
                self.change_field(object, field, |_, field| {
                    (false, field.on_delete == *rule, Field { on_delete: rule, ..field.clone() })
                })
            }
            SchemaOperation::CreateKey { object, fields, folds } => self.create_key(object, fields, *folds),
            SchemaOperation::DropKey { object, name } => {
                let Some(definition) = self.objects.get_mut(object) else { return NOT_FOUND };
                let Some(index) = definition.keys.iter().position(|key| key.name == *name) else {
                    return NOT_FOUND;
                };
                definition.keys.remove(index);
                self.journaled(object, 204)
            }
        }
    }

    pub(super) fn create_object(&mut self, object: &'static str) -> Answer {
        if self.objects.contains_key(object) {
            return EXISTS;
        }
        let plan = universe::object(object);
        let mut definition = Object::default();
        for field in plan.fields.iter().filter(|field| field.given) {
            definition.fields.push(self.new_field(field, field.required));
        }
        for (fields, folds) in plan.keys {
            definition.keys.push(Key { name: key_name(fields), fields, folds: *folds });
        }
        self.objects.insert(object, definition);
        self.journaled(object, 201)
    }

    fn drop_object(&mut self, object: &'static str, with_records: bool) -> Answer {
        if !self.objects.contains_key(object) {
            return NOT_FOUND;
        }
        let is_source = |field: &Field| match field.plan.kind {
            Kind::Rollup(plan) => plan.from == object,
            Kind::Reference { to, .. } => to.contains(&object),
            _ => false,
        };
        let others = self.objects.iter().filter(|(name, _)| **name != object);
        if others.flat_map(|(_, other)| &other.fields).any(is_source) {
            return REFERENCED;
        }
        if !with_records && self.has_records(object) {
            return CONFLICT;
        }
        self.objects.remove(object);
        self.records.retain(|_, record| record.object != object);
        self.trash.retain(|_, trashed| trashed.record.object != object);
        self.journaled(object, 200)
    }

    fn create_field(&mut self, object: &'static str, plan: &'static FieldPlan, required: bool) -> Answer {
        if !self.objects.contains_key(object) {
            return NOT_FOUND;
        }
        if self.field(object, plan.name).is_some() {
            return EXISTS;
        }
        let is_there = match plan.kind {
            Kind::Reference { to, .. } => to.iter().all(|name| self.objects.contains_key(name)),
            Kind::Rollup(plan) => plan.needs().iter().all(|name| self.field(plan.from, name).is_some()),
            _ => true,
        };
        if !is_there {
            return UNDEFINED;
        }
        if required && self.has_records(object) {
            return CONFLICT;
        }
        let field = self.new_field(plan, required);
        if plan.kind.is_rollup() {
            let fed = self.compute(&field);
            let shown = |id| self.shown(&field, fed.get(id).map_or(&[][..], Vec::as_slice));
            let values: Vec<_> = self.records.keys().map(|id| (*id, shown(id))).collect();
            for (id, value) in values {
                let record = self.records.get_mut(&id).unwrap();
                if record.object == object {
                    record.values.insert(field.id, value);
                }
            }
        }
        self.objects.get_mut(object).unwrap().fields.push(field);
        self.journaled(object, 201)
    }

    fn drop_field(&mut self, object: &'static str, name: &'static str) -> Answer {
        let Some(field) = self.field(object, name).cloned() else { return NOT_FOUND };
        let in_key = self.objects[object].keys.iter().any(|key| key.fields.contains(&name));
        let in_rollup =
            self.objects.values().flat_map(|other| &other.fields).any(|other| match other.plan.kind {
                Kind::Rollup(plan) => plan.from == object && plan.needs().contains(&name),
                _ => false,
            });
        if in_key || in_rollup {
            return REFERENCED;
        }
        self.objects.get_mut(object).unwrap().fields.retain(|other| other.id != field.id);
        for record in self.records.values_mut() {
            record.values.remove(&field.id);
        }
        self.journaled(object, 200)
    }

    /// Changes a field as `change` says: whether data stand in the way, whether it is so
    /// already, and the field as it becomes.
    fn change_field(
        &mut self,
        object: &'static str,
        name: &str,
        change: impl FnOnce(&Self, &Field) -> (bool, bool, Field),
    ) -> Answer {
        let Some(field) = self.field(object, name) else { return NOT_FOUND };
        let (conflicts, is_same, new) = change(self, field);
        if is_same {
            return Answer::Schema(200);
        }
        if conflicts {
            return CONFLICT;
        }
        let mut fields = self.objects.get_mut(object).unwrap().fields.iter_mut();
        let place = fields.find(|field| field.id == new.id).unwrap();
        *place = new;
        self.journaled(object, 200)
    }

    fn create_key(&mut self, object: &'static str, fields: &'static [&'static str], folds: bool) -> Answer {
        let Some(definition) = self.objects.get(object) else { return NOT_FOUND };
        let name = key_name(fields);
        if fields.iter().any(|name| self.field(object, name).is_none()) {
            return UNDEFINED;
        }
        if definition.keys.iter().any(|key| key.name == name) {
            return EXISTS;
        }
        let key = Key { name, fields, folds };
        let of_object = self.records.values().filter(|record| record.object == object);
        let mut values: Vec<_> = of_object
            .filter_map(|record| self.key_value(record, &key))
            .map(|value| json!(value).to_string())
            .collect();
        let count = values.len();
        values.sort();
        values.dedup();
        if values.len() < count {
            return CONFLICT;
        }
        self.objects.get_mut(object).unwrap().keys.push(key);
        self.journaled(object, 201)
    }

    fn new_field(&mut self, plan: &'static FieldPlan, required: bool) -> Field {
        let id = self.fields_made;
        self.fields_made += 1;
        let on_delete = match plan.kind {
            Kind::Reference { on_delete, .. } => on_delete,
            _ => "",
        };
        Field { id, plan, required, max: 1000, on_delete, next: 1 }
    }

    fn values_of(&self, object: &str, id: usize) -> Vec<Json> {
        let of_object = self.records.values().filter(|record| record.object == object);
        of_object.map(|record| record.values.get(&id).cloned().unwrap_or(Json::Null)).collect()
    }

    fn has_records(&self, object: &str) -> bool {
        self.records.values().any(|record| record.object == object)
            || self.trash.values().any(|trashed| trashed.record.object == object)
    }

    fn journaled(&mut self, object: &'static str, status: u16) -> Answer {
        self.schema_version += 1;
        let (kind, version, fields) = ("schema.changed", self.schema_version, BTreeMap::new());
        self.write(Change { kind, object, id: None, version, fields, erased: false });
        Answer::Schema(status)
    }
}
