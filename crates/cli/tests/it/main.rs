//! The integration tests: Kith as its users meet it, through HTTP and the command line,
//! on both databases. One binary, so that they share one PostgreSQL.

mod batch;
mod changes;
mod command_line;
mod crm;
mod cursor;
mod field;
mod health;
mod hostile;
mod idempotency;
mod key;
mod limits;
mod list;
mod object;
mod position;
mod provenance;
mod race;
mod reference;
mod rollup;
mod route;
mod serve;
mod stream;
mod tenant;
mod token;
mod trash;
mod upsert;
mod value;
mod version;
