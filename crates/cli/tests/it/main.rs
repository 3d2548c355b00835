//! The integration tests: Kith as its users meet it, through HTTP and the command line,
//! on both databases. One binary, so that they share one PostgreSQL.
#![expect(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod barriers;
mod batch;
mod changes;
mod command_line;
mod contention;
mod crash;
mod crm;
mod cursor;
mod dice;
mod field;
mod health;
mod hostile;
mod hostile_storage;
mod idempotency;
mod key;
mod limits;
mod list;
mod nodes;
mod object;
mod position;
mod property;
mod provenance;
mod race;
mod reference;
mod report;
mod rollup;
mod route;
mod serve;
mod shortage;
mod stream;
mod tenant;
mod token;
mod trash;
mod upsert;
mod value;
mod version;
