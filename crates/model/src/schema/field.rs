//! Fields: their definitions, and how they come, change and go.

mod create;
mod define;
mod drop;
mod kind;
mod options;
mod reference;
mod rollup;
mod transition;
mod update;

pub(super) use create::create;
pub(super) use define::{define, shorthand_key};
pub(super) use drop::drop;
pub(super) use update::update;
