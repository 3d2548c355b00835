//! One consumer's stream: events as they come, heartbeats when none do, and its end.
//!
//! The connection pulls: the next events are looked for when it has room for them, so a
//! slow consumer costs neither memory nor anyone else's time.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::response::Response;
use futures_util::Stream;
use futures_util::stream::unfold;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, StatusCode};
use kith_engine::changes::{Event, Follower};
use kith_engine::{jobs, tasks};
use tokio::time::Instant;

use crate::extract::{Caller, bearer};
use crate::problem::Problem;
use crate::reply;
use crate::site::Site;
use crate::stream::event;
use crate::ticket::Ticket;

/// Room for the events of one pull, so that the text does not grow many times.
const EVENT_BYTES: usize = 1024;

/// Answers a stream that goes on until one side ends it.
pub(crate) fn respond(site: Site, caller: Caller, source: Source, headers: &HeaderMap) -> Response {
    let token = bearer(headers).ok().flatten().unwrap_or_default().to_owned();
    let heartbeat = site.options.heartbeat;
    let live = Live {
        site,
        ticket: caller.ticket,
        token,
        source,
        heartbeat,
        checked: Instant::now(),
        stage: Stage::Opening,
    };
    let mut response = reply::empty(StatusCode::OK);
    *response.body_mut() = Body::from_stream(chunks(live));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    // Some proxies gather answers before they pass them on, and here obey this.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

/// What a stream is of.
pub(crate) enum Source {
    /// The journal, without end.
    Changes(Follower),
    /// A task, until its end.
    Task(tasks::Watcher),
    /// A job, until its end.
    Job(jobs::Watcher),
}

impl Source {
    /// The next events as text; none at the end.
    async fn next(&mut self) -> kith_engine::Result<Option<String>> {
        match self {
            Self::Changes(follower) => Ok(Some(render(&follower.next().await?))),
            Self::Task(watcher) => Ok(watcher.next().await?.map(|json| one("task", &json))),
            Self::Job(watcher) => Ok(watcher.next().await?.map(|json| one("job", &json))),
        }
    }
}

/// One event of its kind, behind which nothing can be asked for again.
fn one(name: &str, json: &str) -> String {
    let mut text = String::with_capacity(EVENT_BYTES);
    event::append(None, name, json, &mut text);
    text
}

/// A stream on its way.
struct Live {
    site: Site,
    ticket: Arc<Ticket>,
    token: String,
    source: Source,
    heartbeat: Duration,
    /// When the token was last known to be good.
    checked: Instant,
    stage: Stage,
}

/// How far a stream is.
enum Stage {
    Opening,
    Flowing,
    Ended,
}

/// What a stream waits for.
enum News {
    Events(String),
    Silence,
    Fault(Problem),
    Closing,
}

fn chunks(live: Live) -> impl Stream<Item = Result<Bytes, Infallible>> + Send {
    unfold(live, |mut live| async move {
        let text = live.next().await?;
        Some((Ok(Bytes::from(text)), live))
    })
}

impl Live {
    /// The next piece of text; `None` at the end.
    async fn next(&mut self) -> Option<String> {
        match self.stage {
            Stage::Opening => {
                self.stage = Stage::Flowing;
                return Some(event::OPENING.to_owned());
            }
            Stage::Flowing => {}
            Stage::Ended => return None,
        }
        match self.news().await {
            News::Events(text) => Some(text),
            News::Silence => Some(event::HEARTBEAT.to_owned()),
            News::Fault(problem) => {
                self.stage = Stage::Ended;
                let mut text = String::new();
                event::append(None, "error", &problem.document(&self.ticket.id), &mut text);
                Some(text)
            }
            News::Closing => None,
        }
    }

    /// Waits for whatever comes first. A follower that is dropped while it waits has
    /// lost nothing: it moves on only when it answers.
    async fn news(&mut self) -> News {
        if self.checked.elapsed() >= self.heartbeat {
            if let Err(problem) = self.check().await {
                return News::Fault(problem);
            }
            self.checked = Instant::now();
        }
        let closing = self.site.closing();
        tokio::select! {
            biased;
            () = closing => News::Closing,
            events = self.source.next() => match events {
                Ok(Some(text)) => News::Events(text),
                Ok(None) => News::Closing,
                Err(error) => News::Fault(error.into()),
            },
            () = tokio::time::sleep(self.heartbeat) => News::Silence,
        }
    }

    /// Whether the token is still good: a stream must not outlive it.
    async fn check(&self) -> Result<(), Problem> {
        self.site.engine.identify(&self.token).await?;
        Ok(())
    }
}

fn render(events: &[Event]) -> String {
    let mut text = String::with_capacity(EVENT_BYTES * events.len());
    for Event { position, history, json } in events {
        event::append(Some(&format!("{position}:{history}")), "transaction", json, &mut text);
    }
    text
}
