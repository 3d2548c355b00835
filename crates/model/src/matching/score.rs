//! How alike two records are by a rule.

use std::cmp::Reverse;

use super::{Candidate, normal};
use crate::catalog::{FieldKind, MatchHow, Matching, Object};
use crate::id::RecordId;
use crate::limits::DUPLICATES_MAX;
use crate::value::Value;

/// How alike two records are, in hundredths: the score of the least alike term. None
/// when they do not match by the rule.
#[must_use]
pub fn score(object: &Object, matching: &Matching, one: &[Value], other: &[Value]) -> Option<u8> {
    let mut least = 100;
    for term in &matching.on {
        let slot = object.slot(term.field)?;
        let kind = &object.fields()[slot].kind;
        least = least.min(compare(kind, term.how, &one[slot], &other[slot])?);
    }
    Some(least)
}

/// The records that are likely to stand for the same thing, the likeliest first: at most
/// [`DUPLICATES_MAX`] of them, each with the rule that has the best score.
#[must_use]
pub fn candidates<'r>(
    object: &Object,
    values: &[Value],
    others: impl Iterator<Item = (RecordId, &'r [Value])>,
) -> Vec<Candidate> {
    let best = |(id, other): (RecordId, &'r [Value])| {
        let scores = object.matching.iter().filter_map(|matching| {
            let score = score(object, matching, values, other)?;
            Some(Candidate { id, matching: matching.number, score })
        });
        // Of equals the first rule.
        scores.reduce(|best, next| if next.score > best.score { next } else { best })
    };
    let mut found: Vec<Candidate> = others.filter_map(best).collect();
    found.sort_by_key(|candidate| (Reverse(candidate.score), candidate.id));
    found.truncate(DUPLICATES_MAX);
    found
}

fn compare(kind: &FieldKind, how: MatchHow, one: &Value, other: &Value) -> Option<u8> {
    match (how, one, other) {
        (MatchHow::Exact, one, other) => (!one.is_null() && one == other).then_some(100),
        (MatchHow::Similar(least), Value::Text(one), Value::Text(other)) => {
            Some(alike(one, other)).filter(|score| *score >= least)
        }
        (MatchHow::Similar(_), _, _) => None,
        (MatchHow::Normalized, one, other) => {
            let one = normal::form(kind, how, one)?;
            (normal::form(kind, how, other)? == one).then_some(100)
        }
    }
}

/// Jaro-Winkler on normal forms, in hundredths rounded down: with the words as they
/// stand and with the words in order, whichever is more.
pub(super) fn alike(one: &str, other: &str) -> u8 {
    let (mut one, mut other) = (normal::words(one), normal::words(other));
    if one.is_empty() || other.is_empty() {
        return 0;
    }
    let as_given = strsim::jaro_winkler(&one.join(" "), &other.join(" "));
    one.sort_unstable();
    other.sort_unstable();
    let in_order = strsim::jaro_winkler(&one.join(" "), &other.join(" "));
    hundredths(as_given.max(in_order))
}

#[expect(clippy::float_arithmetic, reason = "how alike texts are is no value of a record")]
fn hundredths(alike: f64) -> u8 {
    (0..=100).rev().find(|part| f64::from(*part) <= alike * 100.0 + 1e-9).unwrap_or(0)
}
