//! What surrounds a write: its idempotency key, the hash of the request, its trace.

use std::sync::Arc;

use http::request::Parts;
use kith_engine::{IdempotencyInput, Request};
use kith_model::fault::Code;
use kith_model::journal::Origin;
use kith_model::limits::IDEMPOTENCY_KEY_MAX;
use kith_model::operation::{Action, Duplicates, Mode, RecordOperation, SchemaWork, Work};
use kith_model::schema::SchemaChange;
use sha2::{Digest, Sha256};

use crate::extract::single;
use crate::problem::Problem;
use crate::ticket::{self, Ticket};

/// What a write carries beside what it does.
pub(crate) struct Envelope {
    /// The request's ticket.
    pub(crate) ticket: Arc<Ticket>,
    idempotency: Option<IdempotencyInput>,
}

impl Envelope {
    /// Reads it from a request's head; `body` is part of what the key stands for.
    pub(super) fn of(parts: &Parts, body: &[u8]) -> Result<Self, Problem> {
        let key = single(&parts.headers, "idempotency-key").map_err(|_| invalid_key())?;
        let idempotency = match key {
            Some(key) if is_key(key) => {
                Some(IdempotencyInput { key: key.to_owned(), request: hash(parts, body) })
            }
            Some(_) => return Err(invalid_key()),
            None => None,
        };
        Ok(Self { ticket: ticket::of(parts)?, idempotency })
    }

    /// The request that does this work.
    pub(crate) fn request(self, work: Work) -> Request {
        let Self { ticket, idempotency } = self;
        Request { work, origin: Origin::Rest, trace: ticket.trace.clone(), idempotency }
    }

    /// The request of one operation on one record.
    pub(crate) fn record(self, object: String, action: Action) -> Request {
        self.careful_record(object, action, Duplicates::Ignore)
    }

    /// The same, which does something about likely duplicates.
    pub(crate) fn careful_record(self, object: String, action: Action, duplicates: Duplicates) -> Request {
        let operation = RecordOperation {
            object,
            action,
            label: None,
            duplicates,
            source: None,
            stamps: None,
            prepared: None,
        };
        self.request(Work::Records { operations: vec![operation], mode: Mode::Atomic })
    }

    /// The request of one change of the schema.
    pub(crate) fn schema(self, change: SchemaChange) -> Request {
        self.request(Work::Schema(SchemaWork { changes: vec![change], expect: None }))
    }
}

fn is_key(text: &str) -> bool {
    (1..=IDEMPOTENCY_KEY_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn invalid_key() -> Problem {
    let message = format!("`Idempotency-Key` must be 1 to {IDEMPOTENCY_KEY_MAX} visible ASCII characters");
    Problem::new(Code::InvalidParameter, message)
}

/// SHA-256 of method, path with query, and body; no part can run into the next.
fn hash(parts: &Parts, body: &[u8]) -> [u8; 32] {
    let path = parts.uri.path_and_query().map_or("", |text| text.as_str());
    let mut hash = Sha256::new();
    for part in [parts.method.as_str(), path] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hash.update(body);
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(method: &str, path: &str) -> Parts {
        http::Request::builder().method(method).uri(path).body(()).unwrap().into_parts().0
    }

    #[test]
    fn tells_requests_apart() {
        let one = hash(&parts("POST", "/v1/batch"), b"{}");
        assert_eq!(one, hash(&parts("POST", "/v1/batch"), b"{}"));
        assert_ne!(one, hash(&parts("PUT", "/v1/batch"), b"{}"));
        assert_ne!(one, hash(&parts("POST", "/v1/batch?"), b"{}"));
        assert_ne!(one, hash(&parts("POST", "/v1/batch"), b"{ }"));
    }

    #[test]
    fn takes_visible_ascii_as_a_key() {
        for key in ["a", "5f0c3a1e-order-8841", &"k".repeat(255)] {
            assert!(is_key(key), "{key}");
        }
        for key in ["", "a b", "\u{e9}", "a\t", &"k".repeat(256)] {
            assert!(!is_key(key), "{key}");
        }
    }
}
