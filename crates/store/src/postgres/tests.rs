//! The statements that are generated, as they reach the server.

use std::sync::Arc;

use insta::assert_snapshot;
use kith_model::catalog::{Catalog, Definition};
use kith_model::decide::{Key, MatchWrites, Merged, RowUpdate};
use kith_model::id::{FieldNo, HistoryId, KeyNo, ObjectNo, RecordId};
use kith_model::journal::{Actor, Position, SchemaVersion, TenantState};
use kith_model::record::{Provenance, Row};
use kith_model::time::Timestamp;
use kith_model::value::{Link, Value};
use serde_json::json;
use uuid::Uuid;

use super::{load, record, rows};
use crate::dialect::Dialect;

const DIALECT: Dialect<'static> = Dialect::Postgres { schema: "tenant_1" };
const CONTACT: ObjectNo = ObjectNo(2);

fn catalog() -> Arc<Catalog> {
    let field = |number: u32, name: &str, kind: serde_json::Value| {
        let mut field = json!({
            "number": number, "name": name, "first_name": name, "label": name,
            "classification": "internal", "required": false,
        });
        for (member, value) in kind.as_object().unwrap() {
            field[member] = value.clone();
        }
        field
    };
    let definition: Definition = serde_json::from_value(json!({
        "number": 2, "name": "contact", "first_name": "contact", "label": "Contact", "prefix": "contact",
        "schema_version": 1, "last_key": 8,
        "fields": [
            field(3, "email", json!({"type": "email"})),
            field(4, "owner", json!({"type": "reference", "to": [2, 5], "on_delete": "restrict"})),
        ],
        "keys": [{"number": 8, "name": "who", "fields": [3, 4], "unique": true, "case_insensitive": true}],
    }))
    .unwrap();
    Arc::new(Catalog::compile(SchemaVersion(1), [definition]))
}

fn row() -> Arc<Row> {
    Arc::new(Row {
        id: RecordId(Uuid::nil()),
        version: 1,
        created_at: Timestamp(0),
        updated_at: Timestamp(0),
        created_by: Actor::System,
        updated_by: Actor::System,
        owner: Actor::System,
        provenance: Provenance::default(),
        values: vec![Value::Null; 2],
    })
}

fn merged() -> Merged {
    Merged {
        catalog: catalog(),
        schema: None,
        deletes: vec![(CONTACT, vec![RecordId(Uuid::nil())])],
        parks: vec![(CONTACT, vec![RecordId(Uuid::from_u128(1))])],
        updates: vec![(CONTACT, vec![RowUpdate { row: row(), columns: [1, 3, 8].into() }])],
        inserts: vec![(CONTACT, vec![row()])],
        untrash: Vec::new(),
        trash: Vec::new(),
        erase: Vec::new(),
        transactions: Vec::new(),
        changes: Vec::new(),
        answers: Vec::new(),
        counters: Vec::new(),
        tokens: Vec::new(),
        jobs: Vec::new(),
        matches: MatchWrites::default(),
        state: TenantState {
            history: HistoryId(Uuid::nil()),
            last_position: Position(0),
            first_position: Position(1),
            last_at: Timestamp(0),
            schema_version: SchemaVersion(1),
            access_version: 0,
        },
    }
}

#[test]
fn writes_one_statement_a_table_and_set_of_columns() {
    let merged = merged();
    let mut calls = Vec::new();
    rows::write(DIALECT, &merged, &mut calls).unwrap();
    let texts: Vec<&str> = calls.iter().map(|call| call.sql()).collect();
    assert_snapshot!(texts.join(";\n"), @r#"
    delete from "tenant_1".contact_2
    where id = any($1);
    update "tenant_1".contact_2
    set email_3_fold = null, owner_4_2 = null, owner_4_5 = null
    where id = any($1);
    update "tenant_1".contact_2 as t
    set version = u.version, updated_at = u.updated_at, email_3 = u.email_3
    from unnest($1, $2, $3, $4) as u (id, version, updated_at, email_3)
    where t.id = u.id;
    insert into "tenant_1".contact_2 (id, version, created_at, updated_at, created_by, updated_by, owner, provenance, email_3, email_3_fold, owner_4_2, owner_4_5)
    select u.id, u.version, u.created_at, u.updated_at, u.created_by, u.updated_by, u.owner, u.provenance, u.email_3, u.email_3_fold, u.owner_4_2, u.owner_4_5
    from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) as u (id, version, created_at, updated_at, created_by, updated_by, owner, provenance, email_3, email_3_fold, owner_4_2, owner_4_5)
    "#);
}

#[test]
fn loads_one_statement_a_kind_of_key() {
    let id = RecordId(Uuid::nil());
    let link = |object| Value::Link(Link { object: ObjectNo(object), id });
    let email = || Value::Text("ada@example.com".into());
    let keys = [
        Key::Row(CONTACT, id),
        Key::Unique(CONTACT, KeyNo(8), vec![email(), link(5)]),
        Key::Unique(CONTACT, KeyNo(8), vec![email(), link(5)]),
        Key::Unique(CONTACT, KeyNo(8), vec![email(), link(2)]),
        Key::Children { object: CONTACT, field: FieldNo(4), to: ObjectNo(5), id },
        Key::TrashGroup { group: Position(1), root: id },
        Key::Counter(FieldNo(9)),
        Key::AnyRecord(CONTACT),
    ];
    let texts = load::texts(DIALECT, &catalog(), &keys).unwrap();
    assert_snapshot!(texts.join(";\n"), @r#"
    select k.i, t.id, t.version, t.created_at, t.updated_at, t.created_by, t.updated_by, t.owner, t.provenance, t.email_3, t.email_3_fold, t.owner_4_2, t.owner_4_5
    from unnest($1) with ordinality as k (c0, i)
    cross join lateral (
      select id, version, created_at, updated_at, created_by, updated_by, owner, provenance, email_3, email_3_fold, owner_4_2, owner_4_5 from "tenant_1".contact_2 where id = k.c0 limit 1
    ) as t;
    select k.i, t.id
    from unnest($1, $2) with ordinality as k (c0, c1, i)
    cross join lateral (
      select id from "tenant_1".contact_2 where email_3_fold = k.c0 and owner_4_5 = k.c1 limit 1
    ) as t;
    select k.i, t.id
    from unnest($1, $2) with ordinality as k (c0, c1, i)
    cross join lateral (
      select id from "tenant_1".contact_2 where email_3_fold = k.c0 and owner_4_2 = k.c1 limit 1
    ) as t;
    select k.i, t.id
    from unnest($1) with ordinality as k (c0, i)
    cross join lateral (
      select id from "tenant_1".contact_2 where owner_4_5 = k.c0 order by id limit 10001
    ) as t;
    select k.i, t.object_no, t.id, t.group_position, t.root_id, t.document
    from unnest($1, $2) with ordinality as k (c0, c1, i)
    cross join lateral (
      select object_no, id, group_position, root_id, document from "tenant_1".kith_trash where group_position = k.c0 and root_id = k.c1 order by id limit 10001
    ) as t;
    select k.i, t.next
    from unnest($1) with ordinality as k (c0, i)
    cross join lateral (
      select next from "tenant_1".kith_counters where field_no = k.c0 limit 1
    ) as t;
    select exists (select 1 from "tenant_1".contact_2) or exists (select 1 from "tenant_1".kith_trash where object_no = 2)
    "#);
}

#[test]
fn a_point_read_brings_the_tenants_row() {
    let catalog = catalog();
    assert_snapshot!(record::by_ids(DIALECT, catalog.object(CONTACT).unwrap()), @r#"
    select s.history_id, s.last_position, s.first_position, s.last_at, s.schema_version, s.access_version,
      t.id, t.version, t.created_at, t.updated_at, t.created_by, t.updated_by, t.owner, t.provenance, t.email_3, t.email_3_fold, t.owner_4_2, t.owner_4_5
    from "tenant_1".kith_state as s
    left join "tenant_1".contact_2 as t on t.id = any($1)
    where s.id = 1
    "#);
}
