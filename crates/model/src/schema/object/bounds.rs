//! The published limits of one object.

use crate::catalog::{Definition, FieldKind, Table};
use crate::fault::{Code, Fault, Faults};
use crate::limits::{ACTIONS_MAX, COLUMNS_MAX, COMPUTED_MAX, FIELDS_MAX, KEYS_MAX, ROLLUPS_MAX, RULES_MAX};

/// Checks an object as it would become.
///
/// # Errors
/// A fault for each limit that it exceeds.
pub(in crate::schema) fn check_bounds(after: &Definition) -> Result<(), Faults> {
    let rollups = after.fields.iter().filter(|field| matches!(field.kind, FieldKind::Rollup { .. })).count();
    let computed = after.fields.iter().filter(|field| field.computed.is_some()).count();
    let dropped = usize::try_from(after.columns_dropped).unwrap_or(usize::MAX);
    let columns = Table::of(after).columns.len().saturating_add(dropped);
    let counts = [
        ("fields", after.fields.len(), FIELDS_MAX),
        ("keys and indexes", after.keys.len(), KEYS_MAX),
        ("roll-ups", rollups, ROLLUPS_MAX),
        ("computed fields", computed, COMPUTED_MAX),
        ("rules", after.rules.len(), RULES_MAX),
        ("actions", after.actions.len(), ACTIONS_MAX),
        ("columns, dropped ones included", columns, COLUMNS_MAX),
    ];
    let faults: Faults = counts
        .into_iter()
        .filter(|(_, count, limit)| count > limit)
        .map(|(what, count, limit)| {
            let problem = format!("`{}` would have {count} {what}; {limit} are allowed", after.name);
            Fault::new(Code::LimitReached, problem)
        })
        .collect();
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}
