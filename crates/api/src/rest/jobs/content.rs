//! `GET /v1/jobs/{job}/files/{file}`: a file, whole or a part of it, or as it grows.

use axum::body::{Body, Bytes};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::stream::unfold;
use http::header::{ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderName};
use http::{HeaderMap, HeaderValue, StatusCode};
use kith_engine::jobs::{self, FileStream};
use kith_model::fault::Code;

use super::range::{Span, is_known};
use crate::extract::{Asked, Caller, Segments, accept};
use crate::problem::{Outcome, Problem};
use crate::reply;
use crate::ticket::header_value;

const REPR_DIGEST: HeaderName = HeaderName::from_static("repr-digest");

/// Answers a file.
pub(crate) async fn content(
    caller: Caller,
    Segments([job, file]): Segments<2>,
    Asked(()): Asked<()>,
    headers: HeaderMap,
) -> Outcome {
    let file = jobs::open_file(&caller.session, &job, &file).await?;
    let state = caller.session.state().await?;
    let media = file.content_type().to_owned();
    let (kind, subtype) = media.split_once('/').unwrap_or((&media, ""));
    if accept::welcome(&headers, kind, subtype) == 0 {
        return Err(Problem::new(Code::NotAcceptable, format!("the answer would be `{media}`")));
    }
    let mut response = match (file.bytes(), file.etag()) {
        (Some(length), Some(tag)) => {
            let tag = format!("\"{tag}\"");
            let sha256 = file.sha256();
            let mut response = if is_known(&headers, &tag) {
                reply::empty(StatusCode::NOT_MODIFIED)
            } else {
                spanned(Span::of(&headers, length, &tag), length, |from, to| file.stream(from, Some(to)))?
            };
            describe(response.headers_mut(), &tag, sha256);
            response
        }
        // It is still being written, and nobody knows how long it will be.
        _ => flowing(file.stream(0, None)),
    };
    if let Some(media) = header_value(&media) {
        response.headers_mut().insert(CONTENT_TYPE, media);
    }
    Ok(reply::stand(response, state.last_position, state.history))
}

/// The bytes that were asked for.
fn spanned(span: Span, length: u64, open: impl FnOnce(u64, u64) -> FileStream) -> Outcome {
    let (from, to) = match span {
        Span::Whole => (0, length),
        Span::Part(from, to) => (from, to),
        Span::Outside => {
            let message = format!("the file has {length} bytes, and the range is not within them");
            let problem = Problem::new(Code::InvalidParameter, message);
            return Err(problem.with_status(StatusCode::RANGE_NOT_SATISFIABLE));
        }
    };
    let mut response = flowing(open(from, to));
    let headers = response.headers_mut();
    headers.insert(CONTENT_LENGTH, HeaderValue::from(to - from));
    if let Span::Part(..) = span {
        if let Some(range) = header_value(&format!("bytes {from}-{}/{length}", to.saturating_sub(1))) {
            headers.insert(CONTENT_RANGE, range);
        }
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    Ok(response)
}

fn describe(headers: &mut HeaderMap, tag: &str, sha256: Option<[u8; 32]>) {
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if let Some(tag) = header_value(tag) {
        headers.insert(ETAG, tag);
    }
    let digest = sha256.and_then(|hash| header_value(&format!("sha-256=:{}:", STANDARD.encode(hash))));
    if let Some(digest) = digest {
        headers.insert(REPR_DIGEST, digest);
    }
}

/// A stream of bytes; one that cannot go on is broken off, which a client sees.
fn flowing(stream: FileStream) -> Response {
    let pieces = unfold(Some(stream), |stream| async move {
        let mut stream = stream?;
        match stream.next().await {
            Ok(Some(bytes)) => Some((Ok(Bytes::from(bytes)), Some(stream))),
            Ok(None) => None,
            Err(error) => Some((Err(error), None)),
        }
    });
    let mut response = reply::empty(StatusCode::OK);
    *response.body_mut() = Body::from_stream(pieces);
    response
}
