//! The control file: organizations, their administrators' tokens, and which tenants
//! there are.

use kith_model::id::{OrganizationId, TenantId, TokenId};
use kith_model::time::Timestamp;
use kith_model::value::Cell;
use rusqlite::{Row, params};
use uuid::Uuid;

use super::connection::Connection;
use super::engine::Sqlite;
use super::error::from_io;
use super::folder::{Folder, make_private_file};
use super::snapshot::{all, first};
use super::tenant::migrate;
use super::{decode, sql};
use crate::control::{OrganizationToken, Tenant};
use crate::error::{Error, Result};
use crate::system::Layout;
use crate::text;

/// Opens the control file, and makes it at the first start.
pub(super) fn open_control(folder: &Folder) -> Result<Connection> {
    let path = folder.control();
    make_private_file(&path).map_err(from_io)?;
    let connection = Connection::open(&path)?;
    connection.raw().execute_batch("pragma journal_mode = wal; pragma wal_autocheckpoint = 1000")?;
    migrate(&connection, Layout::CONTROL)?;
    Ok(connection)
}

impl Sqlite {
    /// See [`crate::Store::ping`].
    ///
    /// # Errors
    /// See there.
    pub async fn ping(&self) -> Result<()> {
        self.control(|control| Ok(control.raw().query_row("select 1", [], |_| Ok(()))?)).await
    }

    /// See [`crate::Store::ensure_organization`].
    ///
    /// # Errors
    /// See there.
    pub async fn ensure_organization(&self, id: OrganizationId, at: Timestamp) -> Result<OrganizationId> {
        self.control(move |control| {
            let there =
                first(control, sql!(text::control::FIRST_ORGANIZATION), &[], |row| decode::uuid(row, 0))?;
            if let Some(there) = there {
                return Ok(OrganizationId(there));
            }
            control
                .prepare(sql!(text::control::INSERT_ORGANIZATION))?
                .execute(params![id.0.as_bytes(), at.0])?;
            Ok(id)
        })
        .await
    }

    /// See [`crate::Store::has_organization_token`].
    ///
    /// # Errors
    /// See there.
    pub async fn has_organization_token(&self) -> Result<bool> {
        self.control(|control| Ok(control.prepare(sql!(text::control::ANY_ORGANIZATION_TOKEN))?.exists([])?))
            .await
    }

    /// See [`crate::Store::put_organization_token`].
    ///
    /// # Errors
    /// See there.
    pub async fn put_organization_token(
        &self,
        token: OrganizationToken,
        hash: [u8; 32],
        at: Timestamp,
    ) -> Result<()> {
        let OrganizationToken { id, organization } = token;
        self.control(move |control| {
            control.prepare(sql!(text::control::PUT_ORGANIZATION_TOKEN))?.execute(params![
                id.0.as_bytes(),
                organization.0.as_bytes(),
                hash,
                at.0
            ])?;
            Ok(())
        })
        .await
    }

    /// See [`crate::Store::organization_token`].
    ///
    /// # Errors
    /// See there.
    pub async fn organization_token(&self, hash: [u8; 32]) -> Result<Option<OrganizationToken>> {
        self.control(move |control| {
            let mut statement = control.prepare(sql!(text::control::ORGANIZATION_TOKEN))?;
            let mut rows = statement.query([hash])?;
            let Some(row) = rows.next()? else { return Ok(None) };
            let id = TokenId(decode::uuid(row, 0)?);
            Ok(Some(OrganizationToken { id, organization: OrganizationId(decode::uuid(row, 1)?) }))
        })
        .await
    }

    /// See [`crate::Store::tenant`].
    ///
    /// # Errors
    /// See there.
    pub async fn tenant(&self, id: TenantId) -> Result<Option<Tenant>> {
        self.control(move |control| first(control, sql!(text::control::TENANT), &[Cell::Uuid(id.0)], tenant))
            .await
    }

    /// See [`crate::Store::tenants`].
    ///
    /// # Errors
    /// See there.
    pub async fn tenants(
        &self,
        organization: OrganizationId,
        after: Option<TenantId>,
        limit: u32,
    ) -> Result<Vec<Tenant>> {
        let cells = [
            Cell::Uuid(organization.0),
            Cell::Uuid(after.map_or(Uuid::nil(), |id| id.0)),
            Cell::Integer(i64::from(limit)),
        ];
        self.control(move |control| all(control, sql!(text::control::TENANTS), &cells, tenant)).await
    }

    /// See [`crate::Store::set_retention`].
    ///
    /// # Errors
    /// See there.
    pub async fn set_retention(&self, id: TenantId, days: Option<u32>) -> Result<()> {
        self.control(move |control| {
            let mut statement = control.prepare(sql!(text::control::SET_RETENTION))?;
            match statement.execute(params![days, id.0.as_bytes()])? {
                0 => Err(Error::NoTenant),
                _ => Ok(()),
            }
        })
        .await
    }
}

fn tenant(row: &Row<'_>) -> Result<Tenant> {
    Ok(Tenant {
        id: TenantId(decode::uuid(row, 0)?),
        organization: OrganizationId(decode::uuid(row, 1)?),
        name: row.get(2)?,
        created_at: decode::time(row, 3)?,
        retention_days: row.get(4)?,
    })
}
