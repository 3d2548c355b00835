//! Decisions: from operations and what was loaded to effects. Pure.
//!
//! A [`Batch`] decides submissions in order over an overlay, so that each sees the
//! effects of those before it. What it does not know it notes as [`Key`]s; the lane
//! loads them and decides again. The outcome is one [`Merged`] write.

mod act;
mod answer;
mod batch;
mod check;
mod compute;
mod create;
mod delete;
mod derive;
mod diff;
mod fill;
mod finish;
mod hint;
mod job;
mod keys;
mod load;
mod mark;
mod matching;
mod merge;
mod merge_records;
mod mint;
mod overlay;
mod purge;
mod reach;
mod records;
mod reference;
mod restore;
mod rules;
mod schema;
mod sourced;
mod stamp;
mod stand_in;
mod task;
mod token;
mod update;
mod upsert;
mod view;

#[cfg(test)]
mod tests;

pub use answer::{KeptRecord, KeptReply, parse as parse_answer};
pub use batch::{Batch, Decided, Outcome, RecordReply, Reply, Stop, TokenReply};
pub use hint::hints;
pub use keys::{Answer, Found, Key, KeyValue, Loaded};
pub use load::{LoadReply, unique_values};
pub use merge::{
    AliasWrite, AnswerWrite, CounterWrite, DefinitionWrite, JobWrite, MatchWrites, Merged, RowUpdate,
    SchemaWrite, TokenWrite, VersionWrite,
};
