//! Types of record.

mod create;
mod drop;
mod list;
mod read;
mod restore;
mod storage;
mod update;

pub(crate) use create::create;
pub(crate) use drop::drop;
pub(crate) use list::list;
pub(crate) use read::read;
pub(crate) use restore::restore;
pub(crate) use storage::storage;
pub(crate) use update::update;
