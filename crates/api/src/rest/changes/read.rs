//! `GET /v1/changes`: a page of the journal, or with `Accept: text/event-stream` a
//! stream without end.

use axum::extract::State;
use http::{HeaderMap, StatusCode};
use kith_engine::{Answer, changes};
use serde_json::json;

use crate::extract::{Asked, Caller, accept};
use crate::problem::{Outcome, Problem};
use crate::rest::changes::query::Asking;
use crate::site::Site;
use crate::{reply, stream};

/// Answers what changed.
pub(crate) async fn read(
    State(site): State<Site>,
    caller: Caller,
    Asked(asking): Asked<Asking>,
    headers: HeaderMap,
) -> Outcome {
    let after = asking.begin(&headers, &caller.session).await?;
    if accept::prefers_events(&headers) {
        let follower = changes::follow(&caller.session, after, &asking.objects).await?;
        let state = caller.session.state().await?;
        let response = stream::respond(site, caller, stream::Source::Changes(follower), &headers);
        return Ok(reply::stand(response, state.last_position, state.history));
    }
    let request = changes::Request { after, objects: asking.objects, limit: asking.limit, wait: asking.wait };
    render(&poll(&site, &caller, request).await?)
}

/// Waits for changes; when the server stops meanwhile, answers what there is.
async fn poll(
    site: &Site,
    caller: &Caller,
    request: changes::Request,
) -> Result<Answer<changes::Batch>, Problem> {
    let at_once = changes::Request { wait: std::time::Duration::ZERO, ..request.clone() };
    let answer = tokio::select! {
        answer = changes::read(&caller.session, request) => answer?,
        () = site.closing() => changes::read(&caller.session, at_once).await?,
    };
    Ok(answer)
}

fn render(answer: &Answer<changes::Batch>) -> Outcome {
    let changes::Batch { data, position } = &answer.value;
    let document = json!({
        "history": answer.history,
        "data": data,
        "position": position,
        "last_position": answer.position,
    });
    Ok(reply::stand(reply::value(StatusCode::OK, &document)?, answer.position, answer.history))
}
