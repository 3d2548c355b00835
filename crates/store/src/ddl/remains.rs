//! What is left of something that was purged, according to the database's own catalogs:
//! nothing, if all is well. The two engines keep them differently, so both answers stand
//! side by side.

use kith_model::id::{FieldNo, ObjectNo};

use crate::dialect::Dialect;

/// Something that was purged.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Purged {
    /// Its object.
    pub object: ObjectNo,
    /// The table that it was, or was in.
    pub table: String,
    /// The field that it was, or all fields of the object that it was.
    pub fields: Vec<FieldNo>,
    /// What a field's columns were named, all of them; none for a whole object.
    pub columns: Option<Vec<String>>,
}

/// What is left of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Remains {
    /// Columns.
    pub columns: i64,
    /// Indexes by its numbers, or over its columns.
    pub indexes: i64,
    /// Foreign keys and checks by its numbers.
    pub constraints: i64,
    /// Rows of our own tables that are of it alone, and deleted records that hold it.
    pub metadata: i64,
}

/// Four statements that count what is left: columns, indexes, constraints, metadata.
pub(crate) fn remains(dialect: Dialect<'_>, purged: &Purged) -> [String; 4] {
    [
        columns(dialect, purged),
        indexes(dialect, purged),
        constraints(dialect, purged),
        metadata(dialect, purged),
    ]
}

fn list<T: std::fmt::Display>(items: &[T]) -> String {
    let items: Vec<String> = items.iter().map(|item| format!("'{item}'")).collect();
    if items.is_empty() { "''".to_owned() } else { items.join(", ") }
}

fn columns(dialect: Dialect<'_>, purged: &Purged) -> String {
    let table = &purged.table;
    let only = |name: &str| {
        purged.columns.as_ref().map_or(String::new(), |columns| format!(" and {name} in ({})", list(columns)))
    };
    match dialect {
        Dialect::Sqlite => {
            format!("select count(*)\nfrom pragma_table_xinfo('{table}')\nwhere true{}", only("name"))
        }
        Dialect::Postgres { schema } => format!(
            "select count(*)\nfrom pg_attribute as a\njoin pg_class as c on c.oid = a.attrelid\n\
             join pg_namespace as n on n.oid = c.relnamespace\nwhere n.nspname = '{schema}' and c.relname = \
             '{table}' and a.attnum > 0 and not a.attisdropped{}",
            only("a.attname"),
        ),
    }
}

/// The numbers of the fields as an alternative of a regular expression.
fn numbers(purged: &Purged) -> String {
    let numbers: Vec<String> = purged.fields.iter().map(ToString::to_string).collect();
    if numbers.is_empty() { "none".to_owned() } else { numbers.join("|") }
}

/// A condition that a name is that of an index or constraint of one of the fields: a
/// letter, the field's number, and what distinguishes those of one field. (`kith_k` counts
/// keys; `kith_p` and `kith_u` count objects.)
fn is_named(dialect: Dialect<'_>, name: &str, purged: &Purged) -> String {
    const LETTERS: &str = "[a-jl-oq-tv-z]";
    match dialect {
        Dialect::Sqlite => {
            let of = |number: &FieldNo| {
                let base = format!("{name} glob 'kith_{LETTERS}{number}");
                format!("{base}' or {base}_*'")
            };
            let all: Vec<String> = purged.fields.iter().map(of).collect();
            if all.is_empty() { "false".to_owned() } else { all.join(" or ") }
        }
        Dialect::Postgres { .. } => format!("{name} ~ '^kith_{LETTERS}({})(_|$)'", numbers(purged)),
    }
}

fn indexes(dialect: Dialect<'_>, purged: &Purged) -> String {
    let (table, object) = (&purged.table, purged.object);
    let columns = purged.columns.as_ref().map(|columns| list(columns));
    match dialect {
        Dialect::Sqlite => {
            let named = is_named(dialect, "s.name", purged);
            let own = match columns {
                None => format!("s.tbl_name = '{table}' or s.name = 'kith_u{object}'"),
                Some(columns) => format!(
                    "s.tbl_name = '{table}' and exists (\n  select 1\n  from pragma_index_info(s.name) as i\n  \
                     where i.name in ({columns})\n)"
                ),
            };
            format!("select count(*)\nfrom sqlite_schema as s\nwhere s.type = 'index' and ({named} or {own})")
        }
        Dialect::Postgres { schema } => {
            let named = is_named(dialect, "c.relname", purged);
            let own = match columns {
                None => format!("t.relname = '{table}' or c.relname in ('kith_u{object}', 'kith_p{object}')"),
                Some(columns) => format!(
                    "t.relname = '{table}' and exists (\n  select 1\n  from pg_attribute as a\n  where a.attrelid \
                     = c.oid and a.attname in ({columns})\n)"
                ),
            };
            format!(
                "select count(*)\nfrom pg_index as i\njoin pg_class as c on c.oid = i.indexrelid\njoin \
                 pg_namespace as n on n.oid = c.relnamespace\njoin pg_class as t on t.oid = i.indrelid\nwhere \
                 n.nspname = '{schema}' and ({named} or {own})"
            )
        }
    }
}

fn constraints(dialect: Dialect<'_>, purged: &Purged) -> String {
    let (table, object) = (&purged.table, purged.object);
    match (dialect, &purged.columns) {
        // References of others to the table; its own constraints went with it.
        (Dialect::Sqlite, None) => format!(
            "select count(*)\nfrom sqlite_schema as s, pragma_foreign_key_list(s.name) as f\nwhere s.type = \
             'table' and f.\"table\" = '{table}'"
        ),
        // SQLite keeps the others as the text of their table.
        (Dialect::Sqlite, Some(columns)) => {
            let of = |number: &FieldNo| format!("s.sql glob '*constraint kith_[a-z]{number}_*'");
            let named: Vec<String> = purged.fields.iter().map(of).collect();
            format!(
                "select count(*)\nfrom sqlite_schema as s\nwhere s.type = 'table' and s.name = '{table}' and ({} or \
                 exists (\n  select 1\n  from pragma_foreign_key_list(s.name) as f\n  where f.\"from\" in ({})\n))",
                named.join(" or "),
                list(columns),
            )
        }
        (Dialect::Postgres { schema }, columns) => {
            let named = is_named(dialect, "o.conname", purged);
            let own = match columns {
                None => {
                    format!(" or o.conname = 'kith_p{object}' or o.conname ~ '^kith_[fc][0-9]+_{object}$'")
                }
                Some(_) => String::new(),
            };
            format!(
                "select count(*)\nfrom pg_constraint as o\njoin pg_namespace as n on n.oid = \
                 o.connamespace\nwhere n.nspname = '{schema}' and ({named}{own})"
            )
        }
    }
}

/// Counters, uses, tasks, forms that records are compared by, and the trash.
fn metadata(dialect: Dialect<'_>, purged: &Purged) -> String {
    let object = purged.object;
    let fields: Vec<String> = purged.fields.iter().map(ToString::to_string).collect();
    let fields = if fields.is_empty() { "-1".to_owned() } else { fields.join(", ") };
    let rows = |table: &str, condition: &str| {
        format!("(select count(*) from {} where {condition})", dialect.table(table))
    };
    let mut counts = vec![rows("kith_counters", &format!("field_no in ({fields})"))];
    let of_object = format!("object_no = {object}");
    match &purged.columns {
        None => {
            for table in [
                "kith_trash",
                "kith_usage",
                "kith_tasks",
                "kith_match_keys",
                "kith_duplicates",
                "kith_merged",
            ] {
                counts.push(rows(table, &of_object));
            }
        }
        Some(_) => {
            counts.push(rows("kith_usage", &format!("{of_object} and field_no in ({fields})")));
            let tasks = format!("{of_object} and kind in ({FIELD_TASKS}) and part_no in ({fields})");
            counts.push(rows("kith_tasks", &tasks));
            for field in &purged.fields {
                counts.push(rows("kith_trash", &format!("{of_object} and {}", dialect.has_trashed(*field))));
            }
        }
    }
    format!("select {}", counts.join("\n  + "))
}

/// The kinds of tasks that are about a field.
const FIELD_TASKS: &str = "'fill', 'widen'";

/// What else goes with a field than its columns: its rows in our own tables, and its
/// values in deleted records.
pub(crate) fn forget_field(dialect: Dialect<'_>, object: ObjectNo, field: FieldNo) -> Vec<String> {
    let table = |name: &str| dialect.table(name);
    vec![
        format!("delete from {} where object_no = {object} and field_no = {field}", table("kith_usage")),
        format!(
            "delete from {} where object_no = {object} and kind in ({FIELD_TASKS}) and part_no = {field}",
            table("kith_tasks")
        ),
        format!(
            "update {} set document = {} where object_no = {object} and {}",
            table("kith_trash"),
            dialect.without_trashed(field),
            dialect.has_trashed(field)
        ),
    ]
}

/// What else goes with an object than its table and its trash.
pub(crate) fn forget_object(dialect: Dialect<'_>, object: ObjectNo) -> Vec<String> {
    let tables = ["kith_usage", "kith_tasks", "kith_match_keys", "kith_duplicates", "kith_merged"];
    let delete = |name: &str| format!("delete from {} where object_no = {object}", dialect.table(name));
    tables.map(delete).into()
}
