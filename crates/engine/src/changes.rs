//! The change stream: whole transactions, in order, from any position that is kept.

mod follow;
pub(crate) mod imported;
mod read;
pub(crate) mod render;

pub use follow::{Event, Follower, follow};
pub use read::{Batch, Request, read};
