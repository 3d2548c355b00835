//! Server-sent events: the change stream without end.

mod event;
mod live;

pub(crate) use live::respond;
