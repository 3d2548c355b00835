//! PostgreSQL: one schema per tenant, and the schema `kith` for the control tables.
//!
//! Every write is two flights of pipelined statements and those of its loads; every
//! read is one. Statements, types and mappings of PostgreSQL are known here only; what
//! the tables look like is [`crate::ddl`] and [`crate::system`].

mod apply;
mod changes;
mod codec;
mod commit;
mod connection;
mod control;
mod cursors;
mod engine;
mod error;
mod export;
mod files;
mod flight;
mod jobs;
mod journal;
mod keys;
mod layouts;
mod list;
mod listen;
mod load;
mod matching;
mod options;
mod pool;
mod query;
mod read;
mod record;
mod retain;
mod rows;
mod tasks;
mod tenants;
mod tokens;
mod trash;
mod usage;
mod verify;
mod versions;
mod write;

#[cfg(test)]
mod tests;

pub use engine::Postgres;
pub use options::Options;
pub use write::Writing;
