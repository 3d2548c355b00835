//! The OpenAPI 3.1 document: the same for everybody, or with a tenant's own objects in
//! place of the general records. Each noun describes its own operations.

mod actions;
mod batch;
mod changes;
mod components;
mod cursors;
mod definition;
mod document;
mod duplicates;
mod example;
mod field;
mod identity;
mod imports;
mod jobs;
mod lookup;
mod names;
mod operation;
mod paths;
mod plans;
mod query;
mod record;
mod records;
mod removal;
mod rules;
mod schema;
mod service;
mod shelf;
mod tasks;
mod typed;

pub use document::generic;
pub(crate) use document::generic_text;
pub(crate) use shelf::Shelf;
