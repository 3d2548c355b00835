//! What a batch has done so far and the database does not know yet.

use std::collections::HashMap;
use std::hash::Hash;

/// A map that can be taken back to an earlier point.
#[derive(Debug)]
pub(super) struct Layer<K, V> {
    entries: HashMap<K, V>,
    undo: Vec<(K, Option<V>)>,
}

impl<K, V> Default for Layer<K, V> {
    fn default() -> Self {
        Self { entries: HashMap::new(), undo: Vec::new() }
    }
}

impl<K: Eq + Hash + Clone, V> Layer<K, V> {
    pub(super) fn get(&self, key: &K) -> Option<&V> {
        self.entries.get(key)
    }

    pub(super) fn set(&mut self, key: K, value: V) {
        let before = self.entries.insert(key.clone(), value);
        self.undo.push((key, before));
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.entries.iter()
    }

    /// The present point.
    pub(super) fn mark(&self) -> usize {
        self.undo.len()
    }

    /// Goes back to a point.
    pub(super) fn undo_to(&mut self, mark: usize) {
        while self.undo.len() > mark {
            let Some((key, before)) = self.undo.pop() else { return };
            match before {
                Some(value) => self.entries.insert(key, value),
                None => self.entries.remove(&key),
            };
        }
    }
}
