//! Giving a field a wider type. Where its columns hold both alike, that is all; else its
//! values are first written in the new form beside the old one, and when all of them
//! are, the new columns take the place of the old.

use serde_json::{Map, Value as Json};

use super::kind;
use crate::catalog::{Catalog, Definition, Field, FieldKind, FieldState, Key};
use crate::decimal::DIGITS_MAX;
use crate::fault::{Code, Fault, Faults};
use crate::id::FieldNo;
use crate::journal::SchemaVersion;
use crate::schema::decide::{Decision, revise, summary};
use crate::schema::document::field_document;
use crate::schema::step::{Condition, Step};
use crate::schema::task::TaskState;
use crate::schema::widen::{Widening, widening, wider_types};
use crate::value;

/// Whether a patch asks for another type, or for more digits.
pub(super) fn is_asked(old: &Field, present: &Map<String, Json>, patch: &Map<String, Json>) -> bool {
    let differs = |member: &str| {
        patch.get(member).is_some_and(|given| !given.is_null() && present.get(member) != Some(given))
    };
    let is_wider = patch
        .get("type")
        .and_then(Json::as_str)
        .is_some_and(|to| to == old.kind.name() || wider_types(old.kind.name()).contains(&to));
    if differs("type") {
        return is_wider;
    }
    match old.kind {
        FieldKind::Decimal { .. } => differs("precision") || differs("scale"),
        FieldKind::Currency { .. } => differs("scale"),
        _ => false,
    }
}

/// The document of the field without what its new type does not have.
pub(super) fn without_particulars(
    present: Map<String, Json>,
    patch: &Map<String, Json>,
) -> Map<String, Json> {
    let Some(to) = patch.get("type").and_then(Json::as_str) else { return present };
    let known = kind::particulars(to);
    let own = present.get("type").and_then(Json::as_str).map(kind::particulars).unwrap_or_default();
    present
        .into_iter()
        .filter(|(member, _)| known.contains(&member.as_str()) || !own.contains(&member.as_str()))
        .collect()
}

/// What is wrong with giving a field this type; nothing, when the type stays.
pub(super) fn check(catalog: &Catalog, object: &Definition, old: &Field, new: &Field) -> Option<Fault> {
    let how = change(old, new)?;
    let refuse = |problem: String| Some(Fault::new(Code::InvalidDefinition, problem).at("type"));
    let Some(_) = how else {
        let fault = refuse(format!("`{}` cannot become `{}`", old.kind.name(), new.kind.name()))?;
        let hint = match wider_types(old.kind.name()) {
            [] => "add another field".to_owned(),
            types => format!("it can become {}, with no fewer digits", types.join(", ")),
        };
        return Some(fault.hint(hint));
    };
    if old.is_read_only() || new.is_read_only() {
        return refuse("what Kith sets keeps its type".to_owned());
    }
    if old.widening.is_some() {
        let fault = Fault::new(Code::InvalidDefinition, "the field is being given another type already");
        return Some(fault.at("type").hint("wait for its task to end"));
    }
    let is_summed = catalog.rollups_from(object.number).iter().any(|source| {
        let rollup = catalog
            .object(source.parent)
            .and_then(|parent| parent.slot(source.rollup).map(|slot| parent.fields()[slot].kind.clone()));
        matches!(rollup, Some(FieldKind::Rollup { function, .. }) if function.of() == Some(old.number))
    });
    if is_summed {
        let fault = Fault::new(Code::Referenced, format!("a roll-up computes over `{}`", old.name));
        return Some(fault.at("type").hint("drop the roll-up first"));
    }
    None
}

/// How a field's type changes: not at all, or in a way that can or cannot be.
fn change(old: &Field, new: &Field) -> Option<Option<Widening>> {
    let digits = |kind: &FieldKind| match kind {
        FieldKind::Decimal { precision, scale, .. } => Some((*precision, *scale)),
        FieldKind::Currency { scale, .. } => Some((0, *scale)),
        _ => None,
    };
    let is_same = old.kind.name() == new.kind.name() && digits(&old.kind) == digits(&new.kind);
    (!is_same).then(|| widening(&old.kind, &new.kind))
}

/// Whether the values must be written anew.
pub(super) fn is_rewrite(old: &Field, new: &Field) -> bool {
    change(old, new) == Some(Some(Widening::Rewrite))
}

/// The field with its new type on the way: what is written from now on fits both types.
pub(super) fn begun(old: &Field, new: &Field) -> Field {
    let kind = match (&old.kind, &new.kind) {
        (FieldKind::Integer { min, max }, FieldKind::Decimal { precision, scale, .. }) => {
            let most = most(*precision, *scale);
            FieldKind::Integer {
                min: Some(min.map_or(-most, |min| min.max(-most))),
                max: Some(max.map_or(most, |max| max.min(most))),
            }
        }
        (kind, _) => kind.clone(),
    };
    Field {
        kind,
        default: old.default.clone(),
        widening: Some(Box::new(new.kind.clone())),
        state: FieldState::Filling,
        generation: old.generation,
        ..new.clone()
    }
}

/// What the database does at the beginning: the records are looked at, and the column
/// is added.
pub(super) fn begin(before: &Definition, after: &Definition, old: &Field, new: &Field) -> Vec<Step> {
    let mut steps = Vec::new();
    let Some(wider) = new.widening.as_deref().filter(|_| old.widening.is_none()) else {
        steps.extend(longer(before, old, new));
        return steps;
    };
    if let (FieldKind::Integer { .. }, FieldKind::Decimal { precision, scale, .. }) = (&old.kind, wider) {
        let most = most(*precision, *scale);
        let message = format!("`{}`: records have values of too many digits", new.name);
        let found = Condition::OutsideIntegers(old.number, Some(-most), Some(most));
        steps.push(Step::Refuse { object: Box::new(before.clone()), found, message });
    }
    if let (FieldKind::Currency { scale: from, .. }, FieldKind::Currency { scale, .. }) = (&old.kind, wider) {
        let most = most(DIGITS_MAX, scale.saturating_sub(*from));
        let message = format!("`{}`: records have amounts of too many digits", new.name);
        let found = Condition::OutsideDecimals(old.number, Some(-most), Some(most));
        steps.push(Step::Refuse { object: Box::new(before.clone()), found, message });
    }
    steps.push(Step::AddWider { object: Box::new(after.clone()), field: old.number });
    steps
}

/// What becomes a text must not be longer than the text may be.
fn longer(before: &Definition, old: &Field, new: &Field) -> Option<Step> {
    let FieldKind::Text { max_length } = new.kind else { return None };
    if matches!(old.kind, FieldKind::Text { .. }) {
        return None;
    }
    let message = format!("`{}`: records have values longer than {max_length}", new.name);
    let found = Condition::LongerThan(old.number, max_length);
    Some(Step::Refuse { object: Box::new(before.clone()), found, message })
}

/// The greatest integer that a decimal of these digits can hold.
fn most(precision: u8, scale: u8) -> i64 {
    10_i64.saturating_pow(u32::from(precision.saturating_sub(scale))).saturating_sub(1)
}

/// The object with the new columns in place of the old, and what the database does for
/// it; nothing, when the field is not being given a wider type.
pub(crate) fn contracted(
    catalog: &Catalog,
    before: &Definition,
    number: FieldNo,
) -> Option<(Definition, Vec<Step>)> {
    let old = before.fields.iter().find(|field| field.number == number)?;
    let mut wide = Field { state: FieldState::Ready, ..old.widened()? };
    let default = old.default.as_ref().and_then(|default| value::read(&wide, default, catalog).ok());
    wide.default = default.map(|default| value::render(&wide, &default, catalog));
    let mut after = before.clone();
    after.fields.iter_mut().filter(|field| field.number == number).for_each(|field| field.clone_from(&wide));
    let object = || Box::new(before.clone());
    let message = format!("`{}`: values cannot be given the type `{}`", old.name, wide.kind.name());
    let mut steps = vec![Step::Refuse { object: object(), found: Condition::NotWidened(number), message }];
    let is_on_it = |key: &&Key| key.fields.contains(&number) && key.state.is_ready();
    let keys: Vec<&Key> = before.keys.iter().filter(is_on_it).collect();
    steps.extend(keys.iter().map(|key| Step::DropKey { object: object(), key: (*key).clone() }));
    steps.push(Step::DropNarrow { object: object(), field: number });
    let made =
        keys.iter().map(|key| Step::CreateKey { object: Box::new(after.clone()), key: (*key).clone() });
    steps.extend(made);
    Some((after, steps))
}

/// Decides the end of the task that has written the values anew.
pub(in crate::schema) fn widened(
    catalog: &Catalog,
    before: &Definition,
    number: FieldNo,
    state: TaskState,
    next: SchemaVersion,
) -> Result<Option<Decision>, Faults> {
    let Some((after, steps)) = contracted(catalog, before, number) else { return Ok(None) };
    let (action, after, steps) = match state {
        TaskState::Done => ("field.widened", after, steps),
        TaskState::Running | TaskState::Failed => {
            let mut after = before.clone();
            for field in after.fields.iter_mut().filter(|field| field.number == number) {
                field.widening = None;
                field.state = FieldState::Ready;
            }
            let steps = vec![Step::DropWider { object: Box::new(before.clone()), field: number }];
            ("field.not_widened", after, steps)
        }
    };
    let after = revise(before, after, next)?;
    let Some(field) = after.fields.iter().find(|field| field.number == number).cloned() else {
        return Ok(None);
    };
    let result = field_document(&after, &field, catalog);
    let account = summary(action, &after.name, Some(("field", &field.name)), Json::Null, result.clone());
    Ok(Some(Decision::of(after, steps, account, result)))
}

#[cfg(test)]
mod tests {
    use super::most;

    #[test]
    fn integers_fit_the_digits_before_the_point() {
        assert_eq!(most(18, 2), 9_999_999_999_999_999);
        assert_eq!(most(2, 2), 0);
    }
}
