//! Normal forms: what is left of a value when what people write differently is gone.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::legal;
use crate::catalog::{FieldKind, MatchHow};
use crate::limits::MATCH_LENGTH_MAX;
use crate::value::{self, Value};

/// The words of a text: folded, without accents and punctuation, initials drawn
/// together (`J. R. R.` is `jrr`), without legal forms at the end. At most the first
/// [`MATCH_LENGTH_MAX`] characters count.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut plain = String::with_capacity(text.len());
    let folded = value::fold(text);
    let decomposed = folded.nfkd().filter(|character| !is_combining_mark(*character));
    for character in decomposed.take(MATCH_LENGTH_MAX) {
        match character {
            // An apostrophe divides no words: `O'Neil` is `oneil`.
            '\'' | '\u{2018}' | '\u{2019}' | '\u{2bc}' | '`' => {}
            '&' | '+' => plain.push_str(" and "),
            'ø' => plain.push('o'),
            'ł' => plain.push('l'),
            'đ' | 'ð' => plain.push('d'),
            'ı' => plain.push('i'),
            'æ' => plain.push_str("ae"),
            'œ' => plain.push_str("oe"),
            'þ' => plain.push_str("th"),
            letter if letter.is_alphanumeric() => plain.extend(letter.to_lowercase()),
            _ => plain.push(' '),
        }
    }
    let mut words: Vec<String> = Vec::new();
    let mut last_is_initials = false;
    for word in plain.split_whitespace() {
        let is_initial = word.chars().nth(1).is_none() && word.chars().all(char::is_alphabetic);
        match words.last_mut() {
            Some(initials) if is_initial && last_is_initials => initials.push_str(word),
            _ => words.push(word.to_owned()),
        }
        last_is_initials = is_initial;
    }
    legal::strip(&mut words);
    words
}

/// The text by which a value is the same as another; none for no value, and for a text
/// of which nothing is left.
pub(super) fn form(kind: &FieldKind, how: MatchHow, value: &Value) -> Option<String> {
    let text = match value {
        Value::Null => return None,
        Value::Text(text) => text,
        Value::Integer(number) => return Some(number.to_string()),
        Value::Date(date) => return Some(date.to_string()),
        Value::Link(link) => return Some(link.id.0.simple().to_string()),
        // Nothing else can stand in a rule.
        Value::Decimal(_)
        | Value::Money(_)
        | Value::Boolean(_)
        | Value::Datetime(_)
        | Value::List(_)
        | Value::Json(_)
        | Value::Average(_) => return None,
    };
    let form = match (how, kind) {
        (MatchHow::Exact, _) => text.to_string(),
        (_, FieldKind::Email) => value::fold(text),
        (_, FieldKind::Url) => host(text).to_owned(),
        (_, FieldKind::Text { .. } | FieldKind::LongText { .. }) => {
            let mut words = words(text);
            // Surname first or last.
            words.sort_unstable();
            words.join(" ")
        }
        _ => text.to_string(),
    };
    Some(form).filter(|form| !form.is_empty())
}

/// The host of a URL, which is in normal form, without `www.`, user and port.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match host.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => name,
        _ => host,
    };
    host.strip_prefix("www.").unwrap_or(host)
}
