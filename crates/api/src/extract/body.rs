//! Bodies of writes.

use std::sync::Arc;

use axum::extract::{FromRequest, Request};
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, Method};
use kith_model::fault::Code;
use kith_model::operation::Input;
use serde_json::{Map, Value as Json};

use crate::extract::{Envelope, bytes, json, single};
use crate::problem::Problem;
use crate::site::Site;

/// A write whose body is a JSON object.
pub(crate) struct JsonObject {
    /// The body.
    pub(crate) members: Map<String, Json>,
    /// What came around it.
    pub(crate) envelope: Envelope,
}

/// A write that has no body (or an empty object: some clients cannot send nothing).
pub(crate) struct Bodiless(pub(crate) Envelope);

/// A write whose body is a JSON object, or nothing, which is as good as an empty one.
pub(crate) struct OptionalObject(pub(crate) JsonObject);

impl JsonObject {
    /// The body as the input of an operation on a record.
    pub(crate) fn into_input(self) -> (Input, Envelope) {
        (Arc::new(self.members), self.envelope)
    }
}

impl FromRequest<Site> for JsonObject {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &Site) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        check_media_type(&parts.headers, &parts.method)?;
        let body = bytes::collect(&parts.headers, body).await?;
        let envelope = Envelope::of(&parts, &body)?;
        let members = json::object(&body)?;
        Ok(Self { members, envelope })
    }
}

impl FromRequest<Site> for OptionalObject {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &Site) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let body = bytes::collect(&parts.headers, body).await?;
        let envelope = Envelope::of(&parts, &body)?;
        if body.trim_ascii().is_empty() {
            return Ok(Self(JsonObject { members: Map::new(), envelope }));
        }
        check_media_type(&parts.headers, &parts.method)?;
        Ok(Self(JsonObject { members: json::object(&body)?, envelope }))
    }
}

impl FromRequest<Site> for Bodiless {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &Site) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let body = bytes::collect(&parts.headers, body).await?;
        let is_empty = matches!(body.trim_ascii(), b"" | b"{}");
        if !is_empty {
            return Err(Problem::new(Code::Malformed, "no body is expected here"));
        }
        Envelope::of(&parts, &body).map(Self)
    }
}

fn check_media_type(headers: &HeaderMap, method: &Method) -> Result<(), Problem> {
    let refused = |message: &str| Err(Problem::new(Code::UnsupportedMediaType, message));
    if headers
        .get(CONTENT_ENCODING)
        .is_some_and(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity"))
    {
        return refused("the body must not be encoded");
    }
    let given = single(headers, CONTENT_TYPE.as_str())?.unwrap_or_default();
    let mut parts = given.split(';').map(str::trim);
    let media = parts.next().unwrap_or_default();
    let is_merge_patch =
        method == Method::PATCH && media.eq_ignore_ascii_case("application/merge-patch+json");
    if !media.eq_ignore_ascii_case("application/json") && !is_merge_patch {
        return refused("the body must be of the type `application/json`");
    }
    let is_utf8 = parts.filter_map(|parameter| parameter.split_once('=')).all(|(name, value)| {
        !name.trim().eq_ignore_ascii_case("charset")
            || value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
    });
    if is_utf8 { Ok(()) } else { refused("the body must be in UTF-8") }
}
