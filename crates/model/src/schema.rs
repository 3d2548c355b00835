//! Schema changes: their input, the rules they must keep, and the steps that carry
//! them out. A definition is checked whole: every fault of it is answered at once.

mod change;
mod decide;
mod document;
mod field;
mod key;
mod members;
mod object;
mod scope;
mod step;
mod storage;

#[cfg(test)]
mod tests;

pub use change::SchemaChange;
pub use decide::{Decision, decide};
pub use document::{document, field_document, key_document};
pub use step::{Condition, Step};
pub use storage::storage_document;
