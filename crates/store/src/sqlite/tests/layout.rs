//! Files of an earlier release, and of a later one.

use std::path::PathBuf;

use kith_model::journal::Position;
use kith_model::time::Timestamp;
use uuid::Uuid;

use super::desk::Desk;
use crate::dialect::Dialect;
use crate::query::Cursor;
use crate::sqlite::connection::Connection;
use crate::sqlite::tenant::migrate;
use crate::system::{Layout, insert_state};

fn file(desk: &Desk) -> PathBuf {
    desk.dir.path().join("tenants").join(format!("{}.db", desk.tenant))
}

/// Everything there is in a tenant's file.
fn contents(desk: &Desk) -> Vec<String> {
    let file = rusqlite::Connection::open(file(desk)).unwrap();
    let mut statement = file.prepare("select sql from sqlite_schema order by name, sql").unwrap();
    let texts = statement.query_map([], |row| row.get::<_, Option<String>>(0)).unwrap();
    texts.map(|text| text.unwrap().unwrap_or_default()).collect()
}

fn version(connection: &Connection) -> i64 {
    let sql = "select version from kith_layout";
    connection.raw().query_row(sql, [], |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn a_tenant_of_the_first_release_becomes_like_a_new_one() {
    let desk = Desk::empty().await;
    let new = contents(&desk);
    std::fs::remove_file(file(&desk)).unwrap();
    std::fs::write(file(&desk), "").unwrap();
    let connection = Connection::open(&file(&desk)).unwrap();
    migrate(&connection, Layout::TENANT.first()).unwrap();
    let state = insert_state(Dialect::Sqlite);
    connection.raw().execute(&state, rusqlite::params![Uuid::from_u128(7).as_bytes(), 1]).unwrap();
    assert_eq!(version(&connection), 1);
    drop(connection);
    let desk = desk.reopened().await;
    assert_eq!(desk.state().await.last_position, Position(0));
    assert_eq!(contents(&desk), new);
    let cursor = Cursor { name: "c".to_owned(), position: Position(0), updated_at: Timestamp(1) };
    assert!(desk.store.put_cursor(desk.tenant, cursor, None).await.unwrap());
}

#[tokio::test]
async fn the_program_before_goes_on_working() {
    let desk = Desk::ready().await;
    let next = Layout::TENANT.followed_by(&["create table {kith_next} (id {integer} not null){strict}"]);
    let connection = Connection::open(&file(&desk)).unwrap();
    for _ in 0..2 {
        migrate(&connection, next).unwrap();
        assert_eq!(version(&connection), next.current());
    }
    let desk = desk.reopened().await;
    assert_eq!(desk.state().await.schema_version.0, 1);
    assert_eq!(version(&connection), next.current(), "it is not taken back");
}
