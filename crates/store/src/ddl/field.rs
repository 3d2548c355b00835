//! Columns of a field: adding and dropping them, with the foreign key, the check and
//! the index of a reference.
//!
//! On SQLite constraints stand with their column, also in `create table`: a column can
//! be dropped there only if no other part of the table names it, which is why the
//! checks of a polymorphic reference look back, never forward.

use kith_model::catalog::{Catalog, Column, Definition, Field, FieldKind, Table};
use kith_model::id::{FieldNo, ObjectNo};

use super::remains::forget_field;
use super::{Subject, table_name};
use crate::dialect::Dialect;
use crate::error::{Error, Result};
use crate::text::rollup::{has_index, index_name};

/// A named constraint of a reference's column.
pub(super) struct Constraint {
    name: String,
    /// As it stands with the column.
    inline: String,
    /// As it stands alone.
    alone: String,
}

impl Constraint {
    pub(super) fn inline(&self) -> String {
        format!("constraint {} {}", self.name, self.inline)
    }
}

/// A column's name and type, with the check that keeps other values out.
pub(super) fn column_definition(dialect: Dialect<'_>, column: &Column) -> String {
    let check = dialect.column_check(&column.name, column.kind).map(|check| format!(" {check}"));
    format!("{} {}{}", column.name, dialect.column_type(column.kind), check.unwrap_or_default())
}

/// The foreign key of a reference's column, and a check that of its peers (itself
/// among them) at most one is set.
pub(super) fn reference_constraints(
    dialect: Dialect<'_>,
    catalog: &Catalog,
    field: &Field,
    column: &Column,
    peers: &[Column],
) -> Result<Vec<Constraint>> {
    let Some(target) = column.target else { return Ok(Vec::new()) };
    let suffix = format!("{}_{target}", field.number);
    let references = format!(
        "references {} (id) deferrable initially deferred",
        dialect.table(table_name(catalog, target)?)
    );
    let mut constraints = vec![Constraint {
        name: format!("kith_f{suffix}"),
        alone: format!("foreign key ({}) {references}", column.name),
        inline: references,
    }];
    if peers.len() > 1 {
        let names: Vec<&str> = peers.iter().map(|peer| peer.name.as_str()).collect();
        let check = format!("check ({})", dialect.at_most_one(&names));
        constraints.push(Constraint { name: format!("kith_c{suffix}"), alone: check.clone(), inline: check });
    }
    Ok(constraints)
}

/// The index of a reference's column: the referring records, in id order.
pub(super) fn reference_index(
    dialect: Dialect<'_>,
    table: &str,
    field: &Field,
    column: &Column,
) -> Option<String> {
    let target = column.target?;
    let table = dialect.table(table);
    Some(format!("create index kith_r{}_{target} on {table} ({}, id)", field.number, column.name))
}

/// The columns of a field, each reference column with what belongs to it.
pub(crate) fn add_field(
    dialect: Dialect<'_>,
    catalog: &Catalog,
    definition: &Definition,
    number: FieldNo,
) -> Result<Vec<String>> {
    let subject = Subject::of(definition);
    let (slot, field) = subject.field(number)?;
    let columns = &subject.table.columns[subject.table.range(slot)];
    let mut statements = Vec::new();
    for (index, column) in columns.iter().enumerate() {
        let peers = if index + 1 == columns.len() { columns } else { &[] };
        statements.extend(add_column(dialect, catalog, &subject.table, field, column, peers)?);
    }
    Ok(statements)
}

/// The column of a reference's new target. Its check covers the columns before it; the
/// checks of those stay as they are.
pub(crate) fn add_target(
    dialect: Dialect<'_>,
    catalog: &Catalog,
    definition: &Definition,
    number: FieldNo,
    target: ObjectNo,
) -> Result<Vec<String>> {
    let subject = Subject::of(definition);
    let (slot, field) = subject.field(number)?;
    let columns = &subject.table.columns[subject.table.range(slot)];
    let index = columns.iter().position(|column| column.target == Some(target)).ok_or_else(|| {
        Error::Corrupt(format!("field `{}` does not refer to object number {target}", field.name))
    })?;
    add_column(dialect, catalog, &subject.table, field, &columns[index], &columns[..=index])
}

fn add_column(
    dialect: Dialect<'_>,
    catalog: &Catalog,
    table: &Table,
    field: &Field,
    column: &Column,
    peers: &[Column],
) -> Result<Vec<String>> {
    let constraints = reference_constraints(dialect, catalog, field, column, peers)?;
    let qualified = dialect.table(&table.name);
    let mut add = format!("alter table {qualified} add column {}", column_definition(dialect, column));
    let mut statements = Vec::with_capacity(4);
    match dialect {
        // SQLite adds constraints with their column or never.
        Dialect::Sqlite => {
            for constraint in &constraints {
                add.push(' ');
                add.push_str(&constraint.inline());
            }
            statements.push(add);
        }
        // Citus takes one subcommand a statement.
        Dialect::Postgres { .. } => {
            statements.push(add);
            statements.extend(constraints.iter().map(|constraint| {
                format!("alter table {qualified} add constraint {} {}", constraint.name, constraint.alone)
            }));
        }
    }
    statements.extend(reference_index(dialect, &table.name, field, column));
    Ok(statements)
}

/// The end of a field's columns, last one first, after the indexes on them. (The
/// folded copy and the keys have steps of their own, before this one.)
pub(crate) fn drop_field(
    dialect: Dialect<'_>,
    definition: &Definition,
    number: FieldNo,
) -> Result<Vec<String>> {
    let subject = Subject::of(definition);
    let (slot, field) = subject.field(number)?;
    let columns = &subject.table.columns[subject.table.range(slot)];
    let table = dialect.table(&subject.table.name);
    let targets = columns.iter().rev().filter_map(|column| column.target);
    let mut statements: Vec<String> = targets
        .map(|target| format!("drop index {}", dialect.index(&format!("kith_r{}_{target}", field.number))))
        .collect();
    if has_index(field) {
        statements.push(format!("drop index {}", dialect.index(&index_name(field))));
    }
    let drop = |column: &Column| format!("alter table {table} drop column {}", column.name);
    statements.extend(columns.iter().rev().map(drop));
    statements.extend(drop_counter(dialect, field));
    statements.extend(forget_field(dialect, definition.number, number));
    Ok(statements)
}

/// The counter of an `auto_number` field goes with the field.
pub(super) fn drop_counter(dialect: Dialect<'_>, field: &Field) -> Option<String> {
    matches!(field.kind, FieldKind::AutoNumber { .. })
        .then(|| format!("delete from {} where field_no = {}", dialect.table("kith_counters"), field.number))
}
