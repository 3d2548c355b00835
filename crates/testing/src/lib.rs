//! The harness of the integration tests. It knows Kith as its users do: through HTTP.
//!
//! ```no_run
//! use kith_testing::{Server, each_db, field, object};
//! use serde_json::json;
//!
//! each_db!(refuses_a_second_record_with_the_same_email);
//!
//! async fn refuses_a_second_record_with_the_same_email(server: Server) {
//!     let tenant = server.tenant().await;
//!     tenant.define(object("contact").field(field::email("email").unique())).await;
//!     let mark = tenant.mark().await;
//!     tenant.create("contact", json!({"email": "ada@example.com"})).created().await;
//!     tenant
//!         .create("contact", json!({"email": "ADA@example.com"}))
//!         .await
//!         .expect_problem(409, "not_unique")
//!         .expect_fault("not_unique", "/email");
//!     tenant.expect_changes(mark, &["record.created contact"]).await;
//! }
//! # fn main() {}
//! ```
//!
//! Each test runs on a server of its own, in the same process, over a fresh database;
//! when it ends, every tenant it made is verified and its journal read for gaps. Every
//! answer is checked as it comes in: the headers that are promised, problem documents,
//! and that nothing a test sends is ever answered 5xx, unless it says so.

mod admin;
mod call;
mod caller;
mod database;
pub mod field;
mod job;
mod journal;
mod lane;
mod look;
mod object;
pub mod postgres;
mod process;
mod response;
mod run;
mod server;
mod stream;
mod tenant;

pub use admin::Admin;
pub use call::{Call, encoded};
pub use caller::Caller;
pub use database::{Database, Engine};
pub use lane::Held;
pub use object::{Object, object};
pub use process::{Process, Starter};
pub use response::Response;
pub use run::run;
pub use server::Server;
pub use stream::{Event, EventStream};
pub use tenant::Tenant;

/// Makes tests of async functions that take a [`Server`]: each becomes a module with a
/// case for either database, so `cargo test creates_records::sqlite` runs just one.
///
/// A function that is not listed is dead code, which the compiler tells.
#[macro_export]
macro_rules! each_db {
    ($($test:ident),+ $(,)?) => {$(
        mod $test {
            #[test]
            fn sqlite() {
                $crate::run($crate::Engine::Sqlite, super::$test);
            }

            #[test]
            fn postgres() {
                $crate::run($crate::Engine::Postgres, super::$test);
            }
        }
    )+};
}
