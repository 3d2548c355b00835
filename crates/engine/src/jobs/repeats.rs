//! Values of unique keys that stand in a file more than once. A plan undoes each chunk, so
//! what one chunk would have written is not seen by the next.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use kith_model::decide::unique_values;
use kith_model::fault::{Code, Fault};
use kith_model::job::RowFault;

use super::feed::Chunk;

/// Values that are remembered, of 16 bytes each: with more, nothing is looked for any more.
const REMEMBERED_MAX: usize = 1_000_000;

/// The values that earlier rows of the file have.
#[derive(Default)]
pub(super) struct Repeats {
    seen: HashSet<u128>,
    is_blind: bool,
}

impl Repeats {
    /// Remembers nothing, and finds nothing.
    pub(super) fn blind() -> Self {
        Self { seen: HashSet::new(), is_blind: true }
    }

    /// Whether it has given up.
    pub(super) fn is_blind(&self) -> bool {
        self.is_blind
    }

    /// Refuses those rows of a chunk that would make a record with a value that an earlier
    /// chunk has; those of this one are found when it is decided.
    pub(super) fn check(&mut self, chunk: &mut Chunk) {
        let Chunk { rows, catalog, mapping, .. } = chunk;
        let columns = mapping.as_ref().map(|mapping| mapping.columns()).unwrap_or_default();
        let mut fresh = Vec::new();
        for row in rows {
            let Ok(operation) = &row.work else { continue };
            if self.is_blind {
                return;
            }
            let object = catalog.object_named(&operation.object);
            for (key, value) in unique_values(operation, catalog) {
                let hash = hash(&(key.number, value));
                if self.seen.contains(&hash) {
                    let field = key.fields.first().and_then(|field| object?.slot(*field));
                    let field = field.and_then(|slot| Some(object?.fields()[slot].name.as_str()));
                    row.work = Err(vec![repeated(&key.name, field, &columns)]);
                    break;
                }
                fresh.push(hash);
            }
        }
        if self.seen.len() + fresh.len() > REMEMBERED_MAX {
            *self = Self::blind();
        } else {
            self.seen.extend(fresh);
        }
    }
}

fn repeated(key: &str, field: Option<&str>, columns: &HashMap<String, String>) -> RowFault {
    let message = format!("an earlier row of the file has this value of the key `{key}`");
    let fault = Fault::new(Code::NotUnique, message);
    let column = field.and_then(|field| columns.get(field)).map(|column| column.as_str().into());
    match field {
        Some(field) => RowFault { fault: fault.at(field).under("/record"), column },
        None => RowFault { fault, column },
    }
}

fn hash(value: &impl Hash) -> u128 {
    let half = |salt: u8| {
        let mut hasher = DefaultHasher::new();
        salt.hash(&mut hasher);
        value.hash(&mut hasher);
        u128::from(hasher.finish())
    };
    (half(1) << 64) | half(2)
}
