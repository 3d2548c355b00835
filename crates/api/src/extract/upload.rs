//! A body that is taken as it comes: a part of a file, of any size.

use std::pin::Pin;
use std::time::Duration;

use axum::body::{BodyDataStream, Bytes};
use axum::extract::{FromRequest, Request};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::stream::unfold;
use futures_util::{Stream, StreamExt};
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, EXPECT};
use kith_model::fault::Code;

use super::bytes::forget;
use crate::extract::single;
use crate::problem::Problem;
use crate::site::Site;

/// How long a client may send nothing.
const STANDSTILL: Duration = Duration::from_secs(60);

/// What ends a body before its end.
type Break = Box<dyn std::error::Error + Send + Sync>;

/// Content on its way in.
pub(crate) struct Content {
    /// Its media type, one of those that files have.
    pub(crate) media: String,
    /// How it is said to be compressed.
    pub(crate) encoding: Option<String>,
    /// The SHA-256 of the body, where a digest gives it.
    pub(crate) sha256: Option<[u8; 32]>,
    frames: BodyDataStream,
    asks_first: bool,
}

impl FromRequest<Site> for Content {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &Site) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let headers = &parts.headers;
        let asks_first = headers.contains_key(EXPECT);
        let mut frames = body.into_data_stream();
        match described(headers) {
            Ok((media, encoding, sha256)) => Ok(Self { media, encoding, sha256, frames, asks_first }),
            Err(problem) => {
                refuse(&mut frames, asks_first).await;
                Err(problem)
            }
        }
    }
}

impl Content {
    /// The body, piece by piece. It breaks when nothing comes for a while.
    pub(crate) fn pieces(&mut self) -> Pin<Box<dyn Stream<Item = Result<Bytes, Break>> + Send + '_>> {
        Box::pin(unfold(&mut self.frames, |frames| async move {
            let piece = match tokio::time::timeout(STANDSTILL, frames.next()).await {
                Ok(frame) => frame?.map_err(Break::from),
                Err(elapsed) => Err(Break::from(elapsed)),
            };
            Some((piece, frames))
        }))
    }

    /// Reads on for a while without keeping anything, so that the client sees the refusal.
    pub(crate) async fn refuse(&mut self) {
        refuse(&mut self.frames, self.asks_first).await;
    }
}

async fn refuse(frames: &mut BodyDataStream, asks_first: bool) {
    // Who asks first whether to send the body is answered without it.
    if !asks_first {
        forget(frames).await;
    }
}

type Described = (String, Option<String>, Option<[u8; 32]>);

fn described(headers: &HeaderMap) -> Result<Described, Problem> {
    let encoding = single(headers, CONTENT_ENCODING.as_str())?.map(str::to_ascii_lowercase);
    Ok((media(headers)?, encoding, digest(headers)?))
}

fn media(headers: &HeaderMap) -> Result<String, Problem> {
    let given = single(headers, CONTENT_TYPE.as_str())?.unwrap_or_default();
    let mut parts = given.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default().to_ascii_lowercase();
    let known = ["text/csv", "application/jsonl", "application/x-ndjson", "application/octet-stream"];
    if !known.contains(&name.as_str()) {
        let message = "a file is of the type `text/csv`, `application/jsonl` or `application/octet-stream`";
        return Err(Problem::new(Code::UnsupportedMediaType, message));
    }
    let is_utf8 = parts.filter_map(|parameter| parameter.split_once('=')).all(|(name, value)| {
        let value = value.trim().trim_matches('"').to_ascii_lowercase();
        !name.trim().eq_ignore_ascii_case("charset") || matches!(value.as_str(), "utf-8" | "us-ascii")
    });
    if is_utf8 { Ok(name) } else { Err(Problem::new(Code::UnsupportedMediaType, "a file must be in UTF-8")) }
}

/// The SHA-256 of the body, where a digest (RFC 9530) gives it; other algorithms are passed
/// over. Of a body, both digests are over the bytes as they are sent.
fn digest(headers: &HeaderMap) -> Result<Option<[u8; 32]>, Problem> {
    let mut found = None;
    for name in ["content-digest", "repr-digest"] {
        let Some(text) = single(headers, name)? else { continue };
        let unreadable = || {
            let message = format!("`{name}` must be like `sha-256=:<base64>:`");
            Problem::new(Code::InvalidParameter, message)
        };
        for member in text.split(',') {
            let (algorithm, value) = member.trim().split_once('=').ok_or_else(unreadable)?;
            if !algorithm.eq_ignore_ascii_case("sha-256") {
                continue;
            }
            let inner = value.strip_prefix(':').and_then(|rest| rest.strip_suffix(':'));
            let bytes = STANDARD.decode(inner.ok_or_else(unreadable)?).map_err(|_| unreadable())?;
            let digest: [u8; 32] = bytes.try_into().map_err(|_| unreadable())?;
            if found.is_some_and(|other| other != digest) {
                let message = "`Content-Digest` and `Repr-Digest` say different things";
                return Err(Problem::new(Code::InvalidParameter, message));
            }
            found = Some(digest);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: &'static str, value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(name, value.parse().unwrap());
        headers
    }

    #[test]
    fn knows_the_media_types_of_files() {
        for text in ["text/csv", "Text/CSV; charset=UTF-8; header=present", "application/jsonl"] {
            assert!(media(&headers("content-type", text)).is_ok(), "{text}");
        }
        for text in ["text/plain", "", "text/csv; charset=utf-16", "application/json"] {
            let refused = media(&headers("content-type", text)).unwrap_err();
            assert_eq!(refused.code(), Code::UnsupportedMediaType, "{text}");
        }
        assert!(media(&HeaderMap::new()).is_err());
    }

    #[test]
    fn reads_a_digest_among_others() {
        let empty = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
        let of = |text: &str| digest(&headers("content-digest", text));
        let found = of(&format!("sha-256=:{empty}:")).unwrap().unwrap();
        assert_eq!(found[..4], [0xe3, 0xb0, 0xc4, 0x42], "SHA-256 of nothing");
        assert_eq!(of("sha-512=:AAAA:").unwrap(), None);
        for text in ["sha-256", "sha-256=abc", "sha-256=:AAAA:", "sha-256=:!:"] {
            assert_eq!(of(text).unwrap_err().code(), Code::InvalidParameter, "{text}");
        }
    }
}
