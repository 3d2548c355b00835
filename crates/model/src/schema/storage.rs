//! How an object is stored: what `GET …/storage` shows. The names are those in the
//! database, so that people can look for themselves.

use serde_json::{Value as Json, json};

use crate::catalog::{
    Catalog, Column, Definition, Field, FieldKind, RollupFunction, RollupSource, SYSTEM_COLUMNS, Table,
};
use crate::id::{FieldNo, ObjectNo};
use crate::value::ColumnKind;

/// The table, columns, indexes and constraints of an object.
#[must_use]
pub fn storage_document(object: &Definition, catalog: &Catalog) -> Json {
    let table = Table::of(object);
    json!({
        "object": object.name,
        "table": table.name,
        "columns": columns(object, &table),
        "primary_key": {"name": format!("kith_p{}", object.number), "columns": ["id"]},
        "indexes": indexes(object, &table, catalog),
        "foreign_keys": foreign_keys(object, &table, catalog),
        "checks": checks(object, &table),
    })
}

fn columns(object: &Definition, table: &Table) -> Vec<Json> {
    let field_of = |index: usize| {
        let mut fields = object.fields.iter().enumerate();
        fields.find(|(slot, _)| table.range(*slot).contains(&index) || table.fold(*slot) == Some(index))
    };
    let mut columns = Vec::with_capacity(table.columns.len());
    for (index, column) in table.columns.iter().enumerate() {
        let (sqlite, postgres) = types(column.kind);
        let field = field_of(index);
        let is_fold = field.is_some_and(|(slot, _)| table.fold(slot) == Some(index));
        columns.push(json!({
            "name": column.name,
            "kind": kind(column.kind),
            "sqlite": sqlite,
            "postgres": postgres,
            "nullable": index >= SYSTEM_COLUMNS.len(),
            "field": field.map_or(Some(column.name.as_str()), |(_, field)| visible_name(field)),
            "removed": field.is_some_and(|(_, field)| !field.is_visible()),
            "case_folded": is_fold,
        }));
    }
    columns
}

/// Columns of what was removed are there; what they were is nobody's business any more.
fn visible_name(field: &Field) -> Option<&str> {
    field.is_visible().then_some(field.name.as_str())
}

fn indexes(object: &Definition, table: &Table, catalog: &Catalog) -> Vec<Json> {
    let names =
        |indexes: Vec<usize>| indexes.into_iter().map(|index| &table.columns[index].name).collect::<Vec<_>>();
    let updated = json!({
        "name": format!("kith_u{}", object.number), "columns": ["updated_at", "id"], "unique": false, "key": null,
    });
    let keys = object.keys.iter().map(|key| {
        json!({
            "name": format!("kith_k{}", key.number),
            "columns": names(table.key_columns(object, key)),
            "unique": key.unique,
            "key": key.name,
        })
    });
    let references = links(object, table).map(|(field, column, target)| {
        json!({"name": format!("kith_r{field}_{target}"), "columns": [column.name], "unique": false, "key": null})
    });
    let sources = catalog.rollups_from(object.number).iter();
    let extremes = sources.filter_map(|source| extreme(object, table, catalog, source));
    std::iter::once(updated).chain(keys).chain(references).chain(extremes).collect()
}

/// The index that serves the least or greatest value of the records that refer to one.
fn extreme(object: &Definition, table: &Table, catalog: &Catalog, source: &RollupSource) -> Option<Json> {
    let parent = catalog.object(source.parent)?;
    let rollup = &parent.fields()[parent.slot(source.rollup)?];
    let FieldKind::Rollup {
        function: RollupFunction::Min { of, .. } | RollupFunction::Max { of, .. }, ..
    } = &rollup.kind
    else {
        return None;
    };
    let columns = |number: FieldNo| {
        let slot = object.fields.iter().position(|field| field.number == number)?;
        Some(&table.columns[table.range(slot)])
    };
    let link = columns(source.via)?.iter().find(|column| column.target == Some(source.parent))?;
    let name = format!("kith_x{}", rollup.number);
    let value = columns(*of)?.first()?;
    Some(json!({"name": name, "columns": [link.name, value.name], "unique": false, "key": null}))
}

fn foreign_keys(object: &Definition, table: &Table, catalog: &Catalog) -> Vec<Json> {
    let table_of = |target: ObjectNo| catalog.definition(target).map(|target| Table::of(target).name);
    let keys = links(object, table).map(|(field, column, target)| {
        let references = if target == object.number { Some(table.name.clone()) } else { table_of(target) };
        json!({"name": format!("kith_f{field}_{target}"), "columns": [column.name], "references": references})
    });
    keys.collect()
}

/// That at most one column of a polymorphic reference is set. The check on the last
/// target covers those before it; earlier ones may stand beside it.
fn checks(object: &Definition, table: &Table) -> Vec<Json> {
    let fields = object.fields.iter().enumerate();
    let checks = fields.filter_map(|(slot, field)| match &field.kind {
        FieldKind::Reference { to, .. } if to.len() > 1 => {
            let columns: Vec<&str> =
                table.range(slot).map(|index| table.columns[index].name.as_str()).collect();
            let name = format!("kith_c{}_{}", field.number, to[to.len() - 1]);
            Some(json!({"name": name, "at_most_one_of": columns}))
        }
        _ => None,
    });
    checks.collect()
}

/// The columns of references: field number, column, target.
fn links<'a>(
    object: &'a Definition,
    table: &'a Table,
) -> impl Iterator<Item = (FieldNo, &'a Column, ObjectNo)> {
    object.fields.iter().enumerate().flat_map(|(slot, field)| {
        let columns = table.range(slot).map(|index| &table.columns[index]);
        columns.filter_map(|column| column.target.map(|target| (field.number, column, target)))
    })
}

fn kind(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Uuid => "uuid",
        ColumnKind::Integer => "integer",
        ColumnKind::Decimal { .. } => "decimal",
        ColumnKind::Text => "text",
        ColumnKind::Json => "json",
        ColumnKind::Boolean => "boolean",
        ColumnKind::Date => "date",
        ColumnKind::Timestamp => "timestamp",
    }
}

/// The column's type in SQLite and in PostgreSQL, for people to read.
fn types(kind: ColumnKind) -> (String, String) {
    let (sqlite, postgres) = match kind {
        ColumnKind::Uuid => ("blob", "uuid"),
        ColumnKind::Integer => ("integer", "bigint"),
        ColumnKind::Decimal { scale } => {
            return (format!("integer (scaled by 10^{scale})"), format!("numeric(18, {scale})"));
        }
        ColumnKind::Text => ("text", "text collate \"C\""),
        ColumnKind::Json => ("text", "jsonb"),
        ColumnKind::Boolean => ("integer", "boolean"),
        ColumnKind::Date => ("text", "date"),
        ColumnKind::Timestamp => ("integer (microseconds)", "timestamptz"),
    };
    (sqlite.to_owned(), postgres.to_owned())
}
