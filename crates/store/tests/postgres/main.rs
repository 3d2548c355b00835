//! The PostgreSQL engine on a server of its own. What a user can see of a store is
//! tested through HTTP, on both engines; here is what only this engine has: its SQL by
//! kind of column, its locks, its lost connections.

mod changes;
mod control;
mod crash;
mod lanes;
mod reads;
mod schema;
#[path = "../../../testing/src/postgres.rs"]
mod server;
mod world;
mod writes;
