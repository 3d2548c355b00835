//! `Kith-Min-Position`: read what you wrote.

use axum::extract::FromRequestParts;
use http::request::Parts;
use kith_engine::AtLeast;

use crate::extract::single;
use crate::problem::Problem;
use crate::site::Site;

/// The position a read must have reached.
pub(crate) struct MinPosition(pub(crate) AtLeast);

impl FromRequestParts<Site> for MinPosition {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Site) -> Result<Self, Problem> {
        let text = single(&parts.headers, "kith-min-position")?;
        let position = text.map(str::parse).transpose()?;
        Ok(Self(AtLeast(position)))
    }
}
