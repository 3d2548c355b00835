//! The one write that a batch becomes: everything, the commit included, in one flight.

use std::sync::Arc;

use kith_model::decide::{AnswerWrite, CounterWrite, Merged, SchemaWrite, TokenWrite};
use kith_model::id::RecordId;
use kith_model::journal::{Change, TenantState, Transaction};
use kith_model::record::Trashed;
use kith_model::value::Cell;
use kith_model::value::ColumnKind::{self, Integer, Text, Timestamp, Uuid};
use tokio_postgres::types::Type;

use super::error::refused;
use super::flight::Call;
use super::matching;
use super::read::Schema;
use super::rows::{self, ROWS_MAX};
use super::write::Writing;
use super::{tasks, versions};
use crate::error::{Error, Result, WriteError};

const DEFINITIONS: &str = "insert into {kith_objects} (number, schema_version, definition)
select u.number, u.schema_version, u.definition
from unnest($1, $2, $3) as u (number, schema_version, definition)
on conflict (number) do update set schema_version = excluded.schema_version, definition = excluded.definition";

const KEEP_DEFINITIONS: &str = "insert into {kith_object_versions} (number, schema_version, definition)
select u.number, u.schema_version, u.definition
from unnest($1, $2, $3) as u (number, schema_version, definition)";

const UNTRASH: &str = "delete from {kith_trash}
where id = any($1)";

const TRASH: &str = "insert into {kith_trash} (id, object_no, group_position, root_id, document)
select u.id, u.object_no, u.group_position, u.root_id, u.document
from unnest($1, $2, $3, $4, $5) as u (id, object_no, group_position, root_id, document)";

const ERASE_DIFFS: &str = "update {kith_changes}
set diff = null
where record_id = any($1) and diff is not null";

/// An answer covers one transaction, or none (then it begins after it ends).
const ERASE_ANSWERS: &str = "update {kith_answers} as a
set body = null
from {kith_changes} as c
join {kith_transactions} as t on t.first_position = c.transaction_position
where c.record_id = any($1) and a.last_position = t.last_position and a.first_position <= c.position";

/// An answer may also show a record that its transaction did not change.
const ERASE_SHOWN: &str = "update {kith_answers}
set body = null
where key in (
  select key
  from {kith_answer_records}
  where record_id = any($1)
)";

const SHOWN: &str = "insert into {kith_answer_records} (record_id, key)
select u.record_id, u.key
from unnest($1, $2) as u (record_id, key)
on conflict do nothing";

const TRANSACTIONS: &str = "insert into {kith_transactions}
  (first_position, last_position, at, actor, origin, job, trace, schema_version)
select u.first_position, u.last_position, u.at, u.actor, u.origin, u.job, u.trace, u.schema_version
from unnest($1, $2, $3, $4, $5, $6, $7, $8)
  as u (first_position, last_position, at, actor, origin, job, trace, schema_version)";

const CHANGES: &str = "insert into {kith_changes}
  (position, transaction_position, kind, object_no, record_id, version, diff)
select u.position, u.transaction_position, u.kind, u.object_no, u.record_id, u.version, u.diff
from unnest($1, $2, $3, $4, $5, $6, $7)
  as u (position, transaction_position, kind, object_no, record_id, version, diff)";

const ANSWERS: &str = "insert into {kith_answers} (key, first_position, last_position, at, body, request)
select u.key, u.first_position, u.last_position, u.at, u.body, u.request
from unnest($1, $2, $3, $4, $5, $6) as u (key, first_position, last_position, at, body, request)";

const COUNTERS: &str = "insert into {kith_counters} (field_no, next)
select u.field_no, u.next
from unnest($1, $2) as u (field_no, next)
on conflict (field_no) do update set next = excluded.next";

const CREATE_TOKEN: &str = "insert into {kith_tokens} (id, name, created_at, rights, hash)
values ($1, $2, $3, $4, $5)";

const REVOKE_TOKEN: &str = "update {kith_tokens}
set revoked_at = $2
where id = $1 and revoked_at is null";

const STATE: &str = "update {kith_state}
set history_id = $1, last_position = $2, first_position = $3, last_at = $4, schema_version = $5, access_version = $6
where id = 1";

impl Writing {
    pub(crate) async fn commit(mut self, merged: &Merged) -> Result<(), WriteError> {
        if let Some(SchemaWrite { steps, definitions: _, version: _, tasks: _ }) = &merged.schema {
            self.apply(&merged.catalog, steps).await?;
        }
        let mut calls = calls(&self.schema, merged)?;
        let commit = calls.len();
        calls.push(Call::plain("commit"));
        match self.connection.fly(&calls).await {
            Ok(_) => {
                self.connection.end();
                Ok(())
            }
            Err(failed) => {
                if failed.sent > commit {
                    // It committed nothing, but it ended the transaction.
                    self.connection.end();
                }
                Err(refused(failed, commit))
            }
        }
    }
}

/// Everything but the commit, in the order of [`Merged`].
fn calls<'m>(schema: &Schema, merged: &'m Merged) -> Result<Vec<Call<'m>>> {
    let Merged {
        catalog: _,
        schema: change,
        deletes: _,
        parks: _,
        updates: _,
        inserts: _,
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
    let mut calls = Vec::new();
    if let Some(SchemaWrite { steps: _, definitions, version, tasks }) = change {
        let mut columns = Columns::of([Integer, Integer, Text]);
        let mut kept = Columns::of([Integer, Integer, Text]);
        for write in definitions {
            let text =
                serde_json::to_string(&write.definition).map_err(|error| Error::Database(Box::new(error)))?;
            let number = i64::from(write.definition.number.0);
            let version = write.definition.schema_version.0;
            let row = [Cell::Integer(number), Cell::Integer(version), Cell::Text(text.into())];
            columns.push(row.clone());
            kept.push(row);
        }
        calls.push(columns.bind(schema.once(DEFINITIONS)));
        calls.push(kept.bind(schema.once(KEEP_DEFINITIONS)));
        calls.push(versions::write(schema, version));
        calls.extend(tasks.iter().flat_map(|task| tasks::write(schema, task)));
    }
    rows::write(schema.dialect(), merged, &mut calls)?;
    for ids in untrash.chunks(ROWS_MAX) {
        calls.push(rows::by_ids(schema.dialect().text(UNTRASH), ids));
    }
    calls.extend(trash.chunks(ROWS_MAX).map(|trash| bury(schema, trash)));
    calls.extend(erase.chunks(ROWS_MAX).flat_map(|ids| forget(schema, ids)));
    calls.extend(transactions.chunks(ROWS_MAX).map(|rows| append_transactions(schema, rows)));
    calls.extend(changes.chunks(ROWS_MAX).map(|rows| append_changes(schema, rows)));
    if !answers.is_empty() {
        calls.push(keep(schema, answers));
        calls.extend(show(schema, answers));
    }
    if !counters.is_empty() {
        calls.push(count(schema, counters));
    }
    calls.extend(tokens.iter().map(|token| write_token(schema, token)));
    super::jobs::write(schema, jobs, &mut calls)?;
    matching::write(schema, matches, &mut calls);
    matching::erase(schema, erase, &mut calls);
    calls.push(move_on(schema, state));
    Ok(calls)
}

/// Cells by column.
struct Columns<'a, const N: usize> {
    kinds: [ColumnKind; N],
    cells: [Vec<Cell<'a>>; N],
}

impl<'a, const N: usize> Columns<'a, N> {
    fn of(kinds: [ColumnKind; N]) -> Self {
        Self { kinds, cells: std::array::from_fn(|_| Vec::new()) }
    }

    fn push(&mut self, row: [Cell<'a>; N]) {
        for (column, cell) in self.cells.iter_mut().zip(row) {
            column.push(cell);
        }
    }

    fn bind(self, call: Call<'a>) -> Call<'a> {
        self.kinds.into_iter().zip(self.cells).fold(call, |call, (kind, cells)| call.bind_cells(kind, cells))
    }
}

fn text(text: &str) -> Cell<'_> {
    Cell::Text(text.into())
}

fn text_or_null(text: Option<&str>) -> Cell<'_> {
    text.map_or(Cell::Null, |text| Cell::Text(text.into()))
}

fn bury<'m>(schema: &Schema, trash: &'m [Arc<Trashed>]) -> Call<'m> {
    let mut columns = Columns::of([Uuid, Integer, Integer, Uuid, Text]);
    for trashed in trash {
        let Trashed { object, id, group, root, document } = trashed.as_ref();
        columns.push([
            Cell::Uuid(id.0),
            Cell::Integer(i64::from(object.0)),
            Cell::Integer(group.0),
            Cell::Uuid(root.0),
            text(document),
        ]);
    }
    columns.bind(schema.prepared(TRASH))
}

fn forget<'m>(schema: &Schema, ids: &[RecordId]) -> [Call<'m>; 3] {
    [ERASE_DIFFS, ERASE_ANSWERS, ERASE_SHOWN]
        .map(|template| rows::by_ids(schema.dialect().text(template), ids))
}

fn append_transactions<'m>(schema: &Schema, transactions: &'m [Transaction]) -> Call<'m> {
    let mut columns = Columns::of([Integer, Integer, Timestamp, Text, Text, Text, Text, Integer]);
    for Transaction { first, last, at, actor, origin, job, trace, schema_version } in transactions {
        columns.push([
            Cell::Integer(first.0),
            Cell::Integer(last.0),
            Cell::Timestamp(*at),
            Cell::Text(actor.to_string().into()),
            text(origin.as_str()),
            text_or_null(job.as_deref()),
            text_or_null(trace.as_deref()),
            Cell::Integer(schema_version.0),
        ]);
    }
    columns.bind(schema.prepared(TRANSACTIONS))
}

fn append_changes<'m>(schema: &Schema, changes: &'m [Change]) -> Call<'m> {
    let mut columns = Columns::of([Integer, Integer, Text, Integer, Uuid, Integer, Text]);
    for Change { position, transaction, kind, object, record, version, diff } in changes {
        columns.push([
            Cell::Integer(position.0),
            Cell::Integer(transaction.0),
            text(kind.as_str()),
            object.map_or(Cell::Null, |object| Cell::Integer(i64::from(object.0))),
            record.map_or(Cell::Null, |record| Cell::Uuid(record.0)),
            Cell::Integer(*version),
            text_or_null(diff.as_deref()),
        ]);
    }
    columns.bind(schema.prepared(CHANGES))
}

fn keep<'m>(schema: &Schema, answers: &'m [AnswerWrite]) -> Call<'m> {
    let mut columns = Columns::of([Text, Integer, Integer, Timestamp, Text]);
    let mut requests = Vec::with_capacity(answers.len());
    for AnswerWrite { key, request, first, last, at, body, unchanged: _ } in answers {
        columns.push([
            text(key),
            Cell::Integer(first.0),
            Cell::Integer(last.0),
            Cell::Timestamp(*at),
            text(body),
        ]);
        requests.push(request.as_slice());
    }
    columns.bind(schema.prepared(ANSWERS)).bind(Type::BYTEA_ARRAY, requests)
}

fn show<'m>(schema: &Schema, answers: &'m [AnswerWrite]) -> Option<Call<'m>> {
    let mut columns = Columns::of([Uuid, Text]);
    let shown = answers.iter().flat_map(|answer| answer.unchanged.iter().map(|id| (id, &answer.key)));
    let mut is_empty = true;
    for (id, key) in shown {
        columns.push([Cell::Uuid(id.0), text(key)]);
        is_empty = false;
    }
    (!is_empty).then(|| columns.bind(schema.prepared(SHOWN)))
}

fn count<'m>(schema: &Schema, counters: &[CounterWrite]) -> Call<'m> {
    let mut columns = Columns::of([Integer, Integer]);
    for CounterWrite { field, next } in counters {
        columns.push([Cell::Integer(i64::from(field.0)), Cell::Integer(*next)]);
    }
    columns.bind(schema.prepared(COUNTERS))
}

fn write_token<'m>(schema: &Schema, token: &'m TokenWrite) -> Call<'m> {
    match token {
        TokenWrite::Create { id, name, rights, hash, at } => schema
            .once(CREATE_TOKEN)
            .bind_cell(Cell::Uuid(id.0))
            .bind_cell(text(name))
            .bind_cell(Cell::Timestamp(*at))
            .bind_cell(Cell::Text(rights.to_text().into()))
            .bind(Type::BYTEA, hash.as_slice()),
        TokenWrite::Revoke { id, at } => {
            schema.once(REVOKE_TOKEN).bind_cell(Cell::Uuid(id.0)).bind_cell(Cell::Timestamp(*at))
        }
    }
}

fn move_on<'m>(schema: &Schema, state: &TenantState) -> Call<'m> {
    let TenantState { history, last_position, first_position, last_at, schema_version, access_version } =
        *state;
    schema
        .prepared(STATE)
        .bind_cell(Cell::Uuid(history.0))
        .bind_cell(Cell::Integer(last_position.0))
        .bind_cell(Cell::Integer(first_position.0))
        .bind_cell(Cell::Timestamp(last_at))
        .bind_cell(Cell::Integer(schema_version.0))
        .bind_cell(Cell::Integer(access_version))
}
