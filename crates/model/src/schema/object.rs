//! Objects: how they come, change and go.

mod bounds;
mod create;
mod drop;
mod prefix;
mod update;

pub(super) use bounds::check_bounds;
pub(super) use create::create;
pub(super) use drop::drop;
pub(super) use update::update;
