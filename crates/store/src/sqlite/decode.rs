//! Rows of our own tables as what they stand for.

use std::str::FromStr;

use kith_model::catalog::Definition;
use kith_model::id::{HistoryId, ObjectNo, RecordId, TokenId};
use kith_model::journal::{Change, ChangeKind, Origin, Position, SchemaVersion, TenantState, Transaction};
use kith_model::record::Trashed;
use kith_model::right::Rights;
use kith_model::time::Timestamp;
use rusqlite::Row;
use rusqlite::types::ValueRef;
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::query::{Cursor, Token};
use crate::text::journal::TRANSACTION_COLUMNS;

/// The columns of [`crate::text::tenant::STATE`].
pub(super) fn state(row: &Row<'_>) -> Result<TenantState> {
    Ok(TenantState {
        history: HistoryId(uuid(row, 0)?),
        last_position: position(row, 1)?,
        first_position: position(row, 2)?,
        last_at: time(row, 3)?,
        schema_version: SchemaVersion(row.get(4)?),
        access_version: row.get(5)?,
    })
}

/// The column of [`crate::text::tenant::DEFINITIONS`].
pub(super) fn definition(row: &Row<'_>) -> Result<Definition> {
    serde_json::from_str(text(row, 0)?).map_err(|error| Error::Corrupt(format!("a definition: {error}")))
}

/// The columns of [`crate::text::tenant::TOKENS`].
pub(super) fn token(row: &Row<'_>) -> Result<Token> {
    Ok(Token {
        id: TokenId(uuid(row, 0)?),
        name: row.get(1)?,
        created_at: time(row, 2)?,
        revoked_at: row.get::<_, Option<i64>>(3)?.map(Timestamp),
        rights: Rights::parse(&row.get::<_, String>(4)?),
    })
}

/// The columns of [`crate::text::consumer::CURSORS`].
pub(super) fn cursor(row: &Row<'_>) -> Result<Cursor> {
    Ok(Cursor { name: row.get(0)?, position: position(row, 1)?, updated_at: time(row, 2)? })
}

/// The columns of [`crate::text::record::TRASH`].
pub(super) fn trashed(row: &Row<'_>) -> Result<Trashed> {
    Ok(Trashed {
        object: ObjectNo(row.get(0)?),
        id: record(row, 1)?,
        group: position(row, 2)?,
        root: record(row, 3)?,
        document: text(row, 4)?.into(),
    })
}

/// The columns of [`crate::text::journal::TRANSACTIONS`].
pub(super) fn transaction(row: &Row<'_>) -> Result<Transaction> {
    let boxed = |index| optional_text(row, index).map(|text| text.map(Box::from));
    Ok(Transaction {
        first: position(row, 0)?,
        last: position(row, 1)?,
        at: time(row, 2)?,
        actor: parsed(row, 3)?,
        origin: word(row, 4, Origin::parse)?,
        job: boxed(5)?,
        trace: boxed(6)?,
        schema_version: SchemaVersion(row.get(7)?),
    })
}

/// The columns of [`crate::text::journal::CHANGES`], from a column on.
pub(super) fn change(row: &Row<'_>, start: usize) -> Result<Change> {
    Ok(Change {
        position: position(row, start)?,
        transaction: position(row, start + 1)?,
        kind: word(row, start + 2, ChangeKind::parse)?,
        object: row.get::<_, Option<u32>>(start + 3)?.map(ObjectNo),
        record: match row.get_ref(start + 4)? {
            ValueRef::Null => None,
            _ => Some(record(row, start + 4)?),
        },
        version: row.get(start + 5)?,
        diff: optional_text(row, start + 6)?.map(Box::from),
    })
}

/// The columns of [`crate::text::journal::HISTORY`].
pub(super) fn history(row: &Row<'_>) -> Result<(Transaction, Change)> {
    Ok((transaction(row)?, change(row, TRANSACTION_COLUMNS)?))
}

/// A record's id.
pub(super) fn record(row: &Row<'_>, index: usize) -> Result<RecordId> {
    uuid(row, index).map(RecordId)
}

/// Any id.
pub(super) fn uuid(row: &Row<'_>, index: usize) -> Result<Uuid> {
    let bytes = row.get_ref(index)?.as_blob().map_err(|error| unreadable(row, index, error))?;
    Uuid::from_slice(bytes).map_err(|error| unreadable(row, index, error))
}

/// A place in the journal.
pub(super) fn position(row: &Row<'_>, index: usize) -> Result<Position> {
    Ok(Position(row.get(index)?))
}

/// A point in time.
pub(super) fn time(row: &Row<'_>, index: usize) -> Result<Timestamp> {
    Ok(Timestamp(row.get(index)?))
}

/// Text that is there, as SQLite holds it.
pub(super) fn text<'a>(row: &'a Row<'_>, index: usize) -> Result<&'a str> {
    row.get_ref(index)?.as_str().map_err(|error| unreadable(row, index, error))
}

/// Text that may be null.
pub(super) fn optional_text<'a>(row: &'a Row<'_>, index: usize) -> Result<Option<&'a str>> {
    row.get_ref(index)?.as_str_or_null().map_err(|error| unreadable(row, index, error))
}

fn parsed<T: FromStr<Err: std::fmt::Display>>(row: &Row<'_>, index: usize) -> Result<T> {
    text(row, index)?.parse().map_err(|error| unreadable(row, index, error))
}

fn word<T>(row: &Row<'_>, index: usize, parse: impl Fn(&str) -> Option<T>) -> Result<T> {
    let text = text(row, index)?;
    parse(text).ok_or_else(|| unreadable(row, index, format_args!("`{text}` is not known")))
}

fn unreadable(row: &Row<'_>, index: usize, why: impl std::fmt::Display) -> Error {
    let name = row.as_ref().column_name(index).unwrap_or_default();
    Error::Corrupt(format!("column `{name}`: {why}"))
}
