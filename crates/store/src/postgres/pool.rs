//! A bounded pool of connections.

use deadpool_postgres::{Manager, ManagerConfig, PoolError, RecyclingMethod, Runtime, TimeoutType};
use tokio_postgres::{Config, NoTls, Row};

use super::connection::Connection;
use super::error::{failed, is_connection_lost, is_statement_stale, meaning};
use super::flight::{Call, Failed};
use super::options::POOL_WAIT;
use crate::error::{Error, Result};

/// Connections of one use.
pub(super) struct Pool {
    pool: deadpool_postgres::Pool,
    purpose: &'static str,
}

impl Pool {
    /// Connects when first asked to.
    pub(super) fn new(config: Config, purpose: &'static str, size: usize) -> Result<Self> {
        let manager =
            Manager::from_config(config, NoTls, ManagerConfig { recycling_method: RecyclingMethod::Fast });
        let pool = deadpool_postgres::Pool::builder(manager)
            .max_size(size)
            .wait_timeout(Some(POOL_WAIT))
            .create_timeout(Some(POOL_WAIT))
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|error| Error::Database(Box::new(error)))?;
        Ok(Self { pool, purpose })
    }

    /// A connection, as soon as one is free.
    pub(super) async fn get(&self) -> Result<Connection> {
        match self.pool.get().await {
            Ok(client) => Ok(Connection::new(client)),
            Err(PoolError::Backend(error)) => Err(unreachable(error)),
            Err(PoolError::Timeout(TimeoutType::Wait)) => {
                let size = self.pool.status().max_size;
                let reason = format!(
                    "the pool is exhausted: none of its {size} connections for {} came free in {} s",
                    self.purpose,
                    POOL_WAIT.as_secs()
                );
                Err(Error::Unavailable(reason.into()))
            }
            Err(error) => Err(Error::Unavailable(Box::new(error))),
        }
    }

    /// One flight of statements that change nothing, tried again once if the connection
    /// was lost or a statement prepared earlier does not fit any more.
    pub(super) async fn read(&self, calls: &[Call<'_>]) -> Result<Vec<Vec<Row>>> {
        match self.attempt(calls).await? {
            Ok(rows) => Ok(rows),
            Err(first) if is_connection_lost(&first.error) || is_statement_stale(&first.error) => {
                self.attempt(calls).await?.map_err(failed)
            }
            Err(first) => Err(failed(first)),
        }
    }

    /// One flight, tried once: for a single statement that changes something.
    pub(super) async fn write(&self, calls: &[Call<'_>]) -> Result<Vec<Vec<Row>>> {
        self.attempt(calls).await?.map_err(failed)
    }

    async fn attempt(&self, calls: &[Call<'_>]) -> Result<Result<Vec<Vec<Row>>, Failed>> {
        let mut connection = self.get().await?;
        let answer = connection.fly(calls).await;
        if answer.as_ref().is_err_and(|failed| is_statement_stale(&failed.error)) {
            connection.forget_statements();
        }
        Ok(answer)
    }
}

/// A connection that could not be made. Wrong credentials or names may be put right
/// while we run, so a retry may help with all of it.
fn unreachable(error: tokio_postgres::Error) -> Error {
    match meaning(error) {
        Error::Database(source) => Error::Unavailable(source),
        error => error,
    }
}
