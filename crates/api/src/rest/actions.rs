//! Actions of an object: their definitions, and calling them.

mod call;
mod create;
mod drop;
mod update;

pub(crate) use call::call;
pub(crate) use create::create;
pub(crate) use drop::drop;
pub(crate) use update::update;
