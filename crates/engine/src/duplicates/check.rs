//! The duplicates of a record that is not stored yet.

use kith_model::id::RecordId;
use kith_model::matching::draft;
use kith_model::operation::{Action, Duplicates, Input, RecordOperation};
use uuid::Uuid;

use super::{Duplicate, find};
use crate::answer::Answer;
use crate::clock;
use crate::error::Result;
use crate::position::AtLeast;
use crate::records::get::named;
use crate::session::Session;

/// The live records that are likely to stand for the same thing as one with these values
/// would, the likeliest first. What an entry form asks while it is filled in, so nothing
/// need be there that a record must have.
///
/// # Errors
/// Every fault of the values that are there.
pub async fn check(
    session: &Session,
    at_least: &AtLeast,
    name: &str,
    input: Input,
) -> Result<Answer<Vec<Duplicate>>> {
    let object = named(session, name).await?;
    let action = Action::Create { input };
    let duplicates = Duplicates::Ignore;
    let operation = RecordOperation {
        object: name.to_owned(),
        action,
        label: None,
        duplicates,
        source: None,
        stamps: None,
        prepared: None,
    };
    let checked = operation.check(&session.catalog()).map_err(|faults| {
        faults.into_iter().filter(|fault| fault.code != kith_model::fault::Code::Required).collect::<Vec<_>>()
    })?;
    let values = draft(&object, &checked, clock::now());
    let seen = find(session, at_least, &object, (RecordId(Uuid::nil()), &values), &[]).await?;
    Ok(Answer::new(&seen.state, seen.value))
}
