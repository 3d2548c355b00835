//! A schema change, alone in its batch: what follows it must see the new catalog.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value as Json, json};

use crate::catalog::Definition;
use crate::decide::batch::{Batch, Halt};
use crate::decide::merge::{DefinitionWrite, SchemaWrite, VersionWrite};
use crate::decide::task::say_tasks;
use crate::fault::{Code, Fault};
use crate::id::ObjectNo;
use crate::journal::{Actor, ChangeKind, SchemaVersion};
use crate::operation::SchemaWork;
use crate::schema::{self, SchemaChange};

impl Batch<'_> {
    /// Decides the changes in order, each against the catalog that those before it make;
    /// answers what the last one answers, and of a plan what it came to.
    pub(super) fn decide_schema(&mut self, work: &SchemaWork, actor: Actor) -> Result<Json, Halt> {
        if !self.is_untouched() {
            return Err(Halt::Barrier);
        }
        let decided = self.decide_changes(work, actor);
        if decided.is_err() {
            // Those before the one that failed are undone with it.
            self.catalog = self.origin.clone();
        }
        decided
    }

    fn decide_changes(&mut self, work: &SchemaWork, actor: Actor) -> Result<Json, Halt> {
        let present = self.state.schema_version;
        if work.expect.is_some_and(|version| version != present) {
            return Err(outdated(present).into());
        }
        let next = SchemaVersion(present.0 + 1);
        let mut definitions: BTreeMap<ObjectNo, Definition> = BTreeMap::new();
        let mut steps = Vec::new();
        let mut result = Json::Null;
        let mut ends = Vec::new();
        let mut accounts = Vec::new();
        for change in &work.changes {
            if let SchemaChange::EndTask(end) = change {
                match self.ended(end)? {
                    Some(ended) => ends.push(ended),
                    None => continue,
                }
            }
            let at = self.at();
            let decision = schema::decide(&self.catalog, change, next, at).map_err(Halt::Faults)?;
            result = decision.result;
            if decision.definitions.is_empty() {
                continue;
            }
            self.catalog = Arc::new(self.catalog.with(next, decision.definitions.clone()));
            self.state.schema_version = next;
            let about = Some((decision.object, None));
            self.record_change(ChangeKind::SchemaChanged, about, next.0, decision.summary.to_string());
            accounts.push(in_short(decision.summary));
            definitions.extend(decision.definitions.into_iter().map(|each| (each.number, each)));
            steps.extend(decision.steps);
        }
        if work.expect.is_some() {
            result = json!({"version": self.state.schema_version, "steps": work.changes.len(), "tasks": []});
        }
        if !definitions.is_empty() {
            let mut tasks = self.see_to_records(&mut definitions, &mut steps)?;
            say_tasks(work, &tasks, &mut result);
            tasks.extend(ends);
            let definitions =
                definitions.into_values().map(|definition| DefinitionWrite { definition }).collect();
            let (position, at) = (self.state.last_position, self.at());
            let changes = Json::Array(accounts).to_string().into_boxed_str();
            let version = VersionWrite { version: next, position, at, actor, changes };
            self.schema = Some(SchemaWrite { steps, definitions, version, tasks });
        }
        Ok(result)
    }
}

/// What was done to what, without the documents before and after: those are in the journal,
/// and in the versions of the objects.
fn in_short(mut summary: Json) -> Json {
    if let Json::Object(members) = &mut summary {
        members.retain(|_, value| value.is_string());
    }
    summary
}

/// The schema moved on since the caller looked at it.
fn outdated(present: SchemaVersion) -> Fault {
    let message = format!("the schema is at version {} by now", present.0);
    Fault::new(Code::PlanOutdated, message).hint("plan again, and look at what has changed")
}
