//! `kith bench`: that its numbers add up, and that it leaves nothing.

use std::process::{Child, Command, Stdio};

use kith_testing::{Server, Tenant, each_db};
use serde_json::Value as Json;

use crate::command_line::Kith;

each_db!(
    counts_what_the_journal_counts_and_leaves_nothing,
    works_in_a_tenant_of_its_own_for_an_administrator,
    cleans_up_when_it_is_interrupted_and_after_it_was_killed,
);

/// Expects that no object of a benchmark is there, hidden ones included.
async fn expect_nothing_left(tenant: &Tenant) {
    let objects = tenant.schema().ok().await;
    assert_eq!(objects["objects"].as_array().map(Vec::len), Some(0), "{objects}");
    let removed = tenant.caller().get("/v1/schema/removed").ok().await;
    assert_eq!(removed["data"].as_array().map(Vec::len), Some(0), "{removed}");
    let jobs = tenant.caller().get("/v1/jobs").ok().await;
    assert_eq!(jobs["data"].as_array().map(Vec::len), Some(0), "{jobs}");
}

/// How many changes of a type the journal has after a position.
async fn changes_of(tenant: &Tenant, after: i64, kind: &str) -> u64 {
    let transactions = tenant.transactions(after).await;
    let changes = transactions.iter().flat_map(|transaction| transaction["changes"].as_array().unwrap());
    changes.filter(|change| change["type"] == kind).count().try_into().unwrap()
}

async fn counts_what_the_journal_counts_and_leaves_nothing(server: Server) {
    let tenant = server.tenant().await;
    let kith = Kith::of(&server, &tenant);
    let mark = tenant.mark().await;
    let arguments = [
        "bench",
        "--seconds",
        "1",
        "--warm-up",
        "0",
        "--connections",
        "4",
        "--records",
        "300",
        "--rows",
        "400",
    ];
    let report = kith.json(&arguments).await;
    let results = report["results"].as_array().unwrap();
    let names: Vec<&str> = results.iter().map(|result| result["workload"].as_str().unwrap()).collect();
    assert_eq!(names, ["creates", "reads", "updates", "lists", "bulk", "lag", "mixed"]);
    for result in results {
        let number = |name: &str| result[name].as_u64().unwrap();
        assert!(number("requests") > 0 && number("per_second") > 0, "{result}");
        assert!(number("p50_us") <= number("p99_us") && number("p99_us") <= number("max_us"), "{result}");
        assert_eq!(result["errors"], serde_json::json!({}), "{result}");
    }
    let parts = results[6]["of_which"].as_array().unwrap();
    let sum: u64 = parts.iter().map(|part| part["requests"].as_u64().unwrap()).sum();
    assert_eq!(sum, results[6]["requests"].as_u64().unwrap());
    assert_eq!(report["written"]["created"], changes_of(&tenant, mark, "record.created").await);
    assert_eq!(report["written"]["updated"], changes_of(&tenant, mark, "record.updated").await);
    expect_nothing_left(&tenant).await;
    let run = kith.run(&["bench", "reads", "--seconds", "1", "--rate", "50", "--records", "10"]).await;
    assert!(run.code == 0 && run.out.starts_with("WORKLOAD") && run.out.contains("none"), "{run:?}");
    kith.run(&["bench", "mixed", "--mix", "raeds=1"]).await.expect_failure(2, "raeds");
}

async fn works_in_a_tenant_of_its_own_for_an_administrator(server: Server) {
    let token = server.admin().caller().token().unwrap().to_owned();
    let kith = Kith::new(&server.url()).with("KITH_TOKEN", token);
    for _ in 0..2 {
        let report: Json = kith.json(&["bench", "creates", "--seconds", "1", "--warm-up", "0"]).await;
        assert!(report["written"]["created"].as_u64().unwrap() > 200, "{report}");
    }
    let listed = kith.json(&["object", "list", "--tenant", "bench"]).await;
    assert_eq!(listed["data"], serde_json::json!([]));
}

async fn cleans_up_when_it_is_interrupted_and_after_it_was_killed(server: Server) {
    let tenant = server.tenant().await;
    let kith = Kith::of(&server, &tenant);
    let mut interrupted = begin(&server, &tenant).await;
    let id = interrupted.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    let status = tokio::task::spawn_blocking(move || interrupted.wait().unwrap()).await.unwrap();
    assert_eq!(status.code(), Some(130));
    expect_nothing_left(&tenant).await;
    let mut killed = begin(&server, &tenant).await;
    killed.kill().unwrap();
    killed.wait().unwrap();
    let cleaned = kith.json(&["bench", "--clean"]).await;
    assert_eq!(cleaned["dropped"].as_array().unwrap().len(), 2, "{cleaned}");
    expect_nothing_left(&tenant).await;
}

/// Begins a benchmark that would go on for long, and waits until it writes.
async fn begin(server: &Server, tenant: &Tenant) -> Child {
    let mark = tenant.mark().await;
    let child = Command::new(env!("CARGO_BIN_EXE_kith"))
        .args(["bench", "creates", "--seconds", "600", "--warm-up", "0"])
        .env_clear()
        .env("KITH_URL", server.url())
        .env("KITH_TOKEN", tenant.caller().token().unwrap())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // Two objects, a field, the companies, and then contacts.
    let mut after = mark;
    while after < mark + 250 {
        let page = tenant.changes(after).query("wait", "30s").ok().await;
        let reached = page["position"].as_i64().unwrap();
        assert!(reached > after, "the benchmark does not begin");
        after = reached;
    }
    child
}
