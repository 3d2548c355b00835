//! Unique keys and indexes of an object.

mod create;
mod drop;

pub(crate) use create::create;
pub(crate) use drop::drop;
