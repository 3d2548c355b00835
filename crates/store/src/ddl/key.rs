//! Keys and indexes, and the case-folded copies of text fields that keys compare by.

use kith_model::catalog::{Column, Definition, Key, fold_column};
use kith_model::id::FieldNo;

use super::field::column_definition;
use super::{NAMED_MAX, Subject};
use crate::dialect::Dialect;
use crate::error::Result;

/// The index of a key. A plain one ends in the id, so that the records with one value
/// come in the order in which they are listed.
pub(super) fn create_index(dialect: Dialect<'_>, subject: &Subject<'_>, key: &Key) -> String {
    let table = dialect.table(&subject.table.name);
    let columns = subject.key_columns(key).join(", ");
    if key.unique {
        format!("create unique index kith_k{} on {table} ({columns})", key.number)
    } else {
        format!("create index kith_k{} on {table} ({columns}, id)", key.number)
    }
}

/// The index of a new key.
pub(crate) fn create_key(dialect: Dialect<'_>, definition: &Definition, key: &Key) -> String {
    create_index(dialect, &Subject::of(definition), key)
}

/// The same while the records are in use, outside of a transaction.
pub(crate) fn create_key_apart(dialect: Dialect<'_>, definition: &Definition, key: &Key) -> String {
    create_key(dialect, definition, key).replacen(" index ", " index concurrently ", 1)
}

/// Whether an object has more than so many records.
pub(crate) fn has_more_than(dialect: Dialect<'_>, definition: &Definition, count: usize) -> String {
    let table = dialect.table(&Subject::of(definition).table.name);
    format!("select 1\nfrom {table}\nlimit 1 offset {count}")
}

/// The end of a key's index; one that is being built may not be there.
pub(crate) fn drop_key(dialect: Dialect<'_>, key: &Key) -> String {
    let there = if key.state.is_ready() { "" } else { "if exists " };
    format!("drop index {there}{}", dialect.index(&format!("kith_k{}", key.number)))
}

/// Ids of records that share the values of a unique key to be.
pub(crate) fn duplicates(dialect: Dialect<'_>, definition: &Definition, key: &Key) -> String {
    let subject = Subject::of(definition);
    let table = dialect.table(&subject.table.name);
    let names = subject.key_columns(key);
    let columns = names.join(", ");
    let tuple = if names.len() == 1 { columns.clone() } else { format!("({columns})") };
    let set: Vec<String> = names.iter().map(|name| format!("{name} is not null")).collect();
    format!(
        "select id\nfrom {table}\nwhere {tuple} in (\n  select {columns}\n  from {table}\n  where {}\n  \
         group by {columns}\n  having count(*) > 1\n)\norder by {columns}, id\nlimit {NAMED_MAX}",
        set.join(" and "),
    )
}

/// The column for the folded copy of a text field; [`fold_page`] and [`fold_write`]
/// fill it.
pub(crate) fn add_fold(dialect: Dialect<'_>, definition: &Definition, number: FieldNo) -> Result<String> {
    let subject = Subject::of(definition);
    let (_, field) = subject.field(number)?;
    let table = dialect.table(&subject.table.name);
    Ok(format!("alter table {table} add column {}", column_definition(dialect, &fold_column(field))))
}

/// The texts to fold, in id order after the id `$1`, at most `$2`.
pub(crate) fn fold_page(dialect: Dialect<'_>, definition: &Definition, number: FieldNo) -> Result<String> {
    let subject = Subject::of(definition);
    let column = subject.columns(number)?.concat();
    let table = dialect.table(&subject.table.name);
    Ok(dialect.text(&format!(
        "select id, {column}\nfrom {table}\nwhere {column} is not null and id > $1\norder by id\nlimit $2"
    )))
}

/// Writes the folded text `$1` of the record `$2`.
pub(crate) fn fold_write(dialect: Dialect<'_>, definition: &Definition, number: FieldNo) -> Result<String> {
    let subject = Subject::of(definition);
    let (_, field) = subject.field(number)?;
    let table = dialect.table(&subject.table.name);
    Ok(dialect.text(&format!("update {table}\nset {} = $1\nwhere id = $2", fold_column(field).name)))
}

/// The end of a folded copy.
pub(crate) fn drop_fold(dialect: Dialect<'_>, definition: &Definition, column: &Column) -> String {
    format!("alter table {} drop column {}", dialect.table(&Subject::of(definition).table.name), column.name)
}
