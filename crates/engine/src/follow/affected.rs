//! From changes of the journal to what depends on them.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use kith_model::catalog::Catalog;
use kith_model::id::{FieldNo, ObjectNo, RecordId};
use kith_model::journal::Change;
use kith_store::Entry;
use serde::Deserialize;
use serde::de::IgnoredAny;

/// A way from records that have computed fields to those that they read.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Way {
    /// The object that has the fields.
    pub(super) object: ObjectNo,
    /// The references that lead to what they read.
    pub(super) via: Box<[FieldNo]>,
    /// The object that has changed.
    pub(super) read: ObjectNo,
}

/// For each way, the fields to evaluate and the records that have changed at its end.
pub(super) type Affected = BTreeMap<Way, (BTreeSet<FieldNo>, BTreeSet<RecordId>)>;

#[derive(Deserialize)]
struct Diff<'a> {
    #[serde(borrow, default)]
    new: HashMap<&'a str, IgnoredAny>,
    #[serde(borrow, default)]
    old: HashMap<&'a str, IgnoredAny>,
}

/// What depends on the changes of these transactions.
pub(super) fn affected(catalog: &Catalog, entries: &[Entry]) -> Affected {
    let read: HashSet<ObjectNo> = catalog.read_by_others().collect();
    let mut affected = Affected::new();
    for change in entries.iter().flat_map(|entry| &entry.changes) {
        if change.object.is_none_or(|object| !read.contains(&object)) {
            continue;
        }
        note(catalog, change, &mut affected);
    }
    affected
}

fn note(catalog: &Catalog, change: &Change, affected: &mut Affected) {
    let (Some(object), Some(record), Some(diff)) = (change.object, change.record, &change.diff) else {
        return;
    };
    // A diff that cannot be read is the checker's business.
    let Ok(Diff { new, old }) = serde_json::from_str(diff) else { return };
    for number in new.keys().chain(old.keys()) {
        let Ok(number) = number.parse() else { continue };
        for dependent in catalog.dependents(object, FieldNo(number)) {
            let way = Way { object: dependent.object, via: dependent.via.clone(), read: object };
            let (fields, records) = affected.entry(way).or_default();
            fields.insert(dependent.field);
            records.insert(record);
        }
    }
}
