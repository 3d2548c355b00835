//! The HTTP client of every command but `serve`.

mod problem;

use std::time::Duration;

use anyhow::Context as _;
use reqwest::{Method, StatusCode, Url};
use serde_json::Value as Json;

pub(crate) use problem::Problem;

use crate::exit::Failure;

/// Where a server is when nothing says otherwise.
pub(crate) const DEFAULT_URL: &str = "http://127.0.0.1:7800";

/// Longest wait for an answer: the longest long poll there is (60 s), and some.
const TIMEOUT: Duration = Duration::from_secs(90);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A server, and as whom it is asked.
#[derive(Debug)]
pub(crate) struct Client {
    http: reqwest::Client,
    base: Url,
    token: Option<String>,
    tenant: Option<String>,
}

/// A request before it is sent.
#[derive(Debug)]
pub(crate) struct Call<'client> {
    client: &'client Client,
    method: Method,
    url: Url,
    headers: Vec<(&'static str, String)>,
    body: Option<Content>,
    timeout: Option<Duration>,
}

/// What a request brings along.
#[derive(Debug)]
enum Content {
    Json(Json),
    Bytes(&'static str, reqwest::Body),
}

impl Client {
    /// A client of the server at this address.
    ///
    /// # Errors
    /// When the address is none that this client can ask.
    pub(crate) fn new(
        url: Option<String>,
        token: Option<String>,
        tenant: Option<String>,
    ) -> Result<Self, Failure> {
        let text = url.unwrap_or_else(|| DEFAULT_URL.to_owned());
        let base = parse(&text)?;
        let http = builder(&base).timeout(TIMEOUT).build().map_err(Failure::local)?;
        Ok(Self { http, base, token, tenant })
    }

    /// The same caller of the same server on a connection of its own, which is kept open
    /// and on which an answer may go on for ever.
    ///
    /// # Errors
    /// When the system has no room for one.
    pub(crate) fn alone(&self) -> Result<Self, Failure> {
        let builder = builder(&self.base).read_timeout(TIMEOUT).pool_max_idle_per_host(1);
        let (base, token, tenant) = (self.base.clone(), self.token.clone(), self.tenant.clone());
        Ok(Self { http: builder.build().map_err(Failure::local)?, base, token, tenant })
    }

    /// The same caller in a tenant, by its id or name.
    pub(crate) fn within(&self, tenant: &str) -> Self {
        let (http, base, token) = (self.http.clone(), self.base.clone(), self.token.clone());
        Self { http, base, token, tenant: Some(tenant.to_owned()) }
    }

    /// Where the server is.
    pub(crate) fn address(&self) -> &str {
        self.base.as_str().trim_end_matches('/')
    }

    /// A request for `/v1/` and these path segments, each encoded as it needs.
    pub(crate) fn call(&self, method: Method, segments: &[&str]) -> Call<'_> {
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push("v1").extend(segments);
        }
        Call { client: self, method, url, headers: Vec::new(), body: None, timeout: None }
    }

    /// `GET /v1/…`.
    pub(crate) fn get(&self, segments: &[&str]) -> Call<'_> {
        self.call(Method::GET, segments)
    }

    /// `POST /v1/…` of a document.
    pub(crate) fn post(&self, segments: &[&str], body: Json) -> Call<'_> {
        self.call(Method::POST, segments).body(body)
    }

    /// `DELETE /v1/…`.
    pub(crate) fn delete(&self, segments: &[&str]) -> Call<'_> {
        self.call(Method::DELETE, segments)
    }
}

impl Call<'_> {
    /// Adds a query parameter.
    pub(crate) fn query(mut self, name: &str, value: impl ToString) -> Self {
        self.url.query_pairs_mut().append_pair(name, &value.to_string());
        self
    }

    /// Adds a query parameter, if there is a value for it.
    pub(crate) fn query_if<V: ToString>(self, name: &str, value: Option<V>) -> Self {
        match value {
            Some(value) => self.query(name, value),
            None => self,
        }
    }

    /// Adds a header, if there is a value for it.
    pub(crate) fn header_if(mut self, name: &'static str, value: Option<impl ToString>) -> Self {
        self.headers.extend(value.map(|value| (name, value.to_string())));
        self
    }

    /// Sets the body.
    pub(crate) fn body(mut self, body: Json) -> Self {
        self.body = Some(Content::Json(body));
        self
    }

    /// Sets a body of another media type than JSON.
    pub(crate) fn content(mut self, media: &'static str, body: impl Into<reqwest::Body>) -> Self {
        self.body = Some(Content::Bytes(media, body.into()));
        self
    }

    /// Lets it take longer than other requests.
    pub(crate) fn lasting(mut self, time: Duration) -> Self {
        self.timeout = Some(time);
        self
    }

    /// Sends it; the body of the answer, null when there is none.
    ///
    /// # Errors
    /// When there is no answer, or it is a problem.
    pub(crate) async fn send(self) -> Result<Json, Failure> {
        let client = self.client;
        let response = self.respond().await.map_err(|error| client.unreachable(error))?;
        let status = response.status();
        let bytes = response.bytes().await.map_err(|error| client.unreachable(error))?;
        client.read(status, &bytes)
    }

    /// Sends it, and hands on the answer's body as it comes, whatever its type and size.
    ///
    /// # Errors
    /// When there is no whole answer, it is a problem, or nobody takes the pieces.
    pub(crate) async fn pipe(
        self,
        mut take: impl FnMut(&[u8]) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let client = self.client;
        let mut response = self.respond().await.map_err(|error| client.unreachable(error))?;
        let status = response.status();
        if !status.is_success() {
            let bytes = response.bytes().await.map_err(|error| client.unreachable(error))?;
            return client.read(status, &bytes).map(|_| ());
        }
        while let Some(piece) = response.chunk().await.map_err(|error| client.unreachable(error))? {
            take(&piece)?;
        }
        Ok(())
    }

    /// Sends it, and leaves the answer to the caller, whatever it is.
    ///
    /// # Errors
    /// When there is no answer.
    pub(crate) async fn respond(self) -> reqwest::Result<reqwest::Response> {
        let Self { client, method, url, headers, body, timeout } = self;
        let mut request = client.http.request(method, url);
        if let Some(token) = &client.token {
            request = request.bearer_auth(token);
        }
        if let Some(tenant) = &client.tenant {
            request = request.header("Kith-Tenant", tenant);
        }
        for (name, value) in headers {
            request = request.header(name, value);
        }
        if let Some(timeout) = timeout {
            request = request.timeout(timeout);
        }
        request = match body {
            Some(Content::Json(body)) => request.json(&body),
            Some(Content::Bytes(media, body)) => request.header("content-type", media).body(body),
            None => request,
        };
        request.send().await
    }
}

impl Client {
    /// What it means that no answer came.
    pub(crate) fn unreachable(&self, error: reqwest::Error) -> Failure {
        // What lies between says only that a request was sent and that it failed.
        let cause = anyhow::Error::from(error.without_url()).root_cause().to_string();
        Failure::Unreachable(anyhow::anyhow!(cause).context(format!("no answer from `{}`", self.base)))
    }

    fn read(&self, status: StatusCode, bytes: &[u8]) -> Result<Json, Failure> {
        let body = if bytes.is_empty() { Ok(Json::Null) } else { serde_json::from_slice(bytes) };
        match (status.is_success(), body) {
            (true, Ok(body)) => Ok(body),
            (true, Err(error)) => Err(Failure::Unreachable(
                anyhow::Error::from(error).context(format!("`{}` did not answer with JSON", self.base)),
            )),
            (false, body) => {
                Err(Failure::Refused(Box::new(Problem::read(status.as_u16(), body.unwrap_or_default()))))
            }
        }
    }
}

/// What all clients of a server have in common.
fn builder(base: &Url) -> reqwest::ClientBuilder {
    let builder = reqwest::Client::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .user_agent(concat!("kith/", env!("CARGO_PKG_VERSION")));
    // A proxy of the environment does not know this machine's ports.
    if is_loopback(base) { builder.no_proxy() } else { builder }
}

fn parse(text: &str) -> Result<Url, Failure> {
    let url = Url::parse(text)
        .with_context(|| format!("`{text}` is not an address such as {DEFAULT_URL}"))
        .map_err(|error| Failure::usage(format!("{error:#}")))?;
    match url.scheme() {
        "http" if url.has_host() => Ok(url),
        "https" => Err(Failure::usage(format!(
            "`{text}`: this build speaks http only; let a proxy on this machine add TLS"
        ))),
        _ => Err(Failure::usage(format!("`{text}` is not an address such as {DEFAULT_URL}"))),
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host_str() {
        Some("localhost" | "[::1]") => true,
        Some(host) => host.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback()),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::Client;

    #[test]
    fn encodes_path_segments_and_queries() {
        let client = Client::new(Some("http://h:1/base/".into()), None, None).unwrap();
        let call = client.get(&["records", "a/b", "c d"]).query("email", "a&b").query_if("x", None::<u8>);
        assert_eq!(call.url.as_str(), "http://h:1/base/v1/records/a%2Fb/c%20d?email=a%26b");
    }

    #[test]
    fn refuses_addresses_it_cannot_ask() {
        for url in ["https://h", "ftp://h", "h:80", "nonsense"] {
            assert!(Client::new(Some(url.into()), None, None).is_err(), "{url}");
        }
    }
}
