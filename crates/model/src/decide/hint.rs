//! What creations will ask for: loaded before the first round of a batch, it spares that
//! round. A hint saves work and decides nothing: what is not hinted at is asked for.

use std::collections::HashSet;

use crate::catalog::Catalog;
use crate::decide::keys::Key;
use crate::decide::load::unique_values;
use crate::operation::{Action, Assigned, RecordOperation, Submission, Work};
use crate::value::Value;

/// Keys that the creations of these submissions are going to need, each once.
#[must_use]
pub fn hints<'s>(submissions: impl Iterator<Item = &'s Submission>, catalog: &Catalog) -> Vec<Key> {
    let mut hints = Hints { keys: Vec::new(), seen: HashSet::new() };
    for submission in submissions {
        match &submission.work {
            Work::Records { operations, .. } => {
                operations.iter().for_each(|operation| hints.of(operation, catalog));
            }
            Work::Load(load) => {
                hints.add(Key::Job(load.job));
                let operations = load.chunk().iter().filter_map(|row| row.work.as_ref().ok());
                operations.for_each(|operation| hints.of(operation, catalog));
            }
            _ => {}
        }
    }
    hints.keys
}

struct Hints {
    keys: Vec<Key>,
    seen: HashSet<Key>,
}

impl Hints {
    fn add(&mut self, key: Key) {
        if self.seen.insert(key.clone()) {
            self.keys.push(key);
        }
    }

    fn of(&mut self, operation: &RecordOperation, catalog: &Catalog) {
        let (Action::Create { .. }, Some((version, Ok(checked)))) = (&operation.action, &operation.prepared)
        else {
            return;
        };
        if *version != catalog.version() {
            return;
        }
        for (key, value) in unique_values(operation, catalog) {
            self.add(Key::Unique(checked.object, key.number, value));
        }
        for (_, assigned) in &checked.assignments {
            if let Assigned::Value(Value::Link(link)) = assigned {
                self.add(Key::Row(link.object, link.id));
            }
        }
    }
}
