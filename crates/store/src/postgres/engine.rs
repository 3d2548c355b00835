//! The engine itself: its pools, and how it comes up.

use std::sync::Arc;

use tokio_postgres::Config;

use super::codec::get;
use super::error::failed;
use super::flight::Call;
use super::layouts::Layouts;
use super::options::Options;
use super::pool::Pool;
use crate::dialect::Dialect;
use crate::error::{Error, Result};
use crate::gather::Gathers;
use crate::system::Layout;

/// The oldest server that has all we use.
const SERVER_VERSION_MIN: i64 = 150_000;

/// The advisory lock under which the control tables are made, so that two nodes can
/// start at once. Any number does; this one spells `kith`.
const BRING_UP_LOCK: i64 = 0x6b69_7468;

/// Where the control tables are.
pub(super) const CONTROL: Dialect<'static> = Dialect::Postgres { schema: "kith" };

/// Tenants and control tables in one PostgreSQL database.
pub struct Postgres {
    pub(super) config: Config,
    /// Connections that may wait for a tenant's row.
    pub(super) lanes: Arc<Pool>,
    /// Connections that never do.
    pub(super) reads: Arc<Pool>,
    pub(super) layouts: Arc<Layouts>,
    pub(super) gathers: Gathers,
}

impl Postgres {
    pub(crate) async fn open(options: Options) -> Result<Self> {
        Self::open_with(options, Layout::TENANT).await
    }

    /// Opens it as the program would that has this layout of tenants.
    pub(super) async fn open_with(options: Options, tenants: Layout) -> Result<Self> {
        let config = options.config()?;
        let lanes = (options.connections / 2).max(1);
        let reads = options.connections.saturating_sub(lanes).max(1);
        let lanes = Arc::new(Pool::new(config.clone(), "writes", lanes)?);
        let reads = Arc::new(Pool::new(config.clone(), "reads", reads)?);
        let layouts = Layouts::new(tenants, Arc::clone(&lanes), Arc::clone(&reads));
        let engine = Self { lanes, reads, layouts: Arc::new(layouts), config, gathers: Gathers::default() };
        engine.check_server().await?;
        engine.bring_up().await?;
        Ok(engine)
    }

    pub(crate) async fn ping(&self) -> Result<()> {
        self.reads.read(&[Call::plain("select 1")]).await.map(drop)
    }

    async fn check_server(&self) -> Result<()> {
        let query =
            "select cast(current_setting('server_version_num') as bigint), current_setting('server_version')";
        let rows = self.reads.read(&[Call::once(query)]).await?;
        let Some(row) = rows.first().and_then(|rows| rows.first()) else {
            return Err(Error::Corrupt("the server does not say its version".to_owned()));
        };
        if get::<i64>(row, 0)? < SERVER_VERSION_MIN {
            let version: &str = get(row, 1)?;
            return Err(Error::Database(
                format!("PostgreSQL {version} is too old: 15 or later is needed").into(),
            ));
        }
        Ok(())
    }

    /// Makes the control tables, or brings those of an earlier version forward.
    async fn bring_up(&self) -> Result<()> {
        let mut transaction = self.lanes.get().await?;
        transaction.begin();
        let lock = format!("select pg_advisory_xact_lock({BRING_UP_LOCK})");
        let begin = [Call::plain("begin"), Call::once(lock), Call::plain("create schema if not exists kith")];
        transaction.fly(&begin).await.map_err(failed)?;
        let known = Call::once("select to_regclass('kith.layout') is not null");
        let rows = transaction.fly(&[known]).await.map_err(failed)?;
        let mut version = 0;
        if let Some(row) = rows[0].first()
            && get::<bool>(row, 0)?
        {
            let rows = transaction.fly(&[Call::once(Layout::CONTROL.version(CONTROL))]).await;
            let rows = rows.map_err(failed)?;
            version = rows[0].first().map_or(Ok(0), |row| get::<i64>(row, 0))?;
        }
        Layout::CONTROL.is_behind(version)?;
        let mut calls: Vec<Call<'_>> =
            Layout::CONTROL.migrate(CONTROL, version).into_iter().map(Call::plain).collect();
        calls.push(Call::plain("commit"));
        transaction.fly(&calls).await.map_err(failed)?;
        transaction.end();
        Ok(())
    }
}
