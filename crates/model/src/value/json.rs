//! JSON in canonical text (RFC 8785): one spelling for equal values, so that text
//! comparison is value comparison on both databases.

use std::fmt::Write as _;

use serde_json::{Number, Value as Json};

use super::refusal::Objection;
use crate::limits::JSON_DEPTH_MAX;

/// The greatest integer that every JSON reader keeps exactly (2^53 - 1).
const INTEGER_MAX: u64 = 9_007_199_254_740_991;

/// Appends a JSON string.
pub fn write_string(text: &str, out: &mut String) {
    out.push('"');
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| byte < 0x20 || byte == b'"' || byte == b'\\') {
        out.push_str(&rest[..at]);
        match rest.as_bytes()[at] {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            0x08 => out.push_str("\\b"),
            0x0c => out.push_str("\\f"),
            control => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{control:04x}");
            }
        }
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
    out.push('"');
}

/// The canonical text of a value that Kith has accepted before.
pub(super) fn canonical(json: &Json) -> Box<str> {
    let mut out = String::new();
    write(json, &mut out);
    out.into()
}

/// Whether a value can be kept: bounded in depth, every number exact, no U+0000.
pub(super) fn check(json: &Json) -> Result<(), Objection> {
    check_below(json, JSON_DEPTH_MAX)
}

fn check_below(json: &Json, depth: usize) -> Result<(), Objection> {
    match json {
        Json::Null | Json::Bool(_) => Ok(()),
        Json::Number(number) => check_number(number),
        Json::String(text) => check_string(text),
        Json::Array(_) | Json::Object(_) if depth == 0 => {
            Err(Objection::new("it is nested more than 32 levels deep"))
        }
        Json::Array(items) => items.iter().try_for_each(|item| check_below(item, depth - 1)),
        Json::Object(members) => members.iter().try_for_each(|(name, member)| {
            check_string(name)?;
            check_below(member, depth - 1)
        }),
    }
}

fn check_string(text: &str) -> Result<(), Objection> {
    if text.contains('\0') {
        return Err(Objection::new("it contains U+0000"));
    }
    Ok(())
}

fn check_number(number: &Number) -> Result<(), Objection> {
    let is_exact = match (number.as_i64(), number.as_u64()) {
        (Some(integer), _) => integer.unsigned_abs() <= INTEGER_MAX,
        (None, Some(_)) => false,
        (None, None) => number.as_f64().is_some_and(|float| float.abs() <= 9_007_199_254_740_991.0),
    };
    if is_exact {
        return Ok(());
    }
    Err(Objection::hinted(
        "it contains a number beyond 9007199254740991, which not every reader keeps exactly",
        "send the number as a string",
    ))
}

fn write(json: &Json, out: &mut String) {
    match json {
        Json::Null => out.push_str("null"),
        Json::Bool(true) => out.push_str("true"),
        Json::Bool(false) => out.push_str("false"),
        Json::Number(number) => write_number(number, out),
        Json::String(text) => write_string(text, out),
        Json::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        Json::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by(|(one, _), (other, _)| one.encode_utf16().cmp(other.encode_utf16()));
            out.push('{');
            for (index, (name, member)) in members.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_string(name, out);
                out.push(':');
                write(member, out);
            }
            out.push('}');
        }
    }
}

fn write_number(number: &Number, out: &mut String) {
    match number.as_f64() {
        Some(float) if number.is_f64() => write_float(float, out),
        _ => {
            // Writing to a string cannot fail.
            let _ = write!(out, "{number}");
        }
    }
}

/// `Number::toString` of ECMAScript: the shortest digits that read back as the same
/// number, in plain notation from 1e-6 up to 1e21.
fn write_float(float: f64, out: &mut String) {
    if float == 0.0 {
        out.push('0');
        return;
    }
    let scientific = format!("{float:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let (sign, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", mantissa),
    };
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or(0));
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    out.push_str(sign);
    // Writing to a string cannot fail.
    let _ = match exponent {
        0..=20 if count <= exponent + 1 => write!(out, "{digits}{}", zeros(exponent + 1 - count)),
        0..=20 => {
            let (whole, fraction) = digits.split_at(usize::try_from(exponent + 1).unwrap_or(0));
            write!(out, "{whole}.{fraction}")
        }
        -6..=-1 => write!(out, "0.{}{digits}", zeros(-exponent - 1)),
        _ => {
            let (first, rest) = digits.split_at(1);
            let point = if rest.is_empty() { "" } else { "." };
            write!(out, "{first}{point}{rest}e{exponent:+}")
        }
    };
}

#[cfg(test)]
mod tests {
    use super::{canonical, check, write_string};

    fn canonical_of(text: &str) -> String {
        canonical(&serde_json::from_str(text).expect(text)).into()
    }

    #[test]
    fn writes_numbers_as_ecmascript_does() {
        for (given, wanted) in [
            ("0.0", "0"),
            ("-0.0", "0"),
            ("-0", "0"),
            ("1.0", "1"),
            ("10.5", "10.5"),
            ("-1.25e2", "-125"),
            ("1e21", "1e+21"),
            ("1e20", "100000000000000000000"),
            ("123456789012345680000.0", "123456789012345680000"),
            ("0.000001", "0.000001"),
            ("0.0000001", "1e-7"),
            ("1.5e-7", "1.5e-7"),
            ("4.50", "4.5"),
            ("2e-3", "0.002"),
            ("5e-324", "5e-324"),
            ("1.7976931348623157e308", "1.7976931348623157e+308"),
            ("333333333.33333329", "333333333.3333333"),
            ("9007199254740991", "9007199254740991"),
        ] {
            assert_eq!(canonical_of(given), wanted, "{given}");
        }
    }

    #[test]
    fn orders_members_by_utf16_and_escapes_as_little_as_it_may() {
        let given = r#"{"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7}"#;
        let wanted = "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\u{fb33}\":3}";
        assert_eq!(canonical_of(given), wanted);
        let mut out = String::new();
        write_string("a\"\\\u{8}\u{c}\n\r\t\u{1f}\u{7f}/é", &mut out);
        assert_eq!(out, "\"a\\\"\\\\\\b\\f\\n\\r\\t\\u001f\u{7f}/é\"");
        assert_eq!(
            serde_json::from_str::<String>(&out).expect("valid"),
            "a\"\\\u{8}\u{c}\n\r\t\u{1f}\u{7f}/é"
        );
    }

    #[test]
    fn refuses_what_cannot_be_kept_exactly() {
        for text in
            ["9007199254740992", "-9007199254740992", "18446744073709551616", "1e300", "{\"a\\u0000\":1}"]
        {
            assert!(check(&serde_json::from_str(text).expect(text)).is_err(), "{text}");
        }
        let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(check(&serde_json::from_str(&deep(32)).expect("deep")).is_ok());
        assert!(check(&serde_json::from_str(&deep(33)).expect("deep")).is_err());
    }
}
