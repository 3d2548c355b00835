//! What expressions come to.

use super::{Example, NOW, compile, evaluate, example, money, own, words};
use crate::decimal::Decimal;
use crate::expression::{Failure, Path, Read, Type};
use crate::fault::Code;
use crate::id::{FieldNo, RecordId};
use crate::limits::{EXPRESSION_DEPTH_MAX, EXPRESSION_NODES_MAX};
use crate::value::{Link, Value};

fn shown(source: &str) -> String {
    match evaluate(source) {
        Ok(Value::Null) => "null".to_owned(),
        Ok(Value::Text(text)) => format!("'{text}'"),
        Ok(Value::Integer(number)) => number.to_string(),
        Ok(Value::Decimal(decimal)) => decimal.to_string(),
        Ok(Value::Money(money)) => format!("{} {}", money.amount, money.currency.as_str()),
        Ok(Value::Boolean(truth)) => truth.to_string(),
        Ok(Value::Date(day)) => day.to_string(),
        Ok(Value::Datetime(at)) => at.to_string(),
        Ok(other) => format!("{other:?}"),
        Err(Failure::Missing) => "missing".to_owned(),
        Err(Failure::Fault(fault)) => fault.code.as_str().to_owned(),
    }
}

fn check(cases: &[(&str, &str)]) {
    for (source, wanted) in cases {
        assert_eq!(shown(source), *wanted, "{source}");
    }
}

#[test]
fn computes_exactly() {
    check(&[
        ("0.1 + 0.2", "0.3"),
        ("1.10 * 3", "3.30"),
        ("rate * rate", "1.56250000"),
        ("1 / 3", "0"),
        ("-7 / 2", "-3"),
        ("-7 % 2", "-1"),
        ("1.0 / 3", "0.333333"),
        ("2.0 / 3", "0.666667"),
        ("7 / 0", "null"),
        ("7 % 0", "null"),
        ("7.0 / 0", "null"),
        ("probability + 0.5", "40.5"),
        ("9223372036854775807 + 1", "out_of_range"),
        ("9223372036854775807 + rate", "out_of_range"),
        ("-9223372036854775807 - 2", "out_of_range"),
        ("100000000000.0 * 100000000000.0", "out_of_range"),
        ("1 + 2 * 3 - 4 / 2", "5"),
        ("(1 + 2) * 3", "9"),
        ("- -probability", "40"),
        ("round(amount.amount * 0.335, 2)", "418.92"),
    ]);
}

#[test]
fn money_keeps_to_its_currency() {
    check(&[
        ("amount * probability / 100", "500.200000 EUR"),
        ("round(amount * probability / 100, 2)", "500.20 EUR"),
        ("amount + amount", "2501.00 EUR"),
        ("amount - money(0.5, 'EUR')", "1250.00 EUR"),
        ("-amount", "-1250.50 EUR"),
        ("2 * amount", "2501.00 EUR"),
        ("amount / amount", "1.000000"),
        ("amount + money(1, 'USD')", "invalid_value"),
        ("amount < money(1, 'USD')", "invalid_value"),
        ("max(amount, money(1, 'USD'))", "invalid_value"),
        ("amount == money(1, 'USD')", "false"),
        ("amount == money(1250.5, 'EUR')", "true"),
        ("amount != money(1250.5, 'EUR')", "false"),
        ("amount > money(1000, 'EUR')", "true"),
        ("amount.currency", "'EUR'"),
        ("amount.amount", "1250.50"),
        ("(amount * 2).amount > 2000", "true"),
        ("budget + amount", "null"),
        ("budget.amount", "null"),
        ("budget == null", "true"),
        ("coalesce(budget, amount)", "1250.50 EUR"),
        ("abs(-amount)", "1250.50 EUR"),
        ("open ? amount : money(0, 'EUR')", "1250.50 EUR"),
    ]);
}

#[test]
fn nulls_are_as_in_sql_but_for_equality() {
    check(&[
        ("budget.amount > 3", "null"),
        ("extra == null", "true"),
        ("null == null", "true"),
        ("null != null", "false"),
        ("stage != 'lost'", "true"),
        ("budget.currency != 'EUR'", "true"),
        ("budget.currency == 'EUR'", "false"),
        ("budget.currency in ['EUR', 'USD']", "false"),
        ("budget.currency in ['EUR', null]", "true"),
        ("!(budget.amount > 3)", "null"),
        ("budget.amount > 3 && false", "false"),
        ("false && budget.amount > 3", "false"),
        ("budget.amount > 3 && true", "null"),
        ("budget.amount > 3 || true", "true"),
        ("budget.amount > 3 || false", "null"),
        ("budget.amount > 3 ? 1 : 2", "2"),
        ("null && false", "false"),
        ("size(budget.currency)", "null"),
        ("min(1, null)", "null"),
        ("has(budget)", "false"),
        ("has(amount)", "true"),
        ("has(old.stage) && old.stage != stage", "true"),
        ("old == null", "false"),
        ("-budget", "null"),
        ("null + 1", "null"),
        ("open ? null : 1", "null"),
    ]);
    let new = Example::default().with(24, words("won"));
    let is_new = compile("old == null && stage == 'won'");
    assert_eq!(is_new.evaluate_bool(&new, &NOW), Ok(Some(true)));
}

#[test]
fn texts_lists_dates_and_times() {
    check(&[
        ("name + ' (' + string(probability) + ' %)'", "'Große Sache (40 %)'"),
        ("size(name)", "11"),
        ("name.substring(0, 5)", "'Große'"),
        ("name.substring(-3, 2)", "'Gr'"),
        ("name.substring(7)", "'ache'"),
        ("name.substring(5, 2)", "''"),
        ("upper(name)", "'GROSSE SACHE'"),
        ("name.contains('ße')", "true"),
        ("name < 'H'", "true"),
        ("'Z' < 'a' && 'z' < 'é'", "true"),
        ("name.matches('^Gro.e\\\\s')", "true"),
        ("name.matches(r'(?i)^gro.e\\s')", "true"),
        ("replace(name, '', 'x')", "'Große Sache'"),
        ("'hot' in tags", "true"),
        ("'cold' in tags", "false"),
        ("tags.exists(t, t == 'hot' && size(t) == 3)", "true"),
        ("tags.all(t, t == name)", "false"),
        ("size(tags)", "1"),
        ("tags.join('-')", "'hot'"),
        ("tags == ['hot']", "true"),
        ("close_date - date('2026-11-23')", "7"),
        ("close_date > today()", "true"),
        ("close_date.getFullYear() * 100 + close_date.getMonth() + 1", "202611"),
        ("getHours(now() - seen_at)", "0"),
        ("seen_at + duration('36h') > now()", "true"),
        ("timestamp(close_date) - duration('1s')", "2026-11-29T23:59:59.000000Z"),
        ("date(seen_at, '-09:00')", "2026-11-22"),
        ("add_months(close_date, 3)", "2027-02-28"),
        ("add_days(close_date, 9223372036854775807)", "out_of_range"),
        ("int(string(probability)) + 1", "41"),
        ("int('+' + string(probability))", "null"),
        ("int(name)", "null"),
        ("decimal(string(rate), 2)", "1.25"),
        ("decimal(name, 2)", "null"),
        ("date(name)", "null"),
        ("string(rate) + string(open) + string(close_date)", "'1.2500true2026-11-30'"),
        ("'a\\u00e9\\n\\x41\\101\"' + \"'\" + '''b'c'''", "'aé\nAA\"'b'c'"),
        ("'e\\u0301' == 'é'", "true"),
        ("stage in ['won', 'lost'] ? 'closed' : 'open' // says a comment", "'closed'"),
        ("min(probability, 30.5, rate)", "1.2500"),
        ("floor(rate) + ceil(rate) + round(2.5)", "5"),
    ]);
}

#[test]
fn reads_what_references_lead_to() {
    check(&[
        ("company.industry", "'steel'"),
        ("company.industry + '!'", "'steel!'"),
        ("company.name", "missing"),
        ("company == old.company", "false"),
        ("has(company)", "true"),
        ("stage == 'won' || company.name == 'x'", "true"),
    ]);
    let name = |object: u32, field: u32| Path {
        via: vec![FieldNo(31)],
        object: crate::id::ObjectNo(object),
        read: Read::Field(FieldNo(field)),
        old: false,
    };
    let record = Example::default().at(name(1, 1), Value::Null).at(name(2, 10), words("Ada"));
    assert_eq!(compile("party.name").evaluate(&record, &NOW), Ok(words("Ada")));
    assert_eq!(compile("party.name").reads(), [name(1, 1), name(2, 10)]);
}

#[test]
fn compares_records_with_ids() {
    let id = crate::id::format_typeid("company", uuid::Uuid::from_u128(7));
    check(&[
        (&format!("company == '{id}'"), "true"),
        (&format!("company != '{id}'"), "false"),
        (&format!("company in ['{id}']"), "true"),
        (&format!("'{id}' == party"), "false"),
    ]);
}

#[test]
fn reads_each_thing_once() {
    let expression = compile("amount.amount + amount.amount > 3 && company.industry == name && old.open");
    let industry =
        Path { via: vec![FieldNo(30)], object: super::COMPANY, read: Read::Field(FieldNo(2)), old: false };
    assert_eq!(expression.reads(), [own(21), industry, own(20), Path { old: true, ..own(28) }]);
    assert_eq!(*expression.kind(), Type::Boolean);
}

#[test]
fn types_say_how_many_digits() {
    let scale = |source: &str| match compile(source).kind() {
        Type::Decimal { scale } | Type::Money { scale } => Some(*scale),
        _ => None,
    };
    for (source, wanted) in [
        ("0.10", Some(2)),
        ("0.10 + 1", Some(2)),
        ("rate * 0.10", Some(6)),
        ("rate / 3", Some(6)),
        ("rate / 0.12345678", Some(8)),
        ("round(rate, 2)", Some(2)),
        ("round(rate, 9)", Some(4)),
        ("amount * rate", Some(6)),
        ("amount / 3", Some(6)),
        ("coalesce(probability, rate)", Some(4)),
        ("decimal(name, 3)", Some(3)),
        ("1 / 3", None),
    ] {
        assert_eq!(scale(source), wanted, "{source}");
    }
    // A branch of fewer digits is brought to the type's.
    assert_eq!(evaluate("open ? 1 : rate"), Ok(Value::Decimal(Decimal::new(10_000, 4).unwrap())));
    assert_eq!(evaluate("coalesce(budget, amount * 1.0)"), evaluate("amount * 1.0"));
}

#[test]
fn cost_is_bounded() {
    let long = example().with(20, words(&"x".repeat(100_000)));
    let code = |source: &str| match compile(source).evaluate(&long, &NOW) {
        Err(Failure::Fault(fault)) => Some(fault.code),
        _ => None,
    };
    assert_eq!(code("size(name + 'y')"), Some(Code::LimitReached));
    assert_eq!(code("size(replace(name, 'x', 'yy'))"), Some(Code::LimitReached));
    assert_eq!(
        code(
            "name.matches('(a|b|x)*y(a|b|x)*y(a|b|x)*y(a|b|x)*y(a|b|x)*y(a|b|x)*y(a|b|x)*y(a|b|x)*y(a|b|x)*y(a|b|x)*y')"
        ),
        Some(Code::LimitReached)
    );
    let many = example().with(25, Value::List((0..1000).map(|n| n.to_string().into()).collect()));
    let nested = compile("tags.all(a, tags.all(b, a == a && b == b))");
    assert!(
        matches!(nested.evaluate(&many, &NOW), Err(Failure::Fault(fault)) if fault.code == Code::LimitReached)
    );
}

#[test]
fn what_is_as_deep_as_allowed_does_not_exhaust_the_stack() {
    let depth = EXPRESSION_DEPTH_MAX;
    let terms = i64::try_from(depth).unwrap();
    assert_eq!(evaluate(&format!("1{}", "+1".repeat(depth - 1))), Ok(Value::Integer(terms)));
    assert_eq!(evaluate(&format!("{}1{}", "(".repeat(depth), ")".repeat(depth))), Ok(Value::Integer(1)));
    assert_eq!(evaluate(&format!("{}open", "!".repeat(depth - 2))), Ok(Value::Boolean(true)));
    assert_eq!(evaluate(&format!("name{}", ".trim()".repeat(depth - 1))), Ok(words("Große Sache")));
    let choices = format!("{}1{}", "open ? ".repeat(depth - 1), " : 2".repeat(depth - 1));
    assert_eq!(evaluate(&choices), Ok(Value::Integer(1)));
    let many = format!("open{}", " && open".repeat(EXPRESSION_NODES_MAX - 2));
    assert_eq!(evaluate(&many), Ok(Value::Boolean(true)));
}

#[test]
fn links_are_values() {
    let link = Value::Link(Link { object: super::COMPANY, id: RecordId(uuid::Uuid::from_u128(7)) });
    assert_eq!(evaluate("company"), Ok(link));
    assert_eq!(evaluate("amount"), Ok(money(125_050, b"EUR")));
}
