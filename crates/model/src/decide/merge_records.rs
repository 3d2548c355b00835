//! Merging: one record of two. What referred to the one that goes refers to the one that
//! stays, and its id stands for that one ever after.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use crate::catalog::{Incoming, Object};
use crate::decide::batch::{AndAlso as _, Batch, Halt, Missing, RecordReply};
use crate::decide::delete::Member;
use crate::decide::diff;
use crate::decide::merge::AliasWrite;
use crate::decide::records::{Doing, expect_version};
use crate::fault::{Code, Fault};
use crate::id::{FieldNo, ObjectNo, RecordId, format_typeid};
use crate::journal::{ChangeKind, Position};
use crate::limits::{CASCADE_RECORDS_MAX, MERGED_IDS_MAX};
use crate::matching::Pair;
use crate::operation::{Disposition, Side};
use crate::record::Row;
use crate::value::{Link, Value};

/// The two records of a merge, as they were before it.
struct Two {
    into: Arc<Row>,
    from: Arc<Row>,
}

/// The fields of records that refer to the one that goes.
type References = BTreeMap<(ObjectNo, RecordId), BTreeSet<FieldNo>>;

impl Batch<'_> {
    pub(super) fn merge_records(
        &mut self,
        doing: &Doing<'_>,
        default: Side,
        expect: Option<i64>,
        expect_from: Option<i64>,
    ) -> Result<RecordReply, Halt> {
        let object = &doing.object;
        let Two { into, from } = self.two(doing)?;
        expect_version(expect, &into)?;
        if into.id == from.id {
            // Somebody was faster, in this direction or the other.
            return Ok(doing.reply(Disposition::Unchanged, into.id, into.version, Some(into)));
        }
        expect_version(expect_from, &from).map_err(at_from)?;
        let two = Two { into, from };
        let references = self.references_to(object, &two.from);
        let aliases = self.joint_aliases(&two);
        let dismissed = self.dismissed(object.number, two.from.id);
        let (references, aliases, dismissed) = (references?, aliases?, dismissed?);
        self.put(object, Some(&two.from), None);
        self.lead_to(object, &two, references, doing)?;
        let position = self.end(object, &two);
        let at = self.at();
        for id in aliases {
            let alias = AliasWrite { id, object: object.number, into: two.into.id, position, at };
            self.aliases.set(id, Some(alias));
        }
        self.stay_two(object.number, two.into.id, dismissed);
        let row = self.take_in(doing, &two, default)?;
        Ok(doing.reply(Disposition::Merged, row.id, row.version, Some(row)))
    }

    /// Both records, each by its id or by one that stands for it.
    fn two(&mut self, doing: &Doing<'_>) -> Result<Two, Halt> {
        let number = doing.object.number;
        let (into, from) = (doing.target()?, doing.from()?);
        if into == from {
            let message = "a record cannot be merged into itself";
            return Err(Fault::new(Code::InvalidValue, message).at("from").into());
        }
        let (meant_into, meant_from) = (self.standing(number, into), self.standing(number, from));
        let (meant_into, meant_from) = (meant_into?, meant_from?);
        let (row_into, row_from) = (self.row(number, meant_into), self.row(number, meant_from));
        let (row_into, row_from) = (row_into?, row_from?);
        let Some(row_into) = row_into else {
            let is_in_trash = self.trashed(meant_into)?.is_some();
            return Err(doing.not_found(into, is_in_trash));
        };
        let Some(row_from) = row_from else {
            let is_in_trash = self.trashed(meant_from)?.is_some();
            return Err(at_from(doing.not_found(from, is_in_trash)));
        };
        Ok(Two { into: row_into, from: row_from })
    }

    /// Everything that refers to the record that goes.
    fn references_to(&mut self, object: &Object, from: &Row) -> Result<References, Halt> {
        let target = Link { object: object.number, id: from.id };
        let mut references = References::new();
        let mut missing = false;
        for incoming in self.catalog.incoming(object.number).to_vec() {
            let Incoming { object, field } = incoming;
            match self.children(incoming, target) {
                Ok(children) => {
                    for id in children {
                        references.entry((object, id)).or_default().insert(field);
                    }
                }
                Err(Missing) => missing = true,
            }
            if references.len() > CASCADE_RECORDS_MAX {
                let message =
                    format!("more than {CASCADE_RECORDS_MAX} records refer to the one that would go");
                let hint = "merge the other way round, or change references to it in batches first";
                return Err(Fault::new(Code::LimitReached, message).at("from").hint(hint).into());
            }
        }
        if missing { Err(Halt::Missing) } else { Ok(references) }
    }

    /// The ids that stand for the record that stays from now on and did not before.
    fn joint_aliases(&mut self, two: &Two) -> Result<Vec<RecordId>, Halt> {
        let (own, new) = (self.aliases_of(two.into.id), self.aliases_of(two.from.id));
        let (own, mut new) = (own?, new?);
        new.push(two.from.id);
        if own.len() + new.len() > MERGED_IDS_MAX {
            let message = format!("more than {MERGED_IDS_MAX} ids would stand for one record");
            return Err(Fault::new(Code::LimitReached, message).at("from").into());
        }
        Ok(new)
    }

    /// What somebody said of the record that goes holds for the one that stays.
    fn stay_two(&mut self, object: ObjectNo, into: RecordId, dismissed: BTreeSet<RecordId>) {
        let found_at = self.at();
        for other in dismissed.into_iter().filter(|other| *other != into) {
            self.pairs.push(Pair::dismissed(object, into, other, found_at));
        }
    }

    /// Makes what refers to the record that goes refer to the one that stays.
    fn lead_to(
        &mut self,
        object: &Object,
        two: &Two,
        references: References,
        doing: &Doing<'_>,
    ) -> Result<(), Halt> {
        let into = Value::Link(Link { object: object.number, id: two.into.id });
        let mut missing = false;
        for ((number, id), fields) in references {
            let is_one_of_them = number == object.number && (id == two.into.id || id == two.from.id);
            if is_one_of_them {
                continue;
            }
            let found: Option<Member> = match self.row(number, id) {
                Ok(row) => self.catalog.object(number).cloned().zip(row),
                Err(Missing) => {
                    missing = true;
                    continue;
                }
            };
            let Some((child, old)) = found else { continue };
            let slots = fields.into_iter().filter_map(|field| child.slot(field));
            let changed = slots.map(|slot| (slot, into.clone())).collect();
            match self.changed_row(&child, &old, changed, doing.actor) {
                Ok((new, slots)) => drop(self.write_update(&child, &old, new, &slots)),
                Err(Halt::Missing) => missing = true,
                Err(halt) => return Err(halt.of_record(format_typeid(&child.prefix, id.0))),
            }
        }
        if missing { Err(Halt::Missing) } else { Ok(()) }
    }

    /// Journals the end of the record that goes.
    fn end(&mut self, object: &Object, two: &Two) -> Position {
        let diff = diff::deleted(object, &two.from, &self.catalog);
        let diff =
            with_members(diff, &format!("\"into\":\"{}\"", format_typeid(&object.prefix, two.into.id.0)));
        let (about, version) = (Some((object.number, Some(two.from.id))), two.from.version + 1);
        self.record_change(ChangeKind::RecordAbsorbed, about, version, diff)
    }

    /// Writes the record that stays, with what it takes over.
    fn take_in(&mut self, doing: &Doing<'_>, two: &Two, default: Side) -> Result<Arc<Row>, Halt> {
        let object = &doing.object;
        let mut new = Row::clone(&two.into);
        new.version += 1;
        new.updated_at = self.at();
        new.updated_by = doing.actor;
        let mut slots = Vec::new();
        let mut taken: Vec<(FieldNo, Position)> = Vec::new();
        for (slot, value, is_taken) in settled(doing, two, default) {
            if two.into.values[slot] == value {
                continue;
            }
            let field = object.fields()[slot].number;
            let position = two.from.provenance.position(field, value.is_null()).filter(|_| is_taken);
            taken.extend(position.map(|position| (field, position)));
            new.provenance.set(field, position.unwrap_or(self.next_position()));
            new.values[slot] = value;
            slots.push(slot);
        }
        let completed = self.complete(object, Some(&two.into), &mut new, &mut slots);
        let checked = self.check_row(object, Some(&two.into), &new);
        completed.and_also(checked)?;
        let new = Arc::new(new);
        self.put(object, Some(&two.into), Some(&new));
        let diff = diff::updated(object, &two.into, &new, &slots, &self.catalog);
        let mut members = format!("\"from\":\"{}\"", format_typeid(&object.prefix, two.from.id.0));
        if !taken.is_empty() {
            members.push_str(",\"provenance\":{");
            for (index, (field, position)) in taken.iter().enumerate() {
                let comma = if index > 0 { "," } else { "" };
                // Writing to a string cannot fail.
                let _ = write!(members, "{comma}\"{field}\":{position}");
            }
            members.push('}');
        }
        let about = Some((object.number, Some(new.id)));
        self.record_change(ChangeKind::RecordMerged, about, new.version, with_members(diff, &members));
        Ok(new)
    }
}

/// The value that each field has afterwards, by slot, and whether it is that of the
/// record that goes. A reference from one of the two to the other counts as none.
fn settled<'t>(
    doing: &'t Doing<'_>,
    two: &'t Two,
    default: Side,
) -> impl Iterator<Item = (usize, Value, bool)> + 't {
    let object = &doing.object;
    let own = |row: &Row, slot: usize| {
        let value = &row.values[slot];
        let is_inward = value.link().is_some_and(|link| {
            let other = if row.id == two.into.id { two.from.id } else { two.into.id };
            let itself = row.id == two.from.id && link.id == two.from.id;
            link.object == object.number && (link.id == other || itself)
        });
        if is_inward { Value::Null } else { value.clone() }
    };
    let fields = object.fields().iter().enumerate().filter(|(_, field)| !field.is_read_only());
    fields.map(move |(slot, _)| {
        let (into, from) = (own(&two.into, slot), own(&two.from, slot));
        let chosen = doing.checked.sides.iter().find(|(of, _)| *of == slot).map(|(_, side)| *side);
        match (chosen, default) {
            (Some(Side::Into), _) => (slot, into, false),
            (Some(Side::From), _) => (slot, from, true),
            (None, Side::Into) if into.is_null() => (slot, from, true),
            (None, Side::From) if !from.is_null() => (slot, from, true),
            (None, _) => (slot, into, false),
        }
    })
}

/// A diff with more members.
fn with_members(mut diff: String, members: &str) -> String {
    if diff.ends_with('}') {
        diff.pop();
        diff.push(',');
        diff.push_str(members);
        diff.push('}');
    }
    diff
}

/// Says of faults that they are of the record that would go.
fn at_from(halt: Halt) -> Halt {
    match halt {
        Halt::Faults(faults) => {
            let of = |fault: Fault| {
                let member = if fault.pointer == "/if_match" { "from_match" } else { "from" };
                fault.at(member)
            };
            Halt::Faults(faults.into_iter().map(of).collect())
        }
        other => other,
    }
}
