//! A request's body in memory, within its bound.

use axum::body::{Body, BodyDataStream, Bytes};
use futures_util::StreamExt;
use http::HeaderMap;
use http::header::{CONTENT_LENGTH, EXPECT};
use kith_model::fault::Code;
use kith_model::limits::BODY_BYTES_MAX;

use crate::problem::Problem;

/// How much of a body that is too large is read and forgotten. A connection that is
/// closed on unread bytes is reset, and the client would never see the refusal.
const FORGOTTEN_BYTES_MAX: usize = 4 * BODY_BYTES_MAX;

/// Reads a whole body.
pub(super) async fn collect(headers: &HeaderMap, body: Body) -> Result<Bytes, Problem> {
    let announced = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    let mut frames = body.into_data_stream();
    if announced.is_some_and(|length| length > BODY_BYTES_MAX) {
        // Who asks first whether to send the body is answered without it.
        if !headers.contains_key(EXPECT) {
            forget(&mut frames).await;
        }
        return Err(too_large());
    }
    let Some(first) = frames.next().await else { return Ok(Bytes::new()) };
    let first = first.map_err(broken)?;
    let Some(second) = frames.next().await else {
        return if first.len() > BODY_BYTES_MAX { Err(too_large()) } else { Ok(first) };
    };
    let mut whole = Vec::with_capacity(announced.unwrap_or(0));
    whole.extend_from_slice(&first);
    whole.extend_from_slice(&second.map_err(broken)?);
    while let Some(frame) = frames.next().await {
        whole.extend_from_slice(&frame.map_err(broken)?);
        if whole.len() > BODY_BYTES_MAX {
            drop(whole);
            forget(&mut frames).await;
            return Err(too_large());
        }
    }
    Ok(whole.into())
}

/// Reads on without keeping anything, up to a bound.
pub(super) async fn forget(frames: &mut BodyDataStream) {
    let mut count = 0;
    while let Some(Ok(frame)) = frames.next().await {
        count += frame.len();
        if count > FORGOTTEN_BYTES_MAX {
            return;
        }
    }
}

fn too_large() -> Problem {
    Problem::new(Code::TooLarge, format!("the body is larger than {BODY_BYTES_MAX} bytes"))
}

fn broken(_: axum::Error) -> Problem {
    Problem::new(Code::Malformed, "the body ended before its announced end")
}
