//! HTTP: the router, what is read from a request, what is answered, and the OpenAPI
//! document. A handler extracts, calls one engine operation and renders.
//!
//! This crate holds no SQL, no policy and no rule about data: those are the engine's
//! and the model's. What it owns is the wire: names, headers, statuses, media types.

mod extract;
mod frame;
mod openapi;
mod options;
mod path;
mod problem;
mod reply;
mod rest;
mod router;
mod routes;
mod server;
mod site;
mod stream;
mod ticket;

pub use openapi::generic as openapi;
pub use options::Options;
pub use router::router;
pub use routes::{Access, Method, Patience, ROUTES, Route};
pub use server::serve;
