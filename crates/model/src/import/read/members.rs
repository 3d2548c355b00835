//! The members of an object in the document, taken one by one; what is wrong with them is
//! gathered.

use serde_json::{Map, Value as Json};

use crate::fault::{Code, Fault, Faults};

/// The members of one object, and where it stands.
pub(super) struct Members<'a> {
    map: &'a Map<String, Json>,
    pointer: &'a str,
    noun: &'static str,
}

impl<'a> Members<'a> {
    pub(super) fn of(
        value: &'a Json,
        pointer: &'a str,
        noun: &'static str,
        faults: &mut Faults,
    ) -> Option<Self> {
        let Json::Object(map) = value else {
            faults.push(Fault::new(Code::InvalidType, format!("{noun} is an object")).under(pointer));
            return None;
        };
        Some(Self { map, pointer, noun })
    }

    pub(super) fn map(&self) -> &'a Map<String, Json> {
        self.map
    }

    pub(super) fn fault(&self, code: Code, member: &str, message: impl Into<String>) -> Fault {
        Fault::new(code, message).at(member).under(self.pointer)
    }

    /// Refuses members of other names.
    pub(super) fn only(&self, known: &[&'static str], faults: &mut Faults) {
        for member in self.map.keys().filter(|member| !known.contains(&member.as_str())) {
            let shown: String = member.chars().take(60).collect();
            let message = format!("{} has no member `{shown}`", self.noun);
            let fault = self.fault(Code::UnknownMember, member, message);
            faults.push(fault.did_you_mean(member, known.iter().copied()));
        }
    }

    /// A member that is there and not null.
    pub(super) fn get(&self, member: &str) -> Option<&'a Json> {
        self.map.get(member).filter(|value| !value.is_null())
    }

    fn wrong<T>(&self, member: &str, wanted: &str, faults: &mut Faults) -> Option<T> {
        let message = format!("`{member}` must be {wanted}");
        faults.push(self.fault(Code::InvalidType, member, message));
        None
    }

    /// A text that is not empty. YAML reads `1` as a number, which is meant as text here.
    pub(super) fn text(&self, member: &str, faults: &mut Faults) -> Option<String> {
        match self.get(member)? {
            Json::String(text) if !text.is_empty() => Some(text.clone()),
            Json::Number(number) => Some(number.to_string()),
            _ => self.wrong(member, "a text that is not empty", faults),
        }
    }

    pub(super) fn needed_text(&self, member: &str, faults: &mut Faults) -> Option<String> {
        if self.get(member).is_none() {
            let message = format!("`{member}` is missing");
            faults.push(self.fault(Code::Required, member, message));
        }
        self.text(member, faults)
    }

    pub(super) fn boolean(&self, member: &str, faults: &mut Faults) -> Option<bool> {
        let value = self.get(member)?;
        value.as_bool().or_else(|| self.wrong(member, "`true` or `false`", faults))
    }

    pub(super) fn integer(&self, member: &str, min: i64, max: i64, faults: &mut Faults) -> Option<i64> {
        let value = self.get(member)?;
        let number = value.as_i64().filter(|number| (min..=max).contains(number));
        number.or_else(|| self.wrong(member, &format!("a whole number from {min} to {max}"), faults))
    }

    /// A single character.
    pub(super) fn character(&self, member: &str, faults: &mut Faults) -> Option<char> {
        let value = self.get(member)?;
        let mut characters = value.as_str().unwrap_or_default().chars();
        match (characters.next(), characters.next()) {
            (Some(character), None) => Some(character),
            _ => self.wrong(member, "one character", faults),
        }
    }

    /// One text, or a list of them.
    pub(super) fn texts(&self, member: &str, faults: &mut Faults) -> Vec<String> {
        let texts: Option<Vec<String>> = match self.get(member) {
            None => return Vec::new(),
            Some(Json::String(text)) if !text.is_empty() => Some(vec![text.clone()]),
            Some(Json::Array(items)) if !items.is_empty() => {
                let text = |item: &Json| item.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
                items.iter().map(text).collect()
            }
            Some(_) => None,
        };
        texts.or_else(|| self.wrong(member, "a text, or a list of texts", faults)).unwrap_or_default()
    }

    pub(super) fn needed_list(&self, member: &str, faults: &mut Faults) -> &'a [Json] {
        match self.get(member) {
            Some(Json::Array(items)) if !items.is_empty() => items,
            None => {
                faults.push(self.fault(Code::Required, member, format!("`{member}` is missing")));
                &[]
            }
            Some(_) => self.wrong(member, "a list that is not empty", faults).unwrap_or(&[]),
        }
    }

    /// One of some words.
    pub(super) fn word<T: Copy>(
        &self,
        member: &str,
        words: &[(&'static str, T)],
        faults: &mut Faults,
    ) -> Option<T> {
        // `null` is a word here, and YAML reads it as nothing.
        let given = match self.map.get(member)? {
            Json::Null => "null",
            Json::String(text) => text.as_str(),
            _ => "",
        };
        if let Some((_, meant)) = words.iter().find(|(word, _)| *word == given) {
            return Some(*meant);
        }
        let list: Vec<String> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
        let message = format!("`{member}` is one of {}", list.join(", "));
        let fault = self.fault(Code::InvalidDefinition, member, message);
        faults.push(fault.did_you_mean(given, words.iter().map(|(word, _)| *word)));
        None
    }
}
