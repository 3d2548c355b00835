//! Deleted records.

mod list;

pub(crate) use list::list;
