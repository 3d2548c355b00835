//! Tasks: the long work that schema changes leave.

mod list;
mod read;
mod retry;

pub(crate) use list::list;
pub(crate) use read::read;
pub(crate) use retry::retry;
