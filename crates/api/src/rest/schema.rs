//! The whole schema.

mod read;

pub(crate) use read::read;
