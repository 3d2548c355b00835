//! The checker: folds the journal and compares it with the tables, a page at a time,
//! each page from one snapshot, so that it can run beside the writers.

mod computed;
mod fold;
mod journal;
mod matches;
mod object;
mod purged;

use kith_model::id::{HistoryId, ObjectNo, RecordId};
use kith_model::journal::Position;
use kith_model::time::Timestamp;
use serde_json::{Value as Json, json};

use crate::answer::Answer;
use crate::cursor;
use crate::error::Result;
use crate::records::page_size;
use crate::session::Session;

/// Where the check has come to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Place {
    /// Walking the journal: the last change seen, and its transaction's time.
    Journal(Position, Timestamp),
    /// Comparing an object's records: the last one compared.
    Object(ObjectNo, Option<RecordId>),
}

/// What a page of the check found.
#[derive(Default)]
struct Found {
    records: usize,
    changes: usize,
    rollups: usize,
    computed: usize,
    faults: Vec<Json>,
}

/// One page of the check.
///
/// # Errors
/// Every fault of the request; what is wrong with the data is in the answer.
pub async fn page(session: &Session, limit: Option<u32>, cursor: Option<String>) -> Result<Answer<Json>> {
    let limit = page_size(limit.or(Some(kith_model::limits::PAGE_MAX)))?;
    let place = match &cursor {
        Some(text) => {
            let place = cursor::open_in(text, "verify")?;
            cursor::check(Some(&place), &session.state().await?)?;
            parse(&place)?
        }
        None => Place::Journal(Position(0), Timestamp(i64::MIN)),
    };
    let mut found = Found::default();
    let (state, next) = match place {
        Place::Journal(after, at) => journal::check(session, after, at, limit, &mut found).await?,
        Place::Object(number, after) => object::check(session, number, after, limit, &mut found).await?,
    };
    let Found { records, changes, rollups, computed, faults } = found;
    let document = json!({
        "checked": { "records": records, "changes": changes, "rollups": rollups, "computed": computed },
        "faults": faults,
        "next_cursor": next.map(|next| seal(next, state.history)),
    });
    Ok(Answer::new(&state, document))
}

fn seal(place: Place, history: HistoryId) -> String {
    match place {
        Place::Journal(after, at) => {
            cursor::seal_in(history, &["verify", "journal", &after.to_string(), &at.0.to_string()])
        }
        Place::Object(number, after) => {
            let after = after.map(|id| id.0.simple().to_string()).unwrap_or_default();
            cursor::seal_in(history, &["verify", "object", &number.to_string(), &after])
        }
    }
}

fn parse(place: &cursor::Place<4>) -> Result<Place> {
    let [_, phase, first, second] = &place.words;
    let damaged = || cursor::damaged();
    match phase.as_str() {
        "journal" => {
            let after = first.parse().map_err(|_| damaged())?;
            let at = second.parse().map_err(|_| damaged())?;
            Ok(Place::Journal(Position(after), Timestamp(at)))
        }
        "object" => {
            let number = ObjectNo(first.parse().map_err(|_| damaged())?);
            let after = match second.as_str() {
                "" => None,
                id => Some(RecordId(uuid::Uuid::try_parse(id).map_err(|_| damaged())?)),
            };
            Ok(Place::Object(number, after))
        }
        _ => Err(damaged().into()),
    }
}
