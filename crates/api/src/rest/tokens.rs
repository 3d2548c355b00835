//! Tokens of a tenant.

mod create;
mod list;
mod revoke;

pub(crate) use create::create;
pub(crate) use list::list;
pub(crate) use revoke::revoke;
