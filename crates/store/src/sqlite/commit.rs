//! Writing what a batch became: prepared statements, row by row, in the order of
//! [`Merged`]'s members.

use std::sync::Arc;

use kith_model::catalog::Object;
use kith_model::decide::{AnswerWrite, CounterWrite, Merged, RowUpdate, TokenWrite};
use kith_model::id::RecordId;
use kith_model::journal::{Change, TenantState, Transaction};
use kith_model::record::{Row, Trashed};
use rusqlite::params;

use super::cell::{Bound, bind};
use super::connection::Connection;
use super::record::find;
use super::{matching, schema};
use crate::error::WriteError;

type Result<T = ()> = std::result::Result<T, WriteError>;

/// Writes everything; the caller commits.
pub(super) fn write(connection: &Connection, merged: &Merged) -> Result {
    let Merged {
        catalog,
        schema,
        deletes,
        parks,
        updates,
        inserts,
        untrash,
        trash,
        erase,
        transactions,
        changes,
        answers,
        counters,
        tokens,
        jobs,
        matches,
        state,
    } = merged;
    if let Some(schema) = schema {
        schema::apply(connection, catalog, schema)?;
    }
    for (object, ids) in deletes {
        delete(connection, find(catalog, *object)?, ids)?;
    }
    for (object, ids) in parks {
        park(connection, find(catalog, *object)?, ids)?;
    }
    for (object, rows) in updates {
        update(connection, find(catalog, *object)?, rows)?;
    }
    for (object, rows) in inserts {
        insert(connection, find(catalog, *object)?, rows)?;
    }
    remove_trash(connection, untrash)?;
    write_trash(connection, trash)?;
    for id in erase {
        erase_record(connection, *id)?;
        matching::erase(connection, *id)?;
    }
    write_transactions(connection, transactions)?;
    write_changes(connection, changes)?;
    write_answers(connection, answers)?;
    write_counters(connection, counters)?;
    write_tokens(connection, tokens)?;
    super::jobs::write(connection, jobs)?;
    matching::write(connection, matches)?;
    write_state(connection, state)
}

fn delete(connection: &Connection, object: &Object, ids: &[RecordId]) -> Result {
    let mut statement = connection.prepare(&format!("delete from {} where id = ?1", object.table().name))?;
    for id in ids {
        statement.execute([id.0.as_bytes()])?;
    }
    Ok(())
}

/// Empties the columns of all unique keys: the update that follows writes them again.
fn park(connection: &Connection, object: &Object, ids: &[RecordId]) -> Result {
    let table = object.table();
    let mut columns: Vec<usize> =
        object.unique_keys().flat_map(|key| table.key_columns(object, key)).collect();
    columns.sort_unstable();
    columns.dedup();
    if columns.is_empty() {
        return Ok(());
    }
    let nulls: Vec<String> =
        columns.into_iter().map(|column| format!("{} = null", table.columns[column].name)).collect();
    let sql = format!("update {} set {} where id = ?1", table.name, nulls.join(", "));
    let mut statement = connection.prepare(&sql)?;
    for id in ids {
        statement.execute([id.0.as_bytes()])?;
    }
    Ok(())
}

fn update(connection: &Connection, object: &Object, rows: &[RowUpdate]) -> Result {
    let mut last: Option<(Arc<[usize]>, String)> = None;
    for RowUpdate { row, columns } in rows {
        let sql = match last.take() {
            Some((same, sql)) if same == *columns => sql,
            _ => update_text(object, columns),
        };
        let mut statement = connection.prepare(&sql)?;
        let cells = object.cells(row);
        bind(&mut statement, columns.iter().map(|column| &cells[*column]))?;
        statement.raw_bind_parameter(columns.len() + 1, Bound(&cells[0]))?;
        statement.raw_execute()?;
        drop(statement);
        last = Some((Arc::clone(columns), sql));
    }
    Ok(())
}

fn update_text(object: &Object, columns: &[usize]) -> String {
    let table = object.table();
    let set: Vec<String> = columns
        .iter()
        .enumerate()
        .map(|(index, column)| format!("{} = ?{}", table.columns[*column].name, index + 1))
        .collect();
    format!("update {} set {} where id = ?{}", table.name, set.join(", "), columns.len() + 1)
}

fn insert(connection: &Connection, object: &Object, rows: &[Arc<Row>]) -> Result {
    let table = object.table();
    let places: Vec<String> = (1..=table.columns.len()).map(|index| format!("?{index}")).collect();
    let sql = format!(
        "insert into {} ({}) values ({})",
        table.name,
        crate::text::record::columns(object),
        places.join(", ")
    );
    let mut statement = connection.prepare(&sql)?;
    for row in rows {
        bind(&mut statement, &object.cells(row))?;
        statement.raw_execute()?;
    }
    Ok(())
}

fn remove_trash(connection: &Connection, ids: &[RecordId]) -> Result {
    let mut statement = connection.prepare("delete from kith_trash where id = ?1")?;
    for id in ids {
        statement.execute([id.0.as_bytes()])?;
    }
    Ok(())
}

fn write_trash(connection: &Connection, records: &[Arc<Trashed>]) -> Result {
    let mut statement = connection.prepare(
        "insert into kith_trash (id, object_no, group_position, root_id, document)
values (?1, ?2, ?3, ?4, ?5)",
    )?;
    for record in records {
        let Trashed { object, id, group, root, document } = record.as_ref();
        statement.execute(params![id.0.as_bytes(), object.0, group.0, root.0.as_bytes(), document])?;
    }
    Ok(())
}

/// Takes a purged record out of the journal, and the answers that may have told of it.
fn erase_record(connection: &Connection, id: RecordId) -> Result {
    // Answers are kept for a day only, so most of an old record's changes need no look.
    let mut changed = connection.prepare(
        "select position
from kith_changes
where record_id = ?1 and position >= (
  select first_position
  from kith_answers
  order by last_position, first_position
  limit 1
)
order by position",
    )?;
    // Ranges of answers do not meet: the first that ends at or after the position is
    // the only one that can cover it.
    let mut forget = connection.prepare(
        "update kith_answers
set body = null
where first_position <= ?1 and key = (
  select key
  from kith_answers
  where last_position >= ?1 and first_position <= last_position
  order by last_position
  limit 1
)",
    )?;
    let mut forget_shown = connection.prepare(
        "update kith_answers
set body = null
where key in (select key from kith_answer_records where record_id = ?1)",
    )?;
    forget_shown.execute([id.0.as_bytes()])?;
    let positions = changed.query_map([id.0.as_bytes()], |row| row.get::<_, i64>(0))?;
    for position in positions.collect::<rusqlite::Result<Vec<_>>>()? {
        forget.execute([position])?;
    }
    connection
        .prepare("update kith_changes set diff = null where record_id = ?1")?
        .execute([id.0.as_bytes()])?;
    Ok(())
}

fn write_transactions(connection: &Connection, transactions: &[Transaction]) -> Result {
    let mut statement = connection.prepare(
        "insert into kith_transactions
  (first_position, last_position, at, actor, origin, job, trace, schema_version)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    for Transaction { first, last, at, actor, origin, job, trace, schema_version } in transactions {
        let actor = actor.to_string();
        statement.execute(params![
            first.0,
            last.0,
            at.0,
            actor,
            origin.as_str(),
            job,
            trace,
            schema_version.0
        ])?;
    }
    Ok(())
}

fn write_changes(connection: &Connection, changes: &[Change]) -> Result {
    let mut statement = connection.prepare(
        "insert into kith_changes
  (position, transaction_position, kind, object_no, record_id, version, diff)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    for Change { position, transaction, kind, object, record, version, diff } in changes {
        statement.execute(params![
            position.0,
            transaction.0,
            kind.as_str(),
            object.map(|object| object.0),
            record.as_ref().map(|record| record.0.as_bytes()),
            version,
            diff
        ])?;
    }
    Ok(())
}

fn write_answers(connection: &Connection, answers: &[AnswerWrite]) -> Result {
    // One that has expired and is not yet removed gives way.
    let mut statement = connection.prepare(
        "insert into kith_answers (key, request, first_position, last_position, at, body)
values (?1, ?2, ?3, ?4, ?5, ?6)
on conflict (key) do update
set request = excluded.request, first_position = excluded.first_position,
  last_position = excluded.last_position, at = excluded.at, body = excluded.body",
    )?;
    for AnswerWrite { key, request, first, last, at, body, unchanged } in answers {
        statement.execute(params![key, request, first.0, last.0, at.0, body])?;
        for id in unchanged {
            connection
                .prepare(
                    "insert into kith_answer_records (record_id, key) values (?1, ?2) on conflict do nothing",
                )?
                .execute(params![id.0.as_bytes(), key])?;
        }
    }
    Ok(())
}

fn write_counters(connection: &Connection, counters: &[CounterWrite]) -> Result {
    let mut statement = connection.prepare(
        "insert into kith_counters (field_no, next)
values (?1, ?2)
on conflict (field_no) do update
set next = excluded.next",
    )?;
    for CounterWrite { field, next } in counters {
        statement.execute(params![field.0, next])?;
    }
    Ok(())
}

fn write_tokens(connection: &Connection, tokens: &[TokenWrite]) -> Result {
    for token in tokens {
        match token {
            TokenWrite::Create { id, name, rights, hash, at } => connection
                .prepare(
                    "insert into kith_tokens (id, name, hash, created_at, rights) values (?1, ?2, ?3, ?4, ?5)",
                )?
                .execute(params![id.0.as_bytes(), name, hash, at.0, rights.to_text()])?,
            TokenWrite::Revoke { id, at } => connection
                .prepare("update kith_tokens set revoked_at = ?1 where id = ?2 and revoked_at is null")?
                .execute(params![at.0, id.0.as_bytes()])?,
        };
    }
    Ok(())
}

fn write_state(connection: &Connection, state: &TenantState) -> Result {
    let TenantState { history, last_position, first_position, last_at, schema_version, access_version } =
        state;
    connection
        .prepare(
            "update kith_state
set history_id = ?1, last_position = ?2, first_position = ?3, last_at = ?4, schema_version = ?5,
  access_version = ?6
where id = 1",
        )?
        .execute(params![
            history.0.as_bytes(),
            last_position.0,
            first_position.0,
            last_at.0,
            schema_version.0,
            access_version
        ])?;
    Ok(())
}
