//! The journal by itself: positions gapless, transactions whole, time strictly forward.

use kith_model::id::ObjectNo;
use kith_model::journal::{Position, TenantState};
use kith_model::time::Timestamp;
use kith_store::Entry;
use serde_json::json;

use crate::error::Result;
use crate::position::AtLeast;
use crate::session::Session;
use crate::verify::{Found, Place};

/// Changes walked for each record that a page may compare: they are much cheaper.
const CHANGES_PER_RECORD: u32 = 10;

pub(super) async fn check(
    session: &Session,
    after: Position,
    at: Timestamp,
    limit: u32,
    found: &mut Found,
) -> Result<(TenantState, Option<Place>)> {
    let tenant = &session.tenant;
    let read = |_| tenant.store.changes(tenant.id, after, limit * CHANGES_PER_RECORD);
    let (catalog, seen) = tenant.read(&AtLeast(None), read).await?;
    let state = seen.state;
    // Retention may have moved on between two pages.
    let mut last = after.max(Position(state.first_position.0 - 1));
    let mut clock = at;
    for Entry { transaction, changes } in &seen.value {
        if transaction.at <= clock {
            fault(found, transaction.first, "the transaction is not later than the one before");
        }
        clock = transaction.at;
        if changes.last().map(|change| change.position) != Some(transaction.last) {
            fault(found, transaction.last, "the transaction does not end with its last change");
        }
        for change in changes {
            if change.position != last.next() {
                fault(found, change.position, &format!("the position does not follow {last}"));
            }
            if change.transaction != transaction.first {
                fault(found, change.position, "the change is of another transaction");
            }
            last = change.position;
            found.changes += 1;
        }
    }
    if !seen.value.is_empty() && last < state.last_position {
        return Ok((state, Some(Place::Journal(last, clock))));
    }
    if last != state.last_position {
        fault(found, last, &format!("the journal ends before its last position, {}", state.last_position));
    }
    let first = catalog.following(ObjectNo(0)).map(|number| Place::Object(number, None));
    Ok((state, first))
}

fn fault(found: &mut Found, position: Position, message: &str) {
    found.faults.push(json!({ "kind": "journal", "position": position, "message": message }));
}
