//! From a schema change to what it does: new definitions, steps for the database, and
//! what the journal and the caller are told. Pure.

use serde_json::{Value as Json, json};

use super::change::SchemaChange;
use super::step::Step;
use super::{field, key, object};
use crate::catalog::{Catalog, Definition, Table};
use crate::fault::Faults;
use crate::id::ObjectNo;
use crate::journal::SchemaVersion;

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
/// would make.
///
/// # Errors
/// Everything that is wrong with it.
pub fn decide(catalog: &Catalog, change: &SchemaChange, next: SchemaVersion) -> Result<Decision, Faults> {
    match change {
        SchemaChange::CreateObject(input) => object::create(catalog, input, next),
        SchemaChange::UpdateObject { object, patch } => object::update(catalog, object, patch, next),
        SchemaChange::DropObject { object, with_records } => {
            object::drop(catalog, object, *with_records, next)
        }
        SchemaChange::CreateField { object, field } => field::create(catalog, object, field, next),
        SchemaChange::UpdateField { object, field, patch } => {
            field::update(catalog, object, field, patch, next)
        }
        SchemaChange::DropField { object, field } => field::drop(catalog, object, field, next),
        SchemaChange::CreateKey { object, key } => key::create(catalog, object, key, next),
        SchemaChange::DropKey { object, key } => key::drop(catalog, object, key, next),
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
