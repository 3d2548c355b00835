//! Every operation of Kith, once: it authorizes, reads or submits, and answers.
//!
//! REST, GraphQL, bulk, functions and the command line call these and add no rule of
//! their own. This crate knows neither SQL nor HTTP.

mod answer;
mod background;
mod busy;
mod clock;
mod cursor;
mod engine;
mod error;
mod follow;
mod id_map;
mod identify;
mod lane;
mod position;
mod registry;
mod rights;
mod service;
mod session;
mod submit;
mod tenant;
mod token;
mod usage;

pub mod changes;
pub mod cursors;
pub mod duplicates;
pub mod jobs;
pub mod records;
pub mod schema;
pub mod tasks;
pub mod tenants;
pub mod tokens;
pub mod verify;

pub use answer::{Answer, Page, RecordView, Written};
pub use engine::{Engine, Options};
pub use error::{Error, Result};
pub use position::{AtLeast, PositionText};
pub use session::{Administrator, Identity, Session};
pub use submit::{IdempotencyInput, Receipt, ReceiptOutcome, RecordResult, Request, submit};
pub use token::Bearer;
