//! Hints between nodes, over `NOTIFY`: that a tenant has moved on. Never the only
//! signal: what is lost costs a wait, nothing else.

use std::time::Duration;

use futures_util::{StreamExt, stream};
use kith_model::id::TenantId;
use kith_model::journal::Position;
use kith_model::value::Cell;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio_postgres::{AsyncMessage, Config, NoTls};

use super::engine::Postgres;
use super::flight::Call;
use crate::error::Result;

const CHANNEL: &str = "kith";

/// PostgreSQL takes payloads of fewer than 8,000 bytes.
const PAYLOAD_MAX: usize = 7_500;

/// Hints that may wait for their reader; more are dropped.
const HINTS_MAX: usize = 1_024;

/// Between attempts to connect again: short at first, as most outages are restarts.
const BACKOFF_MIN: Duration = Duration::from_millis(100);
const BACKOFF_MAX: Duration = Duration::from_secs(10);

impl Postgres {
    pub(crate) async fn notify(&self, tenants: Vec<(TenantId, Position)>) -> Result<()> {
        let calls: Vec<Call<'_>> = payloads(&tenants)
            .into_iter()
            .map(|payload| {
                Call::prepared(format!("select pg_notify('{CHANNEL}', $1)"))
                    .bind_cell(Cell::Text(payload.into()))
            })
            .collect();
        if calls.is_empty() {
            return Ok(());
        }
        self.reads.read(&calls).await.map(drop)
    }

    pub(crate) async fn listen(&self) -> Result<Option<Receiver<(TenantId, Position)>>> {
        let (sender, receiver) = channel(HINTS_MAX);
        let config = self.config.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = forward(&config, &sender) => {}
                () = sender.closed() => {}
            }
        });
        Ok(Some(receiver))
    }
}

/// Lines of `tenant position`, in as few payloads as hold them.
fn payloads(tenants: &[(TenantId, Position)]) -> Vec<String> {
    let mut payloads: Vec<String> = Vec::new();
    for (tenant, position) in tenants {
        let line = format!("{tenant} {position}");
        match payloads.last_mut() {
            Some(payload) if payload.len() + 1 + line.len() <= PAYLOAD_MAX => {
                payload.push('\n');
                payload.push_str(&line);
            }
            _ => payloads.push(line),
        }
    }
    payloads
}

fn hints(payload: &str) -> impl Iterator<Item = (TenantId, Position)> {
    payload.lines().filter_map(|line| {
        let (tenant, position) = line.split_once(' ')?;
        Some((tenant.parse().ok()?, Position(position.parse().ok()?)))
    })
}

/// Listens for ever, connecting again whenever the connection is lost.
async fn forward(config: &Config, sender: &Sender<(TenantId, Position)>) {
    let mut backoff = BACKOFF_MIN;
    loop {
        match session(config, sender, &mut backoff).await {
            Ok(()) => tracing::warn!("the connection that listens to other nodes has ended"),
            Err(error) => {
                let error: &dyn std::error::Error = &error;
                tracing::warn!(error, "cannot listen to other nodes");
            }
        }
        tokio::time::sleep(backoff).await;
        backoff = (backoff * 2).min(BACKOFF_MAX);
    }
}

/// One connection's life.
async fn session(
    config: &Config,
    sender: &Sender<(TenantId, Position)>,
    backoff: &mut Duration,
) -> Result<(), tokio_postgres::Error> {
    let (client, mut connection) = config.connect(NoTls).await?;
    let mut messages = stream::poll_fn(move |cx| connection.poll_message(cx));
    let listen = async {
        client.batch_execute(&format!("listen {CHANNEL}")).await?;
        *backoff = BACKOFF_MIN;
        // The client must live as long as the connection.
        std::future::pending().await
    };
    let receive = async {
        while let Some(message) = messages.next().await {
            if let AsyncMessage::Notification(notification) = message? {
                for hint in hints(notification.payload()) {
                    // A reader that is behind learns the same from the database.
                    let _ = sender.try_send(hint);
                }
            }
        }
        Ok(())
    };
    tokio::select! {
        ended = receive => ended,
        ended = listen => ended,
    }
}

#[cfg(test)]
mod tests {
    use kith_model::id::TenantId;
    use kith_model::journal::Position;
    use uuid::Uuid;

    use super::{PAYLOAD_MAX, hints, payloads};

    #[test]
    fn payloads_are_bounded_and_lose_nothing() {
        let tenants: Vec<_> = (0..500).map(|n| (TenantId(Uuid::from_u128(n)), Position(i64::MAX))).collect();
        let payloads = payloads(&tenants);
        assert!(payloads.len() > 1 && payloads.iter().all(|payload| payload.len() <= PAYLOAD_MAX));
        let heard: Vec<_> = payloads.iter().flat_map(|payload| hints(payload)).collect();
        assert_eq!(heard, tenants);
    }

    #[test]
    fn strange_hints_are_not_heard() {
        assert_eq!(hints("hello\ntenant_x 4\n\n").count(), 0);
    }
}
