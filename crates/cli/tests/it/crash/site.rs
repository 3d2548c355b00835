//! What is killed: the server's process, and on PostgreSQL the database.

use std::sync::Arc;

use kith_testing::postgres::{Postgres, Settings};
use kith_testing::{Database, Engine, Process, Starter, Tenant};
use tempfile::TempDir;
use tokio::sync::watch;

use crate::dice::Dice;

/// Where clients find the tenant: nowhere while the server is down, and after each
/// start at another port.
pub(crate) type Door = watch::Receiver<Option<Tenant>>;

/// A server that can be killed, over a database that writes to a disk.
pub(crate) struct Site {
    starter: Starter,
    process: Option<Process>,
    postgres: Option<Arc<Postgres>>,
    tenant: Tenant,
    door: watch::Sender<Option<Tenant>>,
    _folder: TempDir,
}

impl Site {
    /// Starts everything and makes the tenant.
    pub(crate) async fn open(engine: Engine) -> Self {
        let folder = TempDir::new().expect("a folder on the disk");
        let (postgres, database) = match engine {
            Engine::Sqlite => (None, None),
            Engine::Postgres => {
                let (postgres, url) = start_postgres().await;
                (Some(Arc::new(postgres)), Some(Database::Postgres(url)))
            }
        };
        let mut starter = Starter::new(env!("CARGO_BIN_EXE_kith"), folder.path());
        if let Some(database) = &database {
            starter = starter.on(database);
        }
        let process = starter.start().await;
        let tenant = process.admin().tenant("crash").await;
        let door = watch::Sender::new(Some(tenant.clone()));
        Self { starter, process: Some(process), postgres, tenant, door, _folder: folder }
    }

    pub(crate) async fn tenant(&self) -> Tenant {
        self.tenant.clone()
    }

    pub(crate) fn door(&self) -> Door {
        self.door.subscribe()
    }

    /// The tenant through the process that runs now.
    pub(crate) fn now(&self) -> Tenant {
        self.door.borrow().clone().expect("the server runs")
    }

    /// Kills the server, or the database, or both, and starts again what was killed.
    pub(crate) async fn crash(&mut self, dice: &mut Dice) -> &'static str {
        match self.postgres.clone() {
            None => {
                self.kill_server().await;
                self.start_server().await;
                "the server"
            }
            Some(postgres) => match dice.below(3) {
                0 => {
                    self.kill_server().await;
                    self.start_server().await;
                    "the server"
                }
                1 => {
                    // The server lives on, and finds the database again by itself.
                    kill(&postgres).await;
                    restart(&postgres).await;
                    "the database"
                }
                _ => {
                    kill(&postgres).await;
                    self.kill_server().await;
                    restart(&postgres).await;
                    self.start_server().await;
                    "the database and the server"
                }
            },
        }
    }

    async fn kill_server(&mut self) {
        self.door.send_replace(None);
        self.process.take().expect("the server runs").kill().await;
    }

    async fn start_server(&mut self) {
        let process = self.starter.start().await;
        let token = self.tenant.caller().token().unwrap_or_default().to_owned();
        let tenant = self.tenant.through(process.anonymous().with_token(token));
        self.process = Some(process);
        self.door.send_replace(Some(tenant));
    }
}

async fn start_postgres() -> (Postgres, String) {
    let started = tokio::task::spawn_blocking(|| {
        let postgres = Postgres::start(&Settings { fsync: true, more: Vec::new() })?;
        let url = postgres.create_database()?;
        anyhow::Ok((postgres, url))
    });
    started.await.unwrap().unwrap_or_else(|error| panic!("{error:#}"))
}

async fn kill(postgres: &Arc<Postgres>) {
    let postgres = postgres.clone();
    tokio::task::spawn_blocking(move || postgres.kill()).await.unwrap().expect("the database is killed");
}

async fn restart(postgres: &Arc<Postgres>) {
    let postgres = postgres.clone();
    let restarted = tokio::task::spawn_blocking(move || postgres.restart()).await.unwrap();
    restarted.expect("the database recovers");
}
