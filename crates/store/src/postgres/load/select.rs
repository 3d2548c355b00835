//! The statement for keys that have something in common.

use kith_model::catalog::{Catalog, Object};
use kith_model::id::{FieldNo, ObjectNo};
use kith_model::limits::{
    CASCADE_RECORDS_MAX, FILL_AT_ONCE_RECORDS_MAX, KEY_AT_ONCE_RECORDS_MAX, MATCH_BLOCK_MAX, MERGED_IDS_MAX,
};
use kith_model::value::{Cell, ColumnKind};

use super::{What, known, rollup_of};
use crate::ddl;
use crate::dialect::Dialect;
use crate::error::{Error, Result};
use crate::postgres::flight::Call;
use crate::text;

/// What a statement answers, its lateral select, and what that binds beside the keys.
type Select = (String, String, Vec<Cell<'static>>);

/// The statement for a group, bound to its values.
pub(super) fn call<'k>(
    dialect: Dialect<'_>,
    catalog: &Catalog,
    what: &What,
    columns: Vec<(ColumnKind, Vec<Cell<'k>>)>,
) -> Result<Call<'k>> {
    if let Some(call) = of_object(dialect, catalog, what)? {
        return Ok(call);
    }
    let (answer, select, conditions) = match ours(dialect, what) {
        Some((answer, select)) => (answer, select, Vec::new()),
        None => of_records(dialect, catalog, what, columns.len())?,
    };
    let parameters: Vec<String> = (1..=columns.len()).map(|number| format!("${number}")).collect();
    let names: Vec<String> = (0..columns.len()).map(|place| format!("c{place}")).collect();
    let call = Call::prepared(format!(
        "select k.i, {answer}\nfrom unnest({}) with ordinality as k ({}, i)\ncross join lateral (\n  {select}\n) as t",
        parameters.join(", "),
        names.join(", "),
    ));
    let call = columns.into_iter().fold(call, |call, (kind, cells)| call.bind_cells(kind, cells));
    Ok(conditions.into_iter().fold(call, Call::bind_cell))
}

/// What is asked of an object as a whole.
fn of_object<'k>(dialect: Dialect<'_>, catalog: &Catalog, what: &What) -> Result<Option<Call<'k>>> {
    Ok(Some(Call::once(match what {
        What::AnyRecord(number) => {
            let table = dialect.table(&known(catalog, *number)?.table().name);
            let trash = dialect.table("kith_trash");
            format!(
                "select exists (select 1 from {table}) or exists (select 1 from {trash} where object_no = {number})"
            )
        }
        What::FirstRecords(number) => {
            let table = dialect.table(&known(catalog, *number)?.table().name);
            format!("select id from {table} order by id limit {}", FILL_AT_ONCE_RECORDS_MAX + 1)
        }
        What::BuildsApart(number) => {
            let more = ddl::has_more_than(dialect, known(catalog, *number)?, KEY_AT_ONCE_RECORDS_MAX);
            format!("select exists ({more})")
        }
        What::UnfinishedJobs => dialect.text(text::job::UNFINISHED),
        _ => return Ok(None),
    })))
}

/// What is asked of records.
fn of_records(dialect: Dialect<'_>, catalog: &Catalog, what: &What, keys: usize) -> Result<Select> {
    let bound = CASCADE_RECORDS_MAX + 1;
    Ok(match what {
        What::Row(number) => {
            let object = known(catalog, *number)?;
            let table = dialect.table(&object.table().name);
            let names: Vec<&str> = object.table().columns.iter().map(|column| column.name.as_str()).collect();
            let answer = names.iter().map(|name| format!("t.{name}")).collect::<Vec<_>>().join(", ");
            (answer, format!("select {} from {table} where id = k.c0 limit 1", names.join(", ")), Vec::new())
        }
        What::Unique(number, _, set) => {
            let object = known(catalog, *number)?;
            let table = dialect.table(&object.table().name);
            let equal: Vec<String> = set
                .iter()
                .enumerate()
                .map(|(place, index)| format!("{} = k.c{place}", object.table().columns[*index].name))
                .collect();
            let select = format!("select id from {table} where {} limit 1", equal.join(" and "));
            ("t.id".to_owned(), select, Vec::new())
        }
        What::Children(number, field, to) => {
            let object = known(catalog, *number)?;
            let table = dialect.table(&object.table().name);
            let column = reference(object, *field, *to)?;
            let select = format!("select id from {table} where {column} = k.c0 order by id limit {bound}");
            ("t.id".to_owned(), select, Vec::new())
        }
        What::Extremes(parent, rollup, most) => {
            let (parent, slot) = rollup_of(catalog, *parent, *rollup)?;
            let feed = text::rollup::feed(dialect, catalog, parent, slot, keys)?;
            ("t.value, t.id".to_owned(), feed.extremes("k.c0", *most), feed.cells)
        }
        _ => return Err(Error::Corrupt("a question that is not about records".to_owned())),
    })
}

/// What is asked of our own tables.
fn ours(dialect: Dialect<'_>, what: &What) -> Option<(String, String)> {
    let bound = CASCADE_RECORDS_MAX + 1;
    Some(match what {
        What::Trash => own(dialect, &TRASH_COLUMNS, "kith_trash", "id = k.c0 limit 1"),
        What::TrashGroup => {
            let condition = format!("group_position = k.c0 and root_id = k.c1 order by id limit {bound}");
            own(dialect, &TRASH_COLUMNS, "kith_trash", &condition)
        }
        What::Counter => own(dialect, &["next"], "kith_counters", "field_no = k.c0 limit 1"),
        What::Answer => {
            own(dialect, &["request", "last_position", "body"], "kith_answers", "key = k.c0 limit 1")
        }
        What::Task => own(dialect, &["id"], "kith_tasks", "id = k.c0 and state = 'running' limit 1"),
        What::Job => own(dialect, &text::job::COLUMNS, "kith_jobs", "id = k.c0 limit 1"),
        What::Token => own(dialect, &["id"], "kith_tokens", "id = k.c0 and revoked_at is null limit 1"),
        What::Filed => {
            let condition = format!(
                "object_no = k.c0 and matching_no = k.c1 and key = k.c2 order by record_id limit {MATCH_BLOCK_MAX}"
            );
            own(dialect, &["record_id"], "kith_match_keys", &condition)
        }
        What::Dismissed => ("t.id".to_owned(), dismissed(dialect)),
        What::Merged => own(dialect, &["into_id"], "kith_merged", "id = k.c0 limit 1"),
        What::Aliases => {
            let condition = format!("into_id = k.c0 order by id limit {}", MERGED_IDS_MAX + 1);
            own(dialect, &["id"], "kith_merged", &condition)
        }
        _ => return None,
    })
}

const TRASH_COLUMNS: [&str; 5] = ["object_no", "id", "group_position", "root_id", "document"];

/// The records of pairs that somebody dismissed, from either side.
fn dismissed(dialect: Dialect<'_>) -> String {
    let table = dialect.table("kith_duplicates");
    format!(
        "select second_id as id from {table} where first_id = k.c0 and state = 'dismissed'
  union all
  select first_id as id from {table} where second_id = k.c0 and state = 'dismissed'"
    )
}

/// The columns to answer and the select, of one of our own tables.
fn own(dialect: Dialect<'_>, columns: &[&str], table: &str, condition: &str) -> (String, String) {
    let answer: Vec<String> = columns.iter().map(|column| format!("t.{column}")).collect();
    let select = format!("select {} from {} where {condition}", columns.join(", "), dialect.table(table));
    (answer.join(", "), select)
}

/// The column of a reference field for one of its targets.
fn reference(object: &Object, field: FieldNo, to: ObjectNo) -> Result<&str> {
    let slot = object.slot(field);
    let columns = slot.map_or(&[][..], |slot| &object.table().columns[object.table().range(slot)]);
    let column = columns.iter().find(|column| column.target == Some(to));
    column
        .map(|column| column.name.as_str())
        .ok_or_else(|| Error::Corrupt(format!("field {field} does not refer to object {to}")))
}
