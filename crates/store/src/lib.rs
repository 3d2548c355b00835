//! The only crate that knows SQL: SQLite and PostgreSQL behind one [`Store`].
//!
//! A store loads, writes and reads what it is told to; it decides nothing and knows no
//! caller. Rows come and go as [`kith_model::record::Row`]; the two engines see them
//! as cells of columns. Every statement is of one tenant, or of the control tables.

mod control;
mod ddl;
mod dialect;
mod error;
#[cfg(test)]
mod fixture;
mod gather;
mod job;
mod postgres;
mod query;
mod sqlite;
mod store;
mod system;
mod text;
mod transaction;
mod usage;

pub use control::{NewTenant, OrganizationToken, Tenant};
pub use ddl::{Purged, Remains};
pub use error::{Error, Result, WriteError};
pub use job::{FileDirection, JobPart, Piece};
pub use postgres::{Options as PostgresOptions, Postgres, Writing as PostgresWriting};
pub use query::{
    ChangedPage, Cursor, Direction, EXPORT_CHANGES_OF_RECORD, Entry, ExportPage, ExportPlace, ExportStretch,
    Filter, Forward, Grouped, Grouping, KeyBuilt, Lease, List, Listed, Order, Query, RecordHistory, Seen,
    Stretch, Token, VerifyPage, Version,
};
pub use sqlite::{Options as SqliteOptions, Sqlite, Writing as SqliteWriting};
pub use store::Store;
pub use transaction::Transaction;
