//! A reader of server-sent events.

use std::time::Duration;

use serde_json::Value as Json;

use crate::call::Call;

/// How long an event may take before the test has failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// One event.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Event {
    /// `id`: position and history.
    pub id: String,
    /// `event`: the kind of event.
    pub event: String,
    /// `data`, which is JSON.
    pub data: Json,
}

/// An open event stream.
#[derive(Debug)]
pub struct EventStream {
    response: reqwest::Response,
    text: String,
}

impl EventStream {
    /// Sends the call as one for an event stream and expects one.
    ///
    /// # Panics
    /// When the answer is none.
    pub async fn open(call: Call) -> Self {
        let response = call.header("accept", "text/event-stream").open().await.expect("the stream opens");
        assert_eq!(response.status(), 200, "the stream opens");
        let kind = response.headers().get("content-type").and_then(|value| value.to_str().ok());
        assert!(kind.is_some_and(|kind| kind.starts_with("text/event-stream")), "{kind:?}");
        Self { response, text: String::new() }
    }

    /// The next event; comments are passed over.
    ///
    /// # Panics
    /// When the stream ends, or nothing comes.
    pub async fn next(&mut self) -> Event {
        self.next_or_end().await.expect("the stream goes on")
    }

    /// The next event, or `None` when the stream has ended.
    ///
    /// # Panics
    /// When nothing comes.
    pub async fn next_or_end(&mut self) -> Option<Event> {
        loop {
            while let Some(end) = self.text.find("\n\n") {
                let block: String = self.text.drain(..end + 2).collect();
                if let Some(event) = parse(&block) {
                    return Some(event);
                }
            }
            let chunk = tokio::time::timeout(PATIENCE, self.response.chunk()).await;
            let chunk = chunk.expect("an event comes in time").ok().flatten()?;
            self.text.push_str(&String::from_utf8_lossy(&chunk));
        }
    }
}

/// An event's lines; `None` for a block of comments.
fn parse(block: &str) -> Option<Event> {
    let (mut event, mut data) = (Event::default(), String::new());
    for line in block.lines() {
        let Some((name, value)) = line.split_once(':') else { continue };
        let value = value.strip_prefix(' ').unwrap_or(value);
        match name {
            "id" => value.clone_into(&mut event.id),
            "event" => value.clone_into(&mut event.event),
            "data" => data.push_str(value),
            _ => {}
        }
    }
    if data.is_empty() {
        return None;
    }
    event.data = serde_json::from_str(&data).expect("an event's data are JSON");
    Some(event)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn reads_an_event_and_passes_over_a_comment() {
        let event = parse("id: 3:history_x\nevent: transaction\ndata: {\"position\":3}\n\n").unwrap();
        assert_eq!((event.id.as_str(), event.event.as_str()), ("3:history_x", "transaction"));
        assert_eq!(event.data["position"], 3);
        assert_eq!(parse(": heartbeat\n\n"), None);
    }
}
