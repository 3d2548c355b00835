//! Tenants of the organization.

mod create;
mod list;
mod read;
mod retention;
mod update;

pub(crate) use create::create;
pub(crate) use list::list;
pub(crate) use read::read;
pub(crate) use update::update;
