//! The PostgreSQL engine on a server of its own. What a user can see of a store is
//! tested through HTTP, on both engines; here is what only this engine has: its SQL by
//! kind of column, its locks, its lost connections.

#![expect(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod changes;
mod control;
mod crash;
mod jobs;
mod lanes;
mod reads;
mod schema;
#[expect(dead_code, unreachable_pub, reason = "shared with `kith-testing`, which depends on this crate")]
#[path = "../../../testing/src/postgres.rs"]
mod server;
mod world;
mod writes;
