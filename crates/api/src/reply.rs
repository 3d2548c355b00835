//! Answers: bodies as text, and the headers that say where in the journal they stand.

use std::fmt::Write as _;

use axum::body::Body;
use axum::response::Response;
use http::header::{CONTENT_LOCATION, CONTENT_TYPE, ETAG, HeaderName, LOCATION};
use http::{HeaderValue, StatusCode};
use kith_engine::records::RecordPage;
use kith_engine::{Answer, Page, Receipt, ReceiptOutcome, RecordResult, RecordView, Session, Written};
use kith_model::id::HistoryId;
use kith_model::journal::Position;
use kith_model::operation::Disposition;
use serde::Serialize;
use serde_json::{Map, Value as Json};

use crate::extract::{Prefer, Seen};
use crate::problem::{Outcome, Problem};
use crate::ticket::header_value;

const KITH_POSITION: HeaderName = HeaderName::from_static("kith-position");
const KITH_HISTORY: HeaderName = HeaderName::from_static("kith-history");
const IDEMPOTENCY_REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
const KITH_MERGED_INTO: HeaderName = HeaderName::from_static("kith-merged-into");
const KITH_DUPLICATES: HeaderName = HeaderName::from_static("kith-duplicates");
const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");

/// Room for a record of usual size, so that writing it does not grow the text twice.
const RECORD_BYTES: usize = 1024;

/// An answer without a body.
pub(crate) fn empty(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// An answer of JSON text.
pub(crate) fn json(status: StatusCode, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// An answer of anything that can be written as JSON.
pub(crate) fn value<T: Serialize>(status: StatusCode, value: &T) -> Outcome {
    match serde_json::to_string(value) {
        Ok(body) => Ok(json(status, body)),
        Err(_) => Err(Problem::internal("the answer could not be written")),
    }
}

/// Says where in which journal an answer stands.
pub(crate) fn stand(mut response: Response, position: Position, history: HistoryId) -> Response {
    let headers = response.headers_mut();
    headers.insert(KITH_POSITION, HeaderValue::from(position.0));
    if let Some(history) = header_value(&history.to_string()) {
        headers.insert(KITH_HISTORY, history);
    }
    response
}

/// Says where what was made can be found.
pub(crate) fn located(mut response: Response, path: &str) -> Response {
    if let Some(path) = header_value(path) {
        response.headers_mut().insert(LOCATION, path);
    }
    response
}

/// A read's value.
pub(crate) fn answer<T: Serialize>(answer: &Answer<T>) -> Outcome {
    let response = value(StatusCode::OK, &answer.value)?;
    Ok(stand(response, answer.position, answer.history))
}

/// A record that was read; `304` when the client has it already.
pub(crate) fn record(answer: &Answer<RecordView>, seen: &Seen, session: &Session) -> Response {
    let record = &answer.value;
    let response = if seen.has(record.version()) && !has_derived_fields(record, session) {
        empty(StatusCode::NOT_MODIFIED)
    } else {
        let mut body = String::with_capacity(RECORD_BYTES);
        record.write_json(&mut body);
        json(StatusCode::OK, body)
    };
    tagged(stand(response, answer.position, answer.history), record.version())
}

/// Whether the record can change without a new version, so that its tag proves nothing.
fn has_derived_fields(record: &RecordView, session: &Session) -> bool {
    let catalog = session.catalog();
    let object = catalog.object_named(record.object_name());
    object.is_none_or(|object| object.visible().any(|(_, field)| field.is_derived()))
}

/// A record that was read, with one more member.
pub(crate) fn record_with(answer: &Answer<RecordView>, name: &str, more: &Json) -> Response {
    let mut body = String::with_capacity(2 * RECORD_BYTES);
    answer.value.write_json(&mut body);
    if body.ends_with('}') {
        body.pop();
        // Writing to a string cannot fail.
        let _ = write!(body, ",\"{name}\":{more}}}");
    }
    let response = json(StatusCode::OK, body);
    tagged(stand(response, answer.position, answer.history), answer.value.version())
}

fn tagged(mut response: Response, version: i64) -> Response {
    if let Some(tag) = header_value(&format!("\"{version}\"")) {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}

/// Says of the answer to a read which record it is of, where the id that was asked for
/// stands for another one.
pub(crate) fn read_for(response: Response, asked: &str, record: &RecordView) -> Response {
    in_place_of(response, asked, record.object_name(), &record.id())
}

/// Says where a record is that was asked for by something else than its id.
pub(crate) fn found_at(mut response: Response, record: &RecordView) -> Response {
    if let Some(path) = header_value(&format!("/v1/records/{}/{}", record.object_name(), record.id())) {
        response.headers_mut().insert(CONTENT_LOCATION, path);
    }
    response
}

/// The same for a write of one record.
pub(crate) fn standing_for(response: Response, asked: &str, receipt: &Receipt) -> Response {
    match single(receipt) {
        Ok(result) => in_place_of(response, asked, &result.object, &result.id),
        Err(_) => response,
    }
}

fn in_place_of(mut response: Response, asked: &str, object: &str, id: &str) -> Response {
    if asked == id {
        return response;
    }
    let headers = response.headers_mut();
    if let (Some(path), Some(id)) = (header_value(&format!("/v1/records/{object}/{id}")), header_value(id)) {
        headers.insert(CONTENT_LOCATION, path);
        headers.insert(KITH_MERGED_INTO, id);
    }
    response
}

/// A page of documents.
pub(crate) fn page(answer: &Answer<Page<Json>>) -> Outcome {
    let response = plain_page(&answer.value)?;
    Ok(stand(response, answer.position, answer.history))
}

/// A page of documents that belong to no tenant.
pub(crate) fn plain_page(page: &Page<Json>) -> Outcome {
    let Page { data, next_cursor } = page;
    value(StatusCode::OK, &serde_json::json!({ "data": data, "next_cursor": next_cursor }))
}

/// A page of records.
pub(crate) fn records(answer: &Answer<RecordPage>) -> Response {
    let RecordPage { page: Page { data, next_cursor }, count } = &answer.value;
    let mut body = String::with_capacity(RECORD_BYTES * data.len() + 64);
    body.push_str("{\"data\":[");
    for (index, record) in data.iter().enumerate() {
        if index > 0 {
            body.push(',');
        }
        record.write_json(&mut body);
    }
    // Writing to a string cannot fail.
    let _ = write!(body, "],\"next_cursor\":{}", Json::from(next_cursor.as_deref()));
    if let Some(count) = count {
        let _ = write!(body, ",\"count\":{count}");
    }
    body.push('}');
    stand(json(StatusCode::OK, body), answer.position, answer.history)
}

/// What a write of one record came to.
pub(crate) fn written(receipt: &Receipt, prefer: Prefer) -> Outcome {
    let result = single(receipt)?;
    let status = status(result.disposition);
    let mut body = String::with_capacity(RECORD_BYTES);
    let has_record = prefer != Prefer::Minimal && result.write_record(&mut body);
    if !has_record {
        let _ = write!(body, "{{\"id\":\"{}\",\"version\":{}}}", result.id, result.version);
    }
    let mut response = preferred(tagged(received(json(status, body), receipt), result.version), prefer);
    if let Some(duplicates) = result.duplicates {
        response.headers_mut().insert(KITH_DUPLICATES, HeaderValue::from(duplicates));
    }
    if status != StatusCode::CREATED {
        return Ok(response);
    }
    Ok(located(response, &format!("/v1/records/{}/{}", result.object, result.id)))
}

/// Says which preference was honoured.
pub(crate) fn preferred(mut response: Response, prefer: Prefer) -> Response {
    if let Some(applied) = prefer.applied() {
        response.headers_mut().insert(PREFERENCE_APPLIED, HeaderValue::from_static(applied));
    }
    response
}

/// A write that leaves nothing to show.
pub(crate) fn done(receipt: &Receipt) -> Response {
    received(empty(StatusCode::NO_CONTENT), receipt)
}

/// What was made, here or by the same request before.
pub(crate) fn made(made: &Written<Json>) -> Outcome {
    written_as(StatusCode::CREATED, made)
}

/// What a write has come to, with a status that says what it did.
pub(crate) fn written_as(status: StatusCode, written: &Written<Json>) -> Outcome {
    let response = stand(value(status, &written.value)?, written.position, written.history);
    Ok(if written.replayed { replayed(response) } else { response })
}

/// The name that a definition gives; it was accepted, so it is one.
pub(crate) fn name(definition: &Map<String, Json>) -> String {
    definition.get("name").and_then(Json::as_str).unwrap_or_default().to_owned()
}

/// What a change of the schema made.
pub(crate) fn defined(status: StatusCode, receipt: &Receipt) -> Outcome {
    match &receipt.outcome {
        ReceiptOutcome::Schema(document) => Ok(received(value(status, document)?, receipt)),
        ReceiptOutcome::Records(_)
        | ReceiptOutcome::TokenCreated(_)
        | ReceiptOutcome::Token
        | ReceiptOutcome::Job(_)
        | ReceiptOutcome::Loaded(_) => Err(Problem::internal("a schema change has no document")),
    }
}

/// Says where a write stands, and whether it was done before.
pub(crate) fn received(response: Response, receipt: &Receipt) -> Response {
    let response = stand(response, receipt.position, receipt.history);
    if receipt.replayed { replayed(response) } else { response }
}

fn replayed(mut response: Response) -> Response {
    response.headers_mut().insert(IDEMPOTENCY_REPLAYED, HeaderValue::from_static("true"));
    response
}

fn single(receipt: &Receipt) -> Result<&RecordResult, Problem> {
    let missing = || Problem::internal("a write of one record has no single result");
    match &receipt.outcome {
        ReceiptOutcome::Records(results) => match results.first() {
            Some(Ok(result)) => Ok(result),
            Some(Err(faults)) => Err(faults.clone().into()),
            None => Err(missing()),
        },
        ReceiptOutcome::Schema(_)
        | ReceiptOutcome::TokenCreated(_)
        | ReceiptOutcome::Token
        | ReceiptOutcome::Job(_)
        | ReceiptOutcome::Loaded(_) => Err(missing()),
    }
}

/// The status that says what was done to a record.
pub(crate) fn status(disposition: Disposition) -> StatusCode {
    match disposition {
        Disposition::Created => StatusCode::CREATED,
        Disposition::Updated | Disposition::Unchanged | Disposition::Restored | Disposition::Merged => {
            StatusCode::OK
        }
        Disposition::Deleted | Disposition::Purged => StatusCode::NO_CONTENT,
    }
}
