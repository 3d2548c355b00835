//! Writes of records that come from another system: found by the id that they have there,
//! which is noted in the same decision.

use std::collections::HashMap;
use std::sync::Arc;

use crate::decide::batch::{Batch, Halt, Missing, RecordReply};
use crate::decide::records::Doing;
use crate::decide::reference::shown;
use crate::decide::stamp::Descent;
use crate::fault::{Code, Fault};
use crate::journal::Actor;
use crate::operation::{Action, Assigned, Expect};
use crate::record::{Checked, Row};
use crate::source::{IdMap, SourceId};
use crate::value::{Link, Value};

impl Batch<'_> {
    /// The record that an id in another system stands for.
    pub(super) fn of_source(&mut self, source: &SourceId) -> Result<Option<Link>, Halt> {
        let Some(map) = IdMap::of(&self.catalog)? else { return Ok(None) };
        let entry = self.entry(&map, source)?;
        let Some(link) = entry.and_then(|entry| map.link(&entry)) else { return Ok(None) };
        let id = self.standing(link.object, link.id)?;
        Ok(Some(Link { id, ..link }))
    }

    /// What the id map says of an id.
    fn entry(&mut self, map: &IdMap, source: &SourceId) -> Result<Option<Arc<Row>>, Missing> {
        let number = map.object.number;
        let Some(key) = map.object.unique_keys().find(|key| key.number == map.key) else { return Ok(None) };
        match self.find(number, key, map.key_value(source))? {
            Some(id) => self.row(number, id),
            None => Ok(None),
        }
    }

    /// Creates or changes the record that an id in another system stands for.
    pub(super) fn write_sourced(
        &mut self,
        doing: &Doing<'_>,
        action: &Action,
        source: &SourceId,
    ) -> Result<RecordReply, Halt> {
        let map = self.map_for(doing)?;
        let expect = match action {
            Action::Upsert { expect, .. } => *expect,
            _ => Expect::Anything,
        };
        let entry = match self.entry(&map, source) {
            Ok(entry) => entry,
            Err(Missing) => {
                // Most are new: what the creation needs is loaded along.
                let _ = self.write_new(doing, expect);
                return Err(Halt::Missing);
            }
        };
        if let Some(link) = entry.as_ref().and_then(|entry| map.link(entry)) {
            if link.object != doing.object.number {
                let message = format!("{} is a record of `{}`", shown(source), self.name(link.object));
                return Err(Fault::new(Code::InvalidValue, message).at("source").into());
            }
            let id = self.standing(link.object, link.id)?;
            let version = match expect {
                Expect::Version(version) => Some(version),
                Expect::Anything | Expect::Record => None,
            };
            return self.update_record(doing, id, version);
        }
        let reply = self.write_new(doing, expect)?;
        // It may be the author of itself, and be noted as that by now.
        let entry = self.entry(&map, source)?;
        let link = Link { object: doing.object.number, id: reply.id };
        self.note(&map, entry, source, (map.record, Value::Link(link)), doing.actor)?;
        Ok(reply)
    }

    /// A record whose id in the other system is not known yet: it may be there under a key.
    fn write_new(&mut self, doing: &Doing<'_>, expect: Expect) -> Result<RecordReply, Halt> {
        if doing.checked.by.is_some() {
            return self.upsert(doing, expect);
        }
        match expect {
            Expect::Anything => self.create(doing),
            Expect::Record | Expect::Version(_) => {
                let message = "there is no such record yet, so it is not at any version";
                Err(Fault::new(Code::VersionMismatch, message).at("if_match").into())
            }
        }
    }

    /// The id map, which must be able to name records of this object.
    fn map_for(&self, doing: &Doing<'_>) -> Result<IdMap, Halt> {
        let map = IdMap::of(&self.catalog).map_err(|fault| fault.at("source"))?;
        match map {
            Some(map) if map.targets().contains(&doing.object.number) => Ok(map),
            _ => {
                let message = format!("the id map does not name records of `{}`", doing.object.name);
                let fault = Fault::new(Code::InvalidDefinition, message).at("source");
                Err(fault.hint("send it again: the schema has changed meanwhile").into())
            }
        }
    }

    /// Who somebody of another system is here. Whom nobody has said anything about is
    /// noted under an id of its own.
    pub(super) fn author(&mut self, source: &SourceId, actor: Actor) -> Result<Actor, Halt> {
        let derived = Actor::User(source.user());
        let Some(map) = IdMap::of(&self.catalog)? else { return Ok(derived) };
        let entry = self.entry(&map, source)?;
        let noted = entry.as_ref().and_then(|entry| match &entry.values[map.actor] {
            Value::Text(text) => text.parse().ok(),
            _ => None,
        });
        if let Some(noted) = noted {
            return Ok(noted);
        }
        let text = Value::Text(derived.to_string().into_boxed_str());
        self.note(&map, entry, source, (map.actor, text), actor)?;
        Ok(derived)
    }

    /// Notes something of an id in the id map.
    fn note(
        &mut self,
        map: &IdMap,
        entry: Option<Arc<Row>>,
        source: &SourceId,
        (slot, value): (usize, Value),
        actor: Actor,
    ) -> Result<(), Halt> {
        let noted = match entry {
            Some(entry) => self
                .changed_row(&map.object, &entry, vec![(slot, value)], actor)
                .map(|(new, slots)| drop(self.write_update(&map.object, &entry, new, &slots))),
            None => {
                let parts = map.parts.into_iter().zip(map.values(source));
                let mut assignments: Vec<(usize, Assigned)> =
                    parts.map(|(slot, value)| (slot, Assigned::Value(value))).collect();
                assignments.push((slot, Assigned::Value(value)));
                assignments.sort_by_key(|(slot, _)| *slot);
                let checked = Checked::creation(map.object.number, assignments);
                let labels = HashMap::new();
                let (object, checked) = (map.object.clone(), &checked);
                let doing = Doing { object, actor, checked, labels: &labels, descent: Descent::default() };
                self.create(&doing).map(drop)
            }
        };
        noted.map_err(|halt| match halt {
            Halt::Faults(faults) => {
                Halt::Faults(faults.into_iter().map(|fault| fault.at("source")).collect())
            }
            other => other,
        })
    }
}
