//! Rules of an object.

mod create;
mod drop;
mod update;

pub(crate) use create::create;
pub(crate) use drop::drop;
pub(crate) use update::update;
