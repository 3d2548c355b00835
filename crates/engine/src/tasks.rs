//! Tasks: the long work that schema changes leave to be done while the records are in
//! use. Reading how far they are, and doing them.

mod check;
mod count;
mod fill;
mod key;
mod list;
mod matching;
mod read;
mod retry;
mod run;
mod widen;

pub(crate) use check::unique_keys;
pub use list::list;
pub(crate) use read::of_field;
pub use read::{Watcher, read, watch};
pub use retry::retry;
pub(crate) use run::wake;
