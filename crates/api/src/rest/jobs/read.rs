//! `GET /v1/jobs/{job}`: how far a job is; with a wait, at its end; with
//! `Accept: text/event-stream`, as it comes forward.

use std::time::Duration;

use axum::extract::State;
use http::HeaderMap;
use kith_engine::jobs;
use kith_model::limits;

use crate::extract::{Asked, Caller, MinPosition, Parameters, Query, Segments, accept};
use crate::problem::Outcome;
use crate::site::Site;
use crate::{reply, stream};

/// The parameters of a job.
pub(crate) struct Asking {
    /// How long to wait for its end.
    wait: Duration,
}

impl Query for Asking {
    fn read(parameters: &mut Parameters) -> Self {
        Self { wait: parameters.duration("wait", Duration::from_secs(limits::LONG_POLL_SECONDS)) }
    }
}

/// Answers a job.
pub(crate) async fn read(
    State(site): State<Site>,
    caller: Caller,
    Segments([job]): Segments<1>,
    MinPosition(at_least): MinPosition,
    Asked(asking): Asked<Asking>,
    headers: HeaderMap,
) -> Outcome {
    if accept::prefers_events(&headers) {
        let watcher = jobs::watch(&caller.session, &job).await?;
        let state = caller.session.state().await?;
        let response = stream::respond(site, caller, stream::Source::Job(watcher), &headers);
        return Ok(reply::stand(response, state.last_position, state.history));
    }
    reply::answer(&jobs::read(&caller.session, &at_least, &job, asking.wait).await?)
}
