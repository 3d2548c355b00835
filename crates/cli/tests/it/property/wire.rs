//! From operations to requests, and from ids to the records' numbers in the model.

use std::collections::HashMap;

use kith_testing::{Call, Tenant};
use serde_json::{Value as Json, json};

use super::model::{Id, Model};
use super::operation::{Action, Fields, Given, Guard, Operation, RecordOperation, SchemaOperation, Target};
use super::universe;

/// The end of an id that no record has.
const NOBODY: &str = "01h455vb4pex5vsknk084sn02q";

/// Letters behind an id's prefix.
const ID_SUFFIX: usize = 26;

/// The ids that one tenant gave to the records of the model.
#[derive(Default)]
pub(super) struct Names {
    ids: HashMap<Id, String>,
    numbers: HashMap<String, Id>,
}

impl Names {
    pub(super) fn learn(&mut self, number: Id, id: &str) {
        self.ids.insert(number, id.to_owned());
        self.numbers.insert(id.to_owned(), number);
    }

    pub(super) fn id(&self, number: Id) -> &str {
        self.ids.get(&number).map_or("unknown", String::as_str)
    }

    /// JSON of the wire with ids as the model writes them: `"@7"`.
    pub(super) fn numbered(&self, json: &Json) -> Json {
        match json {
            Json::String(text) => match self.numbers.get(text) {
                Some(number) => json!(format!("@{number}")),
                None => json.clone(),
            },
            Json::Array(items) => items.iter().map(|item| self.numbered(item)).collect(),
            Json::Object(members) => {
                members.iter().map(|(name, value)| (name.clone(), self.numbered(value))).collect()
            }
            other => other.clone(),
        }
    }

    /// Text with every id in it written as the model does; ids of records that were
    /// undone, and of requests, as `@?`.
    pub(super) fn numbered_text(&self, text: &str) -> String {
        let is_id = |word: &str| word.rsplit_once('_').is_some_and(|(_, suffix)| suffix.len() == ID_SUFFIX);
        let number = |word: &str| match self.numbers.get(word) {
            Some(number) => format!("@{number}"),
            None if is_id(word) && !word.ends_with(NOBODY) => "@?".to_owned(),
            None => word.to_owned(),
        };
        let words = text.split_inclusive(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let word = |part: &str| {
            let end = part.trim_end_matches(|c: char| !c.is_ascii_alphanumeric() && c != '_').len();
            number(&part[..end]) + &part[end..]
        };
        words.map(word).collect()
    }

    fn target(&self, object: &str, target: &Target) -> Json {
        match target {
            Target::Id(number) => json!(self.id(*number)),
            Target::Label(label) => json!({ "$ref": label }),
            _ => json!(format!("{object}_{NOBODY}")),
        }
    }

    fn fields(&self, fields: &Fields) -> Json {
        let value = |given: &Given| match given {
            Given::Value(sample) => sample.wire.clone(),
            Given::Record(object, target) => self.target(object, target),
        };
        fields.iter().map(|(name, given)| ((*name).to_owned(), value(given))).collect()
    }
}

/// The operation with its targets as they are now, so that it means the same whenever
/// it is carried out.
pub(super) fn resolved(model: &Model, operation: &Operation) -> Operation {
    match operation {
        Operation::Record(operation) => Operation::Record(resolved_record(model, operation)),
        Operation::Batch { atomic, operations } => {
            let operations = operations.iter().map(|operation| resolved_record(model, operation)).collect();
            Operation::Batch { atomic: *atomic, operations }
        }
        Operation::Schema(operation) => Operation::Schema(operation.clone()),
    }
}

fn resolved_record(model: &Model, operation: &RecordOperation) -> RecordOperation {
    let object = operation.object;
    let fields = |fields: &Fields| -> Fields {
        let given = |given: &Given| match given {
            Given::Value(sample) => Given::Value(sample.clone()),
            Given::Record(of, target) => Given::Record(of, model.target(of, target)),
        };
        fields.iter().map(|(name, value)| (*name, given(value))).collect()
    };
    let guarded = |target: &Target, guard: Guard| {
        let target = model.target(object, target);
        let guard = model.guard(&target, guard);
        (target, guard)
    };
    let action = match &operation.action {
        Action::Create(given) => Action::Create(fields(given)),
        Action::Update(target, given, guard) => {
            let (target, guard) = guarded(target, *guard);
            Action::Update(target, fields(given), guard)
        }
        Action::Upsert(by, given, guard) => Action::Upsert(by.clone(), fields(given), *guard),
        Action::Delete(target, guard) => {
            let (target, guard) = guarded(target, *guard);
            Action::Delete(target, guard)
        }
        Action::Restore(target) => Action::Restore(model.target(object, target)),
        Action::Purge(target, guard) => {
            let (target, guard) = guarded(target, *guard);
            Action::Purge(target, guard)
        }
    };
    RecordOperation { object, action, label: operation.label.clone() }
}

/// The request for an operation.
pub(super) fn call(tenant: &Tenant, operation: &Operation, names: &Names) -> Call {
    match operation {
        Operation::Record(operation) => record_call(tenant, operation, names),
        Operation::Batch { atomic, operations } => {
            let operations: Vec<Json> = operations.iter().map(|operation| item(operation, names)).collect();
            if *atomic {
                tenant.batch(json!(operations))
            } else {
                tenant.batch_independent(json!(operations))
            }
        }
        Operation::Schema(operation) => schema_call(tenant, operation),
    }
}

fn record_call(
    tenant: &Tenant,
    RecordOperation { object, action, .. }: &RecordOperation,
    names: &Names,
) -> Call {
    let id = |target: &Target| names.target(object, target).as_str().unwrap_or_default().to_owned();
    let guarded = |call: Call, guard: &Guard| match guard {
        Guard::Version(version) => call.if_match(*version),
        _ => call,
    };
    match action {
        Action::Create(fields) => tenant.create(object, names.fields(fields)),
        Action::Update(target, fields, guard) => {
            guarded(tenant.patch(object, &id(target), names.fields(fields)), guard)
        }
        Action::Upsert(by, fields, guard) => {
            let (field, sample) = &by[0];
            let text = match &sample.wire {
                Json::String(text) => text.clone(),
                other => other.to_string(),
            };
            guarded(tenant.upsert(object, field, &text, names.fields(fields)), guard)
        }
        Action::Delete(target, guard) => guarded(tenant.delete(object, &id(target)), guard),
        Action::Restore(target) => tenant.restore(object, &id(target)),
        Action::Purge(target, guard) => guarded(tenant.purge(object, &id(target)), guard),
    }
}

/// One operation of a batch.
fn item(RecordOperation { object, action, label }: &RecordOperation, names: &Names) -> Json {
    let (op, target, fields, guard) = match action {
        Action::Create(fields) => ("create", None, Some(fields), Guard::None),
        Action::Update(target, fields, guard) => ("update", Some(target), Some(fields), *guard),
        Action::Upsert(_, fields, guard) => ("upsert", None, Some(fields), *guard),
        Action::Delete(target, guard) => ("delete", Some(target), None, *guard),
        Action::Restore(target) => ("restore", Some(target), None, Guard::None),
        Action::Purge(target, guard) => ("purge", Some(target), None, *guard),
    };
    let mut item = json!({ "op": op, "object": object });
    if let Action::Upsert(by, ..) = action {
        item["by"] = by.iter().map(|(name, sample)| ((*name).to_owned(), sample.wire.clone())).collect();
    }
    if let Some(target) = target {
        item["id"] = names.target(object, target);
    }
    if let Some(fields) = fields {
        item["record"] = names.fields(fields);
    }
    if let Guard::Version(version) = guard {
        item["if_match"] = json!(version);
    }
    if let Some(label) = label {
        item["as"] = json!(label);
    }
    item
}

fn schema_call(tenant: &Tenant, operation: &SchemaOperation) -> Call {
    match operation {
        SchemaOperation::CreateObject(object) => create_object(tenant, object),
        SchemaOperation::DropObject { object, with_records } => {
            let call = tenant.drop_object(object).query("hard", true);
            if *with_records { call.query("with_records", true) } else { call }
        }
        SchemaOperation::CreateField { object, field, required } => {
            let mut definition = universe::object(object).field(field).definition();
            if *required {
                definition["required"] = json!(true);
            }
            tenant.caller().post(&format!("/v1/schema/objects/{object}/fields"), &definition)
        }
        SchemaOperation::DropField { object, field } => tenant.drop_field(object, field).query("hard", true),
        SchemaOperation::Require { object, field, required } => {
            tenant.patch_field(object, field, json!({ "required": required }))
        }
        SchemaOperation::Bound { object, field, max } => {
            tenant.patch_field(object, field, json!({ "max": max }))
        }
        SchemaOperation::OnDelete { object, field, rule } => {
            tenant.patch_field(object, field, json!({ "on_delete": rule }))
        }
        SchemaOperation::CreateKey { object, fields, folds } => {
            tenant.create_key(object, json!({ "fields": fields, "case_insensitive": folds }))
        }
        SchemaOperation::DropKey { object, name } => tenant.drop_key(object, name),
    }
}

/// The object as it is from the start.
pub(super) fn create_object(tenant: &Tenant, object: &str) -> Call {
    let plan = universe::object(object);
    let fields: Vec<Json> =
        plan.fields.iter().filter(|field| field.given).map(universe::FieldPlan::definition).collect();
    let key = |(fields, folds): &(&[&str], bool)| json!({ "fields": fields, "case_insensitive": folds });
    let keys: Vec<Json> = plan.keys.iter().map(key).collect();
    tenant.caller().post("/v1/schema/objects", &json!({ "name": object, "fields": fields, "keys": keys }))
}
