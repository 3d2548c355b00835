//! The prefix of an object's record ids: fixed at its creation, never used again.

use crate::catalog::Catalog;
use crate::fault::{Code, Fault};
use crate::id::RESERVED_PREFIXES;
use crate::limits::NAME_BYTES_MAX;

/// A prefix made from the object's name: without digits, and with letters added while
/// another object has it, or ever had it.
pub(super) fn derive(catalog: &Catalog, name: &str) -> String {
    let letters: String = name.chars().filter(|c| c.is_ascii_lowercase() || *c == '_').collect();
    let words: Vec<&str> = letters.split('_').filter(|word| !word.is_empty()).collect();
    let base = words.join("_");
    if is_free(catalog, &base) {
        return base;
    }
    // There are fewer objects than numbers, so that one of them is free.
    (1_u32..)
        .map(|number| format!("{base}_{}", letters_of(number)))
        .find(|prefix| is_free(catalog, prefix))
        .unwrap_or(base)
}

/// 1 is `b`, 25 is `z`, 26 is `ba`.
fn letters_of(mut number: u32) -> String {
    let mut letters = Vec::new();
    while number > 0 {
        letters.push(char::from(b'a' + u8::try_from(number % 26).unwrap_or(0)));
        number /= 26;
    }
    letters.iter().rev().collect()
}

/// Checks a prefix that the caller chose.
pub(super) fn check(catalog: &Catalog, given: &str) -> Result<(), Fault> {
    let is_shaped = (1..=NAME_BYTES_MAX).contains(&given.len())
        && given.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
        && !given.starts_with('_')
        && !given.ends_with('_');
    if !is_shaped {
        let problem = "an id prefix has 1 to 40 letters `a` to `z`, with `_` between them";
        return Err(Fault::new(Code::InvalidDefinition, problem));
    }
    if !is_free(catalog, given) {
        let fault = Fault::new(Code::AlreadyExists, format!("the id prefix `{given}` is taken"));
        return Err(fault.hint("leave it out and one is chosen; a prefix is never used again"));
    }
    Ok(())
}

fn is_free(catalog: &Catalog, prefix: &str) -> bool {
    !RESERVED_PREFIXES.contains(&prefix) && !prefix.starts_with("kith") && !catalog.prefix_is_taken(prefix)
}
