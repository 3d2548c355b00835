//! `POST /v1/schema/tasks/{task}/retry`: takes up a task that was given up.

use kith_engine::tasks;

use crate::extract::{Caller, Segments};
use crate::problem::Outcome;
use crate::reply;

/// Takes a task up again.
pub(crate) async fn retry(caller: Caller, Segments([task]): Segments<1>) -> Outcome {
    reply::answer(&tasks::retry(&caller.session, &task).await?)
}
