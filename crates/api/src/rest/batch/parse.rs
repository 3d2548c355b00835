//! The body of a batch: its operations, each by its shape. What they mean is the
//! model's to check.

use std::sync::Arc;

use kith_model::fault::{Code, Fault, Faults};
use kith_model::operation::{Action, Duplicates, Expect, Mode, RecordOperation, Target, Work};
use kith_model::source::SourceId;
use serde_json::{Map, Value as Json};

use crate::extract::Members;

const OPS: [&str; 7] = ["create", "update", "upsert", "delete", "restore", "purge", "merge"];

/// Reads the body of a batch; every fault of every operation is gathered.
pub(super) fn work(body: Map<String, Json>) -> Result<Work, Faults> {
    let mut members = Members::new(body);
    let mode = if members.flag("atomic", true) { Mode::Atomic } else { Mode::Independent };
    let mut operations = Vec::new();
    let mut faults = Faults::new();
    for (index, given) in list(&mut members).into_iter().enumerate() {
        match operation(given) {
            Ok(operation) if names_again(&operation, &operations) => {
                let message = "an earlier operation has this label";
                faults.push(
                    Fault::new(Code::InvalidValue, message).at("as").under(&format!("/operations/{index}")),
                );
            }
            Ok(operation) => operations.push(operation),
            Err(found) => {
                let prefix = format!("/operations/{index}");
                faults.extend(found.into_iter().map(|fault| fault.under(&prefix)));
            }
        }
    }
    if let Err(mut found) = members.finish() {
        found.extend(faults);
        return Err(found);
    }
    if faults.is_empty() { Ok(Work::Records { operations, mode }) } else { Err(faults) }
}

/// Whether it has the label of an operation before it. Labels are few beside
/// operations, and comparing with those that have none costs nothing.
fn names_again(operation: &RecordOperation, earlier: &[RecordOperation]) -> bool {
    operation.label.is_some() && earlier.iter().any(|other| other.label == operation.label)
}

fn list(members: &mut Members) -> Vec<Json> {
    let refusal = match members.take("operations") {
        Some(Json::Array(operations)) if !operations.is_empty() => return operations,
        Some(Json::Array(_)) => Fault::new(Code::InvalidValue, "`operations` is empty").at("operations"),
        Some(_) => Fault::new(Code::InvalidType, "`operations` must be an array").at("operations"),
        None => {
            members.require("operations");
            return Vec::new();
        }
    };
    members.refuse(refusal);
    Vec::new()
}

fn operation(given: Json) -> Result<RecordOperation, Faults> {
    let Json::Object(given) = given else {
        return Err(vec![Fault::new(Code::InvalidType, "an operation must be an object")]);
    };
    let mut members = Members::new(given);
    let (op, object) = (members.text("op"), members.text("object"));
    let label = members.optional_text("as");
    let Some(action) = action(&op, &mut members) else {
        // Without knowing what to do, its other members cannot be told right from wrong.
        let mut faults = members.into_faults();
        if faults.iter().all(|fault| fault.pointer != "/op") {
            faults.push(unknown_op(&op));
        }
        return Err(faults);
    };
    let duplicates = match action {
        Action::Create { .. } | Action::Update { .. } | Action::Upsert { .. } => members.duplicates(),
        Action::Delete { .. } | Action::Restore { .. } | Action::Purge { .. } | Action::Merge { .. } => {
            Duplicates::Ignore
        }
    };
    let (source, stamps) = match action {
        Action::Create { .. } | Action::Update { .. } | Action::Upsert { .. } => members.descent(),
        Action::Delete { .. } | Action::Restore { .. } | Action::Purge { .. } | Action::Merge { .. } => {
            (None, None)
        }
    };
    members.finish()?;
    Ok(RecordOperation { object, action, label, duplicates, source, stamps, prepared: None })
}

fn action(op: &str, members: &mut Members) -> Option<Action> {
    Some(match op {
        "create" => Action::Create { input: Arc::new(members.object("record")) },
        "update" => Action::Update {
            target: target(members),
            input: Arc::new(members.object("record")),
            expect: members.number("if_match", 1),
        },
        "upsert" => Action::Upsert {
            // An id in another system says enough.
            by: Arc::new(match members.has("source") {
                true => members.optional_object("by"),
                false => members.object("by"),
            }),
            input: Arc::new(members.object("record")),
            expect: members.number("if_match", 1).map_or(Expect::Anything, Expect::Version),
        },
        "delete" => Action::Delete { target: target(members), expect: members.number("if_match", 1) },
        "restore" => Action::Restore { target: target(members) },
        "purge" => Action::Purge { target: target(members), expect: members.number("if_match", 1) },
        "merge" => Action::Merge {
            target: target(members),
            from: target_in("from", members),
            fields: Arc::new(members.optional_object("fields")),
            default: members.side("default"),
            expect: members.number("if_match", 1),
            expect_from: members.number("from_match", 1),
        },
        _ => return None,
    })
}

/// An id, `{"$ref": label}`, or `{"$source": …}`.
fn target(members: &mut Members) -> Target {
    target_in("id", members)
}

fn target_in(member: &'static str, members: &mut Members) -> Target {
    let mistyped = || {
        let message =
            format!("`{member}` must be an id, `{{\"$ref\": \"<label>\"}}` or `{{\"$source\": {{…}}}}`");
        Fault::new(Code::InvalidType, message).at(member)
    };
    let refusal = match members.take(member) {
        Some(Json::String(id)) => return Target::Id(id),
        Some(Json::Object(mut reference)) if reference.len() == 1 => match reference.shift_remove("$ref") {
            Some(Json::String(label)) => return Target::Earlier(label),
            _ => match reference.get("$source").map(SourceId::read) {
                Some(Ok(source)) => return Target::Source(source),
                Some(Err(faults)) => {
                    let under = format!("/{member}/$source");
                    faults.into_iter().for_each(|fault| members.refuse(fault.under(&under)));
                    return Target::Id(String::new());
                }
                None => mistyped(),
            },
        },
        Some(_) => mistyped(),
        None => Fault::new(Code::Required, format!("`{member}` is missing")).at(member),
    };
    members.refuse(refusal);
    Target::Id(String::new())
}

fn unknown_op(op: &str) -> Fault {
    let shown: String = op.chars().take(100).collect();
    let fault = Fault::new(Code::InvalidValue, format!("`{shown}` is no operation")).at("op");
    fault.hint(format!("the operations are {}", OPS.join(", "))).did_you_mean(op, OPS)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(body: Json) -> Result<Work, Faults> {
        match body {
            Json::Object(members) => work(members),
            _ => Err(Faults::new()),
        }
    }

    #[test]
    fn reads_every_operation() {
        let work = read(json!({ "operations": [
            {"op": "create", "object": "company", "as": "a", "record": {"name": "A"}},
            {"op": "update", "object": "company", "id": {"$ref": "a"}, "record": {}, "if_match": 1},
            {"op": "upsert", "object": "contact", "by": {"email": "x"}, "record": {"company": {"$ref": "a"}}},
            {"op": "delete", "object": "contact", "id": "contact_1"},
            {"op": "restore", "object": "contact", "id": "contact_1"},
            {"op": "purge", "object": "contact", "id": "contact_1"},
        ]}))
        .unwrap();
        let Work::Records { operations, mode } = work else { panic!("a batch is of records") };
        assert_eq!((operations.len(), mode), (6, Mode::Atomic));
        assert_eq!(operations[0].label.as_deref(), Some("a"));
        let Action::Update { target, expect, .. } = &operations[1].action else { panic!("an update") };
        assert_eq!((target, *expect), (&Target::Earlier("a".to_owned()), Some(1)));
    }

    #[test]
    fn gathers_the_faults_of_all_operations() {
        let faults = read(json!({ "atomc": true, "operations": [
            {"op": "creat", "object": "company", "record": {}},
            {"op": "update", "object": "company", "record": 1, "extra": 1},
            7,
        ]}))
        .unwrap_err();
        let found: Vec<_> = faults.iter().map(|fault| (fault.code, fault.pointer.as_str())).collect();
        assert_eq!(
            found,
            [
                (Code::UnknownMember, "/atomc"),
                (Code::InvalidValue, "/operations/0/op"),
                (Code::Required, "/operations/1/id"),
                (Code::InvalidType, "/operations/1/record"),
                (Code::UnknownMember, "/operations/1/extra"),
                (Code::InvalidType, "/operations/2"),
            ]
        );
        assert_eq!(faults[1].hint.as_deref(), Some("did you mean `create`?"));
    }

    #[test]
    fn wants_at_least_one_operation() {
        assert_eq!(read(json!({})).unwrap_err()[0].code, Code::Required);
        assert_eq!(read(json!({"operations": []})).unwrap_err()[0].code, Code::InvalidValue);
    }
}
