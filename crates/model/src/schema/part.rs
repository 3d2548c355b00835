//! The parts of an object that have names of their own, beside its fields: keys, rules,
//! matching rules, actions. How one is found by its name, and that no two have the same.

use crate::catalog::{Action, Definition, Key, Matching, Rule};
use crate::fault::{Code, Fault};
use crate::name::Noun;

/// A part of an object.
pub(super) trait Part: Sized {
    /// What it is.
    const NOUN: Noun;

    /// All of them.
    fn all(object: &Definition) -> &[Self];

    /// Its name on the wire.
    fn name(&self) -> &str;

    /// What tells it from others whatever its name: the number, within its object at least.
    fn number(&self) -> u32;
}

macro_rules! parts {
    ($($part:ident in $member:ident;)*) => {$(
        impl Part for $part {
            const NOUN: Noun = Noun::$part;

            fn all(object: &Definition) -> &[Self] {
                &object.$member
            }

            fn name(&self) -> &str {
                &self.name
            }

            fn number(&self) -> u32 {
                self.number.0
            }
        }
    )*};
}

parts! {
    Key in keys;
    Rule in rules;
    Matching in matching;
    Action in actions;
}

/// The part that a change is about.
pub(super) fn find<'a, P: Part>(object: &'a Definition, name: &str) -> Result<&'a P, Fault> {
    let parts = P::all(object);
    parts.iter().find(|part| part.name() == name).ok_or_else(|| {
        let shown: String = name.chars().take(60).collect();
        let problem = format!("`{}` has no {} `{shown}`", object.name, P::NOUN.word());
        Fault::new(Code::NotFound, problem).did_you_mean(name, parts.iter().map(P::name))
    })
}

/// Checks that no other part has the name.
pub(super) fn check_name<P: Part>(part: &P, others: &[P]) -> Result<(), Fault> {
    let is_taken = others.iter().any(|other| other.number() != part.number() && other.name() == part.name());
    if !is_taken {
        return Ok(());
    }
    let problem = format!("another {} is named `{}`", P::NOUN.word(), part.name());
    Err(Fault::new(Code::AlreadyExists, problem))
}

/// The number for the next part of an object; the keys of a tenant are numbered together.
pub(super) fn next_number<P: Part>(parts: &[P]) -> u32 {
    parts.iter().map(P::number).max().unwrap_or(0).saturating_add(1)
}
