//! One request: built with methods, sent when it is awaited.

use std::future::{Future, IntoFuture};
use std::panic::Location;
use std::pin::Pin;
use std::time::Duration;

use futures_util::StreamExt;
use reqwest::Method;
use serde_json::Value as Json;

use crate::response::Response;

/// Longer than any answer may take; a test that waits so long has failed.
const TIMEOUT: Duration = Duration::from_secs(75);

/// A request before it is sent. Await it for the [`Response`], or let [`Call::created`]
/// and its like also check the status and give the body.
#[derive(Debug)]
#[must_use = "a call is sent when it is awaited"]
pub struct Call {
    http: reqwest::Client,
    method: Method,
    url: String,
    headers: Vec<(&'static str, String)>,
    body: Option<reqwest::Body>,
    may_fail: bool,
    place: &'static Location<'static>,
}

impl Call {
    #[track_caller]
    pub(crate) fn new(http: &reqwest::Client, method: Method, url: String) -> Self {
        let place = Location::caller();
        Self { http: http.clone(), method, url, headers: Vec::new(), body: None, may_fail: false, place }
    }

    /// Adds a header.
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Adds a query parameter.
    pub fn query(mut self, name: &str, value: impl ToString) -> Self {
        let separator = if self.url.contains('?') { '&' } else { '?' };
        self.url.push(separator);
        self.url.push_str(&encoded(name));
        self.url.push('=');
        self.url.push_str(&encoded(&value.to_string()));
        self
    }

    /// Sets a JSON body.
    pub fn json(self, body: &Json) -> Self {
        self.bytes("application/json", body.to_string())
    }

    /// Sets a body of any kind.
    pub fn bytes(mut self, media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(reqwest::Body::from(body.into()));
        self.header("content-type", media_type)
    }

    /// Sets a body that is a piece again and again, made as it is sent.
    pub fn repeated(mut self, media_type: &str, piece: Vec<u8>, times: usize) -> Self {
        let pieces = futures_util::stream::repeat(piece).take(times).map(Ok::<_, std::io::Error>);
        self.body = Some(reqwest::Body::wrap_stream(pieces));
        self.header("content-type", media_type)
    }

    /// Sets a body that breaks off after these bytes.
    pub fn broken_off(mut self, media_type: &str, bytes: Vec<u8>) -> Self {
        let end = std::io::Error::other("broken off on purpose");
        self.body = Some(reqwest::Body::wrap_stream(futures_util::stream::iter([Ok(bytes), Err(end)])));
        self.header("content-type", media_type)
    }

    /// `Idempotency-Key`.
    pub fn idempotency_key(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }

    /// `If-Match` with a version.
    pub fn if_match(self, version: i64) -> Self {
        self.header("if-match", format!("\"{version}\""))
    }

    /// `Kith-Min-Position`.
    pub fn min_position(self, position: impl ToString) -> Self {
        self.header("kith-min-position", position.to_string())
    }

    /// `Prefer: return=minimal`.
    pub fn minimal(self) -> Self {
        self.header("prefer", "return=minimal")
    }

    /// Lets the answer be a 5xx, which otherwise fails the test.
    pub fn may_fail(mut self) -> Self {
        self.may_fail = true;
        self
    }

    /// Sends it, expects 200 and gives the body.
    pub async fn ok(self) -> Json {
        self.expect(200).await.into_json()
    }

    /// Sends it, expects 201 and gives the body.
    pub async fn created(self) -> Json {
        self.expect(201).await.into_json()
    }

    /// Sends it and expects 204.
    pub async fn done(self) {
        self.expect(204).await;
    }

    /// Sends it and expects a status.
    pub async fn expect(self, status: u16) -> Response {
        let response = self.send().await;
        assert!(response.status() == status, "expected {status}\n{response:?}");
        response
    }

    /// Sends it; what the connection itself did, for tests that break it.
    ///
    /// # Errors
    /// When there is no whole answer.
    pub async fn try_send(self) -> Result<Response, reqwest::Error> {
        let title = format!("{} {} (sent at {})", self.method, self.url, self.place);
        let may_fail = self.may_fail;
        let answer = self.open().await?;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let body = answer.bytes().await?.to_vec();
        let response = Response::new(title, status, headers, body);
        response.check(may_fail);
        Ok(response)
    }

    /// Sends it and gives the answer before its body has come in, for streams.
    pub(crate) async fn open(self) -> Result<reqwest::Response, reqwest::Error> {
        let mut request = self.http.request(self.method, self.url).timeout(TIMEOUT);
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        if let Some(body) = self.body {
            request = request.body(body);
        }
        request.send().await
    }

    async fn send(self) -> Response {
        let title = format!("{} {} (sent at {})", self.method, self.url, self.place);
        match self.try_send().await {
            Ok(response) => response,
            Err(error) => panic!("no answer to {title}: {error:?}"),
        }
    }
}

impl IntoFuture for Call {
    type Output = Response;
    type IntoFuture = Pin<Box<dyn Future<Output = Response> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

/// Percent-encodes all but what is never special, for segments of a path.
#[must_use]
pub fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}
