//! Records.

mod create;
mod delete;
mod history;
mod list;
mod merge;
mod read;
mod read_source;
mod restore;
mod source_id;
mod timeline;
mod update;
mod upsert;
mod upsert_source;

pub(crate) use create::create;
pub(crate) use delete::delete;
pub(crate) use history::history;
pub(crate) use list::list;
pub(crate) use merge::merge;
pub(crate) use read::read;
pub(crate) use read_source::read_source;
pub(crate) use restore::restore;
pub(crate) use timeline::timeline;
pub(crate) use update::update;
pub(crate) use upsert::upsert;
pub(crate) use upsert_source::upsert_source;
