//! `kith serve`, as a process of its own.

use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::time::{Duration, Instant};

use kith_testing::{Database, Engine, Process, Starter, field, object};
use serde_json::json;
use tempfile::TempDir;

const BINARY: &str = env!("CARGO_BIN_EXE_kith");

/// Runs a test with a starter on either database.
fn run(engine: Engine, test: impl AsyncFnOnce(Starter)) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let (folder, database) = (TempDir::new().unwrap(), Database::fresh(engine).await);
        test(Starter::new(BINARY, folder.path().join("data")).on(&database)).await;
    });
}

macro_rules! each_engine {
    ($($test:ident),+ $(,)?) => {$(
        mod $test {
            #[test]
            fn sqlite() {
                super::run(kith_testing::Engine::Sqlite, super::$test);
            }

            #[test]
            fn postgres() {
                super::run(kith_testing::Engine::Postgres, super::$test);
            }
        }
    )+};
}

each_engine!(
    makes_a_token_at_its_first_start,
    prints_requests_that_work,
    keeps_everything_over_a_restart,
    keeps_what_was_acknowledged_when_it_is_killed,
    stops_when_asked_to,
    takes_a_token_from_the_environment,
);

async fn makes_a_token_at_its_first_start(starter: Starter) {
    let process = starter.start().await;
    let path = starter.data_dir().join("admin-token");
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let token = process.admin_token();
    assert!(token.starts_with("kith_o_"), "{token}");
    assert!(!process.banner().contains(&token), "a token is never printed");
    process.admin().caller().get("/v1/tenants").expect(200).await;
    process.terminate().await;
    let again = starter.start().await;
    assert_eq!(again.admin_token(), token);
    again.admin().caller().get("/v1/tenants").expect(200).await;
    assert!(!again.log().contains(&token), "a token is never logged");
}

async fn prints_requests_that_work(starter: Starter) {
    let process = starter.start().await;
    let requests: Vec<&str> =
        process.banner().lines().filter(|line| line.trim().starts_with("curl ")).collect();
    assert_eq!(requests.len(), 3, "{}", process.banner());
    for request in requests {
        let command = format!("{} -s -o /dev/null -w '%{{http_code}}'", request.trim());
        let output = Command::new("sh").args(["-c", &command]).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout), "201", "{command}");
    }
}

async fn keeps_everything_over_a_restart(starter: Starter) {
    let process = starter.start().await;
    let tenant = process.admin().tenant("acme").await;
    tenant.define(object("contact").field(field::email("email").unique())).await;
    let made =
        tenant.create("contact", json!({"email": "ada@example.com"})).idempotency_key("k").expect(201).await;
    assert!(process.terminate().await.success());
    let process = starter.start().await;
    let tenant = tenant.through(process.anonymous().with_token(tenant.caller().token().unwrap()));
    assert_eq!(tenant.get("contact", &made.id()).ok().await, *made.json());
    let again =
        tenant.create("contact", json!({"email": "ada@example.com"})).idempotency_key("k").expect(201).await;
    assert!(again.is_replayed());
    tenant.create("contact", json!({"email": "ada@example.com"})).await.expect_problem(409, "not_unique");
    tenant.verify().await;
}

async fn keeps_what_was_acknowledged_when_it_is_killed(starter: Starter) {
    let mut process = starter.start().await;
    let tenant = process.admin().tenant("acme").await;
    tenant.define(object("deal").field(field::integer("seats"))).await;
    let mut acknowledged = Vec::new();
    for round in 0..3 {
        let here = tenant.through(process.anonymous().with_token(tenant.caller().token().unwrap()));
        for seats in 0..10 {
            acknowledged.push(here.make("deal", json!({"seats": round * 10 + seats})).await);
        }
        process.kill().await;
        process = starter.start().await;
    }
    let here = tenant.through(process.anonymous().with_token(tenant.caller().token().unwrap()));
    let listed = here.list("deal").query("limit", 500).expect(200).await;
    let ids: Vec<&str> = listed.data().iter().map(|record| record["id"].as_str().unwrap()).collect();
    assert_eq!(ids, acknowledged);
    here.verify().await;
}

async fn stops_when_asked_to(starter: Starter) {
    let process = starter.start().await;
    let tenant = process.admin().tenant("acme").await;
    let mut stream = tenant.stream(0).await;
    stream.next().await;
    let begun = Instant::now();
    assert!(process.terminate().await.success());
    assert!(begun.elapsed() < Duration::from_secs(5), "an open stream does not hold it up");
}

async fn takes_a_token_from_the_environment(starter: Starter) {
    let token = "chosen-by-the-operator";
    let process = starter.clone().environment("KITH_ADMIN_TOKEN", token).start().await;
    assert!(!starter.data_dir().join("admin-token").exists());
    assert!(process.banner().contains("$KITH_ADMIN_TOKEN") && !process.banner().contains(token));
    process.anonymous().with_token(token).get("/v1/tenants").expect(200).await;
    process.terminate().await;
    let refused = starter.environment("KITH_ADMIN_TOKEN", "short").try_start().await;
    let Err(log) = refused else { panic!("a short token is refused") };
    assert!(log.contains("error: "), "{log}");
}

#[test]
fn says_why_it_cannot_start() {
    run(Engine::Sqlite, async |starter: Starter| {
        let process: Process = starter.start().await;
        let address = process.url().replace("http://", "");
        let other = TempDir::new().unwrap();
        let said = |refused: Result<Process, String>| refused.map(|_| ()).expect_err("it does not start");
        let cases = [
            (Starter::new(BINARY, other.path().join("a")).listen(&address), "another program listens there"),
            (Starter::new(BINARY, other.path().join("b")).listen("nonsense"), "expected host:port"),
            (starter.clone(), "another process"),
            (
                Starter::new(BINARY, other.path().join("c"))
                    .argument("--database")
                    .argument("postgres://127.0.0.1:1/x"),
                "the PostgreSQL database given with --database cannot be used",
            ),
            (
                Starter::new(BINARY, other.path().join("d")).argument("--database").argument("::"),
                "cannot be used",
            ),
        ];
        for (starter, reason) in cases {
            let log = said(starter.environment("RUST_BACKTRACE", "1").try_start().await);
            assert!(log.contains("exit status: 5"), "{log}");
            let error = log.lines().find(|line| line.starts_with("error: "));
            assert!(error.is_some_and(|line| line.contains(reason)), "{reason}\n{log}");
            assert!(!log.contains("stack backtrace") && !log.contains("panicked"), "{log}");
        }
    });
}
