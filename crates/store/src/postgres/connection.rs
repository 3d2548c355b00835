//! A connection out of a pool, kept clean: what was given up half way never serves
//! another call.

use deadpool_postgres::{Client, Object};
use futures_util::FutureExt;
use tokio_postgres::Row;

use super::flight::{Call, Failed, fly};

/// Prepared statements of a connection: each costs the server some tens of kilobytes.
/// Past the bound, all are prepared anew as they are used.
const STATEMENTS_MAX: usize = 500;

/// A connection for one call, or for one transaction.
pub(super) struct Connection {
    client: Option<Client>,
    is_in_flight: bool,
    is_in_transaction: bool,
}

impl Connection {
    pub(super) fn new(client: Client) -> Self {
        Self { client: Some(client), is_in_flight: false, is_in_transaction: false }
    }

    /// Notes that a transaction begins with the next flight: it is undone if the
    /// connection is dropped before [`Connection::end`].
    pub(super) fn begin(&mut self) {
        self.is_in_transaction = true;
    }

    /// Notes that the transaction has ended.
    pub(super) fn end(&mut self) {
        self.is_in_transaction = false;
    }

    /// Sends statements together and answers their rows.
    pub(super) async fn fly(&mut self, calls: &[Call<'_>]) -> Result<Vec<Vec<Row>>, Failed> {
        let client = self.client.as_ref().expect("a connection keeps its client until it is dropped");
        if client.statement_cache.size() > STATEMENTS_MAX {
            client.statement_cache.clear();
        }
        self.is_in_flight = true;
        let answer = fly(client, calls).await;
        // After a failure the answers that follow it are not waited for; they are
        // dropped as they come.
        self.is_in_flight = false;
        if answer.as_ref().is_err_and(|failed| failed.sent < calls.len()) {
            // A transaction that the flight began was to end in what was not sent.
            self.is_in_transaction = true;
        }
        answer
    }

    /// Forgets the prepared statements.
    pub(super) fn forget_statements(&self) {
        if let Some(client) = &self.client {
            client.statement_cache.clear();
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let Some(client) = self.client.take() else { return };
        if self.is_in_flight {
            // The caller gave up: who gets this connection next would wait for the
            // statement to end. Closing it also undoes its transaction.
            drop(Object::take(client));
        } else if self.is_in_transaction {
            // The first poll sends it; whoever comes next is answered after it.
            let _ = client.batch_execute("rollback").now_or_never();
        }
    }
}
