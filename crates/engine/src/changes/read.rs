//! A page of the change stream, waited for if there is none yet.

use std::time::{Duration, Instant};

use kith_model::fault::{Code, Fault};
use kith_model::id::{ObjectNo, TenantId};
use kith_model::journal::Position;
use kith_model::limits;
use kith_model::record::find_object;
use kith_store::{Error as StoreError, Seen, Store, Stretch};
use serde_json::Value as Json;

use crate::answer::Answer;
use crate::changes::render;
use crate::error::Result;
use crate::position::{AtLeast, PositionText};
use crate::records::page_size;
use crate::session::Session;

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
            let object = find_object(name, &catalog).inspect(|object| session.count_called(object, name));
            object.map(|object| object.number).map_err(|fault| Fault {
                code: Code::InvalidParameter,
                pointer: "/object".to_owned(),
                ..fault
            })
        };
        Ok(names.iter().map(find).collect::<Result<Vec<_>, Fault>>().map(Self)?)
    }
}

/// What there is after a position, at once. With objects it may be nothing although the
/// journal goes on: the position says how far it was looked through.
pub(super) async fn page(
    session: &Session,
    after: PositionText,
    objects: &Objects,
    limit: u32,
) -> Result<Answer<Batch>> {
    let tenant = &session.tenant;
    let (catalog, Seen { state, value }) = tenant
        .read(&AtLeast(None), |_| stretch(&tenant.store, tenant.id, after.position, &objects.0, limit))
        .await?;
    after.check_kept(&state)?;
    let Stretch { mut entries, end } = value;
    if !objects.0.is_empty() {
        for entry in &mut entries {
            entry.changes.retain(|change| render::is_shown(change, &catalog));
        }
        entries.retain(|entry| !entry.changes.is_empty());
    }
    let data = entries.iter().map(|entry| render::entry(entry, &state, &catalog)).collect::<Result<_>>()?;
    Ok(Answer::new(&state, Batch { data, position: end }))
}

async fn stretch(
    store: &Store,
    tenant: TenantId,
    after: Position,
    objects: &[ObjectNo],
    limit: u32,
) -> Result<Seen<Stretch>, StoreError> {
    if !objects.is_empty() {
        return store.changes_of(tenant, objects.to_vec(), after, limit).await;
    }
    let Seen { state, value: entries } = store.changes(tenant, after, limit).await?;
    let end = entries.last().map_or(state.last_position, |entry| entry.transaction.last);
    Ok(Seen { state, value: Stretch { entries, end } })
}
