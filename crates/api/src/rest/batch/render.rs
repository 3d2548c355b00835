//! The answer to a batch: one result an operation.

use std::fmt::Write as _;

use axum::response::Response;
use http::StatusCode;
use kith_engine::{Receipt, ReceiptOutcome, RecordResult};

use crate::extract::Prefer;
use crate::{problem, reply};

/// Room for one result of usual size.
const RESULT_BYTES: usize = 1024;

/// Writes the results of a batch.
pub(crate) fn results(receipt: &Receipt, prefer: Prefer, request: &str) -> Response {
    let results = match &receipt.outcome {
        ReceiptOutcome::Records(results) => results.as_slice(),
        ReceiptOutcome::Schema(_)
        | ReceiptOutcome::TokenCreated(_)
        | ReceiptOutcome::Token
        | ReceiptOutcome::Job(_)
        | ReceiptOutcome::Loaded(_) => &[],
    };
    let mut body = String::with_capacity(RESULT_BYTES * results.len() + 64);
    // Writing to a string cannot fail.
    let _ = write!(body, "{{\"position\":{},\"results\":[", receipt.position);
    for (index, result) in results.iter().enumerate() {
        if index > 0 {
            body.push(',');
        }
        match result {
            Ok(result) => done(result, prefer, &mut body),
            Err(faults) => {
                let _ = write!(body, "{{\"status\":{},\"error\":", problem::status_of(faults).as_u16());
                problem::append_document(faults, request, &mut body);
                body.push('}');
            }
        }
    }
    body.push_str("]}");
    reply::preferred(reply::received(reply::json(StatusCode::OK, body), receipt), prefer)
}

fn done(result: &RecordResult, prefer: Prefer, body: &mut String) {
    let RecordResult { disposition, object, id, version, .. } = result;
    let status = reply::status(*disposition).as_u16();
    let _ =
        write!(body, "{{\"status\":{status},\"object\":\"{object}\",\"id\":\"{id}\",\"version\":{version}");
    if let Some(duplicates) = result.duplicates {
        let _ = write!(body, ",\"duplicates\":{duplicates}");
    }
    if prefer != Prefer::Minimal {
        let before = body.len();
        body.push_str(",\"record\":");
        if !result.write_record(body) {
            body.truncate(before);
        }
    }
    body.push('}');
}
