//! Following the change stream without end: what server-sent events are made of.

use std::time::Duration;

use kith_model::id::HistoryId;
use kith_model::journal::Position;
use kith_model::limits;
use serde_json::Value as Json;
use tokio::sync::watch;

use crate::changes::read::{Objects, page};
use crate::error::Result;
use crate::position::PositionText;
use crate::session::Session;

/// How often the journal itself is looked at: hints from other nodes may be lost.
const POLL: Duration = Duration::from_secs(1);

/// One consumer of the stream, at its place.
pub struct Follower {
    session: Session,
    objects: Objects,
    at: PositionText,
    watch: watch::Receiver<kith_model::journal::TenantState>,
}

/// One transaction for the consumer.
#[derive(Clone, Debug)]
pub struct Event {
    /// Its last position: where to go on after it.
    pub position: Position,
    /// The history that the position is of.
    pub history: HistoryId,
    /// The transaction as JSON.
    pub json: String,
}

/// Begins to follow after a position.
///
/// # Errors
/// `history_changed` and `position_expired`, when the journal cannot go on from there.
pub async fn follow(session: &Session, after: PositionText, objects: &[String]) -> Result<Follower> {
    let objects = Objects::find(session, objects).await?;
    let state = session.state().await?;
    after.check_kept(&state)?;
    let at = PositionText { position: after.position, history: Some(state.history) };
    Ok(Follower { session: session.clone(), objects, at, watch: session.tenant.watch() })
}

impl Follower {
    /// The next transactions, as soon as there are any.
    ///
    /// # Errors
    /// When the history changes underneath, or the store fails.
    pub async fn next(&mut self) -> Result<Vec<Event>> {
        loop {
            self.watch.mark_unchanged();
            let page = page(&self.session, self.at, &self.objects, limits::PAGE_MAX).await?;
            self.at.position = page.value.position;
            let history = page.history;
            let event = |json: &Json| {
                let position = json["position"].as_i64().map(Position)?;
                Some(Event { position, history, json: json.to_string() })
            };
            let events: Vec<Event> = page.value.data.iter().filter_map(event).collect();
            if !events.is_empty() {
                return Ok(events);
            }
            if page.value.position >= page.position {
                // Either way the journal is looked at again; a lost hint costs a second.
                let _ = tokio::time::timeout(POLL, self.watch.changed()).await;
            }
        }
    }

    /// How far the consumer has come.
    #[must_use]
    pub fn position(&self) -> Position {
        self.at.position
    }
}
