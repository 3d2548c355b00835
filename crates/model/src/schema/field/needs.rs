//! What stands in the way of a field's removal: everything that uses it.

use crate::catalog::{Action, Catalog, Deed, Definition, Field, FieldKind, Object};
use crate::expression::{Expression, Read};
use crate::fault::{Code, Fault, Faults};
use crate::schema::wording;

/// Uses of a field by what is visible; each must go first.
pub(super) fn uses(catalog: &Catalog, object: &Definition, field: &Field) -> Faults {
    let name = format!("{}.{}", object.name, field.name);
    let mut uses = Vec::new();
    let mut add = |what: String, hint: &'static str| uses.push((what, hint));
    for key in object.keys.iter().filter(|key| key.fields.contains(&field.number)) {
        add(format!("the key `{}.{}`", object.name, key.name), "drop the key first");
    }
    for stamp in object.fields.iter().filter(|other| other.is_visible() && other.stamp == Some(field.number))
    {
        add(format!("the time in `{}.{}`", object.name, stamp.name), "remove that field first");
    }
    for rule in object.rules.iter().filter(|rule| rule.field == Some(field.number)) {
        add(format!("the rule `{}.{}`", object.name, rule.name), "change or drop the rule first");
    }
    for matching in &object.matching {
        if matching.on.iter().any(|term| term.field == field.number) {
            let what = format!("the matching rule `{}.{}`", object.name, matching.name);
            add(what, "change or drop the matching rule first");
        }
    }
    for other in catalog.visible() {
        for action in other.actions.iter().filter(|action| sets(other, action, object, field)) {
            add(format!("the action `{}.{}`", other.name, action.name), "change or drop the action first");
        }
    }
    for rollup in rollups(catalog, object, field, |each| each.is_shown) {
        add(format!("the roll-up `{rollup}`"), "remove the roll-up first");
    }
    for place in wording::naming(catalog, object.number, field, None) {
        add(place, "change the expression first");
    }
    uses.dedup_by(|one, other| one.0 == other.0);
    let fault = |(what, hint): (String, &'static str)| {
        Fault::new(Code::Referenced, format!("{what} uses `{name}`")).hint(hint)
    };
    uses.into_iter().map(fault).collect()
}

/// What was removed and is still kept up to date from the field: it must be purged first.
pub(super) fn hidden_uses(catalog: &Catalog, object: &Definition, field: &Field) -> Faults {
    kept_from(rollups(catalog, object, field, |each| !each.is_shown), field)
}

/// Roll-ups that were removed and choose records by the field: without its name their
/// filters would say nothing, and they could not be kept up to date.
pub(super) fn hidden_filters(catalog: &Catalog, object: &Definition, field: &Field) -> Faults {
    kept_from(rollups(catalog, object, field, |each| !each.is_shown && each.is_by_name), field)
}

fn kept_from(rollups: Vec<String>, field: &Field) -> Faults {
    let fault = |rollup: String| {
        let problem =
            format!("the roll-up `{rollup}`, which was removed, is kept up to date from `{}`", field.name);
        Fault::new(Code::Referenced, problem).hint("purge it first: DELETE with `hard=true`")
    };
    rollups.into_iter().map(fault).collect()
}

/// How a roll-up uses a field.
struct Use {
    /// Whether the wire shows the roll-up.
    is_shown: bool,
    /// Whether its filter names the field.
    is_by_name: bool,
}

/// The roll-ups that lead through a field, compute over it or, where they are hidden,
/// choose records by it. (What is visible and says so in its filter is found by the wording.)
fn rollups(
    catalog: &Catalog,
    object: &Definition,
    field: &Field,
    is_meant: impl Fn(&Use) -> bool,
) -> Vec<String> {
    let mut found = Vec::new();
    for source in catalog.rollups_from(object.number) {
        let Some(parent) = catalog.object(source.parent) else { continue };
        let Some(rollup) = parent.slot(source.rollup).map(|slot| &parent.fields()[slot]) else { continue };
        let FieldKind::Rollup { function, .. } = &rollup.kind else { continue };
        let is_by_number = source.via == field.number || function.of() == Some(field.number);
        let is_shown = rollup.is_visible() && parent.removed.is_none();
        let is_by_name = !is_shown && is_filtered_by(parent, rollup, field);
        if (is_by_number || is_by_name) && is_meant(&Use { is_shown, is_by_name }) {
            found.push(format!("{}.{}", parent.name, rollup.name));
        }
    }
    found
}

/// Whether the filter of a roll-up reads a field.
fn is_filtered_by(parent: &Object, rollup: &Field, field: &Field) -> bool {
    let filter = parent.expressions().filter(rollup.number);
    let mut reads = filter.into_iter().flat_map(Expression::reads);
    reads.any(|path| path.read == Read::Field(field.number))
}

/// Whether a step of an action of `own` sets or looks for a field.
fn sets(own: &Definition, action: &Action, object: &Definition, field: &Field) -> bool {
    action.steps.iter().any(|step| {
        let (target, by) = match &step.deed {
            Deed::Create { object } => (*object, [].as_slice()),
            Deed::FindOrCreate { object, by } => (*object, by.as_slice()),
            Deed::Update => (own.number, [].as_slice()),
        };
        target == object.number
            && (by.contains(&field.number) || step.set.iter().any(|setting| setting.field == field.number))
    })
}
