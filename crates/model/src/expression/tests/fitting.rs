//! Which fields can take what, and in which form.

use super::super::{Type, fit};
use super::{compile, evaluate, money, options, text, words};
use crate::catalog::{Field, FieldKind};
use crate::decimal::Decimal;
use crate::fault::Code;
use crate::id::FieldNo;
use crate::value::{Currency, Value};

fn decimal(precision: u8, scale: u8) -> FieldKind {
    FieldKind::Decimal { precision, scale, min: None, max: None }
}

#[test]
fn checks_the_type_and_says_what_to_do() {
    let integer = || FieldKind::Integer { min: None, max: None };
    let currency = || FieldKind::Currency { scale: 2, currencies: Vec::new() };
    for (source, kind, hint) in [
        ("name", text(), None),
        ("name", FieldKind::Email, None),
        ("null", text(), Some("")),
        ("probability", decimal(9, 2), None),
        ("round(rate, 2)", decimal(9, 2), None),
        ("rate", decimal(9, 2), Some("use `round(…, 2)`")),
        ("amount * rate", currency(), Some("use `round(…, 2)`")),
        ("amount", decimal(9, 2), Some("use `(…).amount`")),
        ("rate", currency(), Some("use `money(…, 'EUR')`")),
        ("rate", integer(), Some("use `int(…)` or `round(…)`")),
        ("probability", text(), Some("use `string(…)`")),
        ("seen_at", FieldKind::Date, Some("use `date(…)`")),
        ("close_date", FieldKind::Datetime, Some("use `timestamp(…)`")),
        ("tags", text(), Some("")),
        ("stage", FieldKind::Select { options: options(&["new"]) }, Some("")),
    ] {
        let found = compile(source).kind().fits(&kind);
        let found = found.err().map(|fault| fault.hint.unwrap_or_default());
        assert_eq!(found.as_deref(), hint, "{source}");
    }
    let fault = Type::Text.fits(&integer()).unwrap_err();
    assert_eq!(fault.code, Code::InvalidExpression);
    assert_eq!(fault.message, "the expression gives text, which is not a field of type `integer`");
}

#[test]
fn brings_values_into_the_fields_form() {
    let field = |kind| Field::new(FieldNo(1), "total", kind);
    let number = |unscaled, scale| Value::Decimal(Decimal::new(unscaled, scale).unwrap());
    let cases = [
        (evaluate("probability"), decimal(9, 2), Ok(number(4_000, 2))),
        (evaluate("round(rate, 1)"), decimal(9, 2), Ok(number(120, 2))),
        (evaluate("rate * 100000"), decimal(7, 4), Err(Code::InvalidValue)),
        (evaluate("probability"), FieldKind::Integer { min: None, max: Some(39) }, Err(Code::InvalidValue)),
        (
            evaluate("amount"),
            FieldKind::Currency { scale: 2, currencies: vec![Currency(*b"USD")] },
            Err(Code::InvalidValue),
        ),
        (
            evaluate("money(3, 'EUR')"),
            FieldKind::Currency { scale: 2, currencies: Vec::new() },
            Ok(money(300, b"EUR")),
        ),
        (evaluate("name"), text(), Ok(words("Große Sache"))),
        (evaluate("name"), FieldKind::Text { max_length: 3 }, Err(Code::InvalidValue)),
        (evaluate("'A@B.Example'"), FieldKind::Email, Ok(words("a@b.example"))),
        (evaluate("'nobody'"), FieldKind::Email, Err(Code::InvalidValue)),
        (evaluate("null"), text(), Ok(Value::Null)),
    ];
    for (value, kind, wanted) in cases {
        let found = fit(value.unwrap(), &field(kind.clone()));
        assert_eq!(found.clone().map_err(|fault| fault.code), wanted, "{kind:?}");
        assert!(found.is_ok() || found.unwrap_err().pointer == "/total");
    }
}
