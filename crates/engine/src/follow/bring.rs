//! Bringing up to date what depends on records that have changed: back along the
//! references, level by level and page by page, to the records that have the fields.

use std::sync::Arc;

use kith_model::catalog::Catalog;
use kith_model::id::{FieldNo, ObjectNo, RecordId};
use kith_store::Error as StoreError;
use uuid::Uuid;

use super::affected::{Affected, Way};
use crate::background::{Pace, fill};
use crate::engine::Engine;
use crate::error::Result;
use crate::tenant::Tenant;

/// Records whose referrers are looked for in one go.
const TARGETS: usize = 100;

/// Evaluates afresh whatever is affected.
pub(super) async fn up_to_date(
    engine: &Engine,
    tenant: &Arc<Tenant>,
    catalog: &Catalog,
    affected: Affected,
    pace: &mut Pace,
) -> Result<()> {
    for (way, (fields, records)) in affected {
        let fields = fields.into_iter().collect();
        let levels = levels(catalog, &way);
        let mut going = Going { engine, tenant, catalog, fields, pace };
        going.back(&levels, records.into_iter().collect()).await?;
    }
    Ok(())
}

/// On the way back from records that have changed.
struct Going<'a> {
    engine: &'a Engine,
    tenant: &'a Arc<Tenant>,
    catalog: &'a Catalog,
    fields: Vec<FieldNo>,
    pace: &'a mut Pace,
}

impl Going<'_> {
    /// Goes back from targets along the columns, and evaluates where they end.
    async fn back(&mut self, levels: &[(ObjectNo, String)], targets: Vec<RecordId>) -> Result<()> {
        let Some((column, rest)) = levels.split_first() else { return Ok(()) };
        let mut waiting = Waiting::new(targets);
        while !waiting.is_done() {
            let page = waiting.page(self.tenant, self.catalog, column.clone(), self.pace.size()).await?;
            if page.is_empty() {
                continue;
            }
            if rest.is_empty() {
                self.evaluate(column.0, page).await?;
            } else {
                // An expression reads through few references, so this is not deep.
                Box::pin(self.back(rest, page)).await?;
            }
        }
        Ok(())
    }

    async fn evaluate(&mut self, object: ObjectNo, records: Vec<RecordId>) -> Result<()> {
        self.pace.begin(self.tenant);
        let filled = fill(self.engine, self.tenant, object, &self.fields, records).await?;
        self.pace.end(filled.position).await;
        for (id, reason) in filled.passed_over {
            tracing::error!(tenant = %self.tenant.id, record = %id.0, reason, "a computed field cannot follow");
        }
        Ok(())
    }
}

/// The columns to go back along, from what has changed to what has the fields, each
/// with the object whose table has it.
fn levels(catalog: &Catalog, way: &Way) -> Vec<(ObjectNo, String)> {
    let mut levels = Vec::with_capacity(way.via.len());
    let mut read = way.read;
    for (index, via) in way.via.iter().enumerate().rev() {
        let owner = if index == 0 {
            catalog.object(way.object)
        } else {
            catalog.objects().find(|object| object.slot(*via).is_some())
        };
        let Some((owner, slot)) = owner.and_then(|owner| owner.slot(*via).map(|slot| (owner, slot))) else {
            return Vec::new();
        };
        let columns = &owner.table().columns[owner.table().range(slot)];
        let Some(column) = columns.iter().find(|column| column.target == Some(read)) else {
            return Vec::new();
        };
        levels.push((owner.number, column.name.clone()));
        read = owner.number;
    }
    levels
}

/// Records whose referrers are being gone through.
struct Waiting {
    targets: Vec<RecordId>,
    after: RecordId,
}

impl Waiting {
    fn new(mut targets: Vec<RecordId>) -> Self {
        targets.reverse();
        Self { targets, after: RecordId(Uuid::nil()) }
    }

    fn is_done(&self) -> bool {
        self.targets.is_empty()
    }

    /// The next records that refer to the targets.
    async fn page(
        &mut self,
        tenant: &Tenant,
        catalog: &Catalog,
        column: (ObjectNo, String),
        size: usize,
    ) -> Result<Vec<RecordId>> {
        let first = self.targets.len().saturating_sub(TARGETS);
        let targets = self.targets[first..].to_vec();
        let limit = u32::try_from(size).unwrap_or(u32::MAX);
        let found = tenant.store.referring(tenant.id, catalog, column, targets, self.after, limit).await;
        let page = match found {
            Ok(seen) => seen.value,
            // Gone with the schema: nothing is left to follow.
            Err(StoreError::SchemaChanged) => Vec::new(),
            Err(error) => return Err(error.into()),
        };
        if page.len() < size {
            self.targets.truncate(first);
            self.after = RecordId(Uuid::nil());
        } else if let Some(last) = page.last() {
            self.after = *last;
        }
        Ok(page)
    }
}
