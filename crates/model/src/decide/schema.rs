//! A schema change, alone in its batch: what follows it must see the new catalog.

use std::sync::Arc;

use serde_json::Value as Json;

use crate::decide::batch::{Batch, Halt};
use crate::decide::merge::{DefinitionWrite, SchemaWrite};
use crate::journal::{ChangeKind, SchemaVersion};
use crate::schema::{self, SchemaChange};

impl Batch<'_> {
    pub(super) fn decide_schema(&mut self, change: &SchemaChange) -> Result<Json, Halt> {
        if !self.is_untouched() {
            return Err(Halt::Barrier);
        }
        let next = SchemaVersion(self.state.schema_version.0 + 1);
        let decision = schema::decide(&self.catalog, change, next).map_err(Halt::Faults)?;
        if decision.definitions.is_empty() {
            return Ok(decision.result);
        }
        self.catalog = Arc::new(self.catalog.with(next, decision.definitions.clone()));
        self.state.schema_version = next;
        let about = Some((decision.object, None));
        self.record_change(ChangeKind::SchemaChanged, about, next.0, decision.summary.to_string());
        let definitions =
            decision.definitions.into_iter().map(|definition| DefinitionWrite { definition }).collect();
        self.schema = Some(SchemaWrite { steps: decision.steps, definitions });
        Ok(decision.result)
    }
}
