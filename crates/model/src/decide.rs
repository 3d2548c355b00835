//! Decisions: from operations and what was loaded to effects. Pure.
//!
//! A [`Batch`] decides submissions in order over an overlay, so that each sees the
//! effects of those before it. What it does not know it notes as [`Key`]s; the lane
//! loads them and decides again. The outcome is one [`Merged`] write.

mod answer;
mod batch;
mod create;
mod delete;
mod derive;
mod diff;
mod finish;
mod keys;
mod merge;
mod mint;
mod overlay;
mod purge;
mod records;
mod restore;
mod schema;
mod token;
mod update;
mod upsert;
mod view;

pub use answer::{KeptRecord, KeptReply, parse as parse_answer};
pub use batch::{Batch, Decided, Outcome, RecordReply, Reply, Stop};
pub use keys::{Answer, Found, Key, KeyValue, Loaded};
pub use merge::{AnswerWrite, CounterWrite, DefinitionWrite, Merged, RowUpdate, SchemaWrite, TokenWrite};
