//! Making a tenant: its file is finished under another name before anything knows it.

use std::fs::{self, File};
use std::path::Path;

use rusqlite::params;

use super::connection::Connection;
use super::engine::{Sqlite, blocking};
use super::error::from_io;
use super::folder::make_private_file;
use super::sql;
use super::tenant::{lock, migrate};
use crate::control::{NewTenant, Tenant};
use crate::dialect::Dialect;
use crate::error::{Error, Result};
use crate::system::{self, Layout};
use crate::text;

impl Sqlite {
    /// See [`crate::Store::create_tenant`].
    ///
    /// # Errors
    /// See there.
    pub async fn create_tenant(&self, new: NewTenant) -> Result<()> {
        let registry = std::sync::Arc::clone(self.registry());
        let control = self.control_file();
        blocking(move || {
            // Locked to the end: nobody takes the name meanwhile.
            let control = lock(&control);
            let folder = registry.folder();
            let id = new.tenant.id;
            if is_taken(&control, &new.tenant)? {
                return Err(Error::NameTaken);
            }
            let unfinished = folder.unfinished(id);
            build(&unfinished, &new)?;
            fs::rename(&unfinished, folder.tenant(id))
                .and_then(|()| folder.sync_tenants())
                .map_err(from_io)?;
            // Until here nothing knows the tenant: after a crash its file only lies there.
            insert(&control, &new.tenant)
        })
        .await
    }
}

fn is_taken(control: &Connection, tenant: &Tenant) -> Result<bool> {
    let Tenant { id, organization, name, created_at: _, retention_days: _ } = tenant;
    let sql = "select 1 from tenants where id = ?1 or (organization_id = ?2 and name = ?3)";
    Ok(control.prepare(sql)?.exists(params![id.0.as_bytes(), organization.0.as_bytes(), name])?)
}

/// A whole tenant's file, on the disk. What a crash left under this name is replaced.
fn build(path: &Path, new: &NewTenant) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(from_io(error)),
        Ok(()) | Err(_) => {}
    }
    make_private_file(path).map_err(from_io)?;
    let connection = Connection::open(path)?;
    // The file counts only once it is renamed, so it is synced once, as a whole.
    connection.raw().execute_batch("pragma journal_mode = memory; pragma synchronous = off")?;
    migrate(&connection, Layout::TENANT)?;
    let NewTenant { tenant, history } = new;
    let sql = system::insert_state(Dialect::Sqlite);
    connection.raw().execute(&sql, params![history.0.as_bytes(), tenant.created_at.0])?;
    connection.raw().execute_batch("pragma journal_mode = wal")?;
    drop(connection);
    File::open(path).and_then(|file| file.sync_all()).map_err(from_io)
}

fn insert(control: &Connection, tenant: &Tenant) -> Result<()> {
    let Tenant { id, organization, name, created_at, retention_days } = tenant;
    control.prepare(sql!(text::control::INSERT_TENANT))?.execute(params![
        id.0.as_bytes(),
        organization.0.as_bytes(),
        name,
        created_at.0,
        retention_days
    ])?;
    Ok(())
}
