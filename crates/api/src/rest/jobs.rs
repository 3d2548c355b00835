//! Jobs: long work on files of rows.

mod cancel;
mod content;
mod create;
mod delete;
mod files;
mod list;
mod range;
mod read;
mod results;
mod start;
mod upload;

pub(crate) use cancel::cancel;
pub(crate) use content::content;
pub(crate) use create::create;
pub(crate) use delete::delete;
pub(crate) use files::files;
pub(crate) use list::list;
pub(crate) use read::read;
pub(crate) use results::results;
pub(crate) use start::start;
pub(crate) use upload::upload;
