//! The check of a tenant against its journal.

mod page;

pub(crate) use page::page;
