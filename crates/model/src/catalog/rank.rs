//! How many roll-ups stand on each other: one that is computed over others is derived
//! after them.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::catalog::Catalog;
use crate::catalog::field::FieldKind;
use crate::catalog::object::Object;
use crate::expression::Read;
use crate::id::{FieldNo, ObjectNo};

impl Catalog {
    /// The most roll-ups that stand one on another below a field, itself included.
    pub(crate) fn rank(&self, object: ObjectNo, field: FieldNo) -> Option<u8> {
        let object = self.live.get(&object)?;
        Some(Ranks::over(&self.live).of(object, object.slot(field)?))
    }
}

/// Ranks as they become known, by field: numbers of fields are the tenant's.
pub(super) struct Ranks<'a> {
    live: &'a BTreeMap<ObjectNo, Arc<Object>>,
    known: HashMap<FieldNo, u8>,
}

impl<'a> Ranks<'a> {
    pub(super) fn over(live: &'a BTreeMap<ObjectNo, Arc<Object>>) -> Self {
        Self { live, known: HashMap::new() }
    }

    /// The most roll-ups that stand one on another below this field, itself included; 0
    /// for a field that no roll-up has a part in.
    pub(super) fn of(&mut self, object: &Object, slot: usize) -> u8 {
        let field = &object.fields()[slot];
        if let Some(rank) = self.known.get(&field.number) {
            return *rank;
        }
        // Definitions with a cycle are refused; should there be one, it ends here.
        self.known.insert(field.number, 0);
        let rank = match &field.kind {
            FieldKind::Rollup { function, from, .. } => {
                let live = self.live;
                let below = live.get(from).map_or(0, |from| {
                    let filter = object.expressions().filter(field.number);
                    let read = filter.into_iter().flat_map(|filter| filter.reads()).filter_map(|path| {
                        match path.read {
                            Read::Field(number) => Some(number),
                            Read::System(_) => None,
                        }
                    });
                    let slots = function.of().into_iter().chain(read).filter_map(|number| from.slot(number));
                    slots.map(|slot| self.of(from, slot)).max().unwrap_or(0)
                });
                below.saturating_add(1)
            }
            _ => {
                let computed = object.expressions().of(slot);
                let reads = computed.into_iter().flat_map(|computed| computed.reads.iter());
                reads.map(|slot| self.of(object, *slot)).max().unwrap_or(0)
            }
        };
        self.known.insert(field.number, rank);
        rank
    }
}
