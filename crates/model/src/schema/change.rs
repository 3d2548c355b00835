//! What can be asked of a schema.

use serde_json::{Map, Value as Json};

use crate::id::{FieldNo, MatchingNo, ObjectNo};
use crate::schema::task::TaskEnd;

/// One change of the schema, as the caller wrote it: names and wire definitions, to be
/// checked against the catalog in force when it is decided.
#[derive(Clone, PartialEq, Debug)]
pub enum SchemaChange {
    /// A new object with its fields and keys.
    CreateObject(Map<String, Json>),
    /// Another name, label or description of an object, or fewer aliases.
    UpdateObject {
        /// Its name.
        object: String,
        /// The members to change.
        patch: Map<String, Json>,
    },
    /// Hides an object; its records stay underneath.
    RemoveObject {
        /// Its name.
        object: String,
    },
    /// Brings a hidden object back.
    RestoreObject {
        /// The name it had.
        object: String,
        /// Its number, where several of that name are hidden.
        number: Option<ObjectNo>,
        /// The members to change on the way: its `name`.
        patch: Map<String, Json>,
    },
    /// The end of an object, hidden or live: its table, records and trash.
    PurgeObject {
        /// Its name.
        object: String,
        /// Its number, where several have that name.
        number: Option<ObjectNo>,
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
    /// Another name or definition of a field, or fewer aliases.
    UpdateField {
        /// The object's name.
        object: String,
        /// The field's name.
        field: String,
        /// The members to change.
        patch: Map<String, Json>,
    },
    /// Hides a field; its values stay underneath.
    RemoveField {
        /// The object's name.
        object: String,
        /// The field's name.
        field: String,
    },
    /// Brings a hidden field back.
    RestoreField {
        /// The object's name.
        object: String,
        /// The name it had.
        field: String,
        /// Its number, where several of that name are hidden.
        number: Option<FieldNo>,
        /// The members to change on the way: its `name`, and whether it is `required`.
        patch: Map<String, Json>,
    },
    /// The end of a field, hidden or live, and of its values.
    PurgeField {
        /// The object's name.
        object: String,
        /// The field's name.
        field: String,
        /// Its number, where several have that name.
        number: Option<FieldNo>,
    },
    /// A new unique key or index.
    CreateKey {
        /// The object's name.
        object: String,
        /// The definition.
        key: Map<String, Json>,
    },
    /// Another name of a key or index.
    UpdateKey {
        /// The object's name.
        object: String,
        /// The key's name.
        key: String,
        /// The members to change: its `name`.
        patch: Map<String, Json>,
    },
    /// The end of a key or index.
    DropKey {
        /// The object's name.
        object: String,
        /// The key's name.
        key: String,
    },
    /// A new rule.
    CreateRule {
        /// The object's name.
        object: String,
        /// The definition.
        rule: Map<String, Json>,
    },
    /// Another definition of a rule.
    UpdateRule {
        /// The object's name.
        object: String,
        /// The rule's name.
        rule: String,
        /// The members to change.
        patch: Map<String, Json>,
    },
    /// The end of a rule.
    DropRule {
        /// The object's name.
        object: String,
        /// The rule's name.
        rule: String,
    },
    /// A new matching rule.
    CreateMatching {
        /// The object's name.
        object: String,
        /// The definition.
        matching: Map<String, Json>,
    },
    /// The end of a matching rule and of what it found.
    DropMatching {
        /// The object's name.
        object: String,
        /// The rule's name.
        matching: String,
    },
    /// All records are filed by these rules; only Kith itself asks for it.
    ReadyMatching {
        /// The object.
        object: ObjectNo,
        /// The rules.
        rules: Vec<MatchingNo>,
    },
    /// A new action.
    CreateAction {
        /// The object's name.
        object: String,
        /// The definition.
        action: Map<String, Json>,
    },
    /// Another definition of an action.
    UpdateAction {
        /// The object's name.
        object: String,
        /// The action's name.
        action: String,
        /// The members to change.
        patch: Map<String, Json>,
    },
    /// The end of an action.
    DropAction {
        /// The object's name.
        object: String,
        /// The action's name.
        action: String,
    },
    /// The end of a task; only Kith itself asks for it.
    EndTask(TaskEnd),
}
