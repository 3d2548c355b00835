//! What stands around every handler: the request's id and trace, the bounds on its head
//! and its time, panics, the headers of every answer, the problem document, the log.
//!
//! One service of our own rather than a stack of layers: each layer would box another
//! future for every request.

use std::convert::Infallible;
use std::fmt::Write as _;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use http::header::{CACHE_CONTROL, HeaderName, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use kith_model::fault::Code;
use tower::{Layer, Service};

use crate::extract::accept;
use crate::problem::Problem;
use crate::routes::{Patience, Route};
use crate::site::Site;
use crate::ticket::{Ticket, header_value};

/// Longest path with query: longer ones are a program's mistake, and some proxies cut them.
pub(crate) const URI_BYTES_MAX: usize = 8 * 1024;

/// Largest head in all; what is far beyond it the connection refuses by itself.
pub(crate) const HEAD_BYTES_MAX: usize = 32 * 1024;

/// A request that takes longer is worth a line in the log.
const SLOW: Duration = Duration::from_secs(1);

const KITH_REQUEST_ID: HeaderName = HeaderName::from_static("kith-request-id");
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// The frame of one route, or of the answers to requests that have none.
#[derive(Clone)]
pub(crate) struct Frame {
    site: Site,
    route: Option<&'static Route>,
}

impl Frame {
    /// The frame of a route.
    pub(crate) fn new(site: &Site, route: Option<&'static Route>) -> Self {
        Self { site: site.clone(), route }
    }
}

impl<S> Layer<S> for Frame {
    type Service = Framed<S>;

    fn layer(&self, inner: S) -> Framed<S> {
        Framed { frame: self.clone(), inner }
    }
}

/// A service in its frame.
#[derive(Clone)]
pub(crate) struct Framed<S> {
    frame: Frame,
    inner: S,
}

impl<S> Service<Request> for Framed<S>
where
    S: Service<Request, Response = Response, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        let started = Instant::now();
        let route = self.frame.route;
        let method = request.method().clone();
        let ticket = Arc::new(Ticket::new(self.frame.site.engine.new_request_id(), request.headers()));
        let refused = gate(&request, route).err();
        request.extensions_mut().insert(Arc::clone(&ticket));
        let answer = match refused {
            Some(problem) => Err(problem.into_response()),
            None => Ok(self.inner.call(request)),
        };
        let patience = route.map_or(Patience::Request, |route| route.patience);
        let timeout = self.frame.site.options.request_timeout;
        Box::pin(async move {
            let response = match answer {
                Err(refused) => refused,
                Ok(future) => guarded(future, patience, timeout).await,
            };
            let entry = Entry { ticket: &ticket, method: &method, route, duration: started.elapsed() };
            Ok(finish(response, &entry))
        })
    }
}

/// Refuses what can be refused by the head alone.
fn gate(request: &Request, route: Option<&'static Route>) -> Result<(), Problem> {
    let uri = request.uri().path_and_query().map_or(0, |text| text.as_str().len());
    if uri > URI_BYTES_MAX {
        let message = format!("the path and query are longer than {URI_BYTES_MAX} bytes");
        return Err(Problem::new(Code::TooLarge, message).with_status(StatusCode::URI_TOO_LONG));
    }
    let headers = request.headers();
    let head: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    if head + uri > HEAD_BYTES_MAX {
        let message = format!("the headers are longer than {HEAD_BYTES_MAX} bytes in all");
        return Err(
            Problem::new(Code::TooLarge, message).with_status(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE)
        );
    }
    let is_acceptable = match route.map(|route| route.patience) {
        Some(Patience::Request) => accept::json(headers),
        Some(Patience::Stream) => accept::json(headers) || accept::events(headers),
        Some(Patience::Transfer) | None => true,
    };
    if is_acceptable {
        return Ok(());
    }
    Err(Problem::new(Code::NotAcceptable, "the answer would be `application/json`"))
}

/// Runs a handler within its time; a panic is an answer like any other fault of ours.
async fn guarded<F>(future: F, patience: Patience, timeout: Duration) -> Response
where
    F: Future<Output = Result<Response, Infallible>> + Send,
{
    let caught = AssertUnwindSafe(future).catch_unwind();
    let answered = match patience {
        Patience::Stream | Patience::Transfer => Ok(caught.await),
        Patience::Request => tokio::time::timeout(timeout, caught).await,
    };
    match answered {
        Ok(Ok(Ok(response))) => response,
        Ok(Ok(Err(never))) => match never {},
        // The panic hook has said where; its message may hold values and is not repeated.
        Ok(Err(_)) => Problem::internal("the request could not be served").into_response(),
        Err(_) => {
            let message = format!("the request took longer than {} seconds", timeout.as_secs());
            Problem::new(Code::Timeout, message).into_response()
        }
    }
}

/// Puts on what every answer has, and writes the line of the log.
fn finish(mut response: Response, entry: &Entry<'_>) -> Response {
    let problem = response.extensions_mut().remove::<Arc<Problem>>();
    if let Some(problem) = &problem {
        response = problem.render(&entry.ticket.id);
    }
    dress(response.headers_mut(), entry.ticket);
    entry.log(response.status(), problem.as_deref());
    response
}

fn dress(headers: &mut HeaderMap, ticket: &Ticket) {
    if let Some(id) = header_value(&ticket.id) {
        headers.insert(KITH_REQUEST_ID, id);
    }
    if let Some(trace) = ticket.trace.as_deref().and_then(header_value) {
        headers.insert(TRACEPARENT, trace);
    }
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
}

/// One line of the access log: never a value, a token or a query.
struct Entry<'a> {
    ticket: &'a Ticket,
    method: &'a Method,
    route: Option<&'static Route>,
    duration: Duration,
}

impl Entry<'_> {
    /// Whether taking long is what the route is for.
    fn waits(&self) -> bool {
        self.route.is_some_and(|route| route.patience != Patience::Request)
    }

    fn log(&self, status: StatusCode, problem: Option<&Problem>) {
        macro_rules! line {
            ($level:ident, $($more:tt)*) => {
                tracing::$level!(
                    request.id = self.ticket.id,
                    method = %self.method,
                    route = self.route.map_or("", |route| route.path),
                    operation = self.route.map_or("", |route| route.operation),
                    tenant = %self.ticket.tenant(),
                    status = status.as_u16(),
                    duration_ms = u64::try_from(self.duration.as_millis()).unwrap_or(u64::MAX),
                    $($more)*
                )
            };
        }
        let code = problem.map_or("", |problem| problem.code().as_str());
        if status.is_server_error() {
            line!(error, code, cause = chain(problem), "request failed");
        } else if status.is_client_error() {
            line!(info, code, "request refused");
        } else if self.duration >= SLOW && !self.waits() {
            line!(info, "request answered slowly");
        } else {
            line!(debug, "request answered");
        }
    }
}

/// The causes of a problem, outermost first. A database puts values on further lines
/// of its messages; those stay out.
fn chain(problem: Option<&Problem>) -> String {
    let mut text = String::new();
    let mut next = problem.and_then(Problem::cause);
    while let Some(cause) = next {
        let separator = if text.is_empty() { "" } else { ": " };
        let shown = cause.to_string();
        // Writing to a string cannot fail.
        let _ = write!(text, "{separator}{}", shown.lines().next().unwrap_or_default());
        next = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(30);

    fn code(response: &Response) -> Code {
        response.extensions().get::<Arc<Problem>>().unwrap().code()
    }

    #[tokio::test]
    async fn answers_when_a_handler_panics() {
        let panics = async { panic!("on purpose") };
        let response = guarded(panics, Patience::Request, LONG).await;
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(code(&response), Code::Internal);
    }

    #[tokio::test]
    async fn gives_up_what_takes_too_long() {
        let hangs = std::future::pending();
        let response = guarded(hangs, Patience::Request, Duration::from_millis(1)).await;
        assert_eq!(code(&response), Code::Timeout);
    }

    #[test]
    fn refuses_heads_that_are_too_large_or_want_another_type() {
        let refusal = |path: &str, accept: &str, more: &str| {
            let request = Request::builder().uri(path).header("accept", accept).header("x-more", more);
            gate(&request.body(axum::body::Body::empty()).unwrap(), crate::routes::ROUTES.first())
        };
        assert!(refusal("/v1/limits", "*/*", "").is_ok());
        let long = format!("/{}", "a".repeat(URI_BYTES_MAX));
        assert_eq!(refusal(&long, "*/*", "").unwrap_err().status(), StatusCode::URI_TOO_LONG);
        let large = "a".repeat(HEAD_BYTES_MAX);
        let status = refusal("/v1/limits", "*/*", &large).unwrap_err().status();
        assert_eq!(status, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
        assert_eq!(refusal("/v1/limits", "text/html", "").unwrap_err().code(), Code::NotAcceptable);
    }
}
