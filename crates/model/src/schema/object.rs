//! Objects: how they come, change and go.

mod bounds;
mod create;
mod needs;
mod prefix;
mod purge;
mod remove;
mod restore;
mod update;

pub(super) use bounds::check_bounds;
pub(super) use create::create;
pub(super) use purge::purge;
pub(super) use remove::remove;
pub(super) use restore::restore;
pub(super) use update::update;
