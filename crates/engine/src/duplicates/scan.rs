//! Scanning an object for duplicates, a stretch of records at a time. It can stop and go
//! on at any place, and needs nobody's lease: two scans at once find the same.

use std::sync::Arc;

use kith_model::catalog::{Catalog, Object};
use kith_model::id::{MatchingNo, ObjectNo, RecordId};
use kith_model::journal::{Origin, SchemaVersion};
use kith_model::limits::SCAN_RECORDS_MAX;
use kith_model::operation::{Scan, SchemaWork, Work};
use kith_model::schema::SchemaChange;
use kith_model::time::Timestamp;
use kith_store::{Direction, Error as StoreError, List, Order};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::answer::Answer;
use crate::cursor;
use crate::error::Result;
use crate::position::AtLeast;
use crate::records::get::{named, read_of};
use crate::session::Session;
use crate::submit::{Request, submit};

/// Where a scan has come to.
struct Place {
    object: ObjectNo,
    /// The schema in force when it began: rules that were there then have seen all records
    /// when it ends.
    began: SchemaVersion,
    after: RecordId,
}

/// One stretch: files its records by the matching rules, and notes the pairs they are
/// likely to be. After the last one the rules that were being built are ready.
///
/// # Errors
/// Every fault of the request.
pub async fn scan(session: &Session, name: &str, cursor: Option<String>) -> Result<Answer<Json>> {
    let object = named(session, name).await?;
    let place = match &cursor {
        Some(text) => parse(text, &object)?,
        None => {
            Place { object: object.number, began: session.catalog().version(), after: RecordId(Uuid::nil()) }
        }
    };
    let tenant = &session.tenant;
    let number = object.number;
    let after = Some((Timestamp(0), place.after));
    let read = |catalog: Arc<Catalog>| async move {
        if catalog.object(number).is_none() {
            return Err(StoreError::SchemaChanged);
        }
        let (order, direction) = (Order::Created, Direction::Ascending);
        let list =
            List { object: number, filters: Vec::new(), order, direction, after, limit: SCAN_RECORDS_MAX };
        tenant.store.list(tenant.id, &catalog, list).await
    };
    let (catalog, seen) = read_of(session, &object, &AtLeast(None), read).await?;
    let records: Vec<RecordId> = seen.value.iter().map(|row| row.id).collect();
    let is_full = records.len() == SCAN_RECORDS_MAX as usize;
    let next = records.last().filter(|_| is_full).map(|last| Place { after: *last, ..place });
    let scanned = records.len();
    let has_rules = catalog.object(number).is_some_and(|object| !object.matching.is_empty());
    if has_rules && scanned > 0 {
        submit(session, own(Work::Match(Scan { object: number, records }))).await?;
    }
    if next.is_none() {
        finish(session, number, place.began).await?;
    }
    let document = json!({ "records": scanned, "next_cursor": next.map(|place| seal(&place)) });
    Ok(Answer::new(&seen.state, document))
}

/// Says of rules that were there all the time that all records are filed by them.
async fn finish(session: &Session, number: ObjectNo, began: SchemaVersion) -> Result<()> {
    let catalog = session.catalog();
    let Some(object) = catalog.object(number).filter(|object| object.schema_version <= began) else {
        return Ok(());
    };
    let building = object.matching.iter().filter(|rule| !rule.state.is_ready());
    let rules: Vec<MatchingNo> = building.map(|rule| rule.number).collect();
    if rules.is_empty() {
        return Ok(());
    }
    let changes = vec![SchemaChange::ReadyMatching { object: number, rules }];
    let work = SchemaWork { changes, expect: None };
    submit(session, own(Work::Schema(work))).await.map(drop)
}

fn own(work: Work) -> Request {
    Request { work, origin: Origin::System, trace: None, idempotency: None }
}

fn seal(place: &Place) -> String {
    let Place { object, began, after } = place;
    cursor::seal(&["scan", &object.to_string(), &began.0.to_string(), &after.0.simple().to_string()])
}

fn parse(text: &str, object: &Object) -> Result<Place> {
    let [_, number, began, after] = cursor::open(text, "scan")?;
    if number != object.number.to_string() {
        return Err(cursor::damaged().into());
    }
    let began = began.parse().map_err(|_| cursor::damaged())?;
    let after = Uuid::try_parse(&after).map_err(|_| cursor::damaged())?;
    Ok(Place { object: object.number, began: SchemaVersion(began), after: RecordId(after) })
}
