//! Many operations in one transaction.

mod parse;
mod render;
mod submit;

pub(crate) use submit::submit;
