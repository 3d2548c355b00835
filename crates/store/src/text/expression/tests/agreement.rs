//! What a database decides is what the evaluator decides, for random terms over random
//! records.

use kith_model::catalog::Catalog;
use kith_model::expression::{Given, Own};
use kith_model::record::Row;
use kith_model::time::Timestamp;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use rusqlite::Connection;

use super::records::{database, row, rows, selected};
use super::terms::{Sort, filled, grammar, term};
use super::{DEAL, catalog, compile, statement};
use crate::dialect::Dialect;

/// Compares the two, and says whether the expression could be compared.
fn agrees(catalog: &Catalog, connection: &Connection, rows: &[Row], source: &str) -> bool {
    let object = catalog.object(DEAL).unwrap();
    let Some(expression) = compile(catalog, source) else { return false };
    if expression.kind().is_condition().is_err() {
        return false;
    }
    let portable = expression.portable(object.definition()).is_ok();
    let postgres = statement(Dialect::Postgres { schema: "t" }, object, &expression);
    let sqlite = statement(Dialect::Sqlite, object, &expression);
    assert_eq!((sqlite.is_ok(), postgres.is_ok()), (portable, portable), "{source}");
    let Ok(sqlite) = sqlite else { return false };
    let given = Given { now: Timestamp(0) };
    let evaluated = rows.iter().filter(|row| {
        let truth = expression.evaluate_bool(&Own { object, row, old: None }, &given);
        truth.unwrap_or_else(|failure| panic!("{source}: {failure:?}")) == Some(true)
    });
    let evaluated: Vec<i64> = evaluated.map(|row| row.version).collect();
    assert_eq!(selected(connection, &sqlite), evaluated, "{source}\n{}\n{:?}", sqlite.0, sqlite.1);
    true
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn sqlite_decides_as_the_evaluator_does(
        rows in rows(),
        terms in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..40), 10),
    ) {
        let catalog = catalog();
        let connection = database(catalog.object(DEAL).unwrap(), &rows);
        for bytes in terms {
            let source = term(Sort::Truth, &mut bytes.into_iter().map(|byte| byte | 64), 4);
            agrees(&catalog, &connection, &rows, &source);
        }
    }
}

/// How a term of each sort becomes a condition.
const AROUND: [(Sort, &str); 11] = [
    (Sort::Truth, "_"),
    (Sort::Truth, "has(_)"),
    (Sort::Number, "_ > 0"),
    (Sort::Number, "_ == 0"),
    (Sort::Number, "has(_)"),
    (Sort::Text, "_ >= 'a'"),
    (Sort::Text, "!has(_)"),
    (Sort::Money, "_ == amount"),
    (Sort::Day, "_ > day"),
    (Sort::Time, "_ <= at"),
    (Sort::Record, "_ == party"),
];

/// Every shape by itself, so that none is left out by chance.
#[test]
fn every_shape_is_decided_alike() {
    let catalog = catalog();
    let mut runner = TestRunner::deterministic();
    let some = std::iter::repeat_with(|| rows().new_tree(&mut runner).unwrap().current());
    let numbered = some.take(6).flatten().zip(1..).map(|(old, number)| row(number, old.values));
    let rows: Vec<Row> = numbered.collect();
    let connection = database(catalog.object(DEAL).unwrap(), &rows);
    let mut compared = 0;
    for (sort, around) in AROUND {
        let [leaves, shapes] = grammar(sort);
        for (shape, seed) in
            leaves.iter().chain(&shapes).flat_map(|shape| (0..12_u8).map(move |seed| (shape, seed)))
        {
            // Below 64 a byte chooses a leaf.
            let mut bytes = (0..64_u8).cycle().skip(usize::from(seed) * 31 % 64).step_by(7);
            let source = around.replace('_', &filled(shape, &mut bytes, 1));
            compared += usize::from(agrees(&catalog, &connection, &rows, &source));
        }
    }
    assert!(compared > 1_000, "only {compared} could be compared");
}
