//! Matching: under which keys records are filed, and which of them are likely to stand
//! for the same thing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::catalog::Object;
use crate::decide::batch::{Batch, Halt, Missing, RecordReply};
use crate::decide::keys::{Found, Key};
use crate::decide::merge::MatchWrites;
use crate::fault::{Code, Fault};
use crate::id::{MatchingNo, ObjectNo, RecordId, format_typeid};
use crate::journal::ChangeKind;
use crate::limits::{FAULT_RECORDS_MAX, MATCH_COMPARED_MAX};
use crate::matching::{self, Candidate, MatchKey, Pair, PairState};
use crate::operation::{Dismissal, Disposition, Duplicates, Scan};
use crate::record::Row;

/// Where records are filed: the key of a rule of an object.
pub(super) type Place = (ObjectNo, MatchingNo, Box<str>);

impl Batch<'_> {
    /// Notes under which keys a record is filed from now on. Objects without matching
    /// rules pay nothing.
    pub(super) fn file(&mut self, object: &Object, old: Option<&Arc<Row>>, new: Option<&Arc<Row>>) {
        if object.matching.is_empty() {
            return;
        }
        if let (Some(old), Some(new)) = (old, new)
            && !matching::differ(object, &old.values, &new.values)
        {
            return;
        }
        for (row, is_there) in [(old, false), (new, true)] {
            for key in row.map_or_else(Vec::new, |row| matching::record_keys(object, row.id, &row.values)) {
                self.file_under(key, is_there);
            }
        }
    }

    fn file_under(&mut self, key: MatchKey, is_there: bool) {
        let MatchKey { object, matching, key, record } = key;
        let place = (object, matching, key);
        let mut records = self.filed.get(&place).cloned().unwrap_or_default();
        records.insert(record, is_there);
        self.filed.set(place, records);
    }

    /// The live records that are likely to stand for the same thing, the likeliest first.
    fn candidates(&mut self, object: &Arc<Object>, row: &Row) -> Result<Vec<Candidate>, Missing> {
        let mut missing = false;
        let mut ids: Vec<RecordId> = Vec::new();
        let mut seen: BTreeSet<RecordId> = BTreeSet::from([row.id]);
        for key in matching::record_keys(object, row.id, &row.values) {
            match self.filed_under((object.number, key.matching, key.key)) {
                Ok(found) => ids.extend(found.into_iter().filter(|id| seen.insert(*id))),
                Err(Missing) => missing = true,
            }
        }
        let mut others = Vec::new();
        for id in ids.into_iter().take(MATCH_COMPARED_MAX) {
            match self.row(object.number, id) {
                Ok(other) => others.extend(other),
                Err(Missing) => missing = true,
            }
        }
        if missing {
            return Err(Missing);
        }
        let others = others.iter().map(|other| (other.id, other.values.as_slice()));
        Ok(matching::candidates(object, &row.values, others))
    }

    fn filed_under(&mut self, place: Place) -> Result<BTreeSet<RecordId>, Missing> {
        let (object, matching, key) = place.clone();
        let mut ids: BTreeSet<RecordId> = match self.ask(Key::Filed(object, matching, key))? {
            Found::Records(ids) => ids.iter().copied().collect(),
            _ => BTreeSet::new(),
        };
        for (id, is_there) in self.filed.get(&place).into_iter().flatten() {
            if *is_there {
                ids.insert(*id);
            } else {
                ids.remove(id);
            }
        }
        Ok(ids)
    }

    /// Does what a write was asked to do about duplicates of its record.
    pub(super) fn look_for_duplicates(
        &mut self,
        asked: Duplicates,
        reply: RecordReply,
    ) -> Result<RecordReply, Halt> {
        let Some(row) = reply.row.clone().filter(|_| asked != Duplicates::Ignore) else { return Ok(reply) };
        let mut candidates = self.candidates(&reply.object, &row)?;
        if reply.disposition != Disposition::Created && !candidates.is_empty() {
            let two = self.dismissed(reply.object.number, row.id)?;
            candidates.retain(|candidate| !two.contains(&candidate.id));
        }
        let is_written = reply.disposition != Disposition::Unchanged;
        if asked == Duplicates::Refuse && is_written && !candidates.is_empty() {
            return Err(likely(&reply.object, &candidates).into());
        }
        if is_written {
            self.note_pairs(reply.object.number, row.id, &candidates);
        }
        Ok(RecordReply { duplicates: Some(candidates.len()), ..reply })
    }

    fn note_pairs(&mut self, object: ObjectNo, id: RecordId, candidates: &[Candidate]) {
        let found_at = self.at();
        self.pairs.extend(candidates.iter().map(|candidate| {
            let Candidate { id: other, matching, score } = *candidate;
            let (first, second) = Pair::in_order(id, other);
            Pair { object, first, second, matching, score, state: PairState::Open, found_at }
        }));
    }

    /// The records that somebody said are not the same as this one.
    pub(super) fn dismissed(
        &mut self,
        object: ObjectNo,
        id: RecordId,
    ) -> Result<BTreeSet<RecordId>, Missing> {
        let mut ids: BTreeSet<RecordId> = match self.ask(Key::Dismissed(object, id))? {
            Found::Records(ids) => ids.iter().copied().collect(),
            _ => BTreeSet::new(),
        };
        for pair in self.pairs.iter().filter(|pair| pair.state == PairState::Dismissed) {
            match (pair.first == id, pair.second == id) {
                (true, _) => ids.insert(pair.second),
                (_, true) => ids.insert(pair.first),
                (false, false) => false,
            };
        }
        Ok(ids)
    }

    /// Files records that may not be filed yet, and notes the pairs that they are likely
    /// to be. Nothing of it is in the journal: it can be found again.
    pub(super) fn decide_match(&mut self, scan: &Scan) -> Result<(), Halt> {
        let Some(object) = self.catalog.object(scan.object).cloned() else { return Ok(()) };
        let mut missing = false;
        let mut rows = Vec::with_capacity(scan.records.len());
        for id in &scan.records {
            match self.row(object.number, *id) {
                Ok(row) => rows.extend(row),
                Err(Missing) => missing = true,
            }
        }
        for row in &rows {
            for key in matching::record_keys(&object, row.id, &row.values) {
                self.file_under(key, true);
            }
        }
        for row in &rows {
            match self.candidates(&object, row) {
                Ok(candidates) => self.note_pairs(object.number, row.id, &candidates),
                Err(Missing) => missing = true,
            }
        }
        if missing {
            return Err(Halt::Missing);
        }
        self.scanned.extend(rows.into_iter().map(|row| (object.clone(), row)));
        Ok(())
    }

    /// Remembers that two records are two.
    pub(super) fn dismiss(&mut self, dismissal: &Dismissal) -> Result<(), Halt> {
        let Dismissal { object, one, other } = *dismissal;
        let (one, other) = (self.standing(object, one), self.standing(object, other));
        let (one, other) = (one?, other?);
        if one == other {
            return Err(Fault::new(Code::InvalidValue, "the two are one record since a merge")
                .at("id")
                .into());
        }
        let (found, opposite) = (self.row(object, one), self.row(object, other));
        let known = self.dismissed(object, one);
        let of = self.catalog.object(object).cloned();
        let Some(of) = of else { return Err(Fault::new(Code::NotFound, "the object is gone").into()) };
        let both = [(one, found?), (other, opposite?)];
        if let Some((id, _)) = both.iter().find(|(_, row)| row.is_none()) {
            let id = format_typeid(&of.prefix, id.0);
            return Err(Fault::new(Code::NotFound, format!("no {} `{id}`", of.name)).at("id").into());
        }
        if known?.contains(&other) {
            return Ok(());
        }
        let [(_, Some(row)), _] = both else { return Ok(()) };
        let diff = format!("{{\"other\":\"{}\"}}", format_typeid(&of.prefix, other.0));
        self.record_change(ChangeKind::DuplicateDismissed, Some((object, Some(one))), row.version, diff);
        self.pairs.push(Pair::dismissed(object, one, other, self.at()));
        Ok(())
    }

    /// What the batch makes of match keys, pairs and the ids of merged records.
    pub(super) fn match_writes(&self) -> MatchWrites {
        let mut writes = MatchWrites::default();
        for ((number, id), after) in self.rows.iter() {
            let Some(object) = self.catalog.object(*number).filter(|object| !object.matching.is_empty())
            else {
                continue;
            };
            let before = match self.loaded.get(&Key::Row(*number, *id)) {
                Some(Found::Row(Some(row))) => Some(row),
                _ => None,
            };
            let is_same =
                |before: &Row, after: &Row| !matching::differ(object, &before.values, &after.values);
            if before.zip(after.as_ref()).is_some_and(|(before, after)| is_same(before, after)) {
                continue;
            }
            writes.unfile.extend(before.map(|row| row.id));
            if let Some(row) = after {
                writes.file.extend(matching::record_keys(object, row.id, &row.values));
            }
        }
        for (object, row) in &self.scanned {
            // A later submission of the batch may have changed it, and files it anew.
            let is_as_scanned = match self.rows.get(&(object.number, row.id)) {
                None => true,
                Some(after) => {
                    after.as_ref().is_some_and(|after| !matching::differ(object, &row.values, &after.values))
                }
            };
            if is_as_scanned {
                writes.file.extend(matching::record_keys(object, row.id, &row.values));
            }
        }
        let mut pairs: BTreeMap<(ObjectNo, RecordId, RecordId), Pair> = BTreeMap::new();
        for pair in &self.pairs {
            let place = (pair.object, pair.first, pair.second);
            let is_settled = pairs.get(&place).is_some_and(|known| known.state == PairState::Dismissed);
            if !is_settled || pair.state == PairState::Dismissed {
                pairs.insert(place, *pair);
            }
        }
        let gone = |object, id| matches!(self.rows.get(&(object, id)), Some(None));
        pairs.retain(|(object, first, second), _| !gone(*object, *first) && !gone(*object, *second));
        writes.pairs = pairs.into_values().collect();
        writes.aliases = self.aliases.iter().filter_map(|(_, alias)| *alias).collect();
        writes.unfile.sort_unstable();
        writes.file.sort_unstable();
        writes.file.dedup();
        writes.aliases.sort_unstable_by_key(|alias| alias.id);
        writes
    }
}

fn likely(object: &Object, candidates: &[Candidate]) -> Fault {
    let id = |candidate: &Candidate| format_typeid(&object.prefix, candidate.id.0);
    let message = match candidates {
        [one] => format!("`{}` is likely to be the same {}", id(one), object.name),
        many => format!("{} records are likely to be the same {}", many.len(), object.name),
    };
    Fault::new(Code::Duplicate, message)
        .hint("change one that is there, or write without `duplicates=refuse`")
        .records(candidates.iter().take(FAULT_RECORDS_MAX).map(id).collect())
}
