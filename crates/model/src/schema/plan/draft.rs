//! A plan in the making: the steps so far, and the catalog that they make.

use super::effect::describe;
use super::{Mode, Plan, PlannedStep};
use crate::catalog::{Catalog, Definition, Object};
use crate::fault::{Code, Fault, Faults};
use crate::journal::SchemaVersion;
use crate::limits::PLAN_STEPS_MAX;
use crate::schema::{SchemaChange, decide};
use crate::time::Timestamp;

/// A plan in the making.
pub(super) struct Draft {
    pub(super) catalog: Catalog,
    pub(super) mode: Mode,
    pub(super) faults: Faults,
    pub(super) skipped: Vec<String>,
    steps: Vec<PlannedStep>,
    next: SchemaVersion,
    at: Timestamp,
}

/// A place to come back to.
pub(super) struct Mark {
    catalog: Catalog,
    steps: usize,
}

impl Draft {
    /// No step yet.
    pub(super) fn new(present: &Catalog, mode: Mode, at: Timestamp) -> Self {
        let next = SchemaVersion(present.version().0 + 1);
        Self {
            catalog: present.with(present.version(), []),
            mode,
            faults: Faults::new(),
            skipped: Vec::new(),
            steps: Vec::new(),
            next,
            at,
        }
    }

    /// Takes a step, unless it changes nothing or is refused.
    pub(super) fn take(&mut self, change: SchemaChange) -> Result<(), Faults> {
        let decision = decide(&self.catalog, &change, self.next, self.at)?;
        if decision.definitions.is_empty() {
            return Ok(());
        }
        if self.steps.len() >= PLAN_STEPS_MAX {
            let message = format!("a plan has at most {PLAN_STEPS_MAX} steps");
            return Err(vec![Fault::new(Code::LimitReached, message).hint("change the schema in parts")]);
        }
        let before = self.catalog.object(decision.object).cloned();
        let after = decision.definitions.iter().find(|definition| definition.number == decision.object);
        let step = describe(change, &decision, before.as_ref().map(|object| object.definition()), after);
        let mut rest = decision.definitions;
        if rest.len() == 1 {
            rest = rest.into_iter().filter_map(|only| self.catalog.grow(self.next, only)).collect();
        }
        if !rest.is_empty() {
            self.catalog = self.catalog.with(self.next, rest);
        }
        self.steps.push(step);
        Ok(())
    }

    /// Where the plan is, to come back to.
    pub(super) fn mark(&self) -> Mark {
        Mark { catalog: self.catalog.with(self.catalog.version(), []), steps: self.steps.len() }
    }

    /// Forgets the steps since a mark.
    pub(super) fn back_to(&mut self, mark: Mark) {
        self.catalog = mark.catalog;
        self.steps.truncate(mark.steps);
    }

    /// An object that the wire shows, by its present name. A template knows it by an
    /// earlier one as well: what its owner renamed keeps its name.
    pub(super) fn shown(&self, name: &str) -> Option<&Object> {
        let object = self.catalog.object_named(name)?;
        (object.name == name || self.mode == Mode::Template).then_some(object)
    }

    /// The latest of the hidden objects that had a name.
    pub(super) fn hidden(&self, name: &str) -> Option<&Definition> {
        let hidden = self.catalog.objects().filter(|object| object.removed.is_some() && object.name == name);
        hidden
            .max_by_key(|object| object.removed.map(|removal| removal.version))
            .map(|object| object.definition())
    }

    /// Notes faults of something that stands at a pointer.
    pub(super) fn refuse(&mut self, pointer: &str, faults: Faults) {
        self.faults.extend(faults.into_iter().map(|fault| fault.under(pointer)));
    }

    /// The plan, if nothing was refused.
    pub(super) fn finish(self, base: SchemaVersion) -> Result<Plan, Faults> {
        let Self { catalog, mode: _, faults, skipped, steps, next: _, at: _ } = self;
        if faults.is_empty() { Ok(Plan { base, steps, skipped, catalog }) } else { Err(faults) }
    }
}
