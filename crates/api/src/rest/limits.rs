//! The published limits.

mod read;

pub(crate) use read::read;
