//! Flights: statements sent together and answered together, without waiting between
//! them. The server runs them in order; after one has failed, it refuses the rest of
//! the transaction, the commit included.

use std::future::Future;
use std::pin::Pin;
use std::task::Poll;

use deadpool_postgres::ClientWrapper;
use futures_util::poll;
use kith_model::value::{Cell, ColumnKind};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Row, Statement};

use super::codec::{Bound, array_of, type_of_cell};

/// One statement with the values of its parameters.
pub(super) struct Call<'a> {
    sql: String,
    values: Vec<Box<dyn ToSql + Sync + Send + 'a>>,
    types: Vec<Type>,
    manner: Manner,
}

/// How a statement reaches the server.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// As text, without parameters and without rows.
    Plain,
    /// Prepared once per connection, then by name.
    Prepared,
    /// Parsed for this one time: for what is rare.
    Once,
}

/// The first statement of a flight that failed.
#[derive(Debug)]
pub(super) struct Failed {
    /// What went wrong.
    pub(super) error: tokio_postgres::Error,
    /// Which statement it was.
    pub(super) index: usize,
    /// How many statements were sent.
    pub(super) sent: usize,
}

impl<'a> Call<'a> {
    /// A statement without parameters and rows, such as `begin` or DDL.
    pub(super) fn plain(sql: impl Into<String>) -> Self {
        Self::new(sql.into(), Manner::Plain)
    }

    /// A statement that will come again on this connection.
    pub(super) fn prepared(sql: impl Into<String>) -> Self {
        Self::new(sql.into(), Manner::Prepared)
    }

    /// A statement that is not worth keeping.
    pub(super) fn once(sql: impl Into<String>) -> Self {
        Self::new(sql.into(), Manner::Once)
    }

    fn new(sql: String, manner: Manner) -> Self {
        Self { sql, values: Vec::new(), types: Vec::new(), manner }
    }

    /// Gives the next parameter a value.
    pub(super) fn bind(mut self, kind: Type, value: impl ToSql + Sync + Send + 'a) -> Self {
        self.values.push(Box::new(value));
        self.types.push(kind);
        self
    }

    /// Gives the next parameter a cell that is not null.
    pub(super) fn bind_cell(self, cell: Cell<'a>) -> Self {
        self.bind(type_of_cell(&cell), Bound(cell))
    }

    /// Gives the next parameter an array of cells of one kind.
    pub(super) fn bind_cells(self, kind: ColumnKind, cells: Vec<Cell<'a>>) -> Self {
        let cells: Vec<Bound<'a>> = cells.into_iter().map(Bound).collect();
        self.bind(array_of(kind), cells)
    }

    /// Its text.
    #[cfg(test)]
    pub(super) fn sql(&self) -> &str {
        &self.sql
    }

    fn parameters(&self) -> impl ExactSizeIterator<Item = &(dyn ToSql + Sync)> {
        self.values.iter().map(|value| &**value as &(dyn ToSql + Sync))
    }
}

type Pending<'a, T> = Pin<Box<dyn Future<Output = Result<T, tokio_postgres::Error>> + Send + 'a>>;

/// Sends all statements, then takes their answers. Statements that this connection has
/// not prepared yet are prepared before, all in one flight of their own.
pub(super) async fn fly(client: &ClientWrapper, calls: &[Call<'_>]) -> Result<Vec<Vec<Row>>, Failed> {
    let statements = prepare(client, calls).await.map_err(|failed| Failed { sent: 0, ..failed })?;
    let pending =
        calls.iter().zip(statements).map(|(call, statement)| send(client, call, statement)).collect();
    in_order(pending).await
}

async fn prepare(client: &ClientWrapper, calls: &[Call<'_>]) -> Result<Vec<Option<Statement>>, Failed> {
    let pending = calls
        .iter()
        .map(|call| -> Pending<'_, Option<Statement>> {
            match call.manner {
                Manner::Prepared => {
                    Box::pin(async { client.prepare_typed_cached(&call.sql, &call.types).await.map(Some) })
                }
                Manner::Plain | Manner::Once => Box::pin(async { Ok(None) }),
            }
        })
        .collect();
    in_order(pending).await
}

fn send<'a>(
    client: &'a ClientWrapper,
    call: &'a Call<'_>,
    statement: Option<Statement>,
) -> Pending<'a, Vec<Row>> {
    Box::pin(async move {
        match (call.manner, statement) {
            (Manner::Plain, _) => client.batch_execute(&call.sql).await.map(|()| Vec::new()),
            (Manner::Prepared, Some(statement)) => {
                let parameters: Vec<_> = call.parameters().collect();
                client.query(&statement, &parameters).await
            }
            (Manner::Prepared | Manner::Once, _) => {
                let parameters: Vec<_> = call.parameters().zip(call.types.iter().cloned()).collect();
                client.query_typed(&call.sql, &parameters).await
            }
        }
    })
}

/// Polls each future once, in order, which is when it sends; then waits for each, in
/// the order in which the server answers. What cannot be sent keeps all that follows,
/// and so the commit, from being sent.
async fn in_order<T>(mut pending: Vec<Pending<'_, T>>) -> Result<Vec<T>, Failed> {
    let mut answers = Vec::with_capacity(pending.len());
    let mut sent = 0;
    for future in &mut pending {
        let polled = poll!(future.as_mut());
        let is_refused = matches!(polled, Poll::Ready(Err(_)));
        answers.push(polled);
        if is_refused {
            break;
        }
        sent += 1;
    }
    let mut done = Vec::with_capacity(pending.len());
    for (index, (future, answer)) in pending.iter_mut().zip(answers).enumerate() {
        let answer = match answer {
            Poll::Ready(answer) => answer,
            Poll::Pending => future.await,
        };
        done.push(answer.map_err(|error| Failed { error, index, sent })?);
    }
    Ok(done)
}
