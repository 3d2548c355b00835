//! Actions: their definitions, and how they come, change and go.

mod create;
mod define;
mod document;
mod drop;
mod update;

pub(super) use create::create;
pub(super) use define::define_all;
pub(super) use document::action_document;
pub(super) use drop::drop;
pub(super) use update::update;

use crate::catalog::{Action, Definition};
use crate::fault::Fault;
use crate::schema::part;

/// The member of the journal's account that names the action; `action` says what was done.
const PART: &str = "object_action";

/// An action by name, for whoever calls it.
///
/// # Errors
/// `not_found`, with the name that was probably meant.
pub(crate) fn find<'a>(object: &'a Definition, name: &str) -> Result<&'a Action, Fault> {
    part::find(object, name)
}
