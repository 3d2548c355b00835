//! Programs of several releases on one database.

#[expect(dead_code, unreachable_pub, reason = "shared with `kith-testing`, which depends on this crate")]
#[path = "../../../../testing/src/postgres.rs"]
mod server;

use kith_model::id::{HistoryId, OrganizationId, TenantId};
use kith_model::journal::Position;
use kith_model::time::Timestamp;
use server::Postgres as Server;
use uuid::Uuid;

use crate::control::{NewTenant, Tenant};
use crate::error::Error;
use crate::postgres::codec::get;
use crate::postgres::engine::Postgres;
use crate::postgres::flight::Call;
use crate::postgres::options::Options;
use crate::query::Cursor;
use crate::system::Layout;

/// What the next release might bring: a table, and a column that has a default.
const NEXT: &[&str] = &[
    "create table {kith_next} (id {integer} not null constraint kith_next_p primary key)",
    "alter table {kith_cursors} add column note {text} not null default ''",
];

async fn program(url: &str, layout: Layout) -> Postgres {
    let options = Options { url: url.to_owned(), connections: 4 };
    Postgres::open_with(options, layout).await.unwrap()
}

async fn make_tenant(program: &Postgres, number: u128) -> TenantId {
    let organization = OrganizationId(Uuid::from_u128(1));
    let organization = program.ensure_organization(organization, Timestamp(1)).await.unwrap();
    let id = TenantId(Uuid::from_u128(number));
    let name = format!("t{number}");
    let tenant = Tenant { id, organization, name, created_at: Timestamp(1), retention_days: None };
    program.create_tenant(NewTenant { tenant, history: HistoryId(Uuid::from_u128(7)) }).await.unwrap();
    id
}

/// Everything there is in a tenant's schema: columns, constraints and indexes.
async fn contents(program: &Postgres, tenant: TenantId) -> Vec<String> {
    let query = format!(
        "select concat_ws(' ', table_name, column_name, data_type, is_nullable, column_default)
from information_schema.columns where table_schema = '{tenant}'
union all
select conrelid::regclass::text || ' ' || conname || ' ' || pg_get_constraintdef(oid)
from pg_constraint where connamespace = '\"{tenant}\"'::regnamespace
union all
select indexdef from pg_indexes where schemaname = '{tenant}'
order by 1"
    );
    let rows = program.reads.read(&[Call::once(query)]).await.unwrap();
    let text = |row| get::<String>(row, 0).unwrap().replace(&tenant.to_string(), "");
    rows[0].iter().map(text).collect()
}

async fn version(program: &Postgres, tenant: TenantId) -> i64 {
    let query = format!("select version from \"{tenant}\".kith_layout");
    let rows = program.reads.read(&[Call::once(query)]).await.unwrap();
    get(&rows[0][0], 0).unwrap()
}

async fn use_cursor(program: &Postgres, tenant: TenantId) {
    let cursor = Cursor { name: "c".to_owned(), position: Position(0), updated_at: Timestamp(1) };
    assert!(program.put_cursor(tenant, cursor.clone(), None).await.unwrap());
    assert_eq!(program.cursor(tenant, "c").await.unwrap().value, Some(cursor));
}

#[tokio::test]
async fn a_tenant_of_the_first_release_becomes_like_a_new_one() {
    let url = Server::fresh_database().await;
    let (first, now) = (program(&url, Layout::TENANT.first()).await, program(&url, Layout::TENANT).await);
    let (old, new) = (make_tenant(&first, 10).await, make_tenant(&now, 11).await);
    assert_eq!(version(&now, old).await, 1);
    let (writing, state) = now.grant(old).await.unwrap();
    assert_eq!(state.last_position, Position(0));
    writing.rollback().await;
    assert_eq!(version(&now, old).await, Layout::TENANT.current());
    assert_eq!(contents(&now, old).await, contents(&now, new).await);
    use_cursor(&now, old).await;
}

#[tokio::test]
async fn nodes_that_come_at_once_bring_a_tenant_forward_once() {
    let url = Server::fresh_database().await;
    let next = Layout::TENANT.followed_by(NEXT);
    let older = program(&url, Layout::TENANT).await;
    let tenant = make_tenant(&older, 10).await;
    let newer = [program(&url, next).await, program(&url, next).await, program(&url, next).await];
    let uses = newer.iter().flat_map(|node| std::iter::repeat_n(node, 8)).map(|node| node.state(tenant));
    for state in futures_util::future::join_all(uses).await {
        assert_eq!(state.unwrap().last_position, Position(0));
    }
    assert_eq!(version(&older, tenant).await, next.current());
    let fresh = make_tenant(&newer[0], 11).await;
    assert_eq!(contents(&older, tenant).await, contents(&older, fresh).await);
    use_cursor(&newer[1], tenant).await;
}

#[tokio::test]
async fn the_program_before_goes_on_working() {
    let url = Server::fresh_database().await;
    let next = Layout::TENANT.followed_by(NEXT);
    let older = program(&url, Layout::TENANT).await;
    let tenant = make_tenant(&older, 10).await;
    older.state(tenant).await.unwrap();
    let newer = program(&url, next).await;
    newer.state(tenant).await.unwrap();
    use_cursor(&older, tenant).await;
    // One that sees the tenant for the first time as well.
    use_cursor(&program(&url, Layout::TENANT).await, tenant).await;
    newer.state(make_tenant(&older, 11).await).await.unwrap();
}

#[tokio::test]
async fn a_layout_from_far_ahead_is_left_alone() {
    let url = Server::fresh_database().await;
    let far = Layout::TENANT.followed_by(NEXT).followed_by(&["create table {kith_far} (id {integer})"]);
    let tenant = make_tenant(&program(&url, far).await, 10).await;
    let refused = program(&url, Layout::TENANT).await.state(tenant).await;
    assert!(matches!(refused, Err(Error::NewerLayout { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_migration_that_fails_changes_nothing() {
    let url = Server::fresh_database().await;
    let older = program(&url, Layout::TENANT).await;
    let tenant = make_tenant(&older, 10).await;
    let before = contents(&older, tenant).await;
    // The second statement makes a table that is there.
    let broken = Layout::TENANT.followed_by(&[
        "create table {kith_next} (id {integer} not null constraint kith_next_p primary key)",
        "create table {kith_state} (id {integer} not null)",
    ]);
    let node = program(&url, broken).await;
    for _ in 0..2 {
        assert!(matches!(node.state(tenant).await, Err(Error::Database(_))));
    }
    assert_eq!(contents(&older, tenant).await, before);
    program(&url, Layout::TENANT.followed_by(NEXT)).await.state(tenant).await.unwrap();
}

#[tokio::test]
async fn nobody_is_no_tenant() {
    let program = program(&Server::fresh_database().await, Layout::TENANT).await;
    let nobody = program.state(TenantId(Uuid::from_u128(9))).await;
    assert!(matches!(nobody, Err(Error::NoTenant)), "{nobody:?}");
}
