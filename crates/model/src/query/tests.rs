//! Orders and places.

use uuid::Uuid;

use super::{order, read_place, write_place};
use crate::catalog::{Catalog, Definition, Field, FieldKind, OnDelete};
use crate::decimal::Decimal;
use crate::id::{FieldNo, ObjectNo};
use crate::journal::SchemaVersion;
use crate::time::{Date, Timestamp};
use crate::value::{Cell, ColumnKind};

const COMPANY: ObjectNo = ObjectNo(1);
const DEAL: ObjectNo = ObjectNo(2);

fn definition(number: ObjectNo, name: &str, fields: Vec<(u32, &str, FieldKind)>) -> Definition {
    let field = |(number, name, kind)| Field::new(FieldNo(number), name, kind);
    Definition { fields: fields.into_iter().map(field).collect(), ..Definition::new(number, name, name) }
}

fn catalog() -> Catalog {
    let text = FieldKind::Text { max_length: 100 };
    let company = definition(COMPANY, "company", vec![(1, "name", text.clone())]);
    let amount = FieldKind::Currency { scale: 2, currencies: Vec::new() };
    let reference = FieldKind::Reference { to: vec![COMPANY], on_delete: OnDelete::Clear };
    let fields = vec![(2, "name", text), (3, "amount", amount), (4, "company", reference)];
    Catalog::compile(SchemaVersion(1), [company, definition(DEAL, "deal", fields)])
}

#[test]
fn an_order_ends_in_the_id_and_goes_its_last_way() {
    let catalog = catalog();
    let deal = catalog.object(DEAL).unwrap();
    let sorts = order("company.name, -amount:nulls_first", deal, &catalog).unwrap();
    let shape: Vec<_> =
        sorts.iter().map(|sort| (sort.path.via.len(), sort.is_descending, sort.is_null_first)).collect();
    assert_eq!(shape, [(1, false, true), (0, true, true), (0, true, false)]);
    assert_eq!(sorts[1].columns, [ColumnKind::Decimal { scale: 2 }, ColumnKind::Text]);
    assert_eq!(sorts[2].columns, [ColumnKind::Uuid]);
}

#[test]
fn what_follows_creation_decides_nothing() {
    let catalog = catalog();
    let deal = catalog.object(DEAL).unwrap();
    assert_eq!(order("-created_at,name", deal, &catalog).unwrap().len(), 1);
}

#[test]
fn an_order_by_what_has_none_is_refused() {
    let catalog = catalog();
    let deal = catalog.object(DEAL).unwrap();
    for (text, says) in [
        ("company", "has no order"),
        ("nam", "no field `nam`"),
        ("size(name)", "not by an expression"),
        ("name,name", "already"),
        ("name:last", "says nothing"),
        ("a,b,c,d,e,f,g,h,i", "at most"),
    ] {
        let faults = order(text, deal, &catalog).unwrap_err();
        assert!(faults[0].message.contains(says), "{text}: {}", faults[0].message);
    }
}

#[test]
fn a_place_comes_back_as_it_was() {
    let catalog = catalog();
    let deal = catalog.object(DEAL).unwrap();
    let sorts = order("name,amount,updated_at,version", deal, &catalog).unwrap();
    let cells = vec![
        Cell::Text("a \"quoted\"\nline".to_owned().into()),
        Cell::Decimal(Decimal::new(-1250, 2).unwrap()),
        Cell::Null,
        Cell::Timestamp(Timestamp(7)),
        Cell::Integer(i64::MAX),
        Cell::Uuid(Uuid::from_u128(9)),
    ];
    let kinds: Vec<ColumnKind> = sorts.iter().flat_map(|sort| sort.columns.iter().copied()).collect();
    assert_eq!(read_place(&write_place(&cells), &kinds), Some(cells));
    for text in ["", "[]", "[1,2,3,4,5,6]", "{}", "[null,null,null,null,null,\"x\"]"] {
        assert_eq!(read_place(text, &kinds), None, "{text}");
    }
    assert_eq!(write_place(&[Cell::Date(Date(3)), Cell::Boolean(true)]), "[3,true]");
}
