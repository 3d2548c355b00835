//! Records that are likely to stand for the same thing.

mod check;
mod dismiss;
mod list;
mod of_record;
mod scan;

pub(crate) use check::check;
pub(crate) use dismiss::dismiss;
pub(crate) use list::list;
pub(crate) use of_record::of_record;
pub(crate) use scan::scan;

use kith_engine::Answer;
use kith_engine::duplicates::Duplicate;
use serde::Serialize;

use crate::problem::Outcome;
use crate::reply;

/// The likely duplicates of one record: all that are named, so there is no next page.
#[derive(Serialize)]
struct Found {
    data: Vec<Duplicate>,
}

fn found(answer: Answer<Vec<Duplicate>>) -> Outcome {
    reply::answer(&answer.map(|data| Found { data }))
}
