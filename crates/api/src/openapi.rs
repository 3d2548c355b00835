//! The OpenAPI 3.1 document: the same for everybody, or with a tenant's own objects in
//! place of the general records. Each noun describes its own operations.

mod batch;
mod changes;
mod components;
mod cursors;
mod definition;
mod document;
mod example;
mod field;
mod identity;
mod names;
mod operation;
mod paths;
mod record;
mod records;
mod schema;
mod service;
mod shelf;
mod typed;

pub use document::generic;
pub(crate) use document::generic_text;
pub(crate) use shelf::Shelf;
