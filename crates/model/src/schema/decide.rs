//! From a schema change to what it does: new definitions, steps for the database, and
//! what the journal and the caller are told. Pure.

use serde_json::{Value as Json, json};

use super::change::SchemaChange;
use super::expressions::Prospect;
use super::step::Step;
use super::{action, field, key, matching, object, rule, task};
use crate::catalog::{Catalog, Definition, Removal, Table};
use crate::fault::Faults;
use crate::id::ObjectNo;
use crate::journal::SchemaVersion;
use crate::time::Timestamp;

/// What a schema change does.
#[derive(Clone, PartialEq, Debug)]
pub struct Decision {
    /// The object that it is about.
    pub object: ObjectNo,
    /// The definitions that change; none when everything is as asked for already.
    pub definitions: Vec<Definition>,
    /// What the database does, in order.
    pub steps: Vec<Step>,
    /// The journal's account: `action`, names, and the documents before and after.
    pub summary: Json,
    /// The document to answer; null when the thing is gone.
    pub result: Json,
}

/// Decides a schema change against the catalog in force; `next` is the version that it
/// would make, `at` the time of its transaction.
///
/// # Errors
/// Everything that is wrong with it.
pub fn decide(
    catalog: &Catalog,
    change: &SchemaChange,
    next: SchemaVersion,
    at: Timestamp,
) -> Result<Decision, Faults> {
    let decision = dispatch(catalog, change, next, at)?;
    // Whatever it changed: no expression may be left behind that does not suit any more.
    let faults = Prospect::new(catalog, &decision.definitions).broken();
    if faults.is_empty() { Ok(decision) } else { Err(faults) }
}

fn dispatch(
    catalog: &Catalog,
    change: &SchemaChange,
    next: SchemaVersion,
    at: Timestamp,
) -> Result<Decision, Faults> {
    let removal = Removal { at, version: next };
    match change {
        SchemaChange::CreateObject(input) => object::create(catalog, input, next),
        SchemaChange::UpdateObject { object, patch } => object::update(catalog, object, patch, next),
        SchemaChange::RemoveObject { object } => object::remove(catalog, object, removal),
        SchemaChange::RestoreObject { object, number, patch } => {
            object::restore(catalog, (object, *number), patch, next)
        }
        SchemaChange::PurgeObject { object, number, with_records } => {
            object::purge(catalog, (object, *number), *with_records, next)
        }
        SchemaChange::CreateField { object, field } => field::create(catalog, object, field, next),
        SchemaChange::UpdateField { object, field, patch } => {
            field::update(catalog, object, field, patch, next)
        }
        SchemaChange::RemoveField { object, field } => field::remove(catalog, object, field, removal),
        SchemaChange::RestoreField { object, field, number, patch } => {
            field::restore(catalog, object, (field, *number), patch, next)
        }
        SchemaChange::PurgeField { object, field, number } => {
            field::purge(catalog, object, (field, *number), next)
        }
        SchemaChange::CreateKey { object, key } => key::create(catalog, object, key, next),
        SchemaChange::UpdateKey { object, key, patch } => key::update(catalog, object, key, patch, next),
        SchemaChange::DropKey { object, key } => key::drop(catalog, object, key, next),
        SchemaChange::CreateRule { object, rule } => rule::create(catalog, object, rule, next),
        SchemaChange::UpdateRule { object, rule, patch } => rule::update(catalog, object, rule, patch, next),
        SchemaChange::DropRule { object, rule } => rule::drop(catalog, object, rule, next),
        SchemaChange::CreateMatching { object, matching } => {
            matching::create(catalog, object, matching, next)
        }
        SchemaChange::DropMatching { object, matching } => matching::drop(catalog, object, matching, next),
        SchemaChange::ReadyMatching { object, rules } => matching::ready(catalog, *object, rules, next),
        SchemaChange::CreateAction { object, action } => action::create(catalog, object, action, next),
        SchemaChange::UpdateAction { object, action, patch } => {
            action::update(catalog, object, action, patch, next)
        }
        SchemaChange::EndTask(end) => task::end(catalog, end, next),
        SchemaChange::DropAction { object, action } => action::drop(catalog, object, action, next),
    }
}

impl Decision {
    /// A change that changes nothing.
    pub(super) fn unchanged(object: &Definition, result: Json) -> Self {
        Self {
            object: object.number,
            definitions: Vec::new(),
            steps: Vec::new(),
            summary: Json::Null,
            result,
        }
    }

    /// A change of one object.
    pub(super) fn of(after: Definition, steps: Vec<Step>, summary: Json, result: Json) -> Self {
        Self { object: after.number, definitions: vec![after], steps, summary, result }
    }

    /// The same with the definitions of other objects that follow it.
    pub(super) fn followed_by(mut self, others: Vec<Definition>) -> Self {
        self.definitions.extend(others);
        self
    }
}

/// An object's next state, from a copy that was changed: counts the columns that its
/// table loses, and checks the bounds.
pub(super) fn revise(
    before: &Definition,
    after: Definition,
    next: SchemaVersion,
) -> Result<Definition, Faults> {
    let (old, new) = (Table::of(before), Table::of(&after));
    let lost =
        old.columns.iter().filter(|column| new.columns.iter().all(|other| other.name != column.name)).count();
    let columns_dropped = before.columns_dropped + u32::try_from(lost).unwrap_or(u32::MAX);
    let after = Definition { schema_version: next, columns_dropped, ..after };
    object::check_bounds(&after)?;
    Ok(after)
}

/// The steps that add the folded copies which the object's keys ask for newly.
pub(super) fn folds_added(before: &Definition, after: &Definition) -> Vec<Step> {
    let old = Table::of(before);
    let new = Table::of(after);
    let fields = after.fields.iter().enumerate();
    let added = fields.filter(|(slot, field)| {
        let before = before.fields.iter().position(|other| other.number == field.number);
        new.fold(*slot).is_some() && before.and_then(|slot| old.fold(slot)).is_none()
    });
    added.map(|(_, field)| Step::AddFold { object: Box::new(after.clone()), field: field.number }).collect()
}

/// The journal's account of a change to an object, or to a part of it (`field` or `key`,
/// with its name). Documents that are null are left out.
pub(super) fn summary(
    action: &str,
    object: &str,
    part: Option<(&str, &str)>,
    before: Json,
    after: Json,
) -> Json {
    let mut summary = json!({"action": action, "object": object});
    if let Some((noun, name)) = part {
        summary[noun] = json!(name);
    }
    for (member, document) in [("before", before), ("after", after)] {
        if !document.is_null() {
            summary[member] = document;
        }
    }
    summary
}
