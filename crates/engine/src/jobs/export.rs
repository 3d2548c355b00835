//! Exports: records written to files, complete and consistent as of one position.
//!
//! The position is chosen when the work begins. Records are then read in stretches, each
//! in a short snapshot of its own, and what has changed in them since the position is
//! undone by the journal, so nothing is held open and nobody waits. Three things go on side
//! by side, each a bounded queue behind the other: reading, rendering, keeping.

mod ask;
mod course;
mod define;
mod file;
mod finish;
mod keep;
mod read;
mod render;
mod run;
mod shown;

pub(super) use define::{define, shown as shown_definition};
pub(super) use run::run;
