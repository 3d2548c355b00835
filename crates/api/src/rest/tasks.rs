//! Tasks: the long work that schema changes leave.

mod list;
mod read;

pub(crate) use list::list;
pub(crate) use read::read;
