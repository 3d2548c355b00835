//! `number`, which tells apart what had the same name.

use crate::extract::{Parameters, Query};

/// Which of several of one name; see `GET /v1/schema/removed`.
pub(crate) struct Number(pub(crate) Option<u32>);

impl Query for Number {
    fn read(parameters: &mut Parameters) -> Self {
        Self(parameters.number())
    }
}
