//! What can be asked of a schema.

use serde_json::{Map, Value as Json};

/// One change of the schema, as the caller wrote it: names and wire definitions, to be
/// checked against the catalog in force when it is decided.
#[derive(Clone, PartialEq, Debug)]
pub enum SchemaChange {
    /// A new object with its fields and keys.
    CreateObject(Map<String, Json>),
    /// Other label or description of an object.
    UpdateObject {
        /// Its name.
        object: String,
        /// The members to change.
        patch: Map<String, Json>,
    },
    /// The end of an object.
    DropObject {
        /// Its name.
        object: String,
        /// Also when it has records.
        with_records: bool,
    },
    /// A new field.
    CreateField {
        /// The object's name.
        object: String,
        /// The definition.
        field: Map<String, Json>,
    },
    /// Another definition of a field.
    UpdateField {
        /// The object's name.
        object: String,
        /// The field's name.
        field: String,
        /// The members to change.
        patch: Map<String, Json>,
    },
    /// The end of a field and its values.
    DropField {
        /// The object's name.
        object: String,
        /// The field's name.
        field: String,
    },
    /// A new unique key or index.
    CreateKey {
        /// The object's name.
        object: String,
        /// The definition.
        key: Map<String, Json>,
    },
    /// The end of a key or index.
    DropKey {
        /// The object's name.
        object: String,
        /// The key's name.
        key: String,
    },
}
