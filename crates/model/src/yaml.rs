//! YAML, as schema documents are kept in it: read into JSON with the place of every
//! part, and written so that it is pleasant to read and to compare.
//!
//! Anchors, aliases and several documents in one file are not understood: a document is
//! what stands there.

mod read;
mod write;

#[cfg(test)]
mod tests;

pub use read::{Document, Mark, Unreadable, read};
pub use write::write;
