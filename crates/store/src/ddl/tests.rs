//! The statements of schema changes, in both dialects.

use kith_model::catalog::{FieldKind, Measure, RollupFunction, Table};
use kith_model::id::{FieldNo, RecordId};
use kith_model::schema::Condition;
use kith_model::value::Currency;

use super::{
    Statement, add_field, add_fold, add_target, condition, create_key, create_table, drop_field, drop_fold,
    drop_key, drop_table, duplicates, fill_rollup, fold_page, fold_write, index_rollup, out_of_range,
};
use crate::dialect::Dialect;
use crate::fixture::{COMPANY, CONTACT, DEAL, catalog, company, contact, deal, field, key};
use crate::system::{self, Layout};

const SQLITE: Dialect<'_> = Dialect::Sqlite;
const POSTGRES: Dialect<'_> = Dialect::Postgres { schema: "tenant_01h455vb4pex5vsknk084sn02q" };

/// The statements of both dialects, one after the other.
fn both(make: impl Fn(Dialect<'_>) -> Vec<String>) -> String {
    let section = |name: &str, dialect| format!("-- {name}\n{}\n", make(dialect).join(";\n"));
    [section("SQLite", SQLITE), section("PostgreSQL", POSTGRES)].join("\n")
}

#[test]
fn creates_tables() {
    let catalog = catalog();
    insta::assert_snapshot!(
        "table_of_every_type",
        both(|dialect| create_table(dialect, &catalog, &contact()).unwrap())
    );
    insta::assert_snapshot!(
        "table_with_polymorphic_reference",
        both(|dialect| { create_table(dialect, &catalog, &deal()).unwrap() })
    );
}

#[test]
fn drops_a_table_with_all_that_was_its_own() {
    insta::assert_snapshot!(both(|dialect| drop_table(dialect, &contact())));
}

#[test]
fn adds_fields_as_if_they_had_always_been_there() {
    let catalog = catalog();
    insta::assert_snapshot!(both(|dialect| {
        let mut statements = add_field(dialect, &catalog, &deal(), FieldNo(20)).unwrap();
        statements.extend(add_field(dialect, &catalog, &deal(), FieldNo(22)).unwrap());
        statements.extend(add_field(dialect, &catalog, &contact(), FieldNo(8)).unwrap());
        statements
    }));
}

#[test]
fn adds_a_target_with_a_check_over_the_columns_before() {
    let catalog = catalog();
    insta::assert_snapshot!(both(
        |dialect| add_target(dialect, &catalog, &deal(), FieldNo(22), CONTACT).unwrap()
    ));
}

#[test]
fn drops_fields_last_column_first() {
    insta::assert_snapshot!(both(|dialect| {
        let mut statements = drop_field(dialect, &deal(), FieldNo(22)).unwrap();
        statements.extend(drop_field(dialect, &contact(), FieldNo(15)).unwrap());
        statements
    }));
}

#[test]
fn folds_text() {
    let contact = contact();
    let table = Table::of(&contact);
    let fold = &table.columns[table.fold(0).unwrap()];
    insta::assert_snapshot!(both(|dialect| vec![
        add_fold(dialect, &contact, FieldNo(5)).unwrap(),
        fold_page(dialect, &contact, FieldNo(5)).unwrap(),
        fold_write(dialect, &contact, FieldNo(5)).unwrap(),
        drop_fold(dialect, &contact, fold),
    ]));
}

#[test]
fn makes_and_drops_keys() {
    let contact = contact();
    let pair = key(9, "pair", &[5, 6]);
    insta::assert_snapshot!(both(|dialect| vec![
        create_key(dialect, &contact, &contact.keys[0]),
        create_key(dialect, &contact, &contact.keys[1]),
        create_key(dialect, &contact, &pair),
        duplicates(dialect, &contact, &contact.keys[0]),
        duplicates(dialect, &contact, &pair),
        drop_key(dialect, &pair),
    ]));
}

#[test]
fn fills_extremes_and_averages() {
    let over = |function| FieldKind::Rollup { function, from: DEAL, via: FieldNo(21), filter: None };
    let (amount, rate, eur) = (FieldNo(20), FieldNo(23), Currency(*b"EUR"));
    let mut parent = company();
    parent.fields = vec![
        field(30, "least", over(RollupFunction::Min { of: rate, measure: Measure::Decimal { scale: 4 } })),
        field(31, "most", {
            let measure = Measure::Currency { scale: 2, currency: eur };
            over(RollupFunction::Max { of: amount, measure })
        }),
        field(32, "mean", {
            over(RollupFunction::Average { of: amount, of_scale: 2, scale: 4, currency: Some(eur) })
        }),
    ];
    let stretch = Some((RecordId(uuid::Uuid::from_u128(1)), RecordId(uuid::Uuid::from_u128(2))));
    insta::assert_snapshot!(both(|dialect| {
        let mut statements = Vec::new();
        for rollup in [30, 31, 32].map(FieldNo) {
            statements.extend(index_rollup(dialect, &parent, rollup, &deal()).unwrap());
            let Statement { sql, cells } = fill_rollup(dialect, &parent, rollup, &deal(), stretch).unwrap();
            statements.push(format!("{sql}\n-- {cells:?}"));
            statements.extend(out_of_range(dialect, &parent, rollup).unwrap());
            let drops = drop_field(dialect, &parent, rollup).unwrap();
            statements.extend(drops.into_iter().filter(|drop| drop.starts_with("drop index")));
        }
        statements
    }));
}

#[test]
fn fills_rollups_exactly() {
    insta::assert_snapshot!(both(|dialect| {
        let fills = [(2, contact()), (3, deal()), (4, contact())];
        let mut statements = Vec::new();
        for (field, from) in fills {
            let Statement { sql, cells } =
                fill_rollup(dialect, &company(), FieldNo(field), &from, None).unwrap();
            statements.push(format!("{sql}\n-- {cells:?}"));
            statements.extend(out_of_range(dialect, &company(), FieldNo(field)).unwrap());
        }
        statements
    }));
}

#[test]
fn looks_for_data_in_the_way() {
    let conditions = [
        (contact(), Condition::AnyRecord),
        (contact(), Condition::Null(FieldNo(6))),
        (deal(), Condition::Null(FieldNo(22))),
        (contact(), Condition::LongerThan(FieldNo(11), 80)),
        (contact(), Condition::OutsideIntegers(FieldNo(7), Some(0), Some(150))),
        (contact(), Condition::OutsideIntegers(FieldNo(7), None, None)),
        (deal(), Condition::OutsideDecimals(FieldNo(23), None, Some(12_345))),
        (contact(), Condition::HasOption(FieldNo(12), "won".to_owned())),
        (contact(), Condition::HasOption(FieldNo(13), "b".to_owned())),
    ];
    insta::assert_snapshot!(both(|dialect| {
        let statement = |(definition, found)| {
            let Statement { sql, cells } = condition(dialect, definition, found).unwrap();
            format!("{sql}\n-- {cells:?}")
        };
        conditions.iter().map(|(definition, found)| statement((definition, found))).collect()
    }));
}

#[test]
fn lays_out_our_own_tables() {
    insta::assert_snapshot!(
        "tables_of_a_tenant",
        both(|dialect| {
            let mut statements = Layout::TENANT.migrate(dialect, 0);
            statements.push(system::insert_state(dialect));
            statements
        })
    );
    let control = |dialect: Dialect<'_>| match dialect {
        Dialect::Sqlite => Layout::CONTROL.migrate(dialect, 0),
        Dialect::Postgres { .. } => Layout::CONTROL.migrate(Dialect::Postgres { schema: "kith" }, 0),
    };
    insta::assert_snapshot!("control_tables", both(control));
    for layout in [Layout::TENANT, Layout::CONTROL] {
        assert_eq!(layout.migrate(SQLITE, layout.current()), Vec::<String>::new());
    }
}

#[test]
fn a_reference_needs_its_target_in_the_catalog() {
    let without = kith_model::catalog::Catalog::default();
    assert!(create_table(SQLITE, &without, &deal()).is_err());
    assert!(create_table(SQLITE, &without, &company()).is_ok());
    assert!(add_target(SQLITE, &catalog(), &deal(), FieldNo(21), CONTACT).is_err());
    assert!(add_target(SQLITE, &catalog(), &deal(), FieldNo(22), COMPANY).is_ok());
}
