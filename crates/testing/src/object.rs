//! A definition of an object, built field by field.

use serde_json::{Value as Json, json};

use crate::field::Field;

/// An object to be created.
#[derive(Clone, Debug)]
pub struct Object(Json);

/// An object of this name, without fields.
#[must_use]
pub fn object(name: &str) -> Object {
    Object(json!({ "name": name, "fields": [], "keys": [] }))
}

impl Object {
    /// Adds a field.
    #[must_use]
    pub fn field(self, field: Field) -> Self {
        self.push("fields", field.into_json())
    }

    /// Adds a unique key over fields, named after the first of them.
    #[must_use]
    pub fn unique(self, fields: &[&str]) -> Self {
        self.push("keys", json!({ "fields": fields, "unique": true }))
    }

    /// Adds a unique key over fields that does not tell upper case from lower.
    #[must_use]
    pub fn unique_in_any_case(self, fields: &[&str]) -> Self {
        self.push("keys", json!({ "fields": fields, "unique": true, "case_insensitive": true }))
    }

    /// Adds an index over fields.
    #[must_use]
    pub fn index(self, fields: &[&str]) -> Self {
        self.push("keys", json!({ "fields": fields, "unique": false }))
    }

    /// Sets any member.
    #[must_use]
    pub fn set(mut self, member: &str, value: Json) -> Self {
        self.0[member] = value;
        self
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0["name"].as_str().unwrap_or_default()
    }

    /// The document to send.
    #[must_use]
    pub fn into_json(self) -> Json {
        self.0
    }

    fn push(mut self, member: &str, item: Json) -> Self {
        if let Some(items) = self.0[member].as_array_mut() {
            items.push(item);
        }
        self
    }
}
