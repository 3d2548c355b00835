//! What fields are used for.

use kith_model::id::{FieldNo, ObjectNo, TenantId};
use kith_model::usage::{Use, UseKind};
use kith_model::value::Cell;
use rusqlite::Row;

use super::cell::bind;
use super::engine::Sqlite;
use super::{decode, sql};
use crate::error::{Error, Result};
use crate::query::Seen;
use crate::text;

impl Sqlite {
    /// See [`crate::Store::add_uses`].
    ///
    /// # Errors
    /// See there.
    pub async fn add_uses(&self, tenant: TenantId, uses: Vec<Use>) -> Result<()> {
        self.write(tenant, move |connection, _| {
            let mut statement = connection.prepare(sql!(text::usage::ADD_USES))?;
            for each in &uses {
                let cells = [
                    Cell::Integer(each.day),
                    Cell::Text(each.token.as_str().into()),
                    Cell::Integer(i64::from(each.object.0)),
                    Cell::Integer(i64::from(each.field.0)),
                    Cell::Text(each.kind.as_str().into()),
                    Cell::Text(each.name.as_str().into()),
                    Cell::Integer(each.uses),
                    Cell::Timestamp(each.last_at),
                ];
                bind(&mut statement, &cells)?;
                statement.raw_execute()?;
            }
            Ok(())
        })
        .await
    }

    /// See [`crate::Store::uses`].
    ///
    /// # Errors
    /// See there.
    pub async fn uses(&self, tenant: TenantId, object: ObjectNo, since: i64) -> Result<Seen<Vec<Use>>> {
        let cells = [Cell::Integer(i64::from(object.0)), Cell::Integer(since)];
        self.read(tenant, move |snapshot| snapshot.all(sql!(text::usage::USES), &cells, one)).await
    }

    /// See [`crate::Store::forget_uses`].
    ///
    /// # Errors
    /// See there.
    pub async fn forget_uses(&self, tenant: TenantId, before: i64) -> Result<()> {
        self.write(tenant, move |connection, _| {
            connection.prepare(sql!(text::usage::FORGET_USES))?.execute([before])?;
            Ok(())
        })
        .await
    }
}

fn one(row: &Row<'_>) -> Result<Use> {
    let corrupt = |what: &str| Error::Corrupt(format!("a use: {what}"));
    let kind = UseKind::parse(decode::text(row, 4)?).ok_or_else(|| corrupt("its kind"))?;
    Ok(Use {
        day: row.get(0)?,
        token: decode::text(row, 1)?.to_owned(),
        object: ObjectNo(row.get(2)?),
        field: FieldNo(row.get(3)?),
        kind,
        name: decode::text(row, 5)?.to_owned(),
        uses: row.get(6)?,
        last_at: decode::time(row, 7)?,
    })
}
