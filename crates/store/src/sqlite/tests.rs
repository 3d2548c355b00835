//! The embedded engine on real files.

mod desk;
mod folder;
mod journal;
mod layout;
mod limits;
mod records;
mod retention;
mod schema;
