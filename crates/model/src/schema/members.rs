//! Reads the members of a definition strictly: what is missing, of the wrong type or
//! not known becomes a fault with a pointer, and reading goes on.

use std::ops::RangeInclusive;

use serde_json::{Map, Value as Json};

use crate::fault::{Code, Fault, Faults};
use crate::limits::{DESCRIPTION_LENGTH_MAX, LABEL_LENGTH_MAX};
use crate::name::{self, Noun};
use crate::value::nfc;

/// Of members that are not known, this many are named.
const UNKNOWN_MAX: usize = 20;

/// The members of one JSON object with the faults found in them so far. A member that
/// is null is as good as absent.
pub(super) struct Members<'a> {
    map: &'a Map<String, Json>,
    pointer: String,
    faults: Faults,
}

impl<'a> Members<'a> {
    /// The members of the object that stands at a pointer.
    pub(super) fn new(map: &'a Map<String, Json>, pointer: impl Into<String>) -> Self {
        Self { map, pointer: pointer.into(), faults: Faults::new() }
    }

    /// The pointer to a member.
    pub(super) fn pointer_to(&self, member: &str) -> String {
        format!("{}/{member}", self.pointer)
    }

    /// A member that is there and not null.
    pub(super) fn get(&self, member: &str) -> Option<&'a Json> {
        self.map.get(member).filter(|json| !json.is_null())
    }

    /// Notes a fault of a member; the fault's own pointer continues below it.
    pub(super) fn refuse(&mut self, member: &str, fault: Fault) {
        self.faults.push(fault.under(&self.pointer_to(member)));
    }

    /// Notes that a member is not valid.
    pub(super) fn invalid(&mut self, member: &str, problem: impl Into<String>) {
        self.refuse(member, Fault::new(Code::InvalidDefinition, problem));
    }

    /// Takes over the faults of a part that was read on its own.
    pub(super) fn extend(&mut self, faults: Faults) {
        self.faults.extend(faults);
    }

    /// Everything that was found.
    pub(super) fn finish(self) -> Faults {
        self.faults
    }

    /// Refuses members that are not among `known`; `owner` is what they would belong to.
    pub(super) fn allow(&mut self, owner: &str, known: &[&str]) {
        let unknown = self.map.keys().filter(|member| !known.contains(&member.as_str()));
        for member in unknown.take(UNKNOWN_MAX) {
            let shown: String = member.chars().take(60).collect();
            let fault = Fault::new(Code::UnknownMember, format!("{owner} has no member `{shown}`"));
            let fault = fault.at(member).under(&self.pointer);
            self.faults.push(fault.did_you_mean(member, known.iter().copied()));
        }
    }

    /// A string.
    pub(super) fn string(&mut self, member: &str) -> Option<&'a str> {
        let json = self.get(member)?;
        if json.is_string() {
            return json.as_str();
        }
        self.invalid(member, format!("`{member}` must be a string"));
        None
    }

    /// A string that must be there.
    pub(super) fn required_string(&mut self, member: &str) -> Option<&'a str> {
        if self.get(member).is_none() {
            self.missing(member);
        }
        self.string(member)
    }

    /// Notes that a member must be there.
    pub(super) fn missing(&mut self, member: &str) {
        self.refuse(member, Fault::new(Code::Required, format!("`{member}` is missing")));
    }

    /// True or false; absent is false.
    pub(super) fn flag(&mut self, member: &str) -> bool {
        match self.get(member) {
            None => false,
            Some(Json::Bool(truth)) => *truth,
            Some(_) => {
                self.invalid(member, format!("`{member}` must be `true` or `false`"));
                false
            }
        }
    }

    /// An integer within a range.
    pub(super) fn integer(&mut self, member: &str, range: RangeInclusive<i64>) -> Option<i64> {
        let json = self.get(member)?;
        if let Some(integer) = json.as_i64().filter(|integer| range.contains(integer)) {
            return Some(integer);
        }
        let (least, greatest) = (range.start(), range.end());
        self.invalid(member, format!("`{member}` must be an integer from {least} to {greatest}"));
        None
    }

    /// An array.
    pub(super) fn array(&mut self, member: &str) -> Option<&'a [Json]> {
        match self.get(member)? {
            Json::Array(items) => Some(items),
            _ => {
                self.invalid(member, format!("`{member}` must be an array"));
                None
            }
        }
    }

    /// An array of at most so many things that are counted by a published limit.
    pub(super) fn bounded_array(&mut self, member: &str, limit: usize) -> Option<&'a [Json]> {
        let items = self.array(member)?;
        if items.len() <= limit {
            return Some(items);
        }
        let problem = format!("`{member}` has {} items; {limit} are allowed", items.len());
        self.refuse(member, Fault::new(Code::LimitReached, problem));
        None
    }

    /// One of a few words.
    pub(super) fn word<T: Copy>(&mut self, member: &str, words: &[(&str, T)]) -> Option<T> {
        let given = self.string(member)?;
        if let Some((_, meaning)) = words.iter().find(|(word, _)| *word == given) {
            return Some(*meaning);
        }
        let all = words.iter().map(|(word, _)| *word);
        let list: Vec<String> = all.clone().map(|word| format!("`{word}`")).collect();
        let fault =
            Fault::new(Code::InvalidDefinition, format!("`{member}` must be one of {}", list.join(", ")));
        let fault = fault.did_you_mean(given, all);
        self.refuse(member, fault);
        None
    }

    /// A name in the member `name`.
    pub(super) fn name(&mut self, noun: Noun) -> Option<&'a str> {
        let given = self.required_string("name")?;
        match name::check(noun, given) {
            Ok(()) => Some(given),
            Err(fault) => {
                self.refuse("name", fault);
                None
            }
        }
    }

    /// The label; derived from the name when there is none.
    pub(super) fn label(&mut self, name: &str) -> String {
        let given = self.heading("label", LABEL_LENGTH_MAX);
        given.unwrap_or_else(|| label_of(name))
    }

    /// One line of text for people, not empty.
    pub(super) fn heading(&mut self, member: &str, length_max: usize) -> Option<String> {
        let text = nfc(self.string(member)?);
        if text.trim().is_empty() || text.contains(char::is_control) || text.chars().count() > length_max {
            self.invalid(member, format!("`{member}` must be one line of 1 to {length_max} characters"));
            return None;
        }
        Some(text.into_owned())
    }

    /// The description, if there is one.
    pub(super) fn description(&mut self) -> Option<String> {
        let text = nfc(self.string("description")?);
        let is_control = |character: char| character.is_control() && !matches!(character, '\n' | '\r' | '\t');
        if text.contains(is_control) || text.chars().count() > DESCRIPTION_LENGTH_MAX {
            let problem =
                format!("`description` must be text of at most {DESCRIPTION_LENGTH_MAX} characters");
            self.invalid("description", problem);
            return None;
        }
        Some(text.into_owned())
    }
}

/// What to call a thing of this name: `first_name` is "First name".
pub(super) fn label_of(name: &str) -> String {
    let spaced = name.replace('_', " ");
    let mut characters = spaced.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => spaced,
    }
}
