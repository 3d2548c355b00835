//! A store in a folder of its own with one tenant, driven by hand-made writes.

use std::sync::Arc;

use kith_model::catalog::{Catalog, Definition, Object};
use kith_model::decide::{
    DefinitionWrite, Found, Key, MatchWrites, Merged, RowUpdate, SchemaWrite, VersionWrite,
};
use kith_model::id::{FieldNo, HistoryId, ObjectNo, OrganizationId, RecordId, TenantId};
use kith_model::journal::{
    Actor, Change, ChangeKind, Origin, Position, SchemaVersion, TenantState, Transaction,
};
use kith_model::record::{Provenance, Row};
use kith_model::schema::Step;
use kith_model::time::Timestamp;
use kith_model::value::Value;
use tempfile::TempDir;
use uuid::Uuid;

use crate::control::{NewTenant, Tenant};
use crate::error::WriteError;
use crate::fixture;
use crate::sqlite::{Options, Sqlite};

pub(super) const ORGANIZATION: OrganizationId = OrganizationId(Uuid::from_u128(0xA));
pub(super) const HISTORY: HistoryId = HistoryId(Uuid::from_u128(0xC));

pub(super) struct Desk {
    pub(super) dir: TempDir,
    pub(super) store: Arc<Sqlite>,
    pub(super) tenant: TenantId,
    pub(super) catalog: Arc<Catalog>,
}

/// A change of a record to be journaled: kind, object, record, version, diff.
pub(super) type Journaled = (ChangeKind, ObjectNo, RecordId, i64, Option<&'static str>);

pub(super) fn record(number: u128) -> RecordId {
    RecordId(Uuid::from_u128((0x0190_0000_0000_7000 << 64) | (0x8000 << 48) | number))
}

pub(super) fn tenant(number: u128, name: &str) -> NewTenant {
    let tenant = Tenant {
        id: TenantId(Uuid::from_u128(number)),
        organization: ORGANIZATION,
        name: name.to_owned(),
        created_at: Timestamp(5),
        retention_days: None,
    };
    NewTenant { tenant, history: HISTORY }
}

/// A row with nothing but nulls, to be given its values.
pub(super) fn row(object: &Object, id: RecordId, values: &[(u32, Value)]) -> Arc<Row> {
    let at = Timestamp(1_000_000);
    let mut row = Row {
        id,
        version: 1,
        created_at: at,
        updated_at: at,
        created_by: Actor::System,
        updated_by: Actor::System,
        owner: Actor::System,
        provenance: Provenance::created_at(Position(1)),
        values: vec![Value::Null; object.fields().len()],
    };
    for (number, value) in values {
        row.values[object.slot(FieldNo(*number)).unwrap()] = value.clone();
    }
    Arc::new(row)
}

/// An update of all columns of a row.
pub(super) fn whole(object: &Object, row: Arc<Row>) -> RowUpdate {
    RowUpdate { row, columns: (1..object.table().columns.len()).collect() }
}

pub(super) fn text(text: &str) -> Value {
    Value::Text(text.into())
}

impl Desk {
    /// With one tenant that has no objects.
    pub(super) async fn empty() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Arc::new(Sqlite::open(Options::new(dir.path())).await.unwrap());
        store.ensure_organization(ORGANIZATION, Timestamp(1)).await.unwrap();
        let new = tenant(0xB, "acme");
        let tenant = new.tenant.id;
        store.create_tenant(new).await.unwrap();
        Self { dir, store, tenant, catalog: Arc::default() }
    }

    /// With the objects of the fixture.
    pub(super) async fn ready() -> Self {
        let mut desk = Self::empty().await;
        let definitions = [fixture::company(), fixture::contact(), fixture::deal()];
        let steps = definitions.iter().cloned().map(|each| Step::CreateTable(Box::new(each))).collect();
        desk.change(steps, definitions.to_vec()).await.unwrap();
        desk
    }

    /// Closes everything and opens it again.
    pub(super) async fn reopened(self) -> Self {
        let Self { dir, store, tenant, catalog } = self;
        drop(store);
        let store = Arc::new(Sqlite::open(Options::new(dir.path())).await.unwrap());
        Self { dir, store, tenant, catalog }
    }

    pub(super) fn object(&self, number: ObjectNo) -> &Arc<Object> {
        self.catalog.object(number).unwrap()
    }

    pub(super) async fn state(&self) -> TenantState {
        self.store.state(self.tenant).await.unwrap()
    }

    /// A write that changes nothing but the journal, to be filled.
    pub(super) fn merged(&self, mut state: TenantState, changes: &[Journaled]) -> Merged {
        let first = state.last_position.next();
        let mut journal = Vec::new();
        for (kind, object, record, version, diff) in changes {
            state.last_position = state.last_position.next();
            journal.push(Change {
                position: state.last_position,
                transaction: first,
                kind: *kind,
                object: Some(*object),
                record: Some(*record),
                version: *version,
                diff: diff.map(Box::from),
            });
        }
        state.last_at = Timestamp(state.last_at.0 + 10);
        let transaction = Transaction {
            first,
            last: state.last_position,
            at: state.last_at,
            actor: Actor::System,
            origin: Origin::Rest,
            job: None,
            trace: Some("00-abc".into()),
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
            transactions: if changes.is_empty() { Vec::new() } else { vec![transaction] },
            changes: journal,
            answers: Vec::new(),
            counters: Vec::new(),
            tokens: Vec::new(),
            jobs: Vec::new(),
            matches: MatchWrites::default(),
            state,
        }
    }

    /// One write transaction.
    pub(super) async fn write(
        &self,
        changes: &[Journaled],
        fill: impl FnOnce(&mut Merged),
    ) -> Result<(), WriteError> {
        let (writing, state) = self.store.grant(self.tenant).await?;
        let mut merged = self.merged(state, changes);
        fill(&mut merged);
        writing.commit(&merged).await
    }

    /// New rows of one object, each with its entry in the journal.
    pub(super) async fn insert(&self, object: ObjectNo, rows: Vec<Arc<Row>>) -> Result<(), WriteError> {
        let changes: Vec<Journaled> = rows
            .iter()
            .map(|row| (ChangeKind::RecordCreated, object, row.id, 1, Some("{\"new\":{}}")))
            .collect();
        self.write(&changes, |merged| merged.inserts.push((object, rows))).await
    }

    /// One change of the schema.
    pub(super) async fn change(
        &mut self,
        steps: Vec<Step>,
        definitions: Vec<Definition>,
    ) -> Result<(), WriteError> {
        let (writing, mut state) = self.store.grant(self.tenant).await?;
        state.schema_version = SchemaVersion(state.schema_version.0 + 1);
        let catalog = Arc::new(self.catalog.with(state.schema_version, definitions.iter().cloned()));
        let mut merged = self.merged(state, &[]);
        merged.catalog = Arc::clone(&catalog);
        let definitions = definitions
            .into_iter()
            .map(|definition| DefinitionWrite {
                definition: Definition { schema_version: state.schema_version, ..definition },
            })
            .collect();
        let version = VersionWrite {
            version: state.schema_version,
            position: state.last_position,
            at: state.last_at,
            actor: Actor::System,
            changes: "[]".into(),
        };
        merged.schema = Some(SchemaWrite { steps, definitions, version, tasks: Vec::new() });
        writing.commit(&merged).await?;
        self.catalog = catalog;
        Ok(())
    }

    /// The answer to one key.
    pub(super) async fn found(&self, key: Key) -> Found {
        let (mut writing, _) = self.store.grant(self.tenant).await.unwrap();
        let found = writing.load(&self.catalog, &[key]).await.unwrap();
        writing.rollback().await;
        found.into_iter().next().unwrap()
    }

    /// What a query of one text column gives, straight from the tenant's file.
    pub(super) fn look(&self, sql: &str) -> Vec<String> {
        let path = self.dir.path().join("tenants").join(format!("{}.db", self.tenant));
        let connection = rusqlite::Connection::open(path).unwrap();
        let mut statement = connection.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    }
}
