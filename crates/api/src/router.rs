//! Builds the router from the table of routes.

use std::collections::BTreeMap;

use axum::Router;
use axum::routing::MethodRouter;
use http::{HeaderValue, Method, StatusCode, Uri, header};
use kith_engine::Engine;
use kith_model::fault::{Code, Fault};
use tokio::sync::watch;

use crate::frame::Frame;
use crate::options::Options;
use crate::path;
use crate::problem::{Outcome, Problem};
use crate::reply;
use crate::routes::{ROUTES, Route};
use crate::site::Site;

/// The whole HTTP interface over an engine. Event streams end when the engine closes.
pub fn router(engine: Engine, options: Options) -> Router {
    let closing = engine.closing();
    router_until(engine, options, closing)
}

/// The same; event streams end when `closing` becomes true.
pub(crate) fn router_until(engine: Engine, options: Options, closing: watch::Receiver<bool>) -> Router {
    let site = Site::new(engine, options, closing);
    let mut paths: BTreeMap<&'static str, Vec<&'static Route>> = BTreeMap::new();
    for route in ROUTES {
        paths.entry(route.path).or_default().push(route);
    }
    let mut router = Router::new();
    for (path, routes) in paths {
        router = router.route(path, endpoint(&routes, &site));
    }
    let nowhere = MethodRouter::new().fallback(not_found).layer(Frame::new(&site, None));
    router.fallback_service(nowhere.with_state(site.clone())).with_state(site)
}

/// All methods of one path, each in its frame, and the answer to any other method.
fn endpoint(routes: &[&'static Route], site: &Site) -> MethodRouter<Site> {
    let allow = allowed(routes);
    let other = move |method: Method| async move { other_method(&method, allow) };
    let mut endpoint = MethodRouter::new().fallback(other).layer(Frame::new(site, None));
    for route in routes {
        endpoint = endpoint.merge((route.mount)().layer(Frame::new(site, Some(route))));
    }
    endpoint
}

fn allowed(routes: &[&'static Route]) -> HeaderValue {
    let mut methods: Vec<&str> = routes.iter().map(|route| route.method.as_str()).collect();
    if methods.contains(&"GET") {
        methods.push("HEAD");
    }
    methods.push("OPTIONS");
    methods.sort_unstable();
    HeaderValue::from_str(&methods.join(", ")).unwrap_or(HeaderValue::from_static("OPTIONS"))
}

fn other_method(method: &Method, allow: HeaderValue) -> Outcome {
    if method == Method::OPTIONS {
        let mut response = reply::empty(StatusCode::NO_CONTENT);
        response.headers_mut().insert(header::ALLOW, allow);
        return Ok(response);
    }
    let message = format!("`{method}` is not allowed here");
    Err(Problem::new(Code::MethodNotAllowed, message).with_allow(allow))
}

async fn not_found(uri: Uri) -> Outcome {
    let shown: String = uri.path().chars().take(200).collect();
    let fault = Fault::new(Code::NotFound, format!("nothing is at `{shown}`"));
    Err(match path::nearest(uri.path()) {
        Some(near) => fault.hint(format!("did you mean `{near}`")).into(),
        None => fault.into(),
    })
}
