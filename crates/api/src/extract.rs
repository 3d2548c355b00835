//! What handlers take from a request, each as a type that cannot be wrong.

pub(crate) mod accept;
mod at_least;
mod body;
mod bytes;
mod caller;
mod duplicates;
mod envelope;
mod header;
mod json;
mod members;
mod parameters;
mod precondition;
mod prefer;
mod segments;
mod upload;

pub(crate) use at_least::MinPosition;
pub(crate) use body::{Bodiless, JsonObject, OptionalObject};
pub(crate) use caller::{Administrating, Authenticated, Caller, Maker, bearer};
pub(crate) use duplicates::AboutDuplicates;
pub(crate) use envelope::Envelope;
pub(crate) use header::single;
pub(crate) use members::Members;
pub(crate) use parameters::{Asked, Parameters, Query};
pub(crate) use precondition::{Precondition, Seen};
pub(crate) use prefer::Prefer;
pub(crate) use segments::Segments;
pub(crate) use upload::Content;
