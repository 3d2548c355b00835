//! Making and dropping an object's table.

use kith_model::catalog::{Catalog, Definition, FieldKind, SYSTEM_COLUMNS};

use super::Subject;
use super::field::{column_definition, reference_constraints, reference_index};
use super::fill::index_rollup;
use super::key::create_index;
use super::remains::forget_object;
use crate::dialect::Dialect;
use crate::error::Result;
use crate::text::rollup::{has_index, index_name};

/// The table with its primary key and the foreign keys and checks of its references,
/// then its indexes. Columns added later look as if they had been here from the start.
pub(crate) fn create_table(
    dialect: Dialect<'_>,
    catalog: &Catalog,
    definition: &Definition,
) -> Result<Vec<String>> {
    let subject = Subject::of(definition);
    let number = definition.number;
    let mut lines = Vec::with_capacity(subject.table.columns.len());
    for column in &subject.table.columns[..SYSTEM_COLUMNS.len()] {
        let key = if column.name == "id" {
            format!(" constraint kith_p{number} primary key")
        } else {
            String::new()
        };
        lines.push(format!("  {} not null{key}", column_definition(dialect, column)));
    }
    let mut indexes = Vec::new();
    for (slot, field) in definition.fields.iter().enumerate() {
        let columns = &subject.table.columns[subject.table.range(slot)];
        for (index, column) in columns.iter().enumerate() {
            let mut line = format!("  {}", column_definition(dialect, column));
            // A polymorphic reference's check covers all its columns, so the last has it.
            let peers = if index + 1 == columns.len() { columns } else { &[] };
            for constraint in reference_constraints(dialect, catalog, field, column, peers)? {
                line.push_str("\n    ");
                line.push_str(&constraint.inline());
            }
            lines.push(line);
            indexes.extend(reference_index(dialect, &subject.table.name, field, column));
        }
        if let Some(fold) = subject.table.fold(slot) {
            lines.push(format!("  {}", column_definition(dialect, &subject.table.columns[fold])));
        }
    }
    let table = dialect.table(&subject.table.name);
    let mut statements = vec![
        format!("create table {table} (\n{}\n){}", lines.join(",\n"), dialect.table_options()),
        format!("create index kith_u{number} on {table} (updated_at, id)"),
    ];
    statements.extend(indexes);
    for field in &definition.fields {
        let is_own = matches!(&field.kind, FieldKind::Rollup { from, .. } if *from == number);
        if is_own {
            statements.extend(index_rollup(dialect, definition, field.number, definition)?);
        }
    }
    statements.extend(definition.keys.iter().map(|key| create_index(dialect, &subject, key)));
    Ok(statements)
}

/// The end of the table, of the object's trash, and of all that our own tables have of it.
pub(crate) fn drop_table(dialect: Dialect<'_>, definition: &Definition) -> Vec<String> {
    let subject = Subject::of(definition);
    // Indexes of its roll-ups stand with the tables that feed them.
    let over_others = definition.fields.iter().filter(|field| {
        has_index(field) && !matches!(field.kind, FieldKind::Rollup { from, .. } if from == definition.number)
    });
    let mut statements: Vec<String> =
        over_others.map(|field| format!("drop index {}", dialect.index(&index_name(field)))).collect();
    statements.extend([
        format!("drop table {}", dialect.table(&subject.table.name)),
        format!("delete from {} where object_no = {}", dialect.table("kith_trash"), definition.number),
    ]);
    statements
        .extend(definition.fields.iter().filter_map(|field| super::field::drop_counter(dialect, field)));
    statements.extend(forget_object(dialect, definition.number));
    statements
}
