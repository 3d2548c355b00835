//! Pure types and rules of Kith: ids, names, values, the catalog, records, the
//! journal's entries, and the decisions that turn an operation into effects.
//!
//! This crate touches nothing but its arguments: no database, no network, no clock
//! and no randomness. Whatever it needs of those is handed to it.

pub mod catalog;
pub mod decide;
pub mod decimal;
pub mod expression;
pub mod fault;
pub mod id;
pub mod import;
pub mod job;
pub mod journal;
pub mod limits;
pub mod matching;
pub mod name;
pub mod operation;
pub mod query;
pub mod record;
pub mod right;
pub mod schema;
pub mod source;
pub mod strict;
pub mod time;
pub mod usage;
pub mod value;
pub mod yaml;
