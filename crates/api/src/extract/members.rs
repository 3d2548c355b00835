//! Small bodies whose shape the API itself knows, read member by member; every fault
//! is gathered, and what is left over is one.

use kith_engine::PositionText;
use kith_model::fault::{Code, Fault, Faults};
use kith_model::operation::{Duplicates, Side};
use kith_model::right::{Right, Rights};
use kith_model::source::{SourceId, Stamps};
use serde_json::{Map, Value as Json};

/// A JSON object on its way to being read.
pub(crate) struct Members {
    members: Map<String, Json>,
    known: Vec<&'static str>,
    faults: Faults,
}

impl Members {
    /// Nothing is read yet.
    pub(crate) fn new(members: Map<String, Json>) -> Self {
        Self { members, known: Vec::new(), faults: Faults::new() }
    }

    /// A member as it is, if it is there.
    pub(crate) fn take(&mut self, name: &'static str) -> Option<Json> {
        self.known.push(name);
        self.members.shift_remove(name)
    }

    /// Whether a member is there.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.members.contains_key(name)
    }

    /// Notes a fault.
    pub(crate) fn refuse(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    /// A text that must be there; empty when it is not, which is a fault.
    pub(crate) fn text(&mut self, name: &'static str) -> String {
        match self.take(name) {
            Some(Json::String(text)) => return text,
            Some(_) => self.refuse(mistyped(name, "a string")),
            None => self.refuse(missing(name)),
        }
        String::new()
    }

    /// A text that may be there.
    pub(crate) fn optional_text(&mut self, name: &'static str) -> Option<String> {
        match self.take(name) {
            Some(Json::String(text)) => Some(text),
            Some(_) => {
                self.refuse(mistyped(name, "a string"));
                None
            }
            None => None,
        }
    }

    /// An object that must be there.
    pub(crate) fn object(&mut self, name: &'static str) -> Map<String, Json> {
        match self.take(name) {
            Some(Json::Object(members)) => return members,
            Some(_) => self.refuse(mistyped(name, "an object")),
            None => self.refuse(missing(name)),
        }
        Map::new()
    }

    /// An object that may be there; empty when it is not.
    pub(crate) fn optional_object(&mut self, name: &'static str) -> Map<String, Json> {
        if self.has(name) { self.object(name) } else { Map::new() }
    }

    /// Which side of a merge goes first; the record that stays, when it is not said.
    pub(crate) fn side(&mut self, name: &'static str) -> Side {
        self.word(name, &Side::WORDS).unwrap_or_default()
    }

    /// What a write does about duplicates; nothing, when it is not said.
    pub(crate) fn duplicates(&mut self) -> Duplicates {
        self.word("duplicates", &Duplicates::WORDS).unwrap_or_default()
    }

    /// The rights that a token is to have; none, when it is not said.
    pub(crate) fn rights(&mut self) -> Rights {
        let mut rights = Rights::default();
        let given = match self.take("rights") {
            None => return rights,
            Some(Json::Array(given)) => given,
            Some(_) => {
                self.refuse(mistyped("rights", "an array of words"));
                return rights;
            }
        };
        for (index, word) in given.iter().enumerate() {
            match Right::WORDS.iter().find(|(known, _)| word.as_str() == Some(known)) {
                Some((_, right)) => rights = rights.with(*right),
                None => {
                    let list: Vec<String> =
                        Right::WORDS.iter().map(|(word, _)| format!("`{word}`")).collect();
                    let message = format!("there is no such right; there is {}", list.join(", "));
                    let fault = Fault::new(Code::InvalidValue, message).at(&index.to_string());
                    self.refuse(fault.under("/rights"));
                }
            }
        }
        rights
    }

    /// Where the record of a write comes from, and when and by whom it was made there.
    pub(crate) fn descent(&mut self) -> (Option<SourceId>, Option<Stamps>) {
        let source = self.read_member("source", SourceId::read);
        let stamps = self.read_member("stamps", Stamps::read);
        (source, stamps.filter(|stamps| !stamps.is_empty()))
    }

    fn read_member<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&Json) -> Result<T, Faults>,
    ) -> Option<T> {
        let given = self.take(name).filter(|given| !given.is_null())?;
        let read = read(&given);
        read.map_err(|faults| {
            self.faults.extend(faults.into_iter().map(|fault| fault.under(&format!("/{name}"))));
        })
        .ok()
    }

    fn word<T: Copy>(&mut self, name: &'static str, words: &[(&str, T)]) -> Option<T> {
        let given = self.take(name)?;
        let meant = words.iter().find(|(word, _)| given.as_str() == Some(word)).map(|(_, meaning)| *meaning);
        if meant.is_none() {
            let list: Vec<String> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
            let message = format!("`{name}` must be {}", list.join(" or "));
            self.refuse(Fault::new(Code::InvalidValue, message).at(name));
        }
        meant
    }

    /// A truth value; `otherwise` when it is not there.
    pub(crate) fn flag(&mut self, name: &'static str, otherwise: bool) -> bool {
        match self.take(name) {
            Some(Json::Bool(value)) => value,
            Some(_) => {
                self.refuse(mistyped(name, "true or false"));
                otherwise
            }
            None => otherwise,
        }
    }

    /// A whole number from a least one on; null and absent are alike.
    pub(crate) fn number(&mut self, name: &'static str, least: i64) -> Option<i64> {
        let value = self.take(name).filter(|value| !value.is_null())?;
        match value.as_i64() {
            Some(number) if number >= least => return Some(number),
            Some(_) => {
                let message = format!("`{name}` must be at least {least}");
                self.refuse(Fault::new(Code::InvalidValue, message).at(name));
            }
            None => self.refuse(mistyped(name, "a whole number")),
        }
        None
    }

    /// A position that must be there; 0 when it is not, which is a fault.
    pub(crate) fn position(&mut self, name: &'static str) -> PositionText {
        let Some(given) = self.take(name) else {
            self.refuse(missing(name));
            return PositionText::default();
        };
        self.read_position(name, given).unwrap_or_default()
    }

    /// A position that may be there; null and absent are alike.
    pub(crate) fn optional_position(&mut self, name: &'static str) -> Option<PositionText> {
        let given = self.take(name).filter(|given| !given.is_null())?;
        self.read_position(name, given)
    }

    /// Reads a number, or text with its history.
    fn read_position(&mut self, name: &'static str, given: Json) -> Option<PositionText> {
        let text = match given {
            Json::Number(number) => number.to_string(),
            Json::String(text) => text,
            Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => {
                self.refuse(mistyped(name, "a position"));
                return None;
            }
        };
        let position = text.parse::<PositionText>();
        position.map_err(|fault| self.refuse(Fault { code: Code::InvalidValue, ..fault }.at(name))).ok()
    }

    /// Notes that a member is missing.
    pub(crate) fn require(&mut self, name: &'static str) {
        self.refuse(missing(name));
    }

    /// What was wrong so far; the members that were not read stay unread.
    pub(crate) fn into_faults(self) -> Faults {
        self.faults
    }

    /// Refuses what was not asked for, and says everything that was wrong.
    pub(crate) fn finish(self) -> Result<(), Faults> {
        let Self { members, known, mut faults } = self;
        for name in members.keys() {
            let shown: String = name.chars().take(100).collect();
            let fault =
                Fault::new(Code::UnknownMember, format!("no member `{shown}` is known here")).at(name);
            faults.push(fault.did_you_mean(name, known.iter().copied()));
        }
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }
}

fn mistyped(name: &str, wanted: &str) -> Fault {
    Fault::new(Code::InvalidType, format!("`{name}` must be {wanted}")).at(name)
}

fn missing(name: &str) -> Fault {
    Fault::new(Code::Required, format!("`{name}` is missing")).at(name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn members(value: Json) -> Members {
        match value {
            Json::Object(members) => Members::new(members),
            _ => Members::new(Map::new()),
        }
    }

    #[test]
    fn gathers_every_fault() {
        let mut given = members(json!({"nme": "x", "retention_days": 0, "flag": 1}));
        given.text("name");
        given.number("retention_days", 1);
        given.flag("flag", true);
        let faults = given.finish().unwrap_err();
        let codes: Vec<_> = faults.iter().map(|fault| (fault.code, fault.pointer.as_str())).collect();
        assert_eq!(
            codes,
            [
                (Code::Required, "/name"),
                (Code::InvalidValue, "/retention_days"),
                (Code::InvalidType, "/flag"),
                (Code::UnknownMember, "/nme"),
            ]
        );
        assert_eq!(faults[3].hint.as_deref(), Some("did you mean `name`?"));
    }

    #[test]
    fn reads_positions_in_both_forms() {
        let mut given = members(json!({"a": 42, "b": "42", "c": -1, "d": 1.5, "e": null}));
        assert_eq!(given.position("a").position.0, 42);
        assert_eq!(given.optional_position("b").unwrap().position.0, 42);
        assert_eq!(given.optional_position("c"), None);
        assert_eq!(given.optional_position("d"), None);
        assert_eq!(given.optional_position("e"), None);
        assert_eq!(given.optional_position("f"), None);
        given.position("f");
        let codes: Vec<Code> = given.finish().unwrap_err().iter().map(|fault| fault.code).collect();
        assert_eq!(codes, [Code::InvalidValue, Code::InvalidValue, Code::Required]);
    }
}
