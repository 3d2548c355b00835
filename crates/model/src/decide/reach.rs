//! What an expression reads, gathered before it is evaluated: the record itself, and
//! those that its references lead to.

use std::borrow::Cow;
use std::sync::Arc;

use crate::catalog::Object;
use crate::decide::batch::{Batch, Missing};
use crate::decide::delete::Member;
use crate::expression::{Expression, Failure, Own, Path, Read, Record};
use crate::value::{Link, Value};

/// A record about to be written, with what an expression reads of others.
pub(super) struct Reached<'a> {
    own: Own<'a>,
    others: Vec<(&'a Path, Value)>,
}

impl Record for Reached<'_> {
    fn get(&self, path: &Path) -> Result<Cow<'_, Value>, Failure> {
        if path.via.is_empty() {
            return self.own.get(path);
        }
        let found = self.others.iter().find(|(other, _)| *other == path);
        found.map(|(_, value)| Cow::Borrowed(value)).ok_or(Failure::Missing)
    }
}

impl Batch<'_> {
    /// Loads what an expression reads through references.
    pub(super) fn reach<'e>(
        &mut self,
        expression: &'e Expression,
        own: Own<'e>,
    ) -> Result<Reached<'e>, Missing> {
        let mut others = Vec::new();
        let mut missing = false;
        for path in expression.reads().iter().filter(|path| !path.via.is_empty()) {
            match self.value_at(path, own) {
                Ok(value) => others.push((path, value)),
                Err(Missing) => missing = true,
            }
        }
        if missing { Err(Missing) } else { Ok(Reached { own, others }) }
    }

    /// The value at the end of a path; null where it leads nowhere.
    fn value_at(&mut self, path: &Path, own: Own<'_>) -> Result<Value, Missing> {
        let Some(row) = (if path.old { own.old } else { Some(own.row) }) else { return Ok(Value::Null) };
        let slot_of = |object: &Object, field| object.slot(field);
        let mut at = path.via.first().and_then(|via| slot_of(own.object, *via));
        let mut link = at.and_then(|slot| row.values[slot].link());
        for via in &path.via[1..] {
            let Some((object, row)) = self.target(link, own)? else { return Ok(Value::Null) };
            at = slot_of(&object, *via);
            link = at.and_then(|slot| row.values[slot].link());
        }
        let Some((object, row)) = self.target(link, own)? else { return Ok(Value::Null) };
        if object.number != path.object {
            return Ok(Value::Null);
        }
        Ok(match path.read {
            Read::System(member) => member.of(object.number, &row),
            Read::Field(field) => {
                object.slot(field).and_then(|slot| row.values.get(slot)).cloned().unwrap_or(Value::Null)
            }
        })
    }

    fn target(&mut self, link: Option<Link>, own: Own<'_>) -> Result<Option<Member>, Missing> {
        let Some(link) = link else { return Ok(None) };
        let Some(object) = self.catalog.object(link.object).cloned() else { return Ok(None) };
        // A record that refers to itself is read as it is about to be.
        if link.object == own.object.number && link.id == own.row.id {
            return Ok(Some((object, Arc::new(own.row.clone()))));
        }
        Ok(self.row(link.object, link.id)?.map(|row| (object, row)))
    }
}
