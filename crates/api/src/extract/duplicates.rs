//! `?duplicates=`: what a write does about records that are likely to be the same.

use kith_model::operation::Duplicates;

use crate::extract::{Parameters, Query};

/// What the caller asks.
pub(crate) struct AboutDuplicates(pub(crate) Duplicates);

impl Query for AboutDuplicates {
    fn read(parameters: &mut Parameters) -> Self {
        Self(parameters.word("duplicates", &Duplicates::WORDS).unwrap_or_default())
    }
}
