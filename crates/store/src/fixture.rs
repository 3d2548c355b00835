//! Objects for the tests of this crate: every type of field, a polymorphic reference,
//! a reference to the own object, roll-ups, keys with and without case.

use kith_model::catalog::{
    Catalog, Definition, Field, FieldKind, Key, KeyState, OnDelete, RollupFunction, SelectOption,
};
use kith_model::id::{FieldNo, KeyNo, ObjectNo};
use kith_model::journal::SchemaVersion;
use kith_model::value::Currency;

pub(crate) const COMPANY: ObjectNo = ObjectNo(1);
pub(crate) const CONTACT: ObjectNo = ObjectNo(2);
pub(crate) const DEAL: ObjectNo = ObjectNo(3);

pub(crate) fn field(number: u32, name: &str, kind: FieldKind) -> Field {
    Field::new(FieldNo(number), name, kind)
}

pub(crate) fn key(number: u32, name: &str, fields: &[u32]) -> Key {
    Key {
        number: KeyNo(number),
        name: name.to_owned(),
        fields: fields.iter().copied().map(FieldNo).collect(),
        unique: true,
        case_insensitive: false,
        state: KeyState::Ready,
    }
}

pub(crate) fn text() -> FieldKind {
    FieldKind::Text { max_length: 255 }
}

pub(crate) fn reference(to: &[ObjectNo]) -> FieldKind {
    FieldKind::Reference { to: to.to_vec(), on_delete: OnDelete::Restrict }
}

pub(crate) fn count(from: ObjectNo, via: u32) -> FieldKind {
    FieldKind::Rollup { function: RollupFunction::Count, from, via: FieldNo(via), filter: None }
}

pub(crate) fn sum(from: ObjectNo, via: u32, of: u32, scale: u8, currency: Option<Currency>) -> FieldKind {
    FieldKind::Rollup {
        function: RollupFunction::Sum { of: FieldNo(of), scale, currency },
        from,
        via: FieldNo(via),
        filter: None,
    }
}

fn options(values: &[&str]) -> Vec<SelectOption> {
    values
        .iter()
        .map(|value| SelectOption { value: (*value).to_owned(), label: (*value).to_owned() })
        .collect()
}

fn definition(number: ObjectNo, name: &str, fields: Vec<Field>, keys: Vec<Key>) -> Definition {
    Definition {
        schema_version: SchemaVersion(1),
        last_key: keys.iter().map(|key| key.number).max().unwrap_or(KeyNo(0)),
        fields,
        keys,
        ..Definition::new(number, name, name)
    }
}

/// A name that is unique, and what its deals and contacts come to.
pub(crate) fn company() -> Definition {
    let eur = Some(Currency(*b"EUR"));
    let fields = vec![
        field(1, "name", text()),
        field(2, "contacts", count(CONTACT, 6)),
        field(3, "revenue", sum(DEAL, 21, 20, 2, eur)),
        field(4, "ages", sum(CONTACT, 6, 7, 0, None)),
    ];
    definition(COMPANY, "company", fields, vec![key(1, "name", &[1])])
}

/// A field of every type; the e-mail address is unique without regard to case.
pub(crate) fn contact() -> Definition {
    let fields = vec![
        field(5, "email", FieldKind::Email),
        field(6, "company", reference(&[COMPANY])),
        field(7, "age", FieldKind::Integer { min: None, max: None }),
        field(8, "active", FieldKind::Boolean),
        field(9, "born", FieldKind::Date),
        field(10, "seen", FieldKind::Datetime),
        field(11, "notes", FieldKind::LongText { max_length: 1_000 }),
        field(12, "stage", FieldKind::Select { options: options(&["new", "won"]) }),
        field(13, "tags", FieldKind::MultiSelect { options: options(&["a", "b", "c"]) }),
        field(14, "extra", FieldKind::Json),
        field(15, "number", FieldKind::AutoNumber { prefix: "C-".to_owned(), digits: 4 }),
        field(16, "reports_to", reference(&[CONTACT])),
    ];
    let mut by_email = key(2, "email", &[5]);
    by_email.case_insensitive = true;
    let mut by_stage = key(3, "stage", &[12, 7]);
    by_stage.unique = false;
    definition(CONTACT, "contact", fields, vec![by_email, by_stage])
}

/// An amount, a rate, a polymorphic reference and a plain one.
pub(crate) fn deal() -> Definition {
    let fields = vec![
        field(20, "amount", FieldKind::Currency { scale: 2, currencies: Vec::new() }),
        field(21, "company", reference(&[COMPANY])),
        field(22, "party", reference(&[COMPANY, CONTACT])),
        field(23, "rate", FieldKind::Decimal { precision: 9, scale: 4, min: None, max: None }),
    ];
    definition(DEAL, "deal", fields, vec![key(4, "amount", &[20])])
}

/// All of them at schema version 1.
pub(crate) fn catalog() -> Catalog {
    Catalog::compile(SchemaVersion(1), [company(), contact(), deal()])
}
