//! Fields of an object.

mod create;
mod drop;
mod read;
mod restore;
mod update;
mod usage;

pub(crate) use create::create;
pub(crate) use drop::drop;
pub(crate) use read::read;
pub(crate) use restore::restore;
pub(crate) use update::update;
pub(crate) use usage::usage;
