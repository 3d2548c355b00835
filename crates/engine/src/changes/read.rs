//! A page of the change stream, waited for if there is none yet.

use std::time::{Duration, Instant};

use kith_model::fault::{Code, Fault};
use kith_model::id::ObjectNo;
use kith_model::journal::{Position, TenantState};
use kith_model::limits;
use kith_model::record::find_object;
use kith_store::Entry;
use serde_json::Value as Json;

use crate::answer::Answer;
use crate::changes::render;
use crate::error::Result;
use crate::position::{AtLeast, PositionText};
use crate::records::page_size;
use crate::session::Session;

/// Changes read from the store at a time while looking for those of some objects.
const SCAN_CHANGES: u32 = 1_000;

/// Most changes looked through for one answer: a filter that finds nothing still
/// answers soon, and says how far it has looked.
const SCAN_CHANGES_MAX: i64 = 20_000;

/// How often the journal itself is looked at while waiting: hints may be lost.
const POLL: Duration = Duration::from_secs(1);

/// What a caller asks of the stream.
#[derive(Clone, Debug)]
pub struct Request {
    /// The position after which to begin.
    pub after: PositionText,
    /// Only changes of these objects; all when empty.
    pub objects: Vec<String>,
    /// About how many changes; transactions are never split.
    pub limit: Option<u32>,
    /// How long to wait for the first change.
    pub wait: Duration,
}

/// A page of the stream.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Transactions, in order.
    pub data: Vec<Json>,
    /// How far was looked: pass it as `after` next.
    pub position: Position,
}

/// A page of the change stream.
///
/// # Errors
/// `history_changed` and `position_expired`, when the journal cannot go on from there.
pub async fn read(session: &Session, request: Request) -> Result<Answer<Batch>> {
    let Request { after, objects, limit, wait } = request;
    let limit = page_size(limit)?;
    let wait = wait.min(Duration::from_secs(limits::LONG_POLL_SECONDS));
    let objects = Objects::find(session, &objects).await?;
    let deadline = Instant::now() + wait;
    let mut closing = session.engine.closing();
    let mut watch = session.tenant.watch();
    let mut from = after;
    loop {
        let page = page(session, from, &objects, limit).await?;
        let remaining = deadline.saturating_duration_since(Instant::now());
        if !page.value.data.is_empty() || remaining.is_zero() || *closing.borrow() {
            return Ok(page);
        }
        from.position = page.value.position;
        if page.value.position < page.position {
            continue;
        }
        tokio::select! {
            _ = tokio::time::timeout(remaining.min(POLL), watch.changed()) => {}
            _ = closing.changed() => {}
        }
    }
}

/// The objects a stream is of.
pub(super) struct Objects(Vec<ObjectNo>);

impl Objects {
    pub(super) async fn find(session: &Session, names: &[String]) -> Result<Self> {
        if names.iter().any(|name| session.catalog().object_named(name).is_none()) {
            session.tenant.refresh().await?;
        }
        let catalog = session.catalog();
        let find = |name: &String| {
            find_object(name, &catalog).map(|object| object.number).map_err(|fault| Fault {
                code: Code::InvalidParameter,
                pointer: "/object".to_owned(),
                ..fault
            })
        };
        Ok(names.iter().map(find).collect::<Result<Vec<_>, Fault>>().map(Self)?)
    }

    fn keep(&self, entry: &mut Entry) {
        if !self.0.is_empty() {
            entry.changes.retain(|change| change.object.is_some_and(|object| self.0.contains(&object)));
        }
    }
}

/// What there is after a position, at once.
pub(super) async fn page(
    session: &Session,
    after: PositionText,
    objects: &Objects,
    limit: u32,
) -> Result<Answer<Batch>> {
    let tenant = &session.tenant;
    let mut position = after.position;
    let mut data = Vec::new();
    loop {
        let size = if objects.0.is_empty() { limit } else { SCAN_CHANGES };
        let read = |_| tenant.store.changes(tenant.id, position, size);
        let (catalog, seen) = tenant.read(&AtLeast(None), read).await?;
        let at = PositionText { position, history: after.history };
        at.check_kept(&seen.state)?;
        let mut count = 0;
        let last = seen.value.last().map(|entry| entry.transaction.last);
        for mut entry in seen.value {
            objects.keep(&mut entry);
            if !entry.changes.is_empty() {
                count += entry.changes.len();
                data.push(render::entry(&entry, &seen.state, &catalog)?);
            }
        }
        position = last.unwrap_or(seen.state.last_position);
        let is_enough = objects.0.is_empty() || count >= limit as usize || !data.is_empty();
        let is_far = position.0 - after.position.0 >= SCAN_CHANGES_MAX;
        if is_enough || is_far || at_end(position, &seen.state) {
            return Ok(Answer::new(&seen.state, Batch { data, position }));
        }
    }
}

fn at_end(position: Position, state: &TenantState) -> bool {
    position >= state.last_position
}
