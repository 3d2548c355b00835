//! An object's records: what the tables hold against what the journal says, and what
//! the roll-ups hold against what they are computed from.

use std::collections::{BTreeSet, HashMap};

use kith_model::catalog::{Catalog, Field, Object};
use kith_model::id::{ObjectNo, RecordId, format_typeid};
use kith_model::journal::{Change, TenantState, Transaction};
use kith_model::record::Row;
use kith_model::value::{self, Value};
use kith_store::{Seen, VerifyPage};
use serde_json::json;

use crate::error::Result;
use crate::position::AtLeast;
use crate::session::Session;
use crate::verify::computed::{is_right, of_own_record};
use crate::verify::fold::{Folded, fold};
use crate::verify::{Found, Place, matches, purged};

pub(super) async fn check(
    session: &Session,
    number: ObjectNo,
    after: Option<RecordId>,
    limit: u32,
    found: &mut Found,
) -> Result<(TenantState, Option<Place>)> {
    let tenant = &session.tenant;
    let read = |catalog: std::sync::Arc<Catalog>| async move {
        if catalog.object(number).is_none() {
            // Purged: it has no records to compare.
            let state = tenant.store.state(tenant.id).await?;
            return Ok(Seen { state, value: None });
        }
        let seen = tenant.store.verify(tenant.id, &catalog, number, after, limit).await?;
        Ok(Seen { state: seen.state, value: Some(seen.value) })
    };
    let (catalog, Seen { state, value }) = tenant.read(&AtLeast(None), read).await?;
    if after.is_none() {
        purged::check(session, &catalog, number, found).await?;
    }
    let mut next = None;
    if let (Some(object), Some(page)) = (catalog.object(number), value) {
        next = page.next;
        Comparison { object, catalog: &catalog, found }.compare(&page);
    }
    let place = match next {
        Some(id) => Some(Place::Object(number, Some(id))),
        None => catalog.following(number).map(|number| Place::Object(number, None)),
    };
    Ok((state, place))
}

pub(super) struct Comparison<'a> {
    pub(super) object: &'a Object,
    catalog: &'a Catalog,
    found: &'a mut Found,
}

impl Comparison<'_> {
    fn compare(&mut self, page: &VerifyPage) {
        let rows: HashMap<RecordId, &Row> = page.rows.iter().map(|row| (row.id, row)).collect();
        let trashed: BTreeSet<RecordId> = page.trashed.iter().copied().collect();
        let merged: BTreeSet<RecordId> = page.merged.iter().copied().collect();
        let mut histories: HashMap<RecordId, Vec<(Transaction, Change)>> = HashMap::new();
        for (transaction, change) in &page.history {
            if let Some(record) = change.record {
                histories.entry(record).or_default().push((transaction.clone(), change.clone()));
            }
        }
        self.found.changes += page.history.len();
        let ids: BTreeSet<RecordId> = rows.keys().chain(&trashed).chain(histories.keys()).copied().collect();
        for id in ids {
            self.found.records += 1;
            let history = histories.get(&id).map_or(&[][..], Vec::as_slice);
            match fold(id, history, self.object, self.catalog) {
                Ok(folded)
                    if matches!(folded, Folded::Merged) != merged.contains(&id)
                        && !matches!(folded, Folded::Unknown) =>
                {
                    self.fault(id, "whether it stands for another record is not what the journal says");
                }
                Ok(folded) => self.compare_record(id, folded, rows.get(&id).copied(), trashed.contains(&id)),
                Err(message) => self.fault(id, &message),
            }
        }
        matches::compare(self, page);
        self.compare_rollups(page);
        self.compare_computed(page);
    }

    fn compare_record(&mut self, id: RecordId, folded: Folded, row: Option<&Row>, is_trashed: bool) {
        match (folded, row, is_trashed) {
            (Folded::Unknown, _, _)
            | (Folded::Trashed, None, true)
            | (Folded::Purged | Folded::Merged, None, false) => {}
            (Folded::Live(mut wanted, derived), Some(row), false) => {
                for (slot, field) in self.object.fields().iter().enumerate() {
                    if field.is_derived() {
                        wanted.values[slot] = row.values[slot].clone();
                    }
                    let said = derived.get(&field.number).filter(|_| !field.is_virtual());
                    if said.is_some_and(|said| !self.is_shown_alike(field, said, &row.values[slot])) {
                        self.fault(id, &format!("`{}` is not what the journal says", field.name));
                    }
                }
                self.compare_rows(id, &wanted, row);
            }
            (Folded::Live(..), None, _) => {
                self.fault(id, "the journal says it is live, and it is not in its table")
            }
            (Folded::Live(..), Some(_), true) => self.fault(id, "it is both live and in the trash"),
            (Folded::Trashed, _, _) => {
                self.fault(id, "the journal says it is deleted, and it is not only in the trash")
            }
            (Folded::Merged, _, _) => {
                self.fault(id, "the journal says it went into another record, and it is there")
            }
            (Folded::Purged, _, _) => {
                self.fault(id, "the journal knows nothing of it, or says it is gone, and it is there")
            }
        }
    }

    fn compare_rows(&mut self, id: RecordId, wanted: &Row, row: &Row) {
        for (field, (wanted, value)) in self.object.fields().iter().zip(wanted.values.iter().zip(&row.values))
        {
            if wanted != value {
                self.fault(id, &format!("`{}` is not what the journal says", field.name));
            }
        }
        let system = [
            ("version", wanted.version == row.version),
            ("created_at", wanted.created_at == row.created_at),
            ("updated_at", wanted.updated_at == row.updated_at),
            ("created_by", wanted.created_by == row.created_by),
            ("updated_by", wanted.updated_by == row.updated_by),
            ("owner", wanted.owner == row.owner),
            ("provenance", wanted.provenance == row.provenance),
        ];
        for (name, is_right) in system {
            if !is_right {
                self.fault(id, &format!("`{name}` is not what the journal says"));
            }
        }
    }

    /// Whether two values of a field are the same on the wire: of an average, the journal
    /// has no more than that.
    fn is_shown_alike(&self, field: &Field, one: &Value, other: &Value) -> bool {
        one == other || value::render(field, one, self.catalog) == value::render(field, other, self.catalog)
    }

    fn compare_computed(&mut self, page: &VerifyPage) {
        for computed in of_own_record(self.object) {
            for row in &page.rows {
                self.found.computed += 1;
                if !is_right(self.object, row, computed) {
                    let name = &self.object.fields()[computed.slot].name;
                    self.fault(row.id, &format!("the computed field `{name}` is not what it follows from"));
                }
            }
        }
    }

    fn compare_rollups(&mut self, page: &VerifyPage) {
        let slots = self.object.fields().iter().enumerate().filter(|(_, field)| field.kind.is_rollup());
        let slots: Vec<(usize, String)> = slots.map(|(slot, field)| (slot, field.name.clone())).collect();
        for ((slot, name), computed) in slots.iter().zip(&page.rollups) {
            for (row, value) in page.rows.iter().zip(computed) {
                self.found.rollups += 1;
                if row.values[*slot] != *value {
                    self.fault(row.id, &format!("the roll-up `{name}` is not what its records come to"));
                }
            }
        }
    }

    pub(super) fn fault(&mut self, id: RecordId, message: &str) {
        let record = format_typeid(&self.object.prefix, id.0);
        self.found.faults.push(
            json!({ "kind": "record", "object": self.object.name, "record": record, "message": message }),
        );
    }
}
