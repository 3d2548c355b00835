//! Actions: their definitions, and how they come and go.

mod change;
mod define;
mod document;

pub(crate) use change::find_action;
pub(super) use change::{create, drop, update};
pub(super) use define::{define, define_all};
pub(super) use document::action_document;
