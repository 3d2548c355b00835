//! `limit` and `cursor`, which every list has.

use crate::extract::{Parameters, Query};

/// Which page of a list.
pub(crate) struct Paging {
    /// At most this many.
    pub(crate) limit: Option<u32>,
    /// Where the page starts.
    pub(crate) cursor: Option<String>,
}

impl Query for Paging {
    fn read(parameters: &mut Parameters) -> Self {
        Self { limit: parameters.limit(), cursor: parameters.text("cursor") }
    }
}
