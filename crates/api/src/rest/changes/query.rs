//! What a consumer asks of the stream, and where it begins.

use std::time::Duration;

use http::HeaderMap;
use kith_engine::{PositionText, Session, cursors};
use kith_model::fault::{Code, Fault};
use kith_model::limits;

use crate::extract::{Parameters, Query, single};
use crate::problem::Problem;

/// The parameters of the stream.
pub(crate) struct Asking {
    /// The position after which to begin.
    pub(super) after: Option<PositionText>,
    /// The name of a cursor to begin at.
    pub(super) cursor: Option<String>,
    /// Only changes of these objects; all when empty.
    pub(super) objects: Vec<String>,
    /// About how many changes.
    pub(super) limit: Option<u32>,
    /// How long to wait for the first change.
    pub(super) wait: Duration,
}

impl Query for Asking {
    fn read(parameters: &mut Parameters) -> Self {
        Self {
            after: parameters.position("after"),
            cursor: parameters.text("cursor"),
            objects: parameters.names("object"),
            limit: parameters.limit(),
            wait: parameters.duration("wait", Duration::from_secs(limits::LONG_POLL_SECONDS)),
        }
    }
}

impl Asking {
    /// Where to begin: behind the event a stream broke off at, else after the position
    /// that is asked for, else at the named cursor, else at the beginning.
    pub(super) async fn begin(
        &self,
        headers: &HeaderMap,
        session: &Session,
    ) -> Result<PositionText, Problem> {
        if let Some(text) = single(headers, "last-event-id")?.filter(|text| !text.is_empty()) {
            return Ok(text.parse().map_err(|fault: Fault| fault.at("Last-Event-ID"))?);
        }
        match (self.after, &self.cursor) {
            (Some(after), _) => Ok(after),
            (None, Some(name)) => {
                let cursor = cursors::get(session, name).await?;
                let position = cursor.value["position"].as_i64().map(|position| position.to_string());
                let text = position.ok_or_else(|| Problem::internal("a cursor has no position"))?;
                Ok(text.parse().map_err(|fault| Fault { code: Code::Internal, ..fault })?)
            }
            (None, None) => Ok(PositionText::default()),
        }
    }
}
