//! What fields are used for. Counts of our own, beside the journal: a lost one costs a
//! plan nothing but a number.

use kith_model::id::{ObjectNo, TenantId};
use kith_model::usage::Use;

use crate::error::Result;
use crate::query::Seen;
use crate::store::{Store, engine};

impl Store {
    /// Adds uses to those that are known.
    ///
    /// # Errors
    /// When the store fails; some of them may have been added then.
    pub async fn add_uses(&self, tenant: TenantId, uses: Vec<Use>) -> Result<()> {
        engine!(self, add_uses(tenant, uses))
    }

    /// Uses of an object and its fields since a day, for each token and name, summed over
    /// the days.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn uses(&self, tenant: TenantId, object: ObjectNo, since: i64) -> Result<Seen<Vec<Use>>> {
        engine!(self, uses(tenant, object, since))
    }

    /// Removes uses before a day.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn forget_uses(&self, tenant: TenantId, before: i64) -> Result<()> {
        engine!(self, forget_uses(tenant, before))
    }
}
