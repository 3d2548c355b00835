//! The duplicates of a record that is stored.

use super::{Duplicate, find};
use crate::answer::Answer;
use crate::error::Result;
use crate::position::AtLeast;
use crate::records;
use crate::session::Session;

/// The live records that are likely to stand for the same thing as this one, the
/// likeliest first, without those that somebody said are others.
///
/// # Errors
/// `not_found`.
pub async fn of_record(
    session: &Session,
    at_least: &AtLeast,
    object: &str,
    id: &str,
) -> Result<Answer<Vec<Duplicate>>> {
    let record = records::get(session, at_least, object, id).await?.value;
    let tenant = &session.tenant;
    let two = tenant.store.dismissed(tenant.id, record.row.id).await?.value;
    let place = (record.row.id, record.row.values.as_slice());
    let seen = find(session, at_least, &record.object, place, &two).await?;
    Ok(Answer::new(&seen.state, seen.value))
}
