//! Whether an answer is the one that the model gave.

use kith_testing::Response;
use serde_json::{Value as Json, json};

use super::apply::{Answer, Reply};
use super::model::{Fault, Faults, Model, Record, link};
use super::wire::Names;

/// What a check finds wrong.
pub(super) type Finding = Result<(), String>;

/// The members that every record has, before its fields.
const SYSTEM: [&str; 8] =
    ["id", "version", "created_at", "updated_at", "created_by", "updated_by", "owner", "provenance"];

/// Codes whose pointer is to the whole operation, or to one of its members; the
/// documentation leaves open which.
const POINTED_ANYWHERE: [&str; 6] =
    ["not_found", "version_mismatch", "referenced", "already_exists", "batch_failed", "invalid_value /by"];

/// Compares an answer; `after` is the model after the operation. New ids are learned.
pub(super) fn answer(answer: &Answer, response: &Response, after: &Model, names: &mut Names) -> Finding {
    let found = match answer {
        Answer::Record(reply) => record_answer(reply, response, after, names),
        Answer::Batch(results) => batch_answer(results, response, after, names),
        Answer::Schema(status) => expect("the status", &json!(response.status()), &json!(status)),
        Answer::Refused(faults) => refusal(faults, response),
        Answer::RefusedAs(codes) => {
            let code = response.json()["code"].as_str().unwrap_or_default();
            if response.status() >= 400 && codes.contains(&code) {
                Ok(())
            } else {
                Err(format!("expected a refusal with one of {codes:?}"))
            }
        }
    };
    found.map_err(|difference| format!("{difference}\n{response:?}\nthe model says {answer:?}"))
}

fn record_answer(reply: &Reply, response: &Response, after: &Model, names: &mut Names) -> Finding {
    expect("the status", &json!(response.status()), &json!(reply.status))?;
    expect("the position", &json!(response.position()), &json!(after.position))?;
    if reply.status == 204 {
        return Ok(());
    }
    if reply.status == 201 {
        names.learn(reply.id, &response.id());
    }
    let etag = format!("\"{}\"", reply.version);
    expect("the ETag", &json!(response.header("etag")), &json!(etag))?;
    record(after, reply.id, &after.records[&reply.id], response.json(), names)
}

fn batch_answer(
    results: &[Result<Reply, Faults>],
    response: &Response,
    after: &Model,
    names: &mut Names,
) -> Finding {
    expect("the status", &json!(response.status()), &json!(200))?;
    expect("the position", &response.json()["position"], &json!(after.position))?;
    let found = response.json()["results"].as_array().ok_or("no results")?;
    expect("the number of results", &json!(found.len()), &json!(results.len()))?;
    for (found, expected) in found.iter().zip(results) {
        if let (Ok(reply), Some(id)) = (expected, found["id"].as_str())
            && reply.status == 201
        {
            names.learn(reply.id, id);
        }
    }
    for (index, (found, expected)) in found.iter().zip(results).enumerate() {
        result(found, expected, after, names)
            .map_err(|difference| format!("result {index}: {difference}"))?;
    }
    Ok(())
}

fn result(found: &Json, expected: &Result<Reply, Faults>, after: &Model, names: &Names) -> Finding {
    let reply = match expected {
        Err(faults) => {
            expect("the status", &found["status"], &json!(status_of(faults)))?;
            return same_faults(faults, &found["error"]["errors"]);
        }
        Ok(reply) => reply,
    };
    expect("the status", &found["status"], &json!(reply.status))?;
    expect("the id", &names.numbered(&found["id"]), &link(reply.id))?;
    let is_purged = !after.records.contains_key(&reply.id) && !after.trash.contains_key(&reply.id);
    let Some(then) = reply.record.as_ref().filter(|_| !is_purged) else {
        return expect("the record", &found["record"], &Json::Null);
    };
    expect("the version", &found["version"], &json!(reply.version))?;
    match after.records.get(&reply.id).filter(|record| record.version == reply.version) {
        Some(now) => record(after, reply.id, now, &found["record"], names),
        None => stored(after, then, &found["record"], names),
    }
}

/// Compares a record in full: members and their order, values, version.
pub(super) fn record(model: &Model, id: usize, expected: &Record, found: &Json, names: &Names) -> Finding {
    let members = found.as_object().ok_or("no record")?;
    let plans = model.objects[expected.object].fields.iter().map(|field| field.plan.name);
    let order: Vec<&str> = SYSTEM[..7].iter().copied().chain(plans).collect();
    let found_order: Vec<&str> =
        members.keys().map(String::as_str).filter(|name| *name != "provenance").collect();
    expect("the members", &json!(found_order), &json!(order))?;
    expect("the id", &names.numbered(&found["id"]), &link(id))?;
    expect("the version", &found["version"], &json!(expected.version))?;
    values(model, expected, found, names, true)
}

/// Compares what is stored; roll-ups may have moved on.
fn stored(model: &Model, expected: &Record, found: &Json, names: &Names) -> Finding {
    values(model, expected, found, names, false)
}

fn values(model: &Model, expected: &Record, found: &Json, names: &Names, with_rollups: bool) -> Finding {
    for field in &model.objects[expected.object].fields {
        if field.plan.kind.is_rollup() && !with_rollups {
            continue;
        }
        let name = field.plan.name;
        let value = expected.values.get(&field.id).unwrap_or(&Json::Null);
        expect(&format!("`{name}`"), &names.numbered(&found[name]), value)?;
    }
    Ok(())
}

fn refusal(faults: &Faults, response: &Response) -> Finding {
    let status = status_of(faults);
    let first: Vec<u16> = faults.iter().map(|fault| status_of(std::slice::from_ref(fault))).collect();
    if !first.contains(&response.status()) {
        return Err(format!("expected the status {status}"));
    }
    same_faults(faults, &response.json()["errors"])
}

fn same_faults(expected: &[Fault], found: &Json) -> Finding {
    let found = found.as_array().ok_or("no faults")?;
    let text = |code: &str, pointer: &str| {
        if POINTED_ANYWHERE.contains(&code) {
            let pointer: Vec<&str> = pointer.split('/').take(3).collect();
            let within = pointer.get(1).filter(|first| **first == "operations").map(|_| pointer.join("/"));
            return format!("{code} {}", within.unwrap_or_default());
        }
        format!("{code} {pointer}")
    };
    let member = |fault: &Json, name: &str| fault[name].as_str().unwrap_or_default().to_owned();
    let mut found: Vec<String> =
        found.iter().map(|fault| text(&member(fault, "code"), &member(fault, "pointer"))).collect();
    let mut expected: Vec<String> = expected.iter().map(|fault| text(fault.code, &fault.pointer)).collect();
    found.sort();
    expected.sort();
    expect("the faults", &json!(found), &json!(expected))
}

/// The status that goes with the first fault.
fn status_of(faults: &[Fault]) -> u16 {
    match faults[0].code {
        "not_found" => 404,
        "not_unique" | "referenced" | "already_exists" => 409,
        "version_mismatch" => 412,
        "batch_failed" => 424,
        _ => 422,
    }
}

pub(super) fn expect(what: &str, found: &Json, expected: &Json) -> Finding {
    if found == expected { Ok(()) } else { Err(format!("{what}: expected {expected}, found {found}")) }
}
