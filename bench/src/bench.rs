//! What all measurements share: the program to measure, where its data goes, how long
//! to measure, and the one PostgreSQL.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use kith_testing::postgres::{Postgres, Settings};
use tempfile::TempDir;

use crate::machine;
use crate::options::Options;

/// A database.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Engine {
    /// The embedded one.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

impl Engine {
    /// As the report calls it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

/// What all measurements share.
pub(crate) struct Bench {
    /// The program that is measured.
    pub(crate) kith: PathBuf,
    /// Where folders for data are made: on a disk.
    pub(crate) root: PathBuf,
    /// How long a figure is measured.
    pub(crate) time: Duration,
    /// Tenants that exist when a start is measured.
    pub(crate) tenants: u32,
    /// Objects that exist when adding a field is measured.
    pub(crate) objects: u32,
    /// Records that a measurement is to have, where the command line says.
    pub(crate) records: Option<u32>,
    postgres: OnceCell<Postgres>,
}

/// A fresh database; its folder is removed when this is dropped.
pub(crate) struct Place {
    folder: TempDir,
    /// The address of a database of PostgreSQL, as parameters.
    pub(crate) url: Option<String>,
}

impl Bench {
    /// Finds the program beside this one.
    pub(crate) fn new(options: &Options) -> Result<Self> {
        let own = std::env::current_exe().context("finding this program's own path")?;
        let root = own.parent().context("this program is in no folder")?.to_owned();
        let kith = root.join("kith");
        ensure!(
            kith.is_file(),
            "there is no `{}` to measure: build it with the same profile first, `cargo build --release -p kith-cli`",
            kith.display()
        );
        refuse_memory(&root)?;
        let (time, tenants, objects) = (options.time(), options.tenants, options.objects);
        let records = options.records;
        Ok(Self { kith, root, time, tenants, objects, records, postgres: OnceCell::new() })
    }

    /// Runs before what counts.
    pub(crate) fn warm_up(&self) -> Duration {
        self.time / 5
    }

    /// A fresh database.
    pub(crate) fn place(&self, engine: Engine) -> Result<Place> {
        let folder =
            TempDir::with_prefix_in("kith-bench-", &self.root).context("making a folder for data")?;
        let url = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(self.postgres()?.create_database()?),
        };
        Ok(Place { folder, url })
    }

    fn postgres(&self) -> Result<&Postgres> {
        if let Some(running) = self.postgres.get() {
            return Ok(running);
        }
        refuse_memory(&std::env::temp_dir())?;
        let started = Postgres::start(&Settings { fsync: true, more: Vec::new() })?;
        Ok(self.postgres.get_or_init(|| started))
    }
}

impl Place {
    /// The data folder of a node: a database that many nodes share has one for each.
    pub(crate) fn data_dir(&self, node: u32) -> PathBuf {
        self.folder.path().join(format!("node-{node}"))
    }

    /// The file of a tenant of the embedded database.
    pub(crate) fn tenant_file(&self, tenant: &str) -> PathBuf {
        self.data_dir(1).join("tenants").join(format!("{tenant}.db"))
    }
}

/// A commit to memory is no durable commit.
fn refuse_memory(folder: &Path) -> Result<()> {
    if machine::is_memory(folder)? {
        bail!("`{}` is in memory: durable writes can only be measured on a disk", folder.display());
    }
    Ok(())
}
