//! Tests of the language, over three objects that refer to each other.

mod documentation;
mod evaluation;
mod faults;
mod fitting;
mod fuzz;
mod names;

use std::borrow::Cow;
use std::collections::HashMap;

use super::{Allowed, Expression, Failure, Given, Path, Read, Record, Surroundings, SystemField};
use crate::catalog::{Definition, Field, FieldKind, OnDelete, SelectOption};
use crate::decimal::Decimal;
use crate::fault::{Code, Faults};
use crate::id::{FieldNo, ObjectNo, RecordId};
use crate::time::{Date, Timestamp};
use crate::value::{Currency, Link, Money, Value};

pub(super) const COMPANY: ObjectNo = ObjectNo(1);
pub(super) const CONTACT: ObjectNo = ObjectNo(2);
pub(super) const DEAL: ObjectNo = ObjectNo(3);

fn options(values: &[&str]) -> Vec<SelectOption> {
    let option = |value: &&str| SelectOption { value: (*value).to_owned(), label: (*value).to_owned() };
    values.iter().map(option).collect()
}

fn text() -> FieldKind {
    FieldKind::Text { max_length: 255 }
}

fn reference(to: &[ObjectNo]) -> FieldKind {
    FieldKind::Reference { to: to.to_vec(), on_delete: OnDelete::Clear }
}

pub(super) fn definition(number: ObjectNo, name: &str, fields: Vec<(u32, &str, FieldKind)>) -> Definition {
    let field = |(number, name, kind)| Field::new(FieldNo(number), name, kind);
    Definition { fields: fields.into_iter().map(field).collect(), ..Definition::new(number, name, name) }
}

/// A company, a contact that works for one, and a deal with one of the two.
pub(super) fn definitions() -> [Definition; 3] {
    let decimal = |precision, scale| FieldKind::Decimal { precision, scale, min: None, max: None };
    let company = vec![(1, "name", text()), (2, "industry", text()), (3, "parent", reference(&[COMPANY]))];
    let contact = vec![(10, "name", text()), (11, "company", reference(&[COMPANY])), (12, "age", text())];
    let mut deal = definition(
        DEAL,
        "deal",
        vec![
            (20, "name", text()),
            (21, "amount", FieldKind::Currency { scale: 2, currencies: Vec::new() }),
            (22, "probability", FieldKind::Integer { min: None, max: None }),
            (23, "rate", decimal(9, 4)),
            (24, "stage", FieldKind::Select { options: options(&["new", "won", "lost"]) }),
            (25, "tags", FieldKind::MultiSelect { options: options(&["hot", "cold"]) }),
            (26, "close_date", FieldKind::Date),
            (27, "seen_at", FieldKind::Datetime),
            (28, "open", FieldKind::Boolean),
            (29, "extra", FieldKind::Json),
            (30, "company", reference(&[COMPANY])),
            (31, "party", reference(&[COMPANY, CONTACT])),
            (32, "budget", FieldKind::Currency { scale: 2, currencies: Vec::new() }),
        ],
    );
    deal.fields[0].aliases = vec!["title".to_owned()];
    [definition(COMPANY, "company", company), definition(CONTACT, "contact", contact), deal]
}

pub(super) const EVERYTHING: Allowed = Allowed { clock: true, paths: 3, old: true };

pub(super) fn compile_as(source: &str, allowed: Allowed) -> Result<Expression, Faults> {
    let definitions = definitions();
    let find = |number: ObjectNo| definitions.iter().find(|definition| definition.number == number);
    Expression::compile(source, &Surroundings { object: &definitions[2], definitions: &find, allowed })
}

pub(super) fn compile(source: &str) -> Expression {
    compile_as(source, EVERYTHING).unwrap_or_else(|faults| panic!("{source}: {faults:?}"))
}

/// A record by the names of its fields; behind references nothing is loaded but what is
/// there.
#[derive(Default)]
pub(super) struct Example(HashMap<Path, Value>);

impl Example {
    pub(super) fn with(mut self, number: u32, value: Value) -> Self {
        self.0.insert(own(number), value);
        self
    }

    pub(super) fn at(mut self, path: Path, value: Value) -> Self {
        self.0.insert(path, value);
        self
    }
}

pub(super) fn own(number: u32) -> Path {
    Path { via: Vec::new(), object: DEAL, read: Read::Field(FieldNo(number)), old: false }
}

impl Record for Example {
    fn get(&self, path: &Path) -> Result<Cow<'_, Value>, Failure> {
        match self.0.get(path) {
            Some(value) => Ok(Cow::Borrowed(value)),
            None if path.via.is_empty() => Ok(Cow::Owned(Value::Null)),
            None => Err(Failure::Missing),
        }
    }
}

pub(super) const NOW: Given = Given { now: Timestamp(1_795_422_600_000_000) };

pub(super) fn money(unscaled: i64, currency: &[u8; 3]) -> Value {
    Value::Money(Money { amount: Decimal::new(unscaled, 2).unwrap(), currency: Currency(*currency) })
}

pub(super) fn words(text: &str) -> Value {
    Value::Text(text.into())
}

/// 1,250.50 euros at 40 %, in stage `won`, hot, to be closed on 2026-11-30.
pub(super) fn example() -> Example {
    Example::default()
        .with(20, words("Große Sache"))
        .with(21, money(125_050, b"EUR"))
        .with(22, Value::Integer(40))
        .with(23, Value::Decimal(Decimal::new(12_500, 4).unwrap()))
        .with(24, words("won"))
        .with(25, Value::List(vec!["hot".into()]))
        .with(26, Value::Date(Date::parse("2026-11-30").unwrap()))
        .with(27, Value::Datetime(Timestamp::parse("2026-11-23T08:30:00Z").unwrap()))
        .with(28, Value::Boolean(true))
        .with(30, Value::Link(Link { object: COMPANY, id: RecordId(uuid::Uuid::from_u128(7)) }))
        .at(
            Path { via: vec![FieldNo(30)], object: COMPANY, read: Read::Field(FieldNo(2)), old: false },
            words("steel"),
        )
        .at(Path { old: true, ..own(24) }, words("new"))
        .at(
            Path { via: Vec::new(), object: DEAL, read: Read::System(SystemField::Id), old: true },
            Value::Link(Link { object: DEAL, id: RecordId(uuid::Uuid::from_u128(9)) }),
        )
}

pub(super) fn evaluate(source: &str) -> Result<Value, Failure> {
    compile(source).evaluate(&example(), &NOW)
}

/// The code and message of the only fault, and its hint.
pub(super) fn fault(source: &str) -> (String, Option<String>) {
    let faults = compile_as(source, EVERYTHING).expect_err(source);
    assert_eq!(faults.len(), 1, "{source}: {faults:?}");
    let fault = faults.into_iter().next().unwrap();
    assert_eq!(fault.code, Code::InvalidExpression);
    (fault.message, fault.hint)
}
