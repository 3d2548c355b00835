//! `PUT /v1/jobs/{job}/files/{file}/parts/{part}`: a part of a file, taken as it comes.

use http::HeaderMap;
use kith_engine::jobs;
use kith_model::fault::Code;

use crate::extract::{Asked, Caller, Content, Segments, accept};
use crate::problem::{Outcome, Problem};
use crate::reply;

/// Takes a part in.
pub(crate) async fn upload(
    caller: Caller,
    Segments([job, file, part]): Segments<3>,
    Asked(()): Asked<()>,
    headers: HeaderMap,
    mut content: Content,
) -> Outcome {
    if !accept::json(&headers) {
        return Err(Problem::new(Code::NotAcceptable, "the answer would be `application/json`"));
    }
    let content_type = Some(content.media.clone());
    let (encoding, sha256) = (content.encoding.clone(), content.sha256);
    let upload = jobs::Upload { job, file, part, content_type, encoding, sha256 };
    let taken = jobs::upload(&caller.session, upload, content.pieces()).await;
    match taken {
        Ok(taken) => reply::answer(&taken),
        Err(error) => {
            content.refuse().await;
            Err(error.into())
        }
    }
}
