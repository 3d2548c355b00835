//! Records that share the values of a unique key to be, in groups.

use kith_model::catalog::{Definition, Key};
use kith_model::fault::Fault;
use kith_model::limits::{DUPLICATE_GROUPS_MAX, FAULT_RECORDS_MAX};
use uuid::Uuid;

use super::{Subject, not_unique};
use crate::dialect::Dialect;

/// Rows read of all groups together: ten of each.
const ROWS_MAX: usize = DUPLICATE_GROUPS_MAX * FAULT_RECORDS_MAX;

/// The records of the first groups, each with its group's number.
pub(crate) fn groups(dialect: Dialect<'_>, definition: &Definition, key: &Key) -> String {
    let subject = Subject::of(definition);
    let table = dialect.table(&subject.table.name);
    let names = subject.key_columns(key);
    let columns = names.join(", ");
    let set: Vec<String> = names.iter().map(|name| format!("{name} is not null")).collect();
    let same: Vec<String> = names.iter().map(|name| format!("t.{name} = g.{name}")).collect();
    format!(
        "select t.id, g.number\nfrom (\n  select {columns}, row_number() over (order by {columns}) as number\n  \
         from {table}\n  where {}\n  group by {columns}\n  having count(*) > 1\n  order by {columns}\n  \
         limit {DUPLICATE_GROUPS_MAX}\n) as g\njoin {table} as t on {}\norder by g.number, t.id\nlimit {ROWS_MAX}",
        set.join(" and "),
        same.join(" and "),
    )
}

/// One fault for each group.
pub(crate) fn group_faults(definition: &Definition, key: &Key, rows: &[(Uuid, i64)]) -> Vec<Fault> {
    let mut groups: Vec<(i64, Vec<Uuid>)> = Vec::new();
    for (id, number) in rows {
        match groups.last_mut() {
            Some((of, ids)) if of == number => {
                if ids.len() < FAULT_RECORDS_MAX {
                    ids.push(*id);
                }
            }
            _ => groups.push((*number, vec![*id])),
        }
    }
    groups.iter().map(|(_, ids)| not_unique(definition, key, ids)).collect()
}
