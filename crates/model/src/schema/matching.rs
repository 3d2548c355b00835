//! Matching rules: their definitions, and how they come and go.

mod change;
mod define;
mod document;

pub(super) use change::{create, drop, ready};
pub(super) use define::define_all;
pub(super) use document::matching_document;
