//! What is refused, where, and with which remedy.

use super::{EVERYTHING, compile_as, fault};
use crate::expression::{Allowed, Type};
use crate::limits::{EXPRESSION_DEPTH_MAX, EXPRESSION_LENGTH_MAX, EXPRESSION_NODES_MAX};

/// Texts with what is said of them: the place and the reason, and the remedy if there is one.
const MISTAKES: &[(&str, &str, &str)] = &[
    ("", "line 1, column 1 (byte 0): a value is expected, not the end", ""),
    ("1 +", "line 1, column 4 (byte 3): a value is expected, not the end", ""),
    ("'é' +\n  nam", "line 2, column 3 (byte 9): `deal` has no field `nam`", "did you mean `name`?"),
    ("amout > 3", "line 1, column 1 (byte 0): `deal` has no field `amout`", "did you mean `amount`?"),
    (
        "company.indutry",
        "line 1, column 9 (byte 8): `company` has no field `indutry`",
        "did you mean `industry`?",
    ),
    (
        "deal.name",
        "line 1, column 1 (byte 0): `deal` has no field `deal`",
        "fields of the record stand for themselves, without the object's name",
    ),
    ("today", "line 1, column 1 (byte 0): `deal` has no field `today`", "call the function: `today(…)`"),
    (
        "starts_with(name, 'a')",
        "line 1, column 1 (byte 0): there is no function `starts_with`",
        "did you mean `startsWith`?",
    ),
    (
        "size()",
        "line 1, column 1 (byte 0): `size` does not take 0 arguments",
        "write `size(text)` or `size(list)`",
    ),
    (
        "size(probability)",
        "line 1, column 1 (byte 0): `size` does not take an integer",
        "write `size(text)` or `size(list)`",
    ),
    (
        "name == 3",
        "line 1, column 1 (byte 0): `==` cannot compare text with an integer",
        "leave out the quotes, or use `string(…)`",
    ),
    (
        "close_date > '2026-01-01'",
        "line 1, column 1 (byte 0): `>` cannot compare a date with text",
        "write a date as `date('2026-11-23')`",
    ),
    (
        "amount > 1000",
        "line 1, column 1 (byte 0): `>` cannot compare an amount of money with an integer",
        "compare the number with `.amount`, or with `money(…, 'EUR')`",
    ),
    (
        "stage == 'wom'",
        "line 1, column 10 (byte 9): `wom` is not one of the options of `stage`",
        "did you mean `won`?",
    ),
    (
        "stage in ['won', 'xyzzy']",
        "line 1, column 18 (byte 17): `xyzzy` is not one of the options of `stage`",
        "",
    ),
    ("'warm' in tags", "line 1, column 1 (byte 0): `warm` is not one of the options of `tags`", ""),
    ("open = true", "line 1, column 6 (byte 5): `=` means nothing here", "compare with `==`"),
    (
        "open and true",
        "line 1, column 6 (byte 5): an operator or the end is expected, not `and`",
        "write `&&`",
    ),
    (
        "name && open",
        "line 1, column 1 (byte 0): true or false is expected, not text",
        "compare it, as in `size(…) > 0`",
    ),
    (
        "company ? 1 : 2",
        "line 1, column 1 (byte 0): true or false is expected, not a record",
        "ask whether it is set with `has(…)`",
    ),
    (
        "name + 1",
        "line 1, column 1 (byte 0): `+` cannot be applied to text and an integer",
        "make both texts with `string(…)`",
    ),
    (
        "close_date + 1",
        "line 1, column 1 (byte 0): `+` cannot be applied to a date and an integer",
        "use `add_days(date, days)`",
    ),
    (
        "date('2026-13-01')",
        "line 1, column 1 (byte 0): `date` cannot read what stands here",
        "as in `date('2026-11-23') - date('2026-11-01')`",
    ),
    ("1e3", "line 1, column 1 (byte 0): `1e3` is not a number", "write it out, without an exponent"),
    (
        "tags[0] == 'x'",
        "line 1, column 5 (byte 4): elements cannot be picked by their index",
        "use `x in list`, `list.exists(e, …)` or `list.all(e, …)`",
    ),
    (
        "getHours(seen_at, 'Europe/Berlin')",
        "line 1, column 19 (byte 18): a fixed offset from UTC stands here",
        "as in `'+02:00'`; names of time zones are not known",
    ),
    (
        "name.matches('(?=a)')",
        "line 1, column 14 (byte 13): of the groups that begin with `(?` there is only `(?:…)`, and `(?i)` at the start",
        "",
    ),
    (
        "old.company.name",
        "line 1, column 13 (byte 12): what `old` refers to cannot be read, only where it leads",
        "",
    ),
    (
        "company.parent.parent.parent.name",
        "line 1, column 30 (byte 29): fields can be read at most 3 references away",
        "",
    ),
    (
        "company == 'deal_01h455vb4pex5vsknk084sn02q'",
        "line 1, column 12 (byte 11): `deal_01h455vb4pex5vsknk084sn02q` is not the id of such a record",
        "write an id that begins with `company_…`",
    ),
    ("name.amount", "line 1, column 6 (byte 5): text has no member `amount`", ""),
    (
        "amount.value",
        "line 1, column 8 (byte 7): an amount of money has no member `value`",
        "money has `.amount` and `.currency`",
    ),
    ("party.age", "line 1, column 7 (byte 6): `company` has no field `age`", ""),
    (
        "now() - seen_at",
        "line 1, column 1 (byte 0): an expression cannot give a duration",
        "compare it with another, or use `getHours(…)`",
    ),
    ("{'a': 1}", "line 1, column 1 (byte 0): there are no maps", ""),
    ("b'a' == 1", "line 1, column 1 (byte 0): there are no byte strings", ""),
    ("'abc", "line 1, column 1 (byte 0): a text is not closed", ""),
    (
        "0.1234567891 * 0.1234567891",
        "line 1, column 1 (byte 0): the result has more than 18 digits after the point",
        "round one side: `round(…, 2)`",
    ),
    ("9223372036854775808", "line 1, column 1 (byte 0): the integer does not fit 64 bits", ""),
    ("open < true", "line 1, column 1 (byte 0): `<` does not compare true or false: it has no order", ""),
    (
        "round(rate, probability)",
        "line 1, column 13 (byte 12): a number of digits stands here, from 0 to 18, and no name",
        "",
    ),
];

#[test]
fn says_where_why_and_what_was_meant() {
    for (source, message, hint) in MISTAKES {
        let (found, remedy) = fault(source);
        assert_eq!((found.as_str(), remedy.as_deref().unwrap_or("")), (*message, *hint), "{source}");
    }
}

#[test]
fn gathers_every_mistake() {
    let faults = compile_as("amout > 3 && nam == 'x' && size(3) > 0", EVERYTHING).unwrap_err();
    let places: Vec<&str> = faults.iter().map(|fault| fault.message.split(':').next().unwrap()).collect();
    assert_eq!(
        places,
        ["line 1, column 1 (byte 0)", "line 1, column 14 (byte 13)", "line 1, column 28 (byte 27)"]
    );
}

#[test]
fn allows_only_what_its_place_allows() {
    let nothing = Allowed::default();
    for (source, message) in [
        ("today() > close_date", "line 1, column 1 (byte 0): `today()` cannot be used here"),
        ("company.name", "line 1, column 9 (byte 8): fields behind a reference cannot be read here"),
        ("old.name", "line 1, column 1 (byte 0): `deal` has no field `old`"),
    ] {
        let faults = compile_as(source, nothing).unwrap_err();
        assert_eq!(faults[0].message, message, "{source}");
        assert!(compile_as(source, EVERYTHING).is_ok(), "{source}");
    }
}

#[test]
fn bounds_are_kept() {
    let long = format!("'{}'", "x".repeat(EXPRESSION_LENGTH_MAX - 1));
    let many = format!("[{}]", vec!["''"; EXPRESSION_NODES_MAX].join(","));
    let deep = |levels: usize| format!("{}1{}", "(".repeat(levels), ")".repeat(levels));
    for source in [
        long,
        many,
        deep(EXPRESSION_DEPTH_MAX + 1),
        deep(1_900),
        "!".repeat(3_000),
        "[".repeat(3_000),
        "-".repeat(3_000),
        "f(".repeat(1_500),
        "a?".repeat(1_500),
        "x.exists(".repeat(400),
    ] {
        assert!(compile_as(&source, EVERYTHING).is_err());
    }
}

#[test]
fn a_condition_is_true_or_false() {
    assert_eq!(Type::Boolean.is_condition(), Ok(()));
    let fault = Type::Text.is_condition().unwrap_err();
    assert_eq!(fault.message, "the expression gives text, which is not a condition");
}
