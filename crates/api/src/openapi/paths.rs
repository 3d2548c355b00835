//! The paths of the document, gathered operation by operation.

use serde_json::{Map, Value as Json};

use crate::openapi::operation::Operation;

/// All paths so far.
#[derive(Default)]
pub(super) struct Paths(Map<String, Json>);

impl Paths {
    /// Adds an operation at its path.
    pub(super) fn add(&mut self, operation: Operation) {
        let (path, method, document) = operation.finish();
        let methods = self.0.entry(path).or_insert_with(|| Json::Object(Map::new()));
        if let Json::Object(methods) = methods {
            methods.insert(method, document);
        }
    }

    /// The paths as they stand in the document.
    pub(super) fn finish(self) -> Json {
        Json::Object(self.0)
    }
}
