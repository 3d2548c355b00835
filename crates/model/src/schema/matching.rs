//! Matching rules: their definitions, and how they come and go.

mod create;
mod define;
mod document;
mod drop;
mod ready;

pub(super) use create::create;
pub(super) use define::define_all;
pub(super) use document::matching_document;
pub(super) use drop::drop;
pub(super) use ready::ready;
