//! The REST handlers: a directory for each noun, a file for each verb. A handler
//! extracts, calls one engine operation and renders.

pub(crate) mod actions;
pub(crate) mod batch;
pub(crate) mod changes;
pub(crate) mod cursors;
pub(crate) mod duplicates;
pub(crate) mod fields;
pub(crate) mod health;
pub(crate) mod imports;
pub(crate) mod jobs;
pub(crate) mod keys;
pub(crate) mod limits;
pub(crate) mod matching;
mod number;
pub(crate) mod objects;
pub(crate) mod openapi;
mod page;
pub(crate) mod query;
pub(crate) mod records;
pub(crate) mod rules;
pub(crate) mod schema;
pub(crate) mod tasks;
pub(crate) mod tenants;
pub(crate) mod tokens;
pub(crate) mod trash;
pub(crate) mod verify;
pub(crate) mod whoami;

pub(crate) use number::Number;
pub(crate) use page::Paging;
