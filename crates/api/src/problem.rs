//! Problem documents (RFC 9457), and the one mapping from fault codes to statuses.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use kith_model::fault::{Code, Fault, Faults};
use serde::Serialize;

/// How long a client waits before it tries again when nobody knows better.
const RETRY_AFTER_DEFAULT: Duration = Duration::from_secs(1);

/// A refusal on its way to the client. The frame, which knows the request's id, writes
/// the document.
#[derive(Debug)]
pub(crate) struct Problem(Box<Refusal>);

#[derive(Debug)]
struct Refusal {
    faults: Faults,
    status: Option<StatusCode>,
    retry_after: Option<Duration>,
    allow: Option<HeaderValue>,
    cause: Option<kith_engine::Error>,
}

/// The answer of a handler.
pub(crate) type Outcome = Result<Response, Problem>;

impl Problem {
    /// One fault of the whole request.
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Fault::new(code, message).into()
    }

    /// Something that cannot happen did.
    pub(crate) fn internal(message: &'static str) -> Self {
        Self::new(Code::Internal, message)
    }

    /// Answers with a status that says more than the code's own.
    pub(crate) fn with_status(mut self, status: StatusCode) -> Self {
        self.0.status = Some(status);
        self
    }

    /// Names the methods that would do.
    pub(crate) fn with_allow(mut self, allow: HeaderValue) -> Self {
        self.0.allow = Some(allow);
        self
    }

    /// The status of the answer.
    pub(crate) fn status(&self) -> StatusCode {
        self.0.status.unwrap_or_else(|| status(self.code()))
    }

    /// The code of the first fault, which is the answer's.
    pub(crate) fn code(&self) -> Code {
        self.0.faults.first().map_or(Code::Internal, |fault| fault.code)
    }

    /// What went wrong inside, for the log.
    pub(crate) fn cause(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.cause.as_ref().map(|cause| cause as &(dyn std::error::Error + 'static))
    }

    /// The document as it stands on the wire.
    pub(crate) fn document(&self, request: &str) -> String {
        let document = Document::of(&self.0.faults, self.status(), request);
        serde_json::to_string(&document).unwrap_or_else(|_| "{}".to_owned())
    }

    /// The whole answer, once the request's id is known.
    pub(crate) fn render(&self, request: &str) -> Response {
        let mut response = Response::new(Body::from(self.document(request)));
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(allow) = &self.0.allow {
            headers.insert(ALLOW, allow.clone());
        }
        if self.status() == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"kith\""));
        }
        if self.0.retry_after.is_some() || self.status() == StatusCode::SERVICE_UNAVAILABLE {
            let wait = self.0.retry_after.unwrap_or(RETRY_AFTER_DEFAULT);
            headers.insert(RETRY_AFTER, HeaderValue::from(whole_seconds(wait)));
        }
        response
    }
}

/// A duration in whole seconds, rounded up: a client that comes early comes twice.
fn whole_seconds(wait: Duration) -> u64 {
    (wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1)
}

/// Writes the problem document of one result of a batch.
pub(crate) fn append_document(faults: &[Fault], request: &str, out: &mut String) {
    let document = Document::of(faults, status_of(faults), request);
    out.push_str(&serde_json::to_string(&document).unwrap_or_else(|_| "{}".to_owned()));
}

/// The status that faults come to: the first one's.
pub(crate) fn status_of(faults: &[Fault]) -> StatusCode {
    status(faults.first().map_or(Code::Internal, |fault| fault.code))
}

fn status(code: Code) -> StatusCode {
    match code {
        Code::Malformed | Code::InvalidParameter => StatusCode::BAD_REQUEST,
        Code::Unauthenticated => StatusCode::UNAUTHORIZED,
        Code::Forbidden => StatusCode::FORBIDDEN,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Code::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
        Code::NotUnique
        | Code::Duplicate
        | Code::Referenced
        | Code::AlreadyExists
        | Code::DataConflict
        | Code::PlanOutdated
        | Code::TaskEnded
        | Code::JobMoved
        | Code::NotAccepted => StatusCode::CONFLICT,
        Code::AnswerErased | Code::HistoryChanged | Code::PositionExpired => StatusCode::GONE,
        Code::VersionMismatch | Code::PositionNotReached => StatusCode::PRECONDITION_FAILED,
        Code::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Code::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Code::InvalidName
        | Code::InvalidDefinition
        | Code::InvalidFile
        | Code::InvalidExpression
        | Code::InvalidType
        | Code::RuleViolated
        | Code::InvalidValue
        | Code::UnknownField
        | Code::UnknownMember
        | Code::ReadOnly
        | Code::Required
        | Code::ReferenceNotFound
        | Code::LimitReached
        | Code::OutOfRange
        | Code::IdempotencyConflict => StatusCode::UNPROCESSABLE_ENTITY,
        Code::BatchFailed => StatusCode::FAILED_DEPENDENCY,
        Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        Code::Overloaded | Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Code::Timeout => StatusCode::GATEWAY_TIMEOUT,
        Code::StorageFull => StatusCode::INSUFFICIENT_STORAGE,
    }
}

/// A problem document.
#[derive(Serialize)]
struct Document<'a> {
    r#type: String,
    title: &'static str,
    status: u16,
    code: &'static str,
    detail: &'a str,
    instance: &'a str,
    errors: Vec<Item<'a>>,
}

/// One fault on the wire.
#[derive(Serialize)]
struct Item<'a> {
    code: &'static str,
    detail: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    pointer: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    records: &'a [String],
}

impl<'a> Item<'a> {
    fn of(fault: &'a Fault) -> Self {
        let Fault { code, message, pointer, hint, records } = fault;
        Self { code: code.as_str(), detail: message, pointer, hint: hint.as_deref(), records }
    }
}

impl<'a> Document<'a> {
    fn of(faults: &'a [Fault], status: StatusCode, request: &'a str) -> Self {
        let code = faults.first().map_or(Code::Internal, |fault| fault.code);
        Self {
            r#type: format!("urn:kith:error:{}", code.as_str()),
            title: code.title(),
            status: status.as_u16(),
            code: code.as_str(),
            detail: faults.first().map_or("", |fault| fault.message.as_str()),
            instance: request,
            errors: faults.iter().map(Item::of).collect(),
        }
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        vec![fault].into()
    }
}

impl From<Faults> for Problem {
    fn from(faults: Faults) -> Self {
        Self(Box::new(Refusal { faults, status: None, retry_after: None, allow: None, cause: None }))
    }
}

impl From<kith_engine::Error> for Problem {
    fn from(error: kith_engine::Error) -> Self {
        Self(Box::new(Refusal {
            faults: error.faults().to_vec(),
            status: None,
            retry_after: error.retry_after(),
            allow: None,
            cause: Some(error),
        }))
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.status();
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_every_fault_under_the_first_ones_code() {
        let faults = vec![
            Fault::new(Code::Required, "`email` is required").at("email"),
            Fault::new(Code::UnknownField, "no field `nam`").at("nam").hint("did you mean `name`"),
        ];
        let document: serde_json::Value =
            serde_json::from_str(&Problem::from(faults).document("request_1")).unwrap();
        assert_eq!(document["type"], "urn:kith:error:required");
        assert_eq!(document["status"], 422);
        assert_eq!(document["title"], "a required field has no value");
        assert_eq!(document["detail"], "`email` is required");
        assert_eq!(document["instance"], "request_1");
        assert_eq!(document["errors"][0]["pointer"], "/email");
        assert_eq!(document["errors"][0]["detail"], "`email` is required");
        assert_eq!(document["errors"][1]["hint"], "did you mean `name`");
    }

    #[test]
    fn says_how_to_sign_in_and_when_to_come_back() {
        let response = Problem::new(Code::Unauthenticated, "no token").render("request_1");
        assert_eq!(response.headers()[WWW_AUTHENTICATE], "Bearer realm=\"kith\"");
        let response = Problem::new(Code::Overloaded, "too much").render("request_1");
        assert_eq!(response.headers()[RETRY_AFTER], "1");
        assert_eq!(whole_seconds(Duration::from_millis(1_001)), 2);
    }

    #[test]
    fn no_fault_of_a_client_is_a_server_error() {
        for code in Code::ALL {
            let is_ours = matches!(
                code,
                Code::Internal | Code::Overloaded | Code::Unavailable | Code::Timeout | Code::StorageFull
            );
            assert_eq!(status(*code).is_server_error(), is_ours, "{code:?}");
        }
    }
}
