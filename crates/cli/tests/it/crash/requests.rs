//! Requests that are sent until there is an answer, whatever dies meanwhile.

use std::time::{Duration, Instant};

use kith_testing::{Response, Tenant};
use reqwest::Method;
use serde_json::Value as Json;

use super::site::Door;

/// How long a write may remain without an answer before the test has failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long to wait before a request is sent again.
const PAUSE: Duration = Duration::from_millis(20);

/// A write that can be sent again as it was.
#[derive(Clone, Debug)]
pub(super) struct Write {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) body: Option<Json>,
    pub(super) key: String,
}

/// The answer to a write, and what it took to get it.
pub(super) struct Answer {
    pub(super) response: Response,
    /// How often it was sent without an answer.
    pub(super) lost: usize,
}

/// Sends a write until it is done or refused.
pub(super) async fn send(door: &mut Door, write: &Write) -> Answer {
    let began = Instant::now();
    let mut lost = 0;
    loop {
        let tenant = enter(door).await;
        let mut call =
            tenant.caller().call(write.method.clone(), &write.path).idempotency_key(&write.key).may_fail();
        if let Some(body) = &write.body {
            call = call.json(body);
        }
        match call.try_send().await {
            Ok(response) if response.status() < 500 => return Answer { response, lost },
            Ok(response) => check_outage(&response),
            Err(_) => {}
        }
        lost += 1;
        assert!(began.elapsed() < PATIENCE, "no answer in {PATIENCE:?} to {write:?}");
        tokio::time::sleep(PAUSE).await;
    }
}

/// Reads until there is an answer.
pub(super) async fn read(door: &mut Door, path: &str) -> Response {
    let began = Instant::now();
    loop {
        let tenant = enter(door).await;
        match tenant.caller().get(path).may_fail().try_send().await {
            Ok(response) if response.status() < 500 => return response,
            Ok(response) => check_outage(&response),
            Err(_) => {}
        }
        assert!(began.elapsed() < PATIENCE, "no answer in {PATIENCE:?} to {path}");
        tokio::time::sleep(PAUSE).await;
    }
}

/// The tenant, as soon as a server runs.
pub(super) async fn enter(door: &mut Door) -> Tenant {
    let open = door.wait_for(Option::is_some).await.expect("the site outlives its clients");
    open.clone().expect("the door is open")
}

/// What a server says while its database is gone: try again, and never that it is at fault.
fn check_outage(response: &Response) {
    let code = response.json()["code"].as_str().unwrap_or_default();
    assert!([503, 504].contains(&response.status()), "an outage is not an error of ours\n{response:?}");
    assert!(["unavailable", "timeout", "overloaded"].contains(&code), "{response:?}");
}
