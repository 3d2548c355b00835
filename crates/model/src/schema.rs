//! Schema changes: their input, the rules they must keep, and the steps that carry
//! them out. A definition is checked whole: every fault of it is answered at once.

mod action;
mod alias;
mod change;
mod decide;
mod document;
mod expressions;
mod field;
mod key;
mod lock;
mod matching;
mod members;
mod object;
mod part;
mod plan;
mod removed;
mod rule;
mod scope;
mod step;
mod storage;
mod task;
mod template;
mod widen;
mod wording;

#[cfg(test)]
mod tests;

pub(crate) use action::find as find_action;
pub use change::SchemaChange;
pub use decide::{Decision, decide};
pub use document::{document, field_document, key_document};
pub(crate) use field::contracted;
pub use lock::Lock;
pub use plan::{
    Break, Desired, Mode, Plan, PlannedStep, Runs, Surface, compact, document_from, plan, whole_document,
};
pub use removed::removed_documents;
pub use step::{Condition, Step};
pub use storage::storage_document;
pub use task::{FOLLOWER, Task, TaskEnd, TaskState, TaskWork, TaskWrite, task_document};
pub use template::{id_map, template};
pub use widen::{Widening, widening, wider_types};
