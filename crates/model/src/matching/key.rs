//! Match keys: the texts under which a record is filed, so that those it may match are
//! found without comparing it with all.

use super::normal;
use crate::catalog::{MatchHow, Matching, Object};
use crate::limits::MATCH_KEYS_MAX;
use crate::value::Value;

/// Words of a text that are filed.
const WORDS_MAX: usize = MATCH_KEYS_MAX / 2;

/// Letters of a word that are filed, from its beginning and from its end: a slip of the
/// hand seldom spoils both ends of all words. Of names of real companies and people with
/// one letter dropped, doubled, changed or swapped, four letters miss a few in a hundred;
/// three miss fewer, and compare twice as many that are others.
const LETTERS: usize = 4;

/// A longer key is cut, and ends with a hash of the whole.
const KEY_BYTES_MAX: usize = 80;

/// What stands between the parts of a key; no normal form holds it.
const SEPARATOR: char = '\u{1f}';

/// The keys of a rule under which a record with these values is filed: its exact and
/// normalized terms together, once for each key of the first similar one. None when a
/// term has no value: nothing is not the same as nothing.
#[must_use]
pub fn keys(object: &Object, matching: &Matching, values: &[Value]) -> Vec<Box<str>> {
    let mut base = String::new();
    let mut tokens: Option<Vec<String>> = None;
    for term in &matching.on {
        let Some(slot) = object.slot(term.field) else { return Vec::new() };
        let kind = &object.fields()[slot].kind;
        match (term.how, &values[slot]) {
            (MatchHow::Similar(_), Value::Text(text)) if tokens.is_none() => tokens = Some(blocks(text)),
            (MatchHow::Similar(_), Value::Text(_)) => {}
            (MatchHow::Similar(_), _) => return Vec::new(),
            (how, value) => {
                let Some(form) = normal::form(kind, how, value) else { return Vec::new() };
                base.push_str(&form);
                base.push(SEPARATOR);
            }
        }
    }
    match tokens {
        None => vec![bounded(base)],
        Some(tokens) => tokens.into_iter().map(|token| bounded(format!("{base}{token}"))).collect(),
    }
}

/// What a text is filed under to be found by similar ones: of each of its first words
/// the first letters and the last ones.
pub(super) fn blocks(text: &str) -> Vec<String> {
    let mut words = normal::words(text);
    // A single letter is found everywhere; it counts only where there is nothing else.
    if words.iter().any(|word| word.len() > 1) {
        words.retain(|word| word.len() > 1);
    }
    let mut blocks = Vec::with_capacity(MATCH_KEYS_MAX);
    for word in words.iter().take(WORDS_MAX) {
        blocks.push(word.chars().take(LETTERS).collect());
        let skipped = word.chars().count().saturating_sub(LETTERS);
        blocks.push(format!("~{}", word.chars().skip(skipped).collect::<String>()));
    }
    blocks.sort_unstable();
    blocks.dedup();
    blocks
}

fn bounded(key: String) -> Box<str> {
    if key.len() <= KEY_BYTES_MAX {
        return key.into_boxed_str();
    }
    let end = (0..=KEY_BYTES_MAX - 17).rev().find(|end| key.is_char_boundary(*end)).unwrap_or(0);
    format!("{}#{:016x}", &key[..end], hash(&key)).into_boxed_str()
}

/// FNV-1a. Two texts with one hash cost a comparison, nothing more.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
