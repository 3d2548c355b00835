//! Server-sent events: the change stream without end, and tasks and jobs as they come
//! forward.

mod event;
mod live;

pub(crate) use live::{Source, respond};
