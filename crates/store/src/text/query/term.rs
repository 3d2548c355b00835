//! The columns that an order goes by, as they stand in the statement.

use kith_model::catalog::Object;
use kith_model::query::Sort;

use crate::dialect::Dialect;
use crate::text::expression::{Reach, Stored, Unsupported};

/// One column of an order.
#[derive(Clone)]
pub(super) struct Term {
    /// The column.
    pub(super) text: String,
    /// Whether the greatest comes first.
    pub(super) is_descending: bool,
    /// Whether null comes first.
    pub(super) is_null_first: bool,
    /// Whether every record has a value in it.
    pub(super) is_never_null: bool,
}

impl Term {
    /// The way it goes.
    pub(super) fn way(&self) -> &'static str {
        if self.is_descending { "desc" } else { "asc" }
    }

    /// As part of an order. Where there is no null nothing is said of it, as indexes say
    /// nothing of it.
    pub(super) fn ordered(&self) -> String {
        if self.is_never_null {
            return format!("{} {}", self.text, self.way());
        }
        format!("{} {} nulls {}", self.text, self.way(), if self.is_null_first { "first" } else { "last" })
    }
}

/// The terms of an order.
pub(super) fn terms(
    dialect: Dialect<'_>,
    object: &Object,
    order: &[Sort],
    reach: &Reach<'_>,
    name: &str,
) -> Result<Vec<Term>, Unsupported> {
    let mut terms = Vec::with_capacity(order.len());
    for sort in order {
        let path = &sort.path;
        let stored = if path.via.is_empty() {
            Stored::of(object.definition(), object.table(), name.to_owned(), path.read)?
        } else {
            reach.stored(dialect, (object.number, name), path)?
        };
        for column in stored.columns.iter().take(sort.columns.len()) {
            terms.push(Term {
                text: stored.qualified(column),
                is_descending: sort.is_descending,
                is_null_first: sort.is_null_first,
                is_never_null: sort.is_never_null(),
            });
        }
    }
    Ok(terms)
}
