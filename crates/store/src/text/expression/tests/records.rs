//! Records with nulls, Unicode, and numbers at their bounds, and a database of them.

use kith_model::catalog::{FieldKind, Object};
use kith_model::decimal::Decimal;
use kith_model::id::{RecordId, TokenId};
use kith_model::journal::Actor;
use kith_model::record::{Provenance, Row};
use kith_model::time::{Date, Timestamp};
use kith_model::value::{Cell, Currency, Link, Money, Value, nfc};
use proptest::prelude::*;
use rusqlite::Connection;
use rusqlite::types::Value as SqliteValue;
use uuid::Uuid;

use super::{DEAL, catalog};
use crate::dialect::Dialect;

fn bound(cell: &Cell<'_>) -> SqliteValue {
    match cell {
        Cell::Null => SqliteValue::Null,
        Cell::Uuid(id) => SqliteValue::Blob(id.as_bytes().to_vec()),
        Cell::Integer(number) => SqliteValue::Integer(*number),
        Cell::Decimal(decimal) => SqliteValue::Integer(decimal.unscaled()),
        Cell::Text(text) | Cell::Json(text) => SqliteValue::Text(text.clone().into_owned()),
        Cell::Boolean(truth) => SqliteValue::Integer(i64::from(*truth)),
        Cell::Date(day) => SqliteValue::Text(day.to_string()),
        Cell::Timestamp(at) => SqliteValue::Integer(at.0),
    }
}

/// A database with these records, which are told apart by their versions.
pub(super) fn database(object: &Object, rows: &[Row]) -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    let columns: Vec<String> = object
        .table()
        .columns
        .iter()
        .map(|column| format!("{} {}", column.name, Dialect::Sqlite.column_type(column.kind)))
        .collect();
    connection
        .execute(&format!("create table {} ({}) strict", object.table().name, columns.join(", ")), [])
        .unwrap();
    let marks = vec!["?"; columns.len()].join(", ");
    let insert = format!("insert into {} values ({marks})", object.table().name);
    for row in rows {
        connection.execute(&insert, rusqlite::params_from_iter(object.cells(row).iter().map(bound))).unwrap();
    }
    connection
}

/// The versions of the records that a statement selects.
pub(super) fn selected(connection: &Connection, (sql, cells): &(String, Vec<Cell<'static>>)) -> Vec<i64> {
    let mut statement = connection.prepare(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    let rows = statement.query_map(rusqlite::params_from_iter(cells.iter().map(bound)), |row| row.get(0));
    rows.unwrap().map(|row| row.unwrap_or_else(|error| panic!("{sql}: {error}"))).collect()
}

/// A record; its number is in its id, its version and its times.
pub(super) fn row(number: i64, values: Vec<Value>) -> Row {
    let actor = Actor::Token(TokenId(Uuid::from_u128(5)));
    Row {
        id: id(number),
        version: number,
        created_at: Timestamp(1_000_000 * number),
        updated_at: Timestamp(-1_500_000 * number),
        created_by: actor,
        updated_by: Actor::System,
        owner: actor,
        provenance: Provenance::default(),
        values,
    }
}

fn id(number: i64) -> RecordId {
    RecordId(Uuid::from_u128(u128::try_from(number).unwrap()))
}

/// A value of a field: often one that is at a bound, and sometimes none.
fn value(kind: &FieldKind) -> BoxedStrategy<Value> {
    let given = match kind {
        FieldKind::Text { .. } => one_of(TEXTS.map(|text| Value::Text(nfc(text).into()))),
        FieldKind::Integer { max: Some(_), .. } => {
            one_of([-100, -7, -1, 0, 1, 2, 50, 100].map(Value::Integer))
        }
        FieldKind::Integer { .. } => one_of([i64::MIN, -1, 0, 3, i64::MAX].map(Value::Integer)),
        FieldKind::Decimal { scale, .. } => one_of(
            [-99_999, -150, -50, -1, 0, 1, 49, 50, 125, 250, 99_999]
                .map(|unscaled| Value::Decimal(Decimal::new(unscaled, *scale).unwrap())),
        ),
        FieldKind::Currency { scale, .. } => {
            one_of([-999_999_999_999_999_999, -250, 0, 100, 1_250, 999_999_999_999_999_999].map(|unscaled| {
                let currency = Currency(if unscaled % 500 == 0 { *b"EUR" } else { *b"USD" });
                Value::Money(Money { amount: Decimal::new(unscaled, *scale).unwrap(), currency })
            }))
        }
        FieldKind::Select { .. } => one_of(["new", "won", "é"].map(|text| Value::Text(text.into()))),
        FieldKind::MultiSelect { .. } => prop::sample::subsequence(vec!["a", "won", "é"], 0..=3)
            .prop_map(|texts| Value::List(texts.into_iter().map(Box::from).collect()))
            .boxed(),
        FieldKind::Date => one_of(DAYS.map(|text| Value::Date(Date::parse(text).unwrap()))),
        FieldKind::Datetime => one_of(
            [Timestamp::MIN.0, -1_500_001, -1, 0, 1_795_422_600_250_000, Timestamp::MAX.0]
                .map(|micros| Value::Datetime(Timestamp(micros))),
        ),
        FieldKind::Boolean => one_of([true, false].map(Value::Boolean)),
        FieldKind::Reference { to, .. } => (prop::sample::select(to.clone()), 1..4_i64)
            .prop_map(|(object, number)| Value::Link(Link { object, id: id(number) }))
            .boxed(),
        _ => Just(Value::Json("{\"a\":1}".into())).boxed(),
    };
    prop_oneof![1 => Just(Value::Null), 3 => given].boxed()
}

const TEXTS: [&str; 10] = ["", "a", "won", "é", "e\u{301}", "Éa won", " a ", "\u{a0}x\u{2003}", "😀b", "12"];
const DAYS: [&str; 5] = ["0001-01-01", "1969-12-31", "2024-02-29", "2026-11-23", "9999-12-31"];

fn one_of<const N: usize>(values: [Value; N]) -> BoxedStrategy<Value> {
    prop::sample::select(values.to_vec()).boxed()
}

/// Some records of the deal.
pub(super) fn rows() -> impl Strategy<Value = Vec<Row>> {
    let catalog = catalog();
    let values: Vec<_> =
        catalog.object(DEAL).unwrap().fields().iter().map(|field| value(&field.kind)).collect();
    prop::collection::vec(values, 1..12)
        .prop_map(|all| (1..).zip(all).map(|(number, values)| row(number, values)).collect())
}
