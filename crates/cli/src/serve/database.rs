//! Opens the database that the server was told to use.

use std::path::Path;

use anyhow::Context as _;
use kith_store::{PostgresOptions, SqliteOptions, Store};

use crate::exit::Failure;

/// Opens PostgreSQL, or the embedded database in the data folder.
///
/// # Errors
/// When it cannot be opened; the address of a database may hold a password and is not
/// repeated.
pub(super) async fn open(url: Option<&str>, data_dir: &Path) -> Result<Store, Failure> {
    let store = match url {
        Some(url) => Store::open_postgres(PostgresOptions::new(url))
            .await
            .context("the PostgreSQL database given with --database cannot be used"),
        None => Store::open_sqlite(SqliteOptions::new(data_dir))
            .await
            .with_context(|| format!("the data folder `{}` cannot be used", data_dir.display())),
    };
    store.map_err(Failure::Unreachable)
}
