//! The query language: which records are asked for, and in which order. A question is
//! checked against the catalog here, and becomes a statement in the store; nothing is
//! filtered or sorted anywhere else.

mod aggregate;
mod filter;
mod group;
mod measure;
mod order;
mod place;

#[cfg(test)]
mod tests;

pub use aggregate::{Aggregate, AggregateText, RESULT, ResultColumn, ResultSort};
pub use filter::filter;
pub use group::{DatePart, Group};
pub use measure::{CurrencyOf, Function, Measure};
pub use order::{Sort, order};
pub use place::{read_place, write_place};
