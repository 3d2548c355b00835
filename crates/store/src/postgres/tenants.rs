//! Tenants in the control tables, and making one: its schema, its tables, its row.

use kith_model::id::{OrganizationId, TenantId};
use kith_model::value::Cell;
use tokio_postgres::Row;
use tokio_postgres::types::Type;
use uuid::Uuid;

use super::codec::{get, get_time};
use super::engine::{CONTROL, Postgres};
use super::error::{is_unique_violation, undone_or_unknown};
use super::flight::Call;
use super::read::Schema;
use crate::control::{NewTenant, Tenant};
use crate::error::{Error, Result};
use crate::system::insert_state;
use crate::text::control::{INSERT_TENANT, SET_RETENTION, TENANT, TENANTS};

impl Postgres {
    pub(crate) async fn create_tenant(&self, new: NewTenant) -> Result<()> {
        let NewTenant { tenant, history } = new;
        let schema = Schema::of(tenant.id);
        let mut calls = vec![Call::plain("begin isolation level read committed"), insert(&tenant)];
        calls.push(Call::plain(format!("create schema \"{}\"", tenant.id)));
        calls.extend(self.layouts.layout().migrate(schema.dialect(), 0).into_iter().map(Call::plain));
        calls.push(
            Call::once(insert_state(schema.dialect()))
                .bind_cell(Cell::Uuid(history.0))
                .bind_cell(Cell::Timestamp(tenant.created_at)),
        );
        let commit = calls.len();
        calls.push(Call::plain("commit"));
        let answer = self.lanes.get().await?.fly(&calls).await;
        answer.map(drop).map_err(|failed| {
            if is_unique_violation(&failed.error, "kith_tenants_name") {
                Error::NameTaken
            } else {
                undone_or_unknown(failed, commit)
            }
        })
    }

    pub(crate) async fn tenant(&self, id: TenantId) -> Result<Option<Tenant>> {
        let call = Call::prepared(CONTROL.text(TENANT)).bind_cell(Cell::Uuid(id.0));
        let rows = self.reads.read(&[call]).await?;
        rows[0].first().map(tenant).transpose()
    }

    pub(crate) async fn tenants(
        &self,
        organization: OrganizationId,
        after: Option<TenantId>,
        limit: u32,
    ) -> Result<Vec<Tenant>> {
        let call = Call::once(CONTROL.text(TENANTS))
            .bind_cell(Cell::Uuid(organization.0))
            .bind_cell(Cell::Uuid(after.map_or(Uuid::nil(), |id| id.0)))
            .bind_cell(Cell::Integer(i64::from(limit)));
        let rows = self.reads.read(&[call]).await?;
        rows[0].iter().map(tenant).collect()
    }

    pub(crate) async fn set_retention(&self, id: TenantId, days: Option<u32>) -> Result<()> {
        let call = Call::once(format!("{}\nreturning id", CONTROL.text(SET_RETENTION)))
            .bind(Type::INT8, days.map(i64::from))
            .bind_cell(Cell::Uuid(id.0));
        let rows = self.reads.write(&[call]).await?;
        if rows[0].is_empty() { Err(Error::NoTenant) } else { Ok(()) }
    }
}

fn insert(tenant: &Tenant) -> Call<'static> {
    Call::once(CONTROL.text(INSERT_TENANT))
        .bind_cell(Cell::Uuid(tenant.id.0))
        .bind_cell(Cell::Uuid(tenant.organization.0))
        .bind_cell(Cell::Text(tenant.name.clone().into()))
        .bind_cell(Cell::Timestamp(tenant.created_at))
        .bind(Type::INT8, tenant.retention_days.map(i64::from))
}

fn tenant(row: &Row) -> Result<Tenant> {
    let retention_days = get::<Option<i64>>(row, 4)?.map(u32::try_from).transpose();
    Ok(Tenant {
        id: TenantId(get(row, 0)?),
        organization: OrganizationId(get(row, 1)?),
        name: get(row, 2)?,
        created_at: get_time(row, 3)?,
        retention_days: retention_days.map_err(|_| Error::Corrupt("a retention in days".to_owned()))?,
    })
}
