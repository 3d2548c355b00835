//! Path parameters, decoded.

use axum::extract::{FromRequestParts, Path};
use http::request::Parts;
use kith_model::fault::Code;

use crate::problem::Problem;
use crate::site::Site;

/// The parameters of a path, in order.
pub(crate) struct Segments<const N: usize>(pub(crate) [String; N]);

impl<const N: usize> FromRequestParts<Site> for Segments<N> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Problem> {
        let unreadable = |_| Problem::new(Code::Malformed, "the path is not percent-encoded UTF-8");
        let Path(segments) =
            Path::<Vec<String>>::from_request_parts(parts, site).await.map_err(unreadable)?;
        if segments.iter().any(|segment| segment.contains('\0')) {
            return Err(Problem::new(Code::InvalidParameter, "the path holds U+0000"));
        }
        segments
            .try_into()
            .map(Self)
            .map_err(|_| Problem::internal("the path has other parameters than its handler"))
    }
}
