//! A caller within one tenant: what programs do with their records, as methods.

use reqwest::Method;
use serde_json::{Value as Json, json};

use crate::call::{Call, encoded};
use crate::caller::Caller;
use crate::field::Field;
use crate::object::Object;
use crate::stream::EventStream;

/// A caller within a tenant.
#[derive(Clone, Debug)]
pub struct Tenant {
    caller: Caller,
    id: String,
    name: String,
}

impl Tenant {
    /// A caller within the tenant with this id and name.
    #[must_use]
    pub fn new(caller: Caller, id: String, name: String) -> Self {
        Self { caller, id, name }
    }

    /// The tenant's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The tenant's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The caller, for requests of any kind.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// The same tenant through another server, or with another token.
    #[must_use]
    pub fn through(&self, caller: Caller) -> Self {
        Self { caller, ..self.clone() }
    }

    /// The same tenant with another token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        self.through(self.caller.with_token(token))
    }
}

/// Schema.
impl Tenant {
    /// Creates an object that is as it should be.
    pub async fn define(&self, object: Object) -> Json {
        self.create_object(object).created().await
    }

    /// Creates an object.
    #[track_caller]
    pub fn create_object(&self, object: Object) -> Call {
        self.caller.post("/v1/schema/objects", &object.into_json())
    }

    /// Reads an object.
    #[track_caller]
    pub fn object(&self, object: &str) -> Call {
        self.caller.get(&format!("/v1/schema/objects/{object}"))
    }

    /// Changes an object.
    #[track_caller]
    pub fn patch_object(&self, object: &str, changes: Json) -> Call {
        self.caller.patch(&format!("/v1/schema/objects/{object}"), &changes)
    }

    /// Removes an object: hides it.
    #[track_caller]
    pub fn drop_object(&self, object: &str) -> Call {
        self.caller.delete(&format!("/v1/schema/objects/{object}"))
    }

    /// Adds a field.
    #[track_caller]
    pub fn create_field(&self, object: &str, field: Field) -> Call {
        self.caller.post(&format!("/v1/schema/objects/{object}/fields"), &field.into_json())
    }

    /// Changes a field.
    #[track_caller]
    pub fn patch_field(&self, object: &str, field: &str, changes: Json) -> Call {
        self.caller.patch(&format!("/v1/schema/objects/{object}/fields/{field}"), &changes)
    }

    /// Removes a field: hides it.
    #[track_caller]
    pub fn drop_field(&self, object: &str, field: &str) -> Call {
        self.caller.delete(&format!("/v1/schema/objects/{object}/fields/{field}"))
    }

    /// Brings a removed field back.
    #[track_caller]
    pub fn restore_field(&self, object: &str, field: &str, patch: Json) -> Call {
        self.caller.post(&format!("/v1/schema/objects/{object}/fields/{field}/restore"), &patch)
    }

    /// Drops a field for good.
    #[track_caller]
    pub fn purge_field(&self, object: &str, field: &str) -> Call {
        self.drop_field(object, field).query("hard", true)
    }

    /// Brings a removed object back.
    #[track_caller]
    pub fn restore_object(&self, object: &str, patch: Json) -> Call {
        self.caller.post(&format!("/v1/schema/objects/{object}/restore"), &patch)
    }

    /// Drops an object for good, with its records.
    #[track_caller]
    pub fn purge_object(&self, object: &str) -> Call {
        self.drop_object(object).query("hard", true).query("with_records", true)
    }

    /// Adds a key.
    #[track_caller]
    pub fn create_key(&self, object: &str, key: Json) -> Call {
        self.caller.post(&format!("/v1/schema/objects/{object}/keys"), &key)
    }

    /// Drops a key.
    #[track_caller]
    pub fn drop_key(&self, object: &str, key: &str) -> Call {
        self.caller.delete(&format!("/v1/schema/objects/{object}/keys/{key}"))
    }

    /// Reads the whole schema.
    #[track_caller]
    pub fn schema(&self) -> Call {
        self.caller.get("/v1/schema")
    }
}

/// Records.
impl Tenant {
    /// Creates a record.
    #[track_caller]
    pub fn create(&self, object: &str, record: Json) -> Call {
        self.caller.post(&format!("/v1/records/{object}"), &record)
    }

    /// Creates a record that is as it should be and gives its id.
    pub async fn make(&self, object: &str, record: Json) -> String {
        self.create(object, record).expect(201).await.id()
    }

    /// Reads a record.
    #[track_caller]
    pub fn get(&self, object: &str, id: &str) -> Call {
        self.caller.get(&format!("/v1/records/{object}/{id}"))
    }

    /// Changes a record.
    #[track_caller]
    pub fn patch(&self, object: &str, id: &str, changes: Json) -> Call {
        self.caller.patch(&format!("/v1/records/{object}/{id}"), &changes)
    }

    /// Moves a record to the trash.
    #[track_caller]
    pub fn delete(&self, object: &str, id: &str) -> Call {
        self.caller.delete(&format!("/v1/records/{object}/{id}"))
    }

    /// Removes a record for good.
    #[track_caller]
    pub fn purge(&self, object: &str, id: &str) -> Call {
        self.delete(object, id).query("hard", true)
    }

    /// Brings a record back from the trash.
    #[track_caller]
    pub fn restore(&self, object: &str, id: &str) -> Call {
        self.caller.call(Method::POST, &format!("/v1/records/{object}/{id}/restore"))
    }

    /// Creates or changes the record that has this value of a unique field.
    #[track_caller]
    pub fn upsert(&self, object: &str, field: &str, value: &str, record: Json) -> Call {
        self.caller.put(&format!("/v1/records/{object}/by/{field}/{}", encoded(value)), &record)
    }

    /// Lists records; add filters with [`Call::query`].
    #[track_caller]
    pub fn list(&self, object: &str) -> Call {
        self.caller.get(&format!("/v1/records/{object}"))
    }

    /// Lists the trash.
    #[track_caller]
    pub fn trash(&self, object: &str) -> Call {
        self.caller.get(&format!("/v1/trash/{object}"))
    }

    /// Reads the changes of a record.
    #[track_caller]
    pub fn history(&self, object: &str, id: &str) -> Call {
        self.caller.get(&format!("/v1/records/{object}/{id}/history"))
    }

    /// Does all of these operations, or none.
    #[track_caller]
    pub fn batch(&self, operations: Json) -> Call {
        self.caller.post("/v1/batch", &json!({ "atomic": true, "operations": operations }))
    }

    /// Does each of these operations for itself.
    #[track_caller]
    pub fn batch_independent(&self, operations: Json) -> Call {
        self.caller.post("/v1/batch", &json!({ "atomic": false, "operations": operations }))
    }
}

/// The journal and its readers.
impl Tenant {
    /// Reads changes after a position.
    #[track_caller]
    pub fn changes(&self, after: impl ToString) -> Call {
        self.caller.get("/v1/changes").query("after", after)
    }

    /// Opens the event stream after a position.
    pub async fn stream(&self, after: impl ToString) -> EventStream {
        EventStream::open(self.changes(after)).await
    }

    /// Reads a named cursor.
    #[track_caller]
    pub fn cursor(&self, name: &str) -> Call {
        self.caller.get(&format!("/v1/cursors/{name}"))
    }

    /// Moves a named cursor.
    #[track_caller]
    pub fn put_cursor(&self, name: &str, body: Json) -> Call {
        self.caller.put(&format!("/v1/cursors/{name}"), &body)
    }

    /// Makes a token and gives its caller.
    pub async fn another_token(&self, name: &str) -> (String, Self) {
        let made = self.caller.post("/v1/tokens", &json!({ "name": name })).created().await;
        let member = |member: &str| made[member].as_str().unwrap_or_default().to_owned();
        (member("id"), self.with_token(&member("token")))
    }
}
