//! The forms of values against each other: what is parsed, rendered, stored and read.

use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
use serde_json::{Value as Json, json};

use super::{Cell, Value, decode, encode, parse, parse_text, read, render, write_json};
use crate::catalog::{
    Catalog, Classification, Definition, Field, FieldKind, OnDelete, RollupFunction, SelectOption,
};
use crate::fault::{Code, Fault};
use crate::id::{FieldNo, ObjectNo, format_typeid};
use crate::journal::SchemaVersion;
use crate::value::Currency;

const EUR: Currency = Currency(*b"EUR");
const ID: uuid::Uuid = uuid::Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001);

fn object(number: u32, name: &str) -> Definition {
    Definition { schema_version: SchemaVersion(1), ..Definition::new(ObjectNo(number), name, name) }
}

fn catalog() -> Catalog {
    Catalog::compile(SchemaVersion(1), [object(1, "company"), object(2, "contact"), object(3, "deal")])
}

fn field(kind: FieldKind) -> Field {
    Field::new(FieldNo(1), "f", kind)
}

fn options() -> Vec<SelectOption> {
    ["new", "won", "lost"]
        .map(|value| SelectOption { value: value.into(), label: value.to_uppercase() })
        .into()
}

fn decimal(precision: u8, scale: u8) -> Field {
    field(FieldKind::Decimal { precision, scale, min: None, max: None })
}

fn reference() -> Field {
    field(FieldKind::Reference { to: vec![ObjectNo(2), ObjectNo(1)], on_delete: OnDelete::Clear })
}

fn rollup(function: RollupFunction) -> Field {
    field(FieldKind::Rollup { function, from: ObjectNo(3), via: FieldNo(9), filter: None })
}

fn refused(field: &Field, given: &Json) -> Fault {
    parse(field, given, &catalog()).expect_err(&given.to_string())
}

/// A parsed value is the same after every journey: wire text, stored wire value, cells.
fn assert_journeys(field: &Field, value: &Value) {
    let catalog = catalog();
    let mut text = String::new();
    write_json(field, value, &catalog, &mut text);
    let wire: Json = serde_json::from_str(&text).expect("what is written is JSON");
    assert_eq!(render(field, value, &catalog), wire);
    assert_eq!(read(field, &wire, &catalog).as_ref(), Ok(value), "{text}");
    if !field.is_read_only() {
        assert_eq!(parse(field, &wire, &catalog).as_ref(), Ok(value), "{text}");
    }
    let mut cells = Vec::new();
    encode(field, value, &mut cells);
    let definition = Definition { fields: vec![field.clone()], ..object(3, "deal") };
    assert_eq!(cells.len(), crate::catalog::Table::of(&definition).range(0).len());
    let mut cells = cells.into_iter().chain([Cell::Integer(7)]);
    assert_eq!(decode(field, &mut cells).as_ref(), Ok(value));
    assert_eq!(cells.next(), Some(Cell::Integer(7)), "decode takes its own cells only");
}

/// `(field, given, its normal form on the wire)`
fn cases() -> Vec<(Field, Json, Json)> {
    let text = field(FieldKind::Text { max_length: 5 });
    let lines = field(FieldKind::LongText { max_length: 50 });
    let money = |currencies| field(FieldKind::Currency { scale: 2, currencies });
    let company = format_typeid("company", ID);
    vec![
        (text.clone(), json!("e\u{301}a"), json!("éa")),
        (text.clone(), json!("éàéàé"), json!("éàéàé")),
        (text.clone(), json!(" a  "), json!(" a  ")),
        (text, json!(""), json!("")),
        (lines, json!("a\n\tb\r\n"), json!("a\n\tb\r\n")),
        (field(FieldKind::Integer { min: None, max: None }), json!(i64::MIN), json!(i64::MIN)),
        (decimal(18, 2), json!("12.1"), json!("12.10")),
        (decimal(18, 2), json!(12), json!("12.00")),
        (decimal(18, 0), json!(-999_999_999_999_999_999_i64), json!("-999999999999999999")),
        (
            money(vec![]),
            json!({"amount": 5, "currency": "JPY"}),
            json!({"amount": "5.00", "currency": "JPY"}),
        ),
        (
            money(vec![EUR]),
            json!({"currency": "EUR", "amount": "-0.5"}),
            json!({"amount": "-0.50", "currency": "EUR"}),
        ),
        (field(FieldKind::Boolean), json!(true), json!(true)),
        (field(FieldKind::Date), json!("2024-02-29"), json!("2024-02-29")),
        (
            field(FieldKind::Datetime),
            json!("2026-01-01T01:00:00+01:00"),
            json!("2026-01-01T00:00:00.000000Z"),
        ),
        (field(FieldKind::Email), json!(" Ada@Example.org"), json!("ada@example.org")),
        (field(FieldKind::Phone), json!("+49 30 901820"), json!("+4930901820")),
        (field(FieldKind::Url), json!("HTTP://A.b/C"), json!("http://a.b/C")),
        (field(FieldKind::Select { options: options() }), json!("won"), json!("won")),
        (
            field(FieldKind::MultiSelect { options: options() }),
            json!(["lost", "new"]),
            json!(["new", "lost"]),
        ),
        (field(FieldKind::MultiSelect { options: options() }), json!([]), json!([])),
        (field(FieldKind::Json), json!({"b": [1.0, "x"], "a": null}), json!({"a": null, "b": [1, "x"]})),
        (field(FieldKind::Json), json!(false), json!(false)),
        (reference(), json!(company), json!(company)),
    ]
}

#[test]
fn brings_every_type_to_its_normal_form() {
    let catalog = catalog();
    for (field, given, wanted) in cases() {
        let value = parse(&field, &given, &catalog).unwrap_or_else(|fault| panic!("{fault:?}"));
        assert_eq!(render(&field, &value, &catalog), wanted);
        assert_journeys(&field, &value);
        assert_eq!(parse(&field, &Json::Null, &catalog), Ok(Value::Null));
        assert_journeys(&field, &Value::Null);
    }
}

#[test]
fn keeps_what_kith_sets_from_callers() {
    let number = field(FieldKind::AutoNumber { prefix: "INV-".into(), digits: 4 });
    assert_eq!(refused(&number, &json!("INV-0001")).code, Code::ReadOnly);
    assert_eq!(refused(&rollup(RollupFunction::Count), &Json::Null).code, Code::ReadOnly);
    assert_eq!(render(&number, &Value::Integer(42), &catalog()), json!("INV-0042"));
    assert_journeys(&number, &Value::Integer(123_456));
    assert_journeys(&rollup(RollupFunction::Count), &Value::Integer(3));
    let sum = |currency| rollup(RollupFunction::Sum { of: FieldNo(2), scale: 2, currency });
    let amount = crate::decimal::Decimal::new(-1_210, 2).expect("small");
    assert_journeys(&sum(None), &Value::Decimal(amount));
    assert_journeys(&sum(Some(EUR)), &Value::Money(super::Money { amount, currency: EUR }));
}

#[test]
fn refuses_other_types_and_says_where() {
    let everything = [json!(1), json!(1.5), json!("\u{0}"), json!(true), json!([]), json!({})];
    for (field, ..) in cases() {
        let fits = everything.iter().filter(|given| parse(&field, given, &catalog()).is_ok()).count();
        let is_json = matches!(field.kind, FieldKind::Json);
        assert!(fits <= 1 || is_json, "{:?}", field.kind);
        for given in &everything {
            if let Err(fault) = parse(&field, given, &catalog()) {
                assert!(fault.pointer.starts_with("/f"), "{fault:?}");
                assert!(fault.message.contains("`f`"), "{fault:?}");
            }
        }
    }
}

#[test]
fn refuses_values_that_are_not_allowed() {
    let bounded = |kind| field(kind);
    let code = |field: &Field, given: Json| refused(field, &given).code;
    let text = bounded(FieldKind::Text { max_length: 2 });
    for given in ["abc", "a\n", "a\t", "\u{0}", "\u{7f}", "\u{85}"] {
        assert_eq!(code(&text, json!(given)), Code::InvalidValue, "{given:?}");
    }
    let integer = bounded(FieldKind::Integer { min: Some(1), max: Some(3) });
    assert_eq!(code(&integer, json!(0)), Code::InvalidValue);
    assert_eq!(code(&integer, json!(4)), Code::InvalidValue);
    assert_eq!(code(&integer, json!(u64::MAX)), Code::InvalidValue);
    assert_eq!(code(&integer, json!(2.0)), Code::InvalidType);
    assert_eq!(code(&integer, json!("2")), Code::InvalidType);
    assert_eq!(code(&decimal(18, 2), json!(1.5)), Code::InvalidType);
    assert_eq!(code(&decimal(18, 2), json!("1.234")), Code::InvalidValue);
    assert_eq!(code(&decimal(4, 2), json!("123.4")), Code::InvalidValue);
    assert_eq!(code(&decimal(18, 2), json!("123456789012345678")), Code::OutOfRange);
    let between = bounded(FieldKind::Decimal {
        precision: 18,
        scale: 2,
        min: Some("0.00".into()),
        max: Some("10.00".into()),
    });
    assert_eq!(code(&between, json!("-0.01")), Code::InvalidValue);
    assert_eq!(code(&between, json!("10.01")), Code::InvalidValue);
    assert_eq!(code(&bounded(FieldKind::Date), json!("2023-02-29")), Code::InvalidValue);
    assert_eq!(code(&bounded(FieldKind::Datetime), json!("2026-01-01T00:00:00")), Code::InvalidValue);
    assert_eq!(code(&bounded(FieldKind::Json), json!({"a": "\u{0}"})), Code::InvalidValue);
    assert_eq!(code(&reference(), json!(format_typeid("deal", ID))), Code::InvalidType);
    assert_eq!(code(&reference(), json!("company_1")), Code::InvalidValue);
}

#[test]
fn points_into_the_value_and_offers_what_was_meant() {
    let money = field(FieldKind::Currency { scale: 2, currencies: vec![EUR] });
    let fault = refused(&money, &json!({"amount": "1", "currency": "eur"}));
    assert_eq!((fault.pointer.as_str(), fault.hint.as_deref()), ("/f/currency", Some("did you mean `EUR`?")));
    let fault = refused(&money, &json!({"amount": "1", "currency": "USD"}));
    assert_eq!(fault.hint.as_deref(), Some("the field takes `EUR`"));
    let fault = refused(&money, &json!({"amuont": "1", "currency": "EUR"}));
    assert_eq!((fault.code, fault.pointer.as_str()), (Code::UnknownMember, "/f/amuont"));
    assert_eq!(fault.hint.as_deref(), Some("did you mean `amount`?"));
    let several = field(FieldKind::MultiSelect { options: options() });
    let fault = refused(&several, &json!(["new", "wom"]));
    assert_eq!((fault.pointer.as_str(), fault.hint.as_deref()), ("/f/1", Some("did you mean `won`?")));
    assert_eq!(refused(&several, &json!(["new", "new"])).pointer, "/f/1");
    let select = field(FieldKind::Select { options: options() });
    assert_eq!(refused(&select, &json!("LOST")).hint.as_deref(), Some("did you mean `lost`?"));
    assert_eq!(refused(&select, &json!("?")).hint.as_deref(), Some("the options are `new`, `won`, `lost`"));
    let fault = refused(&reference(), &json!(format_typeid("deal", ID)));
    assert_eq!(
        fault.message,
        "`f` takes the id of a record of `contact` or `company`, not of a record of `deal`"
    );
}

#[test]
fn never_repeats_a_private_or_long_value() {
    for classification in [Classification::Personal, Classification::Secret] {
        for (field, ..) in cases() {
            let field = Field { classification, ..field };
            for given in [
                json!("hunter2\u{1}"),
                json!({"amount": "hunter2", "currency": "hunter2"}),
                json!(["hunter2"]),
            ] {
                if let Err(fault) = parse(&field, &given, &catalog()) {
                    assert!(!format!("{fault:?}").contains("hunter2"), "{fault:?}");
                }
            }
        }
    }
    let long = "x".repeat(41);
    assert!(!refused(&field(FieldKind::Email), &json!(long)).message.contains(&long));
}

#[test]
fn reads_text_from_query_strings() {
    let catalog = catalog();
    let parse = |kind, text: &str| parse_text(&field(kind), text, &catalog);
    assert_eq!(parse(FieldKind::Integer { min: Some(5), max: None }, "-12"), Ok(Value::Integer(-12)));
    assert!(parse(FieldKind::Integer { min: None, max: None }, "+12").is_err());
    assert!(parse(FieldKind::Integer { min: None, max: None }, "").is_err());
    assert_eq!(parse(FieldKind::Boolean, "true"), Ok(Value::Boolean(true)));
    assert!(parse(FieldKind::Boolean, "TRUE").is_err());
    assert_eq!(parse(FieldKind::Email, "A@b.C"), Ok(Value::Text("a@b.c".into())));
    assert!(parse_text(&decimal(18, 2), "12.10", &catalog).is_ok());
    assert!(parse_text(&reference(), &format_typeid("contact", ID), &catalog).is_ok());
    let number = FieldKind::AutoNumber { prefix: "INV-".into(), digits: 4 };
    assert_eq!(parse(number.clone(), "INV-0042"), Ok(Value::Integer(42)));
    assert!(parse(number, "42").is_err());
    assert_eq!(parse(FieldKind::Json, "1").expect_err("json").code, Code::InvalidParameter);
    let fault = parse(FieldKind::Phone, " 4930901820").expect_err("a plus lost");
    assert_eq!(fault.hint.as_deref(), Some("in a query string, write `+` as `%2B`"));
}

#[test]
fn decode_refuses_cells_of_another_kind() {
    let cells = |cells: Vec<Cell<'static>>| cells.into_iter();
    let money = field(FieldKind::Currency { scale: 2, currencies: vec![] });
    assert!(decode(&money, &mut cells(vec![Cell::Null, Cell::Text("EUR".into())])).is_err());
    assert!(decode(&field(FieldKind::Boolean), &mut cells(vec![Cell::Integer(1)])).is_err());
    assert!(decode(&field(FieldKind::Boolean), &mut cells(vec![])).is_err());
    assert!(decode(&reference(), &mut cells(vec![Cell::Uuid(ID), Cell::Uuid(ID)])).is_err());
    let json =
        decode(&field(FieldKind::Json), &mut cells(vec![Cell::Json("{\"b\": 1.50, \"a\": 0}".into())]));
    assert_eq!(json, Ok(Value::Json("{\"a\":0,\"b\":1.5}".into())));
}

fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::Bool),
        (-9_007_199_254_740_991_i64..=9_007_199_254_740_991).prop_map(|number| json!(number)),
        any::<f64>().prop_filter("kept exactly", |float| float.abs() < 9e15).prop_map(|float| json!(float)),
        "[^\0]{0,12}".prop_map(Json::String),
    ];
    leaf.prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Json::Array),
            proptest::collection::hash_map("[^\0]{0,6}", inner, 0..5)
                .prop_map(|members| Json::Object(members.into_iter().collect())),
        ]
    })
}

fn any_input() -> impl Strategy<Value = (Field, Json)> {
    let with = |kind: FieldKind| move |json: Json| (field(kind.clone()), json);
    prop_oneof![
        any_json().prop_map(with(FieldKind::Json)),
        "\\PC{0,40}".prop_map(Json::from).prop_map(with(FieldKind::Text { max_length: 255 })),
        "[\\PC\n\t\r]{0,40}".prop_map(Json::from).prop_map(with(FieldKind::LongText { max_length: 255 })),
        any::<i64>().prop_map(Json::from).prop_map(with(FieldKind::Integer { min: None, max: None })),
        (-99_999_999_999_999_i64..=99_999_999_999_999, 0_u8..=4).prop_map(|(unscaled, scale)| {
            let given = crate::decimal::Decimal::new(unscaled, scale).map(|decimal| decimal.to_string());
            (decimal(18, 4), json!(given.ok()))
        }),
        (-9_999_999_i64..=9_999_999)
            .prop_map(|amount| json!({"amount": amount, "currency": "CHF"}))
            .prop_map(with(FieldKind::Currency { scale: 3, currencies: vec![] })),
        (-62_135_596_800_000_000_i64..=253_402_207_200_000_000)
            .prop_map(|at| json!(crate::time::Timestamp(at).to_string()))
            .prop_map(with(FieldKind::Datetime)),
        (-719_162..=2_932_896_i32)
            .prop_map(|day| json!(crate::time::Date(day).to_string()))
            .prop_map(with(FieldKind::Date)),
        "[a-z]{1,5}(\\.[a-zà-ÿ]{1,5})?@[A-Z]{1,5}\\.[a-z]{2}"
            .prop_map(Json::from)
            .prop_map(with(FieldKind::Email)),
        "https?://[A-Za-zÀ-ÿ]{1,9}(:[1-9]{2})?(/[^\\s\\pC<>\"\\\\]{0,9})?"
            .prop_map(Json::from)
            .prop_map(with(FieldKind::Url)),
        proptest::sample::subsequence(vec!["won", "new", "lost"], 0..=3)
            .prop_shuffle()
            .prop_map(|chosen| json!(chosen))
            .prop_map(with(FieldKind::MultiSelect { options: options() })),
        (any::<u128>(), any::<bool>()).prop_map(|(id, is_company)| {
            let prefix = if is_company { "company" } else { "contact" };
            (reference(), json!(format_typeid(prefix, uuid::Uuid::from_u128(id))))
        }),
    ]
}

proptest! {
    #[test]
    fn every_accepted_value_survives_every_journey((field, given) in any_input()) {
        let value = parse(&field, &given, &catalog());
        let value = value.unwrap_or_else(|fault| panic!("{given}: {fault:?}"));
        assert_journeys(&field, &value);
    }
}
