//! Matching rules.

mod create;
mod drop;

pub(crate) use create::create;
pub(crate) use drop::drop;
