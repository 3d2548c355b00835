//! The embedded engine on real files.

mod desk;
mod folder;
mod jobs;
mod journal;
mod layout;
mod limits;
mod readers;
mod records;
mod retention;
mod schema;
