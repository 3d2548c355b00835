//! References that name their record by what it has: found in the decision, so that what
//! they found is still there when the write is committed, and so that an earlier operation
//! may have made it.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::Map;

use crate::catalog::{FieldKind, Object};
use crate::decide::batch::{Batch, Halt};
use crate::decide::records::{Labels, earlier_link};
use crate::fault::{Code, Fault, Faults};
use crate::id::ObjectNo;
use crate::operation::{Action, Assigned, Caller, Duplicates, Expect, Input, RecordOperation};
use crate::record::{Checked, CheckedTarget, OrElse, Sought, SoughtBy, folded};
use crate::source::SourceId;
use crate::value::{Link, Value};

/// Input in which every record is known, as far as it can be.
pub(super) struct Settled<'c> {
    /// The input; what is not known yet is null in it.
    pub(super) checked: Cow<'c, Checked>,
    /// Whether something must be loaded first. The rest can be looked at meanwhile, so
    /// that what it needs is loaded along.
    pub(super) is_missing: bool,
}

impl Batch<'_> {
    /// Finds the records that the input names by what they have.
    pub(super) fn settle<'c>(
        &mut self,
        object: &Object,
        checked: &'c Checked,
        caller: &Caller,
        labels: &Labels,
    ) -> Result<Settled<'c>, Halt> {
        if is_settled(checked) {
            return Ok(Settled { checked: Cow::Borrowed(checked), is_missing: false });
        }
        let mut finding = Finding { object, caller, labels, faults: Faults::new(), is_missing: false };
        let mut settled = checked.clone();
        for (slot, assigned) in &mut settled.assignments {
            finding.find(self, *slot, assigned, "/record")?;
        }
        for (slot, assigned) in &mut settled.initial {
            let known = settled.assignments.binary_search_by_key(slot, |(of, _)| *of);
            match known {
                Ok(index) => assigned.clone_from(&settled.assignments[index].1),
                Err(_) => finding.find(self, *slot, assigned, "/by")?,
            }
        }
        finding.complete_key(self, &mut settled)?;
        if let Some(CheckedTarget::Source(source)) = &settled.target {
            match self.of_source(source) {
                Ok(found) => match meant(object, source, found) {
                    Ok(link) => settled.target = Some(CheckedTarget::Id(link.id)),
                    Err(fault) => finding.faults.push(fault),
                },
                Err(Halt::Missing) => return Err(Halt::Missing),
                Err(halt) => return Err(halt.under("/id")),
            }
        }
        let Finding { mut faults, is_missing, .. } = finding;
        // What an upsert looks by is also what it makes a record of.
        faults.dedup();
        if !faults.is_empty() && !is_missing {
            return Err(Halt::Faults(faults));
        }
        Ok(Settled { checked: Cow::Owned(settled), is_missing })
    }

    /// The record that is sought, or none. A record may be made.
    fn sought(&mut self, sought: &Sought, caller: &Caller) -> Result<Option<Link>, Halt> {
        match &sought.by {
            SoughtBy::Source(source) => self.of_source(source),
            SoughtBy::Key { object, key, values, given } => {
                let Some(object) = self.catalog.object(*object).cloned() else { return Ok(None) };
                let Some(key) = object.unique_keys().find(|other| other.number == *key) else {
                    return Ok(None);
                };
                let found = self.find(object.number, key, values.clone())?;
                match (found, sought.or_else) {
                    (Some(id), _) => Ok(Some(Link { object: object.number, id })),
                    (None, OrElse::Create) => self.made_of(&object, given, caller).map(Some),
                    (None, OrElse::Refuse | OrElse::Null) => Ok(None),
                }
            }
        }
    }

    /// Makes a record of the values that it was looked for by. An upsert finds it again
    /// where its own making has brought it about.
    fn made_of(&mut self, object: &Arc<Object>, given: &Input, caller: &Caller) -> Result<Link, Halt> {
        let operation = RecordOperation {
            object: object.name.clone(),
            action: Action::Upsert {
                by: given.clone(),
                input: Arc::new(Map::new()),
                expect: Expect::Anything,
            },
            label: None,
            duplicates: Duplicates::Ignore,
            source: None,
            stamps: None,
            prepared: None,
        };
        let made = self.operate(&operation, caller, &Labels::new());
        let reply = made.map_err(|halt| match halt {
            Halt::Faults(faults) => {
                Halt::Faults(faults.iter().map(|fault| not_made(object, fault)).collect())
            }
            other => other,
        })?;
        Ok(Link { object: object.number, id: reply.id })
    }
}

/// What it takes to find the records of one operation's input.
struct Finding<'f> {
    object: &'f Object,
    caller: &'f Caller,
    labels: &'f Labels,
    faults: Faults,
    is_missing: bool,
}

impl Finding<'_> {
    /// Puts what is found in the place of what was sought.
    fn find(
        &mut self,
        batch: &mut Batch<'_>,
        slot: usize,
        assigned: &mut Assigned,
        under: &str,
    ) -> Result<(), Halt> {
        let Assigned::Sought(sought) = &*assigned else { return Ok(()) };
        let pointer = Fault::new(Code::ReferenceNotFound, "").at(&sought.name).under(under).pointer;
        let value = match batch.sought(sought, self.caller) {
            Ok(Some(link)) => match self.fits(slot, link, sought, batch) {
                Some(fault) => {
                    self.faults.push(fault.under(&pointer));
                    Value::Null
                }
                None => Value::Link(link),
            },
            Ok(None) => {
                if sought.or_else != OrElse::Null {
                    self.faults.push(not_found(sought, batch).under(&pointer));
                }
                Value::Null
            }
            Err(Halt::Missing) => {
                self.is_missing = true;
                Value::Null
            }
            Err(Halt::Faults(faults)) => {
                self.faults.extend(faults.into_iter().map(|fault| fault.under(&pointer)));
                Value::Null
            }
            Err(Halt::Barrier) => return Err(Halt::Barrier),
        };
        *assigned = Assigned::Value(value);
        Ok(())
    }

    /// That a record found by its id in another system is none that the field refers to.
    fn fits(&self, slot: usize, link: Link, sought: &Sought, batch: &Batch<'_>) -> Option<Fault> {
        match &self.object.fields()[slot].kind {
            FieldKind::Reference { to, .. } if to.contains(&link.object) => None,
            _ => {
                let message =
                    format!("`{}` cannot refer to a record of `{}`", sought.name, batch.name(link.object));
                Some(Fault::new(Code::InvalidType, message))
            }
        }
    }

    /// Puts the records that were found into the key that an upsert looks by.
    fn complete_key(&mut self, batch: &mut Batch<'_>, settled: &mut Checked) -> Result<(), Halt> {
        let Some((number, mut values)) = settled.by.take() else { return Ok(()) };
        let key = self.object.unique_keys().find(|key| key.number == number);
        for (place, assigned) in std::mem::take(&mut settled.by_sought) {
            let slot = key.and_then(|key| self.object.slot(*key.fields.get(place)?));
            let Some(slot) = slot else { continue };
            let name = self.object.fields()[slot].name.as_str();
            let mut assigned = assigned;
            let (is_missing, faults) = (self.is_missing, self.faults.len());
            if let Assigned::Earlier(label) = &assigned {
                let link = earlier_link(self.labels, label);
                assigned = Assigned::Value(Value::Link(link.map_err(|halt| {
                    halt.under(&Fault::new(Code::InvalidValue, "").at(name).under("/by").pointer)
                })?));
            }
            self.find(batch, slot, &mut assigned, "/by")?;
            match assigned {
                Assigned::Value(Value::Null)
                    if self.is_missing == is_missing && self.faults.len() == faults =>
                {
                    let message = format!("`{name}` cannot be looked up by null");
                    self.faults.push(Fault::new(Code::InvalidValue, message).at(name).under("/by"));
                }
                Assigned::Value(value) => values[place] = folded(value),
                Assigned::Earlier(_) | Assigned::Sought(_) => {}
            }
        }
        // What stands in for a record that is not known finds none.
        settled.by = Some((number, values));
        Ok(())
    }
}

impl Batch<'_> {
    /// An object's name, for messages.
    pub(super) fn name(&self, object: ObjectNo) -> &str {
        self.catalog.definition(object).map_or("", |definition| definition.name.as_str())
    }
}

fn is_settled(checked: &Checked) -> bool {
    let is_sought = |(_, assigned): &(usize, Assigned)| matches!(assigned, Assigned::Sought(_));
    !checked.assignments.iter().any(is_sought)
        && !checked.initial.iter().any(is_sought)
        && checked.by_sought.is_empty()
        && !matches!(checked.target, Some(CheckedTarget::Source(_)))
}

/// The record that an operation means by an id in another system.
fn meant(object: &Object, source: &SourceId, found: Option<Link>) -> Result<Link, Fault> {
    match found {
        Some(link) if link.object == object.number => Ok(link),
        _ => {
            let message = format!("no record of `{}` stands for {}", object.name, shown(source));
            Err(Fault::new(Code::NotFound, message).at("id"))
        }
    }
}

fn not_found(sought: &Sought, batch: &Batch<'_>) -> Fault {
    let message = match &sought.by {
        SoughtBy::Source(source) => format!("no record stands for {}", shown(source)),
        // The values may be nobody's business: the caller knows what was sent.
        SoughtBy::Key { object, given, .. } => {
            let names: Vec<String> = given.keys().map(|name| format!("`{name}`")).collect();
            format!("no {} has this value of {}", batch.name(*object), names.join(" and "))
        }
    };
    let hint = match &sought.by {
        SoughtBy::Source(_) => "write it before; or take null with `\"$else\": null`",
        SoughtBy::Key { .. } => "take null with `\"$else\": null`, or make it with `\"$else\": \"create\"`",
    };
    Fault::new(Code::ReferenceNotFound, message).hint(hint)
}

/// That a record could not be made of what it was looked for by.
fn not_made(object: &Object, fault: &Fault) -> Fault {
    let message = format!("no {} has this value, and none can be made of it: {}", object.name, fault.message);
    Fault { message, pointer: String::new(), ..fault.clone() }
}

/// A source id in a message.
pub(super) fn shown(source: &SourceId) -> String {
    format!("`{}` of `{}` in `{}`", source.id(), source.object(), source.system())
}
