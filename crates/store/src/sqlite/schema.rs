//! Carrying out a schema change.

use kith_model::catalog::{Catalog, Definition, Key};
use kith_model::decide::{DefinitionWrite, SchemaWrite};
use kith_model::fault::Fault;
use kith_model::id::FieldNo;
use kith_model::schema::Step;
use kith_model::value::{Cell, fold};
use rusqlite::params;
use uuid::Uuid;

use super::connection::Connection;
use super::error::is_constraint;
use super::{decode, snapshot, tasks, versions};
use crate::ddl;
use crate::dialect::{Dialect, Statement};
use crate::error::{Error, WriteError};

type Result<T = ()> = std::result::Result<T, WriteError>;

/// Texts that are folded in one go: a new folded copy is filled in stretches, so that
/// a large table is not held in memory.
const FOLD_ROWS: i64 = 1_000;

/// Runs the steps in order and writes the definitions.
pub(super) fn apply(connection: &Connection, catalog: &Catalog, schema: &SchemaWrite) -> Result {
    let applied = schema.steps.iter().try_for_each(|step| take(connection, catalog, step));
    connection.forget_statements();
    applied?;
    for DefinitionWrite { definition } in &schema.definitions {
        let document =
            serde_json::to_string(definition).map_err(|error| Error::Corrupt(error.to_string()))?;
        connection
            .prepare(
                "insert into kith_objects (number, schema_version, definition)
values (?1, ?2, ?3)
on conflict (number) do update
set schema_version = excluded.schema_version, definition = excluded.definition",
            )?
            .execute(params![definition.number.0, definition.schema_version.0, document])?;
        connection
            .prepare(
                "insert into kith_object_versions (number, schema_version, definition) values (?1, ?2, ?3)",
            )?
            .execute(params![definition.number.0, definition.schema_version.0, document])?;
    }
    versions::write(connection, &schema.version)?;
    for task in &schema.tasks {
        tasks::write(connection, task)?;
    }
    Ok(())
}

fn take(connection: &Connection, catalog: &Catalog, step: &Step) -> Result {
    let dialect = Dialect::Sqlite;
    match step {
        Step::CreateTable(object) => run(connection, &ddl::create_table(dialect, catalog, object)?),
        Step::DropTable(object) => run(connection, &ddl::drop_table(dialect, object)),
        Step::AddField { object, field } => {
            run(connection, &ddl::add_field(dialect, catalog, object, *field)?)
        }
        Step::AddTarget { object, field, target } => {
            run(connection, &ddl::add_target(dialect, catalog, object, *field, *target)?)
        }
        Step::DropField { object, field } => run(connection, &ddl::drop_field(dialect, object, *field)?),
        Step::AddFold { object, field } => {
            run(connection, &[ddl::add_fold(dialect, object, *field)?])?;
            fill_fold(connection, object, *field)
        }
        Step::DropFold { object, column } => run(connection, &[ddl::drop_fold(dialect, object, column)]),
        Step::AddWider { object, field } => run(connection, &ddl::add_wider(dialect, object, *field)?),
        Step::CopyWider { object, field } => run(connection, &[ddl::copy_wider(dialect, object, *field)?]),
        Step::DropNarrow { object, field } => run(connection, &ddl::drop_narrow(dialect, object, *field)?),
        Step::DropWider { object, field } => run(connection, &ddl::drop_wider(dialect, object, *field)?),
        Step::CreateKey { object, key } => create_key(connection, object, key),
        Step::DropKey { object: _, key } => run(connection, &[ddl::drop_key(dialect, key)]),
        Step::FillRollup { object, field, from } => fill_rollup(connection, object, *field, from),
        Step::DropMatching { object, matching } => {
            run(connection, &crate::text::matching::drop_rule(dialect, object.0, matching.0))
        }
        Step::Refuse { object, found, message } => {
            let Statement { sql, cells } = ddl::condition(dialect, object, found)?;
            refuse(ids(connection, &sql, &cells)?, |ids| ddl::refused(object, message, ids))
        }
    }
}

fn run(connection: &Connection, statements: &[String]) -> Result {
    for sql in statements {
        connection.raw().execute(sql, [])?;
    }
    Ok(())
}

fn ids(connection: &Connection, sql: &str, cells: &[Cell<'_>]) -> Result<Vec<Uuid>> {
    Ok(snapshot::all(connection, sql, cells, |row| decode::uuid(row, 0))?)
}

fn refuse(ids: Vec<Uuid>, fault: impl FnOnce(&[Uuid]) -> Fault) -> Result {
    if ids.is_empty() { Ok(()) } else { Err(WriteError::Conflict(fault(&ids))) }
}

fn fill_fold(connection: &Connection, object: &Definition, field: FieldNo) -> Result {
    let page = ddl::fold_page(Dialect::Sqlite, object, field)?;
    let mut write = connection.prepare(&ddl::fold_write(Dialect::Sqlite, object, field)?)?;
    let mut after = Uuid::nil();
    loop {
        let cells = [Cell::Uuid(after), Cell::Integer(FOLD_ROWS)];
        let texts = snapshot::all(connection, &page, &cells, |row| {
            Ok((decode::uuid(row, 0)?, fold(decode::text(row, 1)?)))
        })?;
        for (id, folded) in &texts {
            write.execute(params![folded, id.as_bytes()])?;
        }
        match texts.last() {
            Some((last, _)) => after = *last,
            None => return Ok(()),
        }
    }
}

fn create_key(connection: &Connection, object: &Definition, key: &Key) -> Result {
    let sql = ddl::create_key(Dialect::Sqlite, object, key);
    match connection.raw().execute(&sql, []) {
        Ok(_) => Ok(()),
        Err(error) if is_constraint(&error) => {
            let duplicates = ids(connection, &ddl::duplicates(Dialect::Sqlite, object, key), &[])?;
            Err(WriteError::Conflict(ddl::not_unique(object, key, &duplicates)))
        }
        Err(error) => Err(error.into()),
    }
}

fn fill_rollup(connection: &Connection, object: &Definition, field: FieldNo, from: &Definition) -> Result {
    if let Some(sql) = ddl::index_rollup(Dialect::Sqlite, object, field, from)? {
        run(connection, &[sql])?;
    }
    let Statement { sql, cells } = ddl::fill_rollup(Dialect::Sqlite, object, field, from, None)?;
    let mut fill = connection.prepare(&sql)?;
    super::cell::bind(&mut fill, &cells)?;
    fill.raw_execute()?;
    match ddl::out_of_range(Dialect::Sqlite, object, field)? {
        Some(sql) => refuse(ids(connection, &sql, &[])?, |ids| ddl::sum_out_of_range(object, field, ids)),
        None => Ok(()),
    }
}
