//! Jobs: long work on files of rows that a caller asks for. A job is made, is sent its
//! files, is started, and then comes forward in chunks, each of them one transaction,
//! until it ends.
//!
//! This module owns what a job is on the wire, its files, and the runner. What a kind of
//! job does with its rows is a list of stages (`stage.rs`), or a runner of its own.

mod cancel;
mod content;
mod create;
mod document;
mod export;
mod feed;
mod files;
mod forget;
mod import;
mod list;
mod load;
mod load_document;
mod phase;
mod read;
mod repeats;
mod results;
mod rows;
mod run;
mod stage;
mod start;
mod submit;
mod upload;

pub use cancel::cancel;
pub use content::{FileContent, FileStream, open_file};
pub use create::create;
pub use files::files;
pub use forget::forget;
pub(crate) use forget::sweep;
pub use import::{InferInput, infer};
pub use list::list;
pub use read::{Watcher, read, watch};
pub use results::{Outcome, ResultForm, ResultStream, results};
pub(crate) use run::wake;
pub use start::start;
pub use upload::{Upload, upload};
