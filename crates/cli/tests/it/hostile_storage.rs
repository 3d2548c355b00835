//! Storage at its end: a disk that is full, connections that are all taken. What cannot
//! be done is refused in words and undone whole, and all is well again afterwards.

mod disk;
mod session;

use std::sync::Arc;
use std::time::{Duration, Instant};

use kith_testing::postgres::{Postgres, Settings};
use kith_testing::{Database, Engine, Response, Server, Tenant, each_db, field};
use serde_json::{Value as Json, json};

use crate::crm;
use crate::report::report;
use disk::Disk;
use session::Session;

each_db!(writes_nothing_to_a_full_disk_and_goes_on_when_there_is_room, answers_while_a_tenant_is_held_up);

/// Batches that a full disk must refuse before the test goes on.
const REFUSALS: usize = 5;

async fn writes_nothing_to_a_full_disk_and_goes_on_when_there_is_room(server: Server) {
    let engine = server.database().engine();
    let Some(disk) = Disk::mount() else { return };
    server.stop().await;
    let (server, postgres) = on_disk(engine, &disk).await;
    let tenant = crm::tenant(&server).await;
    let company = tenant.make("company", json!({"name": "Acme"})).await;
    disk.take_spare();
    let mut acknowledged = fill(&tenant, &company).await;
    report(&format!("{engine:?}: {acknowledged} deals were written before the disk was full"));
    assert!(acknowledged > 0, "the disk is too small to test anything");
    refuses_everything(&tenant, &company).await;
    let late = refuses_a_new_tenant(&server).await;
    let made = count_of(&tenant, &company).await;
    assert_eq!(made, acknowledged, "what was refused was not done");
    tenant.verify().await;
    disk.give_spare();
    if let Some(late) = late {
        crm::define(&server.admin().tenant(late).await).await;
    }
    tenant.batch(deals(&company)).idempotency_key("first").expect(200).await;
    acknowledged += DEALS;
    tenant.create_field("deal", field::integer("after")).created().await;
    assert_eq!(count_of(&tenant, &company).await, acknowledged);
    // The files are whole as well.
    server.stop().await;
    server.start_again().await;
    assert_eq!(count_of(&tenant, &company).await, acknowledged);
    server.finish().await;
    drop(server);
    drop(postgres);
}

/// A server whose records are on the disk.
async fn on_disk(engine: Engine, disk: &Disk) -> (Server, Option<Postgres>) {
    if engine == Engine::Sqlite {
        return (Server::start(Database::Sqlite(Arc::new(disk.folder()))).await, None);
    }
    let postgres = Postgres::start(&Settings::default()).unwrap();
    let url = postgres.create_database().unwrap();
    disk.hold_tables_of(&postgres, &url);
    (Server::start(Database::Postgres(url)).await, Some(postgres))
}

/// Deals of one batch, and their size.
const DEALS: i64 = 40;

fn deals(company: &str) -> Json {
    let title = "a title that is long enough to fill a disk, ".repeat(5);
    let deal = |number| json!({"title": format!("{title}{number}"), "company": company, "seats": 1});
    (0..DEALS).map(|number| json!({"op": "create", "object": "deal", "record": deal(number)})).collect()
}

async fn count_of(tenant: &Tenant, company: &str) -> i64 {
    let company = tenant.get("company", company).ok().await;
    assert_eq!(company["seats"], company["deals"].to_string());
    company["deals"].as_i64().unwrap()
}

/// Writes until the disk is full; answers how many deals were acknowledged.
async fn fill(tenant: &Tenant, company: &str) -> i64 {
    let mut acknowledged = 0;
    for _ in 0..2000 {
        let answer = tenant.batch(deals(company)).may_fail().await;
        if answer.status() != 200 {
            expect_full(answer);
            return acknowledged;
        }
        acknowledged += DEALS;
    }
    panic!("the disk is never full");
}

async fn refuses_everything(tenant: &Tenant, company: &str) {
    let mark = tenant.mark().await;
    for _ in 0..REFUSALS {
        // The key of a refused write is as new as it was.
        expect_full(tenant.batch(deals(company)).idempotency_key("first").may_fail().await);
    }
    assert_eq!(tenant.mark().await, mark, "no position was taken");
    // A schema change may still find room. Otherwise, nothing of it is left.
    let change = tenant.create_field("deal", field::text("during").indexed()).may_fail().await;
    if change.status() != 201 {
        expect_full(change);
        assert_eq!(tenant.mark().await, mark, "no position was taken");
        tenant.list("deal").query("during", "x").await.expect_problem(400, "invalid_parameter");
    }
    assert!(!tenant.list("deal").expect(200).await.data().is_empty(), "it can still be read");
}

/// A tenant is made whole, or not at all: answers the name that is free still, if it is.
async fn refuses_a_new_tenant(server: &Server) -> Option<&'static str> {
    let made = server.admin().create_tenant(&json!({"name": "late"})).may_fail().await;
    if made.status() == 201 {
        return None;
    }
    expect_full(made);
    server.admin().caller().get("/v1/tenants/late").await.expect_problem(404, "not_found");
    Some("late")
}

fn expect_full(answer: Response) {
    let retry = answer.header("retry-after").is_some();
    answer.expect_problem(507, "storage_full");
    assert!(retry, "it says when to try again");
}

/// Tenants that are held up, each by a session of somebody else that locks its row: more
/// of them than there are connections for writing.
const HELD: usize = 8;

async fn answers_while_a_tenant_is_held_up(server: Server) {
    let Database::Postgres(url) = server.database().clone() else {
        // Nobody else can lock an embedded database: its folder belongs to the process.
        return;
    };
    let free = crm::tenant(&server).await;
    let mut held = Vec::new();
    for _ in 0..HELD {
        held.push(crm::tenant(&server).await);
    }
    let sessions: Vec<Session> = held.iter().map(|tenant| Session::lock(&url, tenant.id())).collect();
    let began = Instant::now();
    let writes: Vec<_> = held
        .iter()
        .map(|tenant| tokio::spawn(tenant.create("deal", json!({"seats": 1})).may_fail().into_future()))
        .collect();
    // Reading goes on: it has connections of its own.
    for tenant in held.iter().chain([&free]) {
        tenant.list("deal").expect(200).await;
    }
    assert!(began.elapsed() < Duration::from_secs(4), "reads waited {:?}", began.elapsed());
    let mut refused = Vec::new();
    for (index, write) in writes.into_iter().enumerate() {
        let answer = write.await.unwrap();
        assert_eq!(answer.status(), 503, "{answer:?}");
        assert!(answer.header("retry-after").is_some(), "{answer:?}");
        assert!(
            ["unavailable", "overloaded"].contains(&answer.json()["code"].as_str().unwrap()),
            "{answer:?}"
        );
        refused.push(index);
    }
    assert!(began.elapsed() < Duration::from_secs(25), "the refusals took {:?}", began.elapsed());
    drop(sessions);
    for tenant in held.iter().chain([&free]) {
        assert_eq!(tenant.list("deal").expect(200).await.data().len(), 0, "a refused write was done");
        tenant.create("deal", json!({"seats": 1})).created().await;
    }
}
