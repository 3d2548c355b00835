//! The whole schema.

mod aim;
mod apply;
mod compare;
mod plan;
mod read;
mod removed;
mod versions;

pub(crate) use apply::apply;
pub(crate) use compare::compare;
pub(crate) use plan::plan;
pub(crate) use read::read;
pub(crate) use removed::removed;
pub(crate) use versions::versions;
