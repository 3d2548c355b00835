//! Who the caller is.

mod read;

pub(crate) use read::read;
