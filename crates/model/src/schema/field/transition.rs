//! From one definition of a field to another: what is never allowed, and what the
//! records there are must allow.

use super::computed;
use crate::catalog::{Definition, Field, FieldKind, SelectOption};
use crate::decimal::Decimal;
use crate::fault::{Code, Fault};
use crate::id::ObjectNo;
use crate::schema::key;
use crate::schema::members::Members;
use crate::schema::step::{Condition, Step};
use crate::value::Currency;

/// The new definition with what the old one settled for good: the name of the columns
/// and the order of the targets, to which new ones are added.
pub(super) fn settle(old: &Field, mut new: Field) -> Field {
    new.first_name.clone_from(&old.first_name);
    new.generation = old.generation;
    new.widening.clone_from(&old.widening);
    new.state = old.state;
    if let (FieldKind::Reference { to: before, .. }, FieldKind::Reference { to, .. }) =
        (&old.kind, &mut new.kind)
    {
        to.sort_by_key(|target| before.iter().position(|other| other == target).unwrap_or(before.len()));
    }
    new
}

/// Notes what the new definition must not take away, and keys that it would not suit.
pub(super) fn check(members: &mut Members<'_>, old: &Field, new: &Field, after: &Definition) {
    computed::check_change(members, old, new);
    match (&old.kind, &new.kind) {
        (FieldKind::Reference { to: before, .. }, FieldKind::Reference { to, .. })
            if !to.starts_with(before) =>
        {
            let fault = Fault::new(Code::InvalidDefinition, "targets can only be added");
            members.refuse("to", fault.hint("name those there are as well; drop the field to be rid of one"));
        }
        (FieldKind::Currency { currencies: before, .. }, FieldKind::Currency { currencies, .. })
            if !is_wider(before, currencies) =>
        {
            let fault = Fault::new(Code::InvalidDefinition, "currencies can only be added");
            members.refuse("currencies", fault.hint("`[]` allows every currency"));
        }
        _ => {}
    }
    let member = match &new.kind {
        FieldKind::Reference { .. } => "to",
        _ => "max_length",
    };
    for key in after.keys.iter().filter(|key| key.fields.contains(&new.number)) {
        if let Err(fault) = key::check(key, &after.fields) {
            let message = format!("the key `{}` uses the field: {}", key.name, fault.message);
            members.refuse(member, Fault { message, ..fault });
        }
    }
}

/// Whether all that was allowed still is; an empty list allows every currency.
fn is_wider(before: &[Currency], after: &[Currency]) -> bool {
    after.is_empty() || (!before.is_empty() && before.iter().all(|currency| after.contains(currency)))
}

/// What the database does: checks of the records first, then new columns.
pub(super) fn steps(before: &Definition, after: &Definition, old: &Field, new: &Field) -> Vec<Step> {
    let mut steps = Vec::new();
    // What is evaluated whenever it is read, the database knows nothing of.
    if new.is_virtual() {
        return steps;
    }
    let mut refuse = |found: Condition, problem: String| {
        let message = format!("`{}`: {problem}", new.name);
        steps.push(Step::Refuse { object: Box::new(before.clone()), found, message });
    };
    let number = new.number;
    if new.required && !old.required {
        refuse(Condition::Null(number), "records have no value, so that it cannot be required".to_owned());
    }
    match (&old.kind, &new.kind) {
        (FieldKind::Text { max_length: before }, FieldKind::Text { max_length })
        | (FieldKind::LongText { max_length: before }, FieldKind::LongText { max_length })
            if max_length < before =>
        {
            refuse(
                Condition::LongerThan(number, *max_length),
                format!("records have values longer than {max_length}"),
            );
        }
        (FieldKind::Integer { min: low, max: high }, FieldKind::Integer { min, max })
            if is_narrower((*low, *high), (*min, *max)) =>
        {
            refuse(
                Condition::OutsideIntegers(number, *min, *max),
                "records have values beyond the bounds".to_owned(),
            );
        }
        (FieldKind::Decimal { scale, min: low, max: high, .. }, FieldKind::Decimal { min, max, .. }) => {
            let scaled = |bound: &Option<String>| {
                bound.as_deref().and_then(|text| Decimal::parse(text, *scale).ok()).map(Decimal::unscaled)
            };
            let (min, max) = (scaled(min), scaled(max));
            if is_narrower((scaled(low), scaled(high)), (min, max)) {
                refuse(
                    Condition::OutsideDecimals(number, min, max),
                    "records have values beyond the bounds".to_owned(),
                );
            }
        }
        (FieldKind::Select { options: before }, FieldKind::Select { options })
        | (FieldKind::MultiSelect { options: before }, FieldKind::MultiSelect { options }) => {
            for value in removed(before, options) {
                let problem = format!("records have the option `{value}`");
                refuse(Condition::HasOption(number, value), problem);
            }
        }
        (FieldKind::Reference { to: before, .. }, FieldKind::Reference { to, .. }) => {
            steps.extend(added_targets(after, new, &to[before.len().min(to.len())..]));
        }
        _ => {}
    }
    steps
}

fn is_narrower(old: (Option<i64>, Option<i64>), new: (Option<i64>, Option<i64>)) -> bool {
    let raised = new.0.is_some_and(|min| old.0.is_none_or(|before| min > before));
    let lowered = new.1.is_some_and(|max| old.1.is_none_or(|before| max < before));
    raised || lowered
}

fn removed(before: &[SelectOption], after: &[SelectOption]) -> Vec<String> {
    let gone = before.iter().filter(|option| after.iter().all(|other| other.value != option.value));
    gone.map(|option| option.value.clone()).collect()
}

fn added_targets(after: &Definition, field: &Field, targets: &[ObjectNo]) -> Vec<Step> {
    let step = |target: &ObjectNo| Step::AddTarget {
        object: Box::new(after.clone()),
        field: field.number,
        target: *target,
    };
    targets.iter().map(step).collect()
}
