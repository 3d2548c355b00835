//! Deleting, restoring and purging in the plain model.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::Value as Json;

use super::apply::{Reply, check_guard, refuse};
use super::model::{Change, Faults, Field, Id, Model, Record, Trashed, fault, linked};
use super::operation::Guard;
use super::universe::Kind;

impl Model {
    pub(super) fn delete(
        &mut self,
        object: &'static str,
        id: Option<Id>,
        guard: Guard,
    ) -> Result<Reply, Faults> {
        let (id, root) = self.live(object, id)?;
        check_guard(guard, root.version)?;
        let goes = self.take_along(id)?;
        let deleted_position = self.journal.last().unwrap().first;
        for other in goes {
            let mut record = self.records.remove(&other).unwrap();
            record.version += 1;
            self.write_whole("record.deleted", other, &record);
            self.trash.insert(other, Trashed { record, root: id, deleted_position });
        }
        Ok(Reply { status: 204, id, version: root.version + 1, record: None })
    }

    /// What goes with a record; clears what is cleared.
    fn take_along(&mut self, root: Id) -> Result<BTreeSet<Id>, Faults> {
        let mut goes = BTreeSet::from([root]);
        let mut queue = VecDeque::from([root]);
        let mut holds = Vec::new();
        let mut clears = Vec::new();
        while let Some(id) = queue.pop_front() {
            for (child, field) in self.referring(id) {
                match field.on_delete {
                    "cascade" => {
                        if goes.insert(child) {
                            queue.push_back(child);
                        }
                    }
                    "clear" => clears.push((child, field)),
                    _ => holds.push(child),
                }
            }
        }
        if holds.iter().any(|id| !goes.contains(id)) {
            return Err(vec![fault("referenced", "/id")]);
        }
        for (child, field) in clears.into_iter().filter(|(child, _)| !goes.contains(child)) {
            let mut record = self.records[&child].clone();
            let old = record.values.remove(&field.id).unwrap();
            record.set_at.insert(field.id, self.position + 1);
            record.version += 1;
            self.replace(child, record, BTreeMap::from([(field.plan.name, (old, Json::Null))]));
        }
        Ok(goes)
    }

    /// A change that shows every value: of a record that comes back, or goes.
    fn write_whole(&mut self, kind: &'static str, id: Id, record: &Record) {
        let side =
            |value: Json| if kind == "record.deleted" { (value, Json::Null) } else { (Json::Null, value) };
        let fields = self.present(record).into_iter().map(|(name, value)| (name, side(value))).collect();
        let (object, version) = (record.object, record.version);
        self.write(Change { kind, object, id: Some(id), version, fields, erased: false });
    }

    pub(super) fn restore(&mut self, object: &'static str, id: Option<Id>) -> Result<Reply, Faults> {
        let missing = || vec![fault("not_found", "/id")];
        let id = id.ok_or_else(missing)?;
        let Some(named) = self.trash.get(&id).filter(|trashed| trashed.record.object == object).cloned()
        else {
            let is_live = self.records.get(&id).is_some_and(|record| record.object == object);
            return Err(if is_live { vec![fault("already_exists", "/id")] } else { missing() });
        };
        let is_of_group =
            |trashed: &Trashed| trashed.root == id && trashed.deleted_position == named.deleted_position;
        let group: Vec<Id> = if named.root == id {
            self.trash.iter().filter(|(_, trashed)| is_of_group(trashed)).map(|(id, _)| *id).collect()
        } else {
            vec![id]
        };
        let mut back = Vec::new();
        for member in group {
            let Trashed { record: Record { object, version, values, set_at }, .. } =
                self.trash[&member].clone();
            let mut record = Record { object, version: version + 1, values: BTreeMap::new(), set_at };
            for field in &self.objects[object].fields {
                let is_rollup = field.plan.kind.is_rollup();
                let value = if is_rollup { Some(self.zero(field)) } else { values.get(&field.id).cloned() };
                record.values.extend(value.map(|value| (field.id, value)));
            }
            back.push((member, record));
        }
        self.check_return(&back)?;
        for (member, record) in &back {
            self.trash.remove(member);
            self.records.insert(*member, record.clone());
        }
        for (member, record) in &back {
            self.write_whole("record.restored", *member, record);
        }
        let record = self.records[&id].clone();
        Ok(Reply { status: 200, id, version: record.version, record: Some(record) })
    }

    /// Records that come back are checked like new ones; they may refer to each other.
    fn check_return(&self, back: &[(Id, Record)]) -> Result<(), Faults> {
        let mut with = self.clone();
        let mut faults = Faults::new();
        // Values that no longer fit are told of the first record that has any.
        for (_, record) in back {
            let fields = &self.objects[record.object].fields;
            let exceeds =
                |field: &&Field| record.values.get(&field.id).is_some_and(|value| field.exceeds(value));
            let exceeding = fields.iter().filter(exceeds);
            refuse(
                exceeding
                    .map(|field| fault("invalid_value", format!("/record/{}", field.plan.name)))
                    .collect(),
            )?;
        }
        for (id, record) in back {
            for field in &self.objects[record.object].fields {
                let (name, value) = (field.plan.name, record.values.get(&field.id));
                let at = || format!("/record/{name}");
                if field.required && value.is_none() {
                    faults.push(fault("required", at()));
                }
                let is_back = |id: &Id| back.iter().any(|(other, _)| other == id);
                let dangles = |id: &Id| !self.records.contains_key(id) && !is_back(id);
                let is_reference = matches!(field.plan.kind, Kind::Reference { .. });
                if is_reference && value.and_then(linked).as_ref().is_some_and(dangles) {
                    faults.push(fault("reference_not_found", at()));
                }
            }
            let unique = with.check_record(None, record);
            faults.extend(unique.into_iter().filter(|fault| fault.code == "not_unique"));
            with.records.insert(*id, record.clone());
        }
        refuse(faults)
    }

    pub(super) fn purge(
        &mut self,
        object: &'static str,
        id: Option<Id>,
        guard: Guard,
    ) -> Result<Reply, Faults> {
        let in_trash =
            id.filter(|id| self.trash.get(id).is_some_and(|trashed| trashed.record.object == object));
        let (id, version, goes) = match in_trash {
            Some(id) => {
                if guard != Guard::None {
                    return Err(vec![fault("version_mismatch", "/if_match")]);
                }
                (id, 0, BTreeSet::from([id]))
            }
            None => {
                let (id, record) = self.live(object, id)?;
                check_guard(guard, record.version)?;
                (id, record.version + 1, self.take_along(id)?)
            }
        };
        for other in goes {
            let live = self.records.remove(&other);
            let record = live.or_else(|| self.trash.remove(&other).map(|trashed| trashed.record)).unwrap();
            let changes = self.journal.iter_mut().flat_map(|transaction| &mut transaction.changes);
            for change in changes.filter(|change| change.id == Some(other)) {
                change.erased = true;
                change.fields.clear();
            }
            let (kind, fields) = ("record.purged", BTreeMap::new());
            let object = record.object;
            self.write(Change { kind, object, id: Some(other), version: 0, fields, erased: true });
        }
        Ok(Reply { status: 204, id, version, record: None })
    }
}
