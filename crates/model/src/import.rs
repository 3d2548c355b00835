//! Imports: the language that says how files of another system become records. A mapping
//! is read from its document, held against the catalog, bound to a file's header, and
//! turns each row into an operation like any other.
//!
//! It knows text and the catalog, and neither how files are written nor where they are.

mod compile;
mod convert;
mod infer;
mod map;
mod mapping;
mod number;
mod phone;
mod read;
mod when;

#[cfg(test)]
mod tests;

pub use compile::compile;
pub use infer::{Column, Inferred, infer, object_name};
pub use map::{Binding, Mapper, Pass};
pub use mapping::{
    AuthorRule, Condition, FileMapping, Form, Lookup, LookupBy, Mapping, NumberForm, Origin, Rows, Rule,
    Split, StampRules, TimeRule, Unknown, UnknownTarget, Values, Wanted,
};
