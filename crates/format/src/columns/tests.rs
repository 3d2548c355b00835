//! Columns by name, by parts, and through references.

use std::sync::Arc;

use kith_model::catalog::{Catalog, Definition, Field, FieldKind, Object, OnDelete};
use kith_model::fault::Code;
use kith_model::id::{FieldNo, ObjectNo};
use kith_model::journal::SchemaVersion;
use serde_json::{Value as Json, json};

use super::{Columns, assemble};
use crate::format::Empty;
use crate::reader::Cell;

fn world() -> (Arc<Object>, Arc<Catalog>) {
    let text = || FieldKind::Text { max_length: 100 };
    let reference = |to: &[u32]| FieldKind::Reference {
        to: to.iter().copied().map(ObjectNo).collect(),
        on_delete: OnDelete::Clear,
    };
    let mut company = Definition::new(ObjectNo(1), "company", "company");
    company.fields = vec![
        Field::new(FieldNo(1), "domain", text()),
        Field::new(FieldNo(2), "number", FieldKind::Integer { min: None, max: None }),
    ];
    let mut deal = Definition::new(ObjectNo(2), "deal", "deal");
    let mut name = Field::new(FieldNo(3), "name", text());
    name.aliases = vec!["title".to_owned()];
    deal.fields = vec![
        name,
        Field::new(FieldNo(4), "amount", FieldKind::Currency { scale: 2, currencies: Vec::new() }),
        Field::new(FieldNo(5), "company", reference(&[1])),
        Field::new(FieldNo(6), "subject", reference(&[1, 2])),
        Field::new(FieldNo(7), "number", FieldKind::AutoNumber { prefix: String::new(), digits: 1 }),
        Field::new(FieldNo(8), "is_open", FieldKind::Boolean),
    ];
    let catalog = Arc::new(Catalog::compile(SchemaVersion(1), [company, deal]));
    (catalog.object(ObjectNo(2)).expect("the object").clone(), catalog)
}

fn header(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn cells(texts: &[&str]) -> Vec<Cell> {
    let cell = |text: &&str| match text.strip_prefix('"') {
        Some(quoted) => Cell { text: quoted.trim_end_matches('"').into(), quoted: true },
        None => Cell { text: (*text).into(), quoted: false },
    };
    texts.iter().map(cell).collect()
}

fn record(names: &[&str], texts: &[&str], empty: Empty) -> Json {
    let (object, catalog) = world();
    let columns = Columns::of(&header(names), &object, &catalog).expect("known columns");
    Json::Object(columns.assemble(&cells(texts), empty).expect("good cells").record)
}

fn refusals(names: &[&str]) -> Vec<(String, Code, String, Option<String>)> {
    let (object, catalog) = world();
    let faults = Columns::of(&header(names), &object, &catalog).expect_err("refused");
    let told = |fault: kith_model::job::RowFault| {
        (fault.column.unwrap_or_default().into(), fault.fault.code, fault.fault.message, fault.fault.hint)
    };
    faults.into_iter().map(told).collect()
}

#[test]
fn puts_a_row_together() {
    let names = ["id", "if_match", "title", "amount.currency", "amount.amount", "number", "created_at"];
    let (object, catalog) = world();
    let columns = Columns::of(&header(&names), &object, &catalog).expect("known columns");
    assert_eq!(columns.passed_over().collect::<Vec<_>>(), ["number", "created_at"]);
    assert_eq!(columns.by_field()["name"], "title");
    let row = columns.assemble(&cells(&["deal_1", "\"3\"", "x", "EUR", "1.50", "9", "?"]), Empty::Null);
    let row = row.expect("good cells");
    assert_eq!((row.id.as_deref(), row.if_match), (Some("deal_1"), Some(3)));
    let wanted = json!({ "name": "x", "amount": { "currency": "EUR", "amount": "1.50" } });
    assert_eq!(Json::Object(row.record), wanted);
}

#[test]
fn tells_nothing_from_the_empty_text_and_from_absent() {
    let names = ["name", "amount", "is_open", "company.domain"];
    let nothing = json!({ "name": null, "amount": null, "is_open": null, "company": null });
    assert_eq!(record(&names, &["", "", "", ""], Empty::Null), nothing);
    assert_eq!(record(&names, &["", "", "", ""], Empty::Absent), json!({}));
    let quoted = record(&names, &["\"\"", "\"\"", "\"\"", ""], Empty::Null);
    assert_eq!(quoted, json!({ "name": "", "amount": null, "is_open": null, "company": null }));
}

#[test]
fn refers_by_fields_of_the_target() {
    let names = ["company.domain", "company.number", "subject.company.domain"];
    let wanted = json!({
        "company": { "$by": { "domain": "acme.example", "number": 7 } },
        "subject": { "$object": "company", "$by": { "domain": "x.example" } },
    });
    assert_eq!(record(&names, &["acme.example", "7", "x.example"], Empty::Null), wanted);
}

#[test]
fn refuses_what_it_does_not_know() {
    let found = refusals(&["nmae", "amount.sum", "company.domian", "subject.domain", "", "name", "title"]);
    let codes: Vec<_> =
        found.iter().map(|(column, code, _, hint)| (&**column, *code, hint.as_deref())).collect();
    assert_eq!(
        codes,
        [
            ("nmae", Code::UnknownField, Some("did you mean `name`?")),
            ("amount.sum", Code::UnknownField, None),
            ("company.domian", Code::UnknownField, Some("did you mean `domain`?")),
            (
                "subject.domain",
                Code::UnknownField,
                Some("name the object as well, as in `subject.company.domain`")
            ),
            ("", Code::UnknownField, None),
            ("title", Code::Malformed, Some("each field comes from one column")),
        ]
    );
    assert_eq!(
        refusals(&["amount.amount"])[0].2,
        "the column `amount.currency` is missing beside `amount.amount`"
    );
    assert_eq!(
        refusals(&["company", "company.domain"])[0].2,
        "`company` stands in a column of its own as well"
    );
}

#[test]
fn gathers_every_bad_cell_of_a_row() {
    let (object, catalog) = world();
    let names = header(&["amount", "is_open", "company.number", "if_match"]);
    let columns = Columns::of(&names, &object, &catalog).expect("known columns");
    let faults = columns.assemble(&cells(&["12.10EUR", "yes", "x", "y"]), Empty::Null).expect_err("refused");
    let told: Vec<_> = faults.iter().map(|fault| (fault.column.as_deref(), &*fault.fault.pointer)).collect();
    assert_eq!(
        told,
        [
            (Some("amount"), "/amount"),
            (Some("is_open"), "/is_open"),
            (Some("company.number"), "/company/number"),
            (Some("if_match"), "/if_match"),
        ]
    );
}

#[test]
fn takes_members_as_the_api_does() {
    let (object, _) = world();
    let members =
        json!({ "id": "deal_1", "version": 3, "number": "7", "if_match": 2, "name": "x", "new": 1 });
    let Json::Object(members) = members else { panic!("an object") };
    let row = assemble(members, &object).expect("good members");
    assert_eq!((row.id.as_deref(), row.if_match), (Some("deal_1"), Some(2)));
    assert_eq!(Json::Object(row.record), json!({ "name": "x", "new": 1 }));
    let Json::Object(members) = json!({ "id": 7, "if_match": true }) else { panic!("an object") };
    assert_eq!(assemble(members, &object).expect_err("refused").len(), 2);
}
