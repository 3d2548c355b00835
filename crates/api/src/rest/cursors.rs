//! Named cursors of the change stream.

mod delete;
mod list;
mod put;
mod read;

pub(crate) use delete::delete;
pub(crate) use list::list;
pub(crate) use put::put;
pub(crate) use read::read;
