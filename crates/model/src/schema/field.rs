//! Fields: their definitions, and how they come, change and go.

mod computed;
mod create;
mod define;
mod filter;
mod kind;
mod needs;
mod options;
mod purge;
mod reference;
mod remove;
mod restore;
mod rollup;
mod transition;
mod update;
mod widen;

pub(super) use computed::{check as check_computed, particulars as computed_particulars};
pub(super) use create::create;
pub(super) use define::{define, shorthand_key};
pub(super) use purge::purge;
pub(super) use remove::remove;
pub(super) use restore::{check_restored, restore};
pub(super) use update::update;
pub(crate) use widen::contracted;
pub(super) use widen::widened;
