//! A tenant with three objects, and writes made by hand: the engine above the store
//! decides what these say, here they are said outright.

use std::sync::Arc;

use kith_model::catalog::{Catalog, Definition};
use kith_model::decide::{DefinitionWrite, MatchWrites, Merged, RowUpdate, SchemaWrite, VersionWrite};
use kith_model::id::{HistoryId, ObjectNo, OrganizationId, RecordId, TenantId};
use kith_model::journal::{
    Actor, Change, ChangeKind, Origin, Position, SchemaVersion, TenantState, Transaction,
};
use kith_model::record::{Provenance, Row};
use kith_model::schema::Step;
use kith_model::time::Timestamp;
use kith_model::value::Value;
use kith_store::{NewTenant, PostgresOptions, Store, Tenant, WriteError};
use serde_json::json;
use uuid::Uuid;

use crate::server::Postgres;

pub(crate) const COMPANY: ObjectNo = ObjectNo(1);
pub(crate) const CONTACT: ObjectNo = ObjectNo(2);
pub(crate) const NOTE: ObjectNo = ObjectNo(3);

/// Slots of a contact's fields.
pub(crate) const EMAIL: usize = 0;
pub(crate) const COMPANY_OF: usize = 1;
pub(crate) const FEE: usize = 2;

pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) tenant: TenantId,
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) url: String,
}

pub(crate) fn id(number: u128) -> RecordId {
    RecordId(Uuid::from_u128(number))
}

pub(crate) fn text(text: &str) -> Value {
    Value::Text(text.into())
}

impl World {
    /// A store with one tenant and no schema.
    pub(crate) async fn bare() -> Self {
        Self::bare_on(Postgres::fresh_database().await).await
    }

    pub(crate) async fn bare_on(url: String) -> Self {
        let mut options = PostgresOptions::new(url.clone());
        options.connections = 4;
        let store = Store::open_postgres(options).await.unwrap();
        let organization = OrganizationId(Uuid::from_u128(1));
        let organization = store.ensure_organization(organization, Timestamp(1)).await.unwrap();
        let tenant = Tenant {
            id: TenantId(Uuid::from_u128(2)),
            organization,
            name: "acme".to_owned(),
            created_at: Timestamp(1),
            retention_days: None,
        };
        store
            .create_tenant(NewTenant { tenant: tenant.clone(), history: HistoryId(Uuid::from_u128(3)) })
            .await
            .unwrap();
        Self { store, tenant: tenant.id, catalog: Arc::new(Catalog::default()), url }
    }

    /// A store with companies, contacts and notes.
    pub(crate) async fn new() -> Self {
        Self::on(Postgres::fresh_database().await).await
    }

    pub(crate) async fn on(url: String) -> Self {
        let mut world = Self::bare_on(url).await;
        for definition in [company(), contact(), note()] {
            let step = Step::CreateTable(Box::new(definition.clone()));
            world.change(definition, vec![step]).await.unwrap();
        }
        world
    }

    /// A schema change.
    pub(crate) async fn change(
        &mut self,
        mut definition: Definition,
        steps: Vec<Step>,
    ) -> Result<(), WriteError> {
        let (writing, state) = self.store.grant(self.tenant).await?;
        let version = SchemaVersion(state.schema_version.0 + 1);
        definition.schema_version = version;
        let catalog = Arc::new(self.catalog.with(version, [definition.clone()]));
        let mut merged = self.merged(state, &[(ChangeKind::SchemaChanged, definition.number, None)]);
        merged.catalog = Arc::clone(&catalog);
        merged.state.schema_version = version;
        let version = VersionWrite {
            version,
            position: merged.state.last_position,
            at: merged.state.last_at,
            actor: Actor::System,
            changes: "[]".into(),
        };
        let definitions = vec![DefinitionWrite { definition }];
        merged.schema = Some(SchemaWrite { steps, definitions, version, tasks: Vec::new() });
        writing.commit(&merged).await?;
        self.catalog = catalog;
        Ok(())
    }

    /// A write transaction with these changes; `edit` adds the rows.
    pub(crate) async fn write(
        &self,
        changes: &[(ChangeKind, ObjectNo, RecordId)],
        edit: impl FnOnce(&mut Merged),
    ) -> Result<Position, WriteError> {
        let (writing, state) = self.store.grant(self.tenant).await?;
        let changes: Vec<_> = changes.iter().map(|(kind, object, id)| (*kind, *object, Some(*id))).collect();
        let mut merged = self.merged(state, &changes);
        edit(&mut merged);
        let last = merged.state.last_position;
        writing.commit(&merged).await?;
        Ok(last)
    }

    pub(crate) async fn insert(&self, object: ObjectNo, rows: Vec<Row>) -> Result<Position, WriteError> {
        let changes: Vec<_> = rows.iter().map(|row| (ChangeKind::RecordCreated, object, row.id)).collect();
        self.write(&changes, |merged| merged.inserts.push((object, rows.into_iter().map(Arc::new).collect())))
            .await
    }

    /// Writes these columns of changed rows.
    pub(crate) async fn update(
        &self,
        object: ObjectNo,
        rows: Vec<Row>,
        columns: &[usize],
    ) -> Result<Position, WriteError> {
        let changes: Vec<_> = rows.iter().map(|row| (ChangeKind::RecordUpdated, object, row.id)).collect();
        let update = |row| RowUpdate { row: Arc::new(row), columns: columns.into() };
        self.write(&changes, |merged| merged.updates.push((object, rows.into_iter().map(update).collect())))
            .await
    }

    /// What a batch of no rows and these changes becomes.
    pub(crate) fn merged(
        &self,
        mut state: TenantState,
        changes: &[(ChangeKind, ObjectNo, Option<RecordId>)],
    ) -> Merged {
        let first = state.last_position.next();
        let mut written = Vec::new();
        for (kind, object, record) in changes {
            state.last_position = state.last_position.next();
            written.push(Change {
                position: state.last_position,
                transaction: first,
                kind: *kind,
                object: Some(*object),
                record: *record,
                version: 1,
                diff: Some("{\"new\":{}}".into()),
            });
        }
        state.last_at = Timestamp(state.last_at.0 + 1);
        let transaction = Transaction {
            first,
            last: state.last_position,
            at: state.last_at,
            actor: Actor::System,
            origin: Origin::Rest,
            job: None,
            trace: Some("00-trace".into()),
            schema_version: state.schema_version,
        };
        Merged {
            catalog: Arc::clone(&self.catalog),
            schema: None,
            deletes: Vec::new(),
            parks: Vec::new(),
            updates: Vec::new(),
            inserts: Vec::new(),
            untrash: Vec::new(),
            trash: Vec::new(),
            erase: Vec::new(),
            transactions: if written.is_empty() { Vec::new() } else { vec![transaction] },
            changes: written,
            answers: Vec::new(),
            counters: Vec::new(),
            tokens: Vec::new(),
            jobs: Vec::new(),
            matches: MatchWrites::default(),
            state,
        }
    }

    /// The places of a field's columns in its table.
    pub(crate) fn columns(&self, object: ObjectNo, slot: usize) -> Vec<usize> {
        let object = self.catalog.object(object).unwrap();
        object.table().range(slot).chain(object.table().fold(slot)).collect()
    }

    /// A session of the test's own, beside the store's.
    pub(crate) async fn session(&self) -> tokio_postgres::Client {
        let (client, connection) = tokio_postgres::connect(&self.url, tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        client
    }

    /// A live record.
    pub(crate) async fn row(&self, object: ObjectNo, id: RecordId) -> Option<Row> {
        self.store.row(self.tenant, &self.catalog, object, id).await.unwrap().value
    }
}

pub(crate) fn row(id: RecordId, values: Vec<Value>) -> Row {
    Row {
        id,
        version: 1,
        created_at: Timestamp(10),
        updated_at: Timestamp(10),
        created_by: Actor::System,
        updated_by: Actor::System,
        owner: Actor::System,
        provenance: Provenance::default(),
        values,
    }
}

/// A contact with nothing but an e-mail address.
pub(crate) fn contact_row(number: u128, email: &str) -> Row {
    let mut values = vec![Value::Null; contact().fields.len()];
    values[EMAIL] = text(email);
    row(id(number), values)
}

pub(crate) fn company_row(number: u128, name: &str) -> Row {
    row(id(number), vec![text(name)])
}

fn define(number: u32, name: &str, fields: serde_json::Value, keys: serde_json::Value) -> Definition {
    let fields: Vec<serde_json::Value> = fields
        .as_array()
        .unwrap()
        .iter()
        .map(|field| {
            let mut field = field.clone();
            let name = field["name"].clone();
            field["first_name"] = name.clone();
            field["label"] = name;
            field["classification"] = json!("internal");
            field["required"] = json!(false);
            field
        })
        .collect();
    serde_json::from_value(json!({
        "number": number,
        "name": name,
        "first_name": name,
        "label": name,
        "prefix": name,
        "schema_version": 0,
        "fields": fields,
        "keys": keys,
        "last_key": number * 10,
    }))
    .unwrap()
}

pub(crate) fn company() -> Definition {
    define(1, "company", json!([{"number": 1, "name": "name", "type": "text", "max_length": 100}]), json!([]))
}

pub(crate) fn contact() -> Definition {
    let options = json!([{"value": "a", "label": "A"}, {"value": "b", "label": "B"}]);
    define(
        2,
        "contact",
        json!([
            {"number": 2, "name": "email", "type": "text", "max_length": 100},
            {"number": 3, "name": "company", "type": "reference", "to": [1], "on_delete": "restrict"},
            {"number": 4, "name": "fee", "type": "currency", "scale": 2},
            {"number": 5, "name": "rate", "type": "decimal", "precision": 18, "scale": 4},
            {"number": 6, "name": "score", "type": "integer"},
            {"number": 7, "name": "active", "type": "boolean"},
            {"number": 8, "name": "born", "type": "date"},
            {"number": 9, "name": "seen", "type": "datetime"},
            {"number": 10, "name": "stage", "type": "select", "options": options},
            {"number": 11, "name": "tags", "type": "multi_select", "options": options},
            {"number": 12, "name": "data", "type": "json"},
        ]),
        json!([
            {"number": 11, "name": "email", "fields": [2], "unique": true, "case_insensitive": true},
            {"number": 12, "name": "rank", "fields": [5, 8], "unique": true},
            {"number": 13, "name": "score", "fields": [6], "unique": false},
        ]),
    )
}

pub(crate) fn note() -> Definition {
    define(
        3,
        "note",
        json!([{"number": 13, "name": "about", "type": "reference", "to": [1, 2], "on_delete": "cascade"}]),
        json!([{"number": 21, "name": "about", "fields": [13], "unique": true}]),
    )
}
