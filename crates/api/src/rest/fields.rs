//! Fields of an object.

mod create;
mod drop;
mod read;
mod update;

pub(crate) use create::create;
pub(crate) use drop::drop;
pub(crate) use read::read;
pub(crate) use update::update;
