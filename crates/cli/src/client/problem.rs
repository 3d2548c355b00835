//! A problem (RFC 9457) as the server tells it.

use serde::Deserialize;
use serde_json::Value as Json;

/// The server's refusal.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Problem {
    /// HTTP status.
    #[serde(skip)]
    pub(crate) status: u16,
    /// Stable code.
    pub(crate) code: String,
    /// What the code means.
    pub(crate) title: String,
    /// What is wrong here.
    pub(crate) detail: String,
    /// The request's id.
    pub(crate) instance: String,
    /// Every fault.
    pub(crate) errors: Vec<Fault>,
}

/// One fault of a problem.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Fault {
    /// What is wrong.
    pub(crate) detail: String,
    /// Where in the input.
    pub(crate) pointer: String,
    /// What to do about it.
    pub(crate) hint: Option<String>,
    /// Records that stand in the way.
    pub(crate) records: Vec<String>,
}

impl Problem {
    /// Reads an answer's body; one that is no problem document (a proxy's page, say)
    /// leaves nothing but the status.
    pub(crate) fn read(status: u16, body: Json) -> Self {
        let problem: Self = serde_json::from_value(body).unwrap_or_default();
        let code = if problem.code.is_empty() { format!("http_{status}") } else { problem.code };
        Self { status, code, ..problem }
    }

    /// The line that says most.
    pub(crate) fn summary(&self) -> &str {
        [&self.detail, &self.title]
            .into_iter()
            .find(|text| !text.is_empty())
            .map_or("the server refused without saying why", String::as_str)
    }
}
