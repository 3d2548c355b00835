//! Shared statements that are put together, in both dialects.

use kith_model::decimal::Decimal;
use kith_model::id::RecordId;
use kith_model::time::Timestamp;
use kith_model::value::{Currency, Link, Money, Value};
use uuid::Uuid;

use super::{record, verify};
use crate::dialect::{Dialect, Statement};
use crate::fixture::{COMPANY, CONTACT, DEAL, catalog};
use crate::query::{Direction, Filter, List, Order};

/// The statements of both dialects, one after the other, with their values.
fn both(make: impl Fn(Dialect<'_>) -> Vec<Statement>) -> String {
    let section = |name: &str, dialect| {
        let each = |Statement { sql, cells }: Statement| format!("{sql}\n-- {cells:?}\n");
        format!("-- {name}\n{}", make(dialect).into_iter().map(each).collect::<Vec<_>>().join(""))
    };
    [section("SQLite", Dialect::Sqlite), section("PostgreSQL", Dialect::Postgres { schema: "tenant_x" })]
        .join("\n")
}

#[test]
fn lists_bind_values_and_page_by_a_unique_order() {
    let catalog = catalog();
    let deal = catalog.object(DEAL).unwrap();
    let id = RecordId(Uuid::from_u128(7));
    let euros = Money { amount: Decimal::new(1210, 2).unwrap(), currency: Currency(*b"EUR") };
    let first = List {
        object: DEAL,
        filters: vec![
            Filter::Equals(0, Value::Money(euros)),
            Filter::Equals(2, Value::Link(Link { object: CONTACT, id })),
            Filter::Equals(1, Value::Null),
        ],
        order: Order::Created,
        direction: Direction::Descending,
        after: None,
        limit: 51,
    };
    let next = List {
        filters: vec![Filter::Equals(2, Value::Null)],
        order: Order::Updated,
        direction: Direction::Ascending,
        after: Some((Timestamp(5), id)),
        ..first.clone()
    };
    insta::assert_snapshot!(both(|dialect| vec![
        record::list(dialect, deal, &first),
        record::list(dialect, deal, &next),
    ]));
}

#[test]
fn the_checker_reads_stretches() {
    let catalog = catalog();
    let company = catalog.object(COMPANY).unwrap();
    insta::assert_snapshot!(both(|dialect| {
        let ids = Statement { sql: verify::ids(dialect, company), cells: Vec::new() };
        let rollup = |slot| verify::rollup(dialect, &catalog, company, slot).unwrap();
        vec![ids, rollup(1), rollup(2)]
    }));
}
