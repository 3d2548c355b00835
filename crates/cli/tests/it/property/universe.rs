//! What random operations are about: objects and fields that are there from the start
//! or may be added later, and values with what they become, or the code that refuses
//! them. The meaning is written down here by hand, from docs/api.md.

use std::fmt;

use serde_json::{Value as Json, json};

use super::rollup::{Function, Only, RollupPlan};
use crate::dice::Dice;

/// A field's type, as far as the plain model knows types.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Kind {
    Text,
    Email,
    Integer,
    Decimal,
    Money,
    Boolean,
    Date,
    Select,
    Reference { to: &'static [&'static str], on_delete: &'static str },
    AutoNumber,
    Rollup(RollupPlan),
}

/// A field that can be in an object.
#[derive(Clone, Copy, Debug)]
pub(super) struct FieldPlan {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    /// There from the start.
    pub(super) given: bool,
    pub(super) required: bool,
    pub(super) default: Option<&'static str>,
}

/// An object with all the fields it may have.
pub(super) struct ObjectPlan {
    pub(super) name: &'static str,
    pub(super) given: bool,
    pub(super) fields: &'static [FieldPlan],
    /// Unique keys from the start: fields, and whether they fold case.
    pub(super) keys: &'static [(&'static [&'static str], bool)],
    /// Keys that may come and go.
    pub(super) more_keys: &'static [(&'static [&'static str], bool)],
}

/// A count of what refers here.
const fn count(from: &'static str, via: &'static str) -> Kind {
    over(Function::Count, from, via, "")
}

/// A function over a field of what refers here.
const fn over(function: Function, from: &'static str, via: &'static str, of: &'static str) -> Kind {
    Kind::Rollup(RollupPlan { function, from, via, of, only: Only::All })
}

/// A roll-up over some of what refers here.
const fn only(only: Only, kind: Kind) -> Kind {
    match kind {
        Kind::Rollup(plan) => Kind::Rollup(RollupPlan { only, ..plan }),
        kind => kind,
    }
}

const fn given(name: &'static str, kind: Kind) -> FieldPlan {
    FieldPlan { name, kind, given: true, required: false, default: None }
}

const fn later(name: &'static str, kind: Kind) -> FieldPlan {
    FieldPlan { name, kind, given: false, required: false, default: None }
}

const fn required(name: &'static str, kind: Kind) -> FieldPlan {
    FieldPlan { name, kind, given: true, required: true, default: None }
}

const fn reference(to: &'static [&'static str], on_delete: &'static str) -> Kind {
    Kind::Reference { to, on_delete }
}

pub(super) const OBJECTS: &[ObjectPlan] = &[
    ObjectPlan {
        name: "company",
        given: true,
        fields: &[
            required("name", Kind::Text),
            given("code", Kind::Integer),
            given("stage", Kind::Select),
            later("motto", Kind::Text),
            later("deals", count("deal", "company")),
            later("units", over(Function::Sum, "deal", "company", "units")),
            later("prices", over(Function::Sum, "deal", "company", "price")),
            later("amounts", over(Function::Sum, "deal", "company", "amount")),
            later("contacts", count("contact", "company")),
            later("mentions", count("deal", "about")),
            later("least_units", over(Function::Min, "deal", "company", "units")),
            later("top_units", only(Only::Cheap, over(Function::Max, "deal", "company", "units"))),
            later("top_price", only(Only::Many, over(Function::Max, "deal", "company", "price"))),
            later("top_amount", only(Only::Titled, over(Function::Max, "deal", "company", "amount"))),
            later("last_due", over(Function::Max, "deal", "company", "due")),
            later("mean_units", only(Only::Cheap, over(Function::Average, "deal", "company", "units"))),
            later("mean_price", over(Function::Average, "deal", "company", "price")),
            later("mean_amount", only(Only::Many, over(Function::Average, "deal", "company", "amount"))),
            later("foreign", only(Only::Foreign, count("deal", "company"))),
            later("noted", only(Only::Noted, over(Function::Sum, "deal", "company", "units"))),
            later("won", over(Function::Sum, "contact", "company", "won")),
            later("best_won", only(Only::Unwon, over(Function::Max, "contact", "company", "won"))),
            later("mean_team", over(Function::Average, "contact", "company", "team")),
            later("all_notes", over(Function::Sum, "contact", "company", "all_notes")),
        ],
        keys: &[(&["name"], true), (&["code"], false)],
        more_keys: &[(&["motto"], false), (&["motto", "code"], true)],
    },
    ObjectPlan {
        name: "contact",
        given: true,
        fields: &[
            required("full_name", Kind::Text),
            given("email", Kind::Email),
            given("company", reference(&["company"], "clear")),
            given("boss", reference(&["contact"], "cascade")),
            FieldPlan { default: Some("lead"), ..given("stage", Kind::Select) },
            given("number", Kind::AutoNumber),
            later("age", Kind::Integer),
            later("sponsor", reference(&["company"], "restrict")),
            later("team", count("contact", "boss")),
            later("won", over(Function::Sum, "deal", "contact", "amount")),
            later("oldest", over(Function::Max, "contact", "boss", "age")),
            later("first_due", only(Only::Titled, over(Function::Min, "deal", "contact", "due"))),
            later("all_notes", over(Function::Sum, "deal", "contact", "notes")),
        ],
        keys: &[(&["email"], false)],
        more_keys: &[(&["full_name"], true), (&["age"], false)],
    },
    ObjectPlan {
        name: "deal",
        given: true,
        fields: &[
            given("title", Kind::Text),
            given("units", Kind::Integer),
            given("price", Kind::Decimal),
            given("amount", Kind::Money),
            given("company", reference(&["company"], "restrict")),
            given("contact", reference(&["contact"], "cascade")),
            given("about", reference(&["company", "contact"], "clear")),
            later("due", Kind::Date),
            FieldPlan { default: Some("true"), ..later("open", Kind::Boolean) },
            later("serial", Kind::AutoNumber),
            later("notes", count("note", "about")),
        ],
        keys: &[(&["company", "title"], true)],
        more_keys: &[(&["title"], false), (&["due", "units"], false)],
    },
    ObjectPlan {
        name: "note",
        given: false,
        fields: &[
            given("body", Kind::Text),
            given("about", reference(&["deal", "contact"], "cascade")),
            later("weight", Kind::Integer),
        ],
        keys: &[],
        more_keys: &[(&["body"], true)],
    },
];

pub(super) fn object(name: &str) -> &'static ObjectPlan {
    OBJECTS.iter().find(|object| object.name == name).unwrap()
}

impl ObjectPlan {
    pub(super) fn field(&self, name: &str) -> &'static FieldPlan {
        self.fields.iter().find(|field| field.name == name).unwrap()
    }
}

impl FieldPlan {
    /// The definition to send.
    pub(super) fn definition(&self) -> Json {
        let mut field = json!({ "name": self.name, "required": self.required });
        let (kind, members) = match self.kind {
            Kind::Text => ("text", json!({ "max_length": 40 })),
            Kind::Email => ("email", json!({})),
            Kind::Integer => ("integer", json!({ "min": -1000, "max": 1000 })),
            Kind::Decimal => ("decimal", json!({ "precision": 10, "scale": 2 })),
            Kind::Money => ("currency", json!({ "currencies": ["EUR", "USD"] })),
            Kind::Boolean => ("boolean", json!({})),
            Kind::Date => ("date", json!({})),
            Kind::Select => ("select", json!({ "options": ["lead", "won", "lost"] })),
            Kind::Reference { to, on_delete } => ("reference", json!({ "to": to, "on_delete": on_delete })),
            Kind::AutoNumber => ("auto_number", json!({ "prefix": "N-", "digits": 3 })),
            Kind::Rollup(plan) => ("rollup", plan.members()),
        };
        field["type"] = json!(kind);
        for (member, value) in members.as_object().unwrap() {
            field[member] = value.clone();
        }
        if self.kind.is_computed() {
            field.as_object_mut().unwrap().shift_remove("required");
        }
        if self.default.is_some() {
            field["default"] = self.default_value();
        }
        field
    }

    pub(super) fn default_value(&self) -> Json {
        match self.default {
            None => Json::Null,
            Some("true") => json!(true),
            Some(text) => json!(text),
        }
    }
}

impl Kind {
    pub(super) fn is_rollup(self) -> bool {
        matches!(self, Self::Rollup(_))
    }

    /// Set by Kith alone.
    pub(super) fn is_computed(self) -> bool {
        self.is_rollup() || self == Self::AutoNumber
    }
}

/// A value as it is sent, and what it becomes, or the code of its refusal.
#[derive(Clone, PartialEq)]
pub(super) struct Sample {
    pub(super) wire: Json,
    pub(super) meaning: Result<Json, &'static str>,
}

impl fmt::Debug for Sample {
    /// Short, for plays that failed: `"ADA"`, `"1.5" is "1.50"`, `7 is invalid_type`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.meaning {
            Ok(normal) if *normal == self.wire => write!(f, "{}", self.wire),
            Ok(normal) => write!(f, "{} is {normal}", self.wire),
            Err(code) => write!(f, "{} is {code}", self.wire),
        }
    }
}

fn good(wire: Json, normal: Json) -> Sample {
    Sample { wire, meaning: Ok(normal) }
}

fn same(wire: Json) -> Sample {
    good(wire.clone(), wire)
}

fn bad(wire: Json, code: &'static str) -> Sample {
    Sample { wire, meaning: Err(code) }
}

/// A value for a field that is no reference.
pub(super) fn sample(kind: Kind, dice: &mut Dice) -> Sample {
    if dice.chance(10) {
        return same(Json::Null);
    }
    let samples = if dice.chance(4) { refused(kind) } else { accepted(kind, dice) };
    if samples.is_empty() { same(Json::Null) } else { dice.pick(&samples).clone() }
}

fn accepted(kind: Kind, dice: &mut Dice) -> Vec<Sample> {
    let number = i64::try_from(dice.below(60)).unwrap();
    match kind {
        Kind::Text => {
            let plain =
                ["Ada", "ADA", "ada", "Straße", "STRASSE", "", "x'); drop table contact_2; --", "日本 🚀"];
            let mut samples: Vec<Sample> = plain.iter().map(|text| same(json!(text))).collect();
            samples.push(good(json!("e\u{301}te\u{301}"), json!("\u{e9}t\u{e9}")));
            samples.push(same(json!("\u{c9}T\u{c9}")));
            samples.extend((0..12).map(|_| same(json!(format!("n{number}")))));
            samples
        }
        Kind::Email => vec![
            good(json!(format!("N{number}@Example.COM")), json!(format!("n{number}@example.com"))),
            same(json!(format!("n{number}@example.com"))),
        ],
        Kind::Integer => vec![same(json!(number)), same(json!(-number)), same(json!(1000)), same(json!(7))],
        Kind::Decimal => vec![
            good(json!("1.5"), json!("1.50")),
            good(json!(number), json!(format!("{number}.00"))),
            same(json!("-0.01")),
            same(json!("99999999.99")),
            good(json!("-99999999.990"), json!("-99999999.99")),
        ]
        .into_iter()
        .take(4)
        .collect(),
        Kind::Money => vec![
            good(
                json!({"amount": format!("{number}.1"), "currency": "EUR"}),
                json!({"amount": format!("{number}.10"), "currency": "EUR"}),
            ),
            same(json!({"amount": "-3.07", "currency": "EUR"})),
            same(json!({"amount": "5.00", "currency": "USD"})),
        ],
        Kind::Boolean => vec![same(json!(true)), same(json!(false))],
        Kind::Date => vec![same(json!("2026-02-28")), same(json!("0001-01-01")), same(json!("9999-12-31"))],
        Kind::Select => vec![same(json!("lead")), same(json!("won")), same(json!("lost"))],
        Kind::Reference { .. } | Kind::AutoNumber | Kind::Rollup(_) => Vec::new(),
    }
}

fn refused(kind: Kind) -> Vec<Sample> {
    let (wrong_type, wrong_value) = ("invalid_type", "invalid_value");
    match kind {
        Kind::Text => vec![
            bad(json!(5), wrong_type),
            bad(json!(["a"]), wrong_type),
            bad(json!("a\u{0}b"), wrong_value),
            bad(json!("two\nlines"), wrong_value),
            bad(json!("x".repeat(41)), wrong_value),
        ],
        Kind::Email => vec![bad(json!("nobody"), wrong_value), bad(json!(true), wrong_type)],
        Kind::Integer => vec![
            bad(json!(1001), wrong_value),
            bad(json!(-1001), wrong_value),
            bad(json!(1.5), wrong_type),
            bad(json!("5"), wrong_type),
            bad(json!(u64::MAX), wrong_value),
        ],
        Kind::Decimal => vec![
            bad(json!("1.234"), wrong_value),
            bad(json!("one"), wrong_value),
            bad(json!(1.5), wrong_type),
            bad(json!("123456789.00"), wrong_value),
            bad(json!("12345678901234567890"), "out_of_range"),
        ],
        Kind::Boolean => vec![bad(json!("true"), wrong_type), bad(json!(1), wrong_type)],
        Kind::Date => vec![bad(json!("2026-02-29"), wrong_value), bad(json!(20260228), wrong_type)],
        Kind::Select => vec![bad(json!("wonn"), wrong_value), bad(json!(0), wrong_type)],
        Kind::Money => vec![bad(json!("5 EUR"), wrong_type)],
        Kind::AutoNumber | Kind::Rollup(_) => Vec::new(),
        Kind::Reference { .. } => vec![bad(json!("nonsense"), wrong_value), bad(json!(7), wrong_type)],
    }
}

/// Text as a key compares it that does not tell upper case from lower.
pub(super) fn folded(value: &Json) -> Json {
    match value.as_str() {
        Some(text) => json!(text.to_lowercase().replace('ß', "ss")),
        None => value.clone(),
    }
}
