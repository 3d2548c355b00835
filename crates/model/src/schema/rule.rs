//! Rules: their definitions, and how they come, change and go. Records that exist are not
//! looked at: a rule is for what is written from now on.

mod create;
mod define;
mod document;
mod drop;
mod update;

pub(super) use create::create;
pub(super) use define::define_all;
pub(super) use document::rule_document;
pub(super) use drop::drop;
pub(super) use update::update;
