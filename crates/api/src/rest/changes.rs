//! The change stream: by the page, waited for if need be, or without end.

mod query;
mod read;

pub(crate) use read::read;
