//! Unique keys and indexes: their definitions, and how they come and go.

mod create;
mod define;
mod drop;
mod update;

pub(super) use create::{check_new, create};
pub(super) use define::{check, define};
pub(super) use drop::{drop, folds_dropped};
pub(super) use update::update;
