//! An answer, checked as it comes in, with what tests ask of it.

use std::fmt;

use reqwest::header::HeaderMap;
use serde_json::Value as Json;

/// The answer to a call.
pub struct Response {
    title: String,
    status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
    json: Json,
}

impl Response {
    pub(crate) fn new(title: String, status: u16, headers: HeaderMap, body: Vec<u8>) -> Self {
        let json = serde_json::from_slice(&body).unwrap_or_default();
        Self { title, status, headers, body, json }
    }

    /// What is promised of every answer.
    pub(crate) fn check(&self, may_fail: bool) {
        assert!(may_fail || self.status < 500, "a 5xx is never the caller's fault\n{self:?}");
        assert!(
            self.header("kith-request-id").is_some_and(|id| id.starts_with("request_")),
            "no `Kith-Request-Id`\n{self:?}"
        );
        if self.status < 400 {
            return;
        }
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{self:?}");
        if self.body.is_empty() {
            return; // The answer to HEAD.
        }
        let code = self.json["code"].as_str().unwrap_or_default();
        assert!(!code.is_empty(), "a problem has a code\n{self:?}");
        assert_eq!(self.json["status"], self.status, "{self:?}");
        assert_eq!(self.json["errors"][0]["code"], code, "the code is the first fault's\n{self:?}");
        assert_eq!(self.json["instance"].as_str(), self.header("kith-request-id"), "{self:?}");
        for member in ["type", "title", "detail"] {
            assert!(
                self.json[member].as_str().is_some_and(|text| !text.is_empty()),
                "no `{member}`\n{self:?}"
            );
        }
        for fault in self.faults() {
            assert!(fault["detail"].as_str().is_some_and(|text| !text.is_empty()), "{self:?}");
        }
    }

    /// Expects a status.
    #[track_caller]
    pub fn expect_status(self, status: u16) -> Self {
        assert!(self.status == status, "expected {status}\n{self:?}");
        self
    }

    /// Expects a refusal with this status and this code.
    #[track_caller]
    pub fn expect_problem(self, status: u16, code: &str) -> Self {
        assert!(
            self.status == status && self.json["code"] == code,
            "expected a problem: {status} `{code}`\n{self:?}"
        );
        self
    }

    /// Expects this fault among those of a refusal.
    #[track_caller]
    pub fn expect_fault(self, code: &str, pointer: &str) -> Self {
        let found = self.faults().iter().any(|fault| fault["code"] == code && pointer_of(fault) == pointer);
        assert!(found, "expected the fault `{code}` at `{pointer}`\n{self:?}");
        self
    }

    /// Expects exactly these faults, in any order: codes and pointers.
    #[track_caller]
    pub fn expect_faults(self, faults: &[(&str, &str)]) -> Self {
        let mut found: Vec<(&str, &str)> = self
            .faults()
            .iter()
            .map(|fault| (fault["code"].as_str().unwrap_or_default(), pointer_of(fault)))
            .collect();
        let mut expected = faults.to_vec();
        found.sort_unstable();
        expected.sort_unstable();
        assert!(found == expected, "expected the faults {expected:?}, found {found:?}\n{self:?}");
        self
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// A header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The body as JSON; null when it is none.
    #[must_use]
    pub fn json(&self) -> &Json {
        &self.json
    }

    /// The body as JSON; null when it is none.
    #[must_use]
    pub fn into_json(self) -> Json {
        self.json
    }

    /// The body as text.
    ///
    /// # Panics
    /// When it is not UTF-8.
    #[must_use]
    #[track_caller]
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("a body is UTF-8")
    }

    /// The body as it came.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.body
    }

    /// The items of a page.
    ///
    /// # Panics
    /// When it is none.
    #[must_use]
    #[track_caller]
    pub fn data(&self) -> &[Json] {
        self.json["data"].as_array().unwrap_or_else(|| panic!("not a page\n{self:?}"))
    }

    /// `Kith-Position`.
    ///
    /// # Panics
    /// When it is missing or no integer.
    #[must_use]
    #[track_caller]
    pub fn position(&self) -> i64 {
        let position = self.header("kith-position").and_then(|text| text.parse().ok());
        position.unwrap_or_else(|| panic!("no `Kith-Position`\n{self:?}"))
    }

    /// `Kith-History`.
    ///
    /// # Panics
    /// When it is missing.
    #[must_use]
    #[track_caller]
    pub fn history(&self) -> &str {
        self.header("kith-history").unwrap_or_else(|| panic!("no `Kith-History`\n{self:?}"))
    }

    /// The id in the body.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    #[track_caller]
    pub fn id(&self) -> String {
        let id = self.json["id"].as_str();
        id.unwrap_or_else(|| panic!("no `id`\n{self:?}")).to_owned()
    }

    /// Whether it is the kept answer of an earlier request.
    #[must_use]
    pub fn is_replayed(&self) -> bool {
        self.header("idempotency-replayed") == Some("true")
    }

    /// The faults of a refusal; none of an answer that is none.
    #[must_use]
    pub fn faults(&self) -> &[Json] {
        self.json["errors"].as_array().map_or(&[], Vec::as_slice)
    }
}

fn pointer_of(fault: &Json) -> &str {
    fault["pointer"].as_str().unwrap_or_default()
}

impl fmt::Debug for Response {
    /// The whole exchange, as a failed assertion should show it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n→ {}", self.title, self.status)?;
        for (name, value) in &self.headers {
            writeln!(f, "  {name}: {}", value.to_str().unwrap_or("(not text)"))?;
        }
        let body = String::from_utf8_lossy(&self.body);
        let short: String = body.chars().take(4000).collect();
        writeln!(f, "  {short}")
    }
}
