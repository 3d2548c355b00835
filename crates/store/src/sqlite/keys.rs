//! Keys over many records. An index is made within the write that asks for it: SQLite
//! has no other way. What can be told before, so that others need not wait for a
//! refusal, is told by a read.

use kith_model::catalog::{Definition, Key};
use kith_model::fault::Fault;
use kith_model::id::TenantId;
use kith_model::limits::KEY_AT_ONCE_RECORDS_MAX;

use super::decode;
use super::engine::Sqlite;
use crate::ddl;
use crate::dialect::Dialect;
use crate::error::{Error, Result};
use crate::query::{KeyBuilt, Seen};

impl Sqlite {
    /// See [`crate::Store::duplicates`].
    ///
    /// # Errors
    /// See there.
    pub async fn duplicates(
        &self,
        tenant: TenantId,
        definition: &Definition,
        key: &Key,
    ) -> Result<Seen<Vec<Fault>>> {
        let (definition, key) = (definition.clone(), key.clone());
        self.read(tenant, move |snapshot| {
            let many = ddl::has_more_than(Dialect::Sqlite, &definition, KEY_AT_ONCE_RECORDS_MAX);
            if snapshot.first(&many, &[], |_| Ok(()))?.is_none() {
                return Ok(Vec::new());
            }
            let sql = ddl::groups(Dialect::Sqlite, &definition, &key);
            let rows = snapshot.all(&sql, &[], |row| Ok((decode::uuid(row, 0)?, row.get(1)?)))?;
            Ok(ddl::group_faults(&definition, &key, &rows))
        })
        .await
    }

    /// No key is built apart on SQLite.
    ///
    /// # Errors
    /// Always.
    pub async fn build_key(&self, _: TenantId, _: &Definition, key: &Key) -> Result<KeyBuilt> {
        Err(Error::Corrupt(format!("the key `{}` was left to be built", key.name)))
    }
}
