//! Which position set each field of a record.
//!
//! Most records are written once, so the form is sparse: a base, the position that
//! created the record, which holds for every field that has a value, and the exceptions.

use std::fmt::Write as _;

use crate::id::FieldNo;
use crate::journal::Position;

/// Positions by field: a base and what differs from it, in order of field number.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Provenance {
    base: Position,
    exceptions: Vec<(FieldNo, Position)>,
}

impl Provenance {
    /// Every field that has a value was set at this position.
    #[must_use]
    pub fn created_at(base: Position) -> Self {
        Self { base, exceptions: Vec::new() }
    }

    /// The field was set (or cleared) at this position.
    pub fn set(&mut self, field: FieldNo, position: Position) {
        match self.exceptions.binary_search_by_key(&field, |(number, _)| *number) {
            Ok(index) => self.exceptions[index].1 = position,
            Err(index) => self.exceptions.insert(index, (field, position)),
        }
    }

    /// The position that set the field; `None` when nothing ever did.
    #[must_use]
    pub fn position(&self, field: FieldNo, is_null: bool) -> Option<Position> {
        match self.exceptions.binary_search_by_key(&field, |(number, _)| *number) {
            Ok(index) => Some(self.exceptions[index].1),
            Err(_) => (!is_null).then_some(self.base),
        }
    }

    /// The stored form: `{"*":41,"5":99}`.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = format!("{{\"*\":{}", self.base);
        for (field, position) in &self.exceptions {
            // Writing to a string cannot fail.
            let _ = write!(text, ",\"{field}\":{position}");
        }
        text.push('}');
        text
    }

    /// Reads the stored form, however a database spells it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let inner = text.trim().strip_prefix('{')?.strip_suffix('}')?;
        let mut provenance = Self::default();
        for member in inner.split(',') {
            let (name, position) = member.split_once(':')?;
            let name = name.trim().strip_prefix('"')?.strip_suffix('"')?;
            let position = Position(position.trim().parse().ok()?);
            if name == "*" {
                provenance.base = position;
            } else {
                provenance.set(FieldNo(name.parse().ok()?), position);
            }
        }
        Some(provenance)
    }
}

#[cfg(test)]
mod tests {
    use super::{FieldNo, Position, Provenance};

    #[test]
    fn survives_storage_in_any_spelling() {
        let mut provenance = Provenance::created_at(Position(41));
        provenance.set(FieldNo(12), Position(100));
        provenance.set(FieldNo(5), Position(99));
        assert_eq!(provenance.to_text(), r#"{"*":41,"5":99,"12":100}"#);
        assert_eq!(Provenance::parse(&provenance.to_text()).as_ref(), Some(&provenance));
        assert_eq!(Provenance::parse(r#"{"12": 100, "*": 41, "5": 99}"#), Some(provenance));
    }
}
