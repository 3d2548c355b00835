//! Statements that both databases take as one text: `$1` for parameters and `{name}`
//! for tables, brought into either dialect by [`crate::dialect::Dialect::text`].
//!
//! What is loaded and written in bulk has another shape in each engine (point
//! statements on SQLite, arrays on PostgreSQL) and stands with the engine.

pub(crate) mod consumer;
pub(crate) mod control;
pub(crate) mod export;
pub(crate) mod expression;
pub(crate) mod job;
pub(crate) mod journal;
pub(crate) mod matching;
pub(crate) mod query;
pub(crate) mod record;
pub(crate) mod rollup;
pub(crate) mod task;
pub(crate) mod tenant;
pub(crate) mod usage;
pub(crate) mod verify;
pub(crate) mod version;

#[cfg(test)]
mod tests;
