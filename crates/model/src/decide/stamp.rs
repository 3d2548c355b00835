//! Times and authors of another system: heeded where a record is made, and where it is
//! changed by what is no older than what Kith knows of it.

use serde_json::{Map, Value as Json, json};

use crate::decide::batch::{Batch, Halt};
use crate::decide::records::Doing;
use crate::fault::{Code, Fault, Faults};
use crate::journal::Actor;
use crate::record::Row;
use crate::source::{Author, SourceId, Stamps};
use crate::time::Timestamp;

/// Where a write comes from, as the operation says.
#[derive(Clone, Copy, Default)]
pub(super) struct Descent<'o> {
    /// The record's id in another system.
    pub(super) source: Option<&'o SourceId>,
    /// Its times and authors there.
    pub(super) stamps: Option<&'o Stamps>,
}

/// Times and authors that take the place of Kith's own.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Stamped {
    /// When it was made.
    pub(super) created_at: Option<Timestamp>,
    /// When it was changed.
    pub(super) updated_at: Option<Timestamp>,
    /// Who made it.
    pub(super) created_by: Option<Actor>,
    /// Who changed it.
    pub(super) updated_by: Option<Actor>,
}

impl Batch<'_> {
    /// The stamps of a record to be made.
    pub(super) fn stamps_of_new(&mut self, doing: &Doing<'_>) -> Result<Stamped, Halt> {
        let Some(stamps) = doing.descent.stamps else { return Ok(Stamped::default()) };
        let mut faults = self.check_times(stamps);
        let (created_at, updated_at) = (stamps.created_at, stamps.updated_at);
        match (created_at, updated_at) {
            (Some(created), Some(updated)) if updated < created => {
                let fault = Fault::new(Code::InvalidValue, "it is changed before it is made");
                faults.push(fault.at("updated_at").under("/stamps"));
            }
            (None, Some(_)) => {
                let message = "a new record that was changed in the past was also made in the past";
                let fault = Fault::new(Code::Required, message).at("created_at").under("/stamps");
                faults.push(fault.hint("say `created_at` too"));
            }
            _ => {}
        }
        if !faults.is_empty() {
            return Err(Halt::Faults(faults));
        }
        let created_by = self.author_of(stamps.created_by.as_ref(), doing.actor);
        let updated_by = self.author_of(stamps.updated_by.as_ref(), doing.actor);
        let (created_by, updated_by) = (created_by?, updated_by?);
        Ok(Stamped { created_at, updated_at, created_by, updated_by })
    }

    /// The stamps of a record to be changed: none, when Kith knows something later of it.
    pub(super) fn stamps_of_change(&mut self, doing: &Doing<'_>, old: &Row) -> Result<Stamped, Halt> {
        let Some(stamps) = doing.descent.stamps else { return Ok(Stamped::default()) };
        let faults = self.check_times(stamps);
        if !faults.is_empty() {
            return Err(Halt::Faults(faults));
        }
        let updated_at = stamps.updated_at;
        if updated_at.is_some_and(|at| at < old.updated_at) {
            return Ok(Stamped::default());
        }
        let updated_by = self.author_of(stamps.updated_by.as_ref(), doing.actor)?;
        Ok(Stamped { updated_at, updated_by, ..Stamped::default() })
    }

    fn author_of(&mut self, author: Option<&Author>, actor: Actor) -> Result<Option<Actor>, Halt> {
        match author {
            None => Ok(None),
            Some(Author::Actor(known)) => Ok(Some(*known)),
            Some(Author::Source(source)) => self.author(source, actor).map(Some),
        }
    }

    /// Ids tell the time of creation in milliseconds since 1970, and nothing is made or
    /// changed later than now.
    fn check_times(&self, stamps: &Stamps) -> Faults {
        let times = [("created_at", stamps.created_at), ("updated_at", stamps.updated_at)];
        let wrong = times.into_iter().filter_map(|(name, at)| {
            let at = at?;
            let problem = if at > self.at() {
                "is in the future"
            } else if at < Timestamp(0) {
                "is before 1970"
            } else {
                return None;
            };
            Some(Fault::new(Code::InvalidValue, format!("`{name}` {problem}")).at(name).under("/stamps"))
        });
        wrong.collect()
    }
}

impl Descent<'_> {
    /// What the journal says of it: members of a diff, or nothing. Times are in
    /// microseconds, as everywhere in diffs.
    pub(super) fn members(self, stamped: &Stamped) -> Option<Map<String, Json>> {
        let Stamped { created_at, updated_at, created_by, updated_by } = stamped;
        let mut stamps = Map::new();
        for (name, at) in [("created_at", created_at), ("updated_at", updated_at)] {
            if let Some(at) = at {
                stamps.insert(name.to_owned(), json!(at.0));
            }
        }
        for (name, by) in [("created_by", created_by), ("updated_by", updated_by)] {
            if let Some(by) = by {
                stamps.insert(name.to_owned(), json!(by.to_string()));
            }
        }
        let mut members = Map::new();
        if let Some(source) = self.source {
            members.insert("source".to_owned(), source.to_json());
        }
        if !stamps.is_empty() {
            members.insert("stamps".to_owned(), Json::Object(stamps));
        }
        (!members.is_empty()).then_some(members)
    }
}
