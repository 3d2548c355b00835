//! Pages in both dialects.

use kith_model::catalog::Object;
use kith_model::decimal::Decimal;
use kith_model::expression::Given;
use kith_model::query::{filter, order};
use kith_model::time::Timestamp;
use kith_model::value::{Cell, Value};
use uuid::Uuid;

use super::{count, page};
use crate::dialect::{Dialect, Statement};
use crate::fixture::{DEAL, catalog};
use crate::query::{Filter, Query};

const NOW: Timestamp = Timestamp(1_795_422_600_250_000);

fn query(object: &Object, condition: Option<&str>, sorts: &str, after: Option<Vec<Cell<'static>>>) -> Query {
    let catalog = catalog();
    let condition = condition.map(|source| filter(source, object, &catalog, Given { now: NOW }).unwrap());
    let order = order(sorts, object, &catalog).unwrap();
    Query { object: DEAL, filters: Vec::new(), condition, now: NOW, order, after, limit: 51 }
}

#[test]
fn a_page_is_one_statement() {
    let catalog = catalog();
    let deal = catalog.object(DEAL).unwrap();
    let id = Cell::Uuid(Uuid::from_u128(7));
    let amount = |unscaled| Cell::Decimal(Decimal::new(unscaled, 2).unwrap());
    let euros = Cell::Text("EUR".into());
    let queries = [
        query(deal, None, "-created_at", Some(vec![id.clone()])),
        query(deal, Some("created_at < now() && company.name.startsWith('A')"), "company.name,-amount", None),
        query(deal, None, "amount", Some(vec![amount(1210), euros.clone(), id.clone()])),
        query(deal, None, "-amount:nulls_first", Some(vec![amount(1210), euros, id.clone()])),
        query(
            deal,
            None,
            "amount:nulls_last,-version",
            Some(vec![Cell::Null, Cell::Null, Cell::Integer(3), id]),
        ),
    ];
    let mut shown = String::new();
    for dialect in [Dialect::Sqlite, Dialect::Postgres { schema: "tenant_x" }] {
        for query in &queries {
            let Statement { sql, cells } = page(dialect, &catalog, deal, query).unwrap();
            shown.push_str(&format!("{sql}\n-- {cells:?}\n\n"));
        }
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn a_count_is_of_all_pages() {
    let catalog = catalog();
    let deal = catalog.object(DEAL).unwrap();
    let mut query = query(deal, Some("company.name != null"), "created_at", None);
    query.filters.push(Filter::Equals(0, Value::Null));
    insta::assert_snapshot!(count(Dialect::Sqlite, &catalog, deal, &query).unwrap().sql);
}
