//! Many operations in one transaction.

mod parse;
mod render;
mod submit;

pub(crate) use render::results;
pub(crate) use submit::submit;
