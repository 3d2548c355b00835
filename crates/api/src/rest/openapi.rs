//! The OpenAPI document.

mod read;

pub(crate) use read::read;
