//! More writes than a tenant can take: they wait their turn, but not for ever, and what
//! is refused was not begun.

use std::time::{Duration, Instant};

use kith_testing::{Engine, Server, each_db};
use serde_json::json;

use crate::crm;

each_db!(refuses_more_than_may_wait, answers_in_time_and_does_not_begin_what_nobody_waits_for);

async fn refuses_more_than_may_wait(server: Server) {
    let tenant = crm::tenant(&server).await;
    let mark = tenant.mark().await;
    let held = server.hold(&tenant).await;
    server.fill_queue(&tenant).await;
    let create = || tenant.create("deal", json!({"seats": 1}));
    let refused = create().may_fail().await.expect_problem(503, "overloaded");
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait), "{refused:?}");
    tenant.schema().ok().await;
    let other = crm::tenant(&server).await;
    other.create("deal", json!({})).created().await;
    held.release().await;
    // The queue empties at once: nobody waits for what is in it.
    let begun = Instant::now();
    loop {
        let answer = create().may_fail().await;
        if answer.status() == 201 {
            break;
        }
        answer.expect_problem(503, "overloaded");
        assert!(begun.elapsed() < Duration::from_secs(10), "the queue does not empty");
    }
    tenant.expect_changes(mark, &["record.created deal"]).await;
}

async fn answers_in_time_and_does_not_begin_what_nobody_waits_for(server: Server) {
    let tenant = crm::tenant(&server).await;
    server.limit_requests(Duration::from_millis(500)).await;
    let mark = tenant.mark().await;
    let create = || tenant.create("deal", json!({"seats": 1})).idempotency_key("k");
    let held = server.hold(&tenant).await;
    let begun = Instant::now();
    create().may_fail().await.expect_problem(504, "timeout");
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    held.release().await;
    // Found out as documented: the same request again, which here is the first to be done.
    let made = create().expect(201).await;
    assert!(!made.is_replayed());
    tenant.expect_changes(mark, &["record.created deal"]).await;
}

/// Both databases at once: it takes ten seconds on either.
#[test]
fn waits_ten_seconds_for_its_turn() {
    let start = |engine| std::thread::spawn(move || kith_testing::run(engine, waits_for_its_turn));
    for test in [Engine::Sqlite, Engine::Postgres].map(start) {
        test.join().unwrap();
    }
}

async fn waits_for_its_turn(server: Server) {
    let tenant = crm::tenant(&server).await;
    let mark = tenant.mark().await;
    let held = server.hold(&tenant).await;
    let begun = Instant::now();
    let refused =
        tenant.create("deal", json!({"seats": 1})).may_fail().await.expect_problem(503, "unavailable");
    assert!(refused.header("retry-after").is_some(), "{refused:?}");
    assert!((9..20).contains(&begun.elapsed().as_secs()), "{:?}", begun.elapsed());
    held.release().await;
    tenant.expect_changes(mark, &[]).await;
    tenant.create("deal", json!({"seats": 2})).created().await;
}
