//! The query language as a document.

mod run;

pub(crate) use run::run;
