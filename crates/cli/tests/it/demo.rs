//! `kith demo` and `kith serve --demo`.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};

use kith_testing::{Caller, Database, Engine, Process, Server, Starter, Tenant, each_db, object};
use serde_json::{Value as Json, json};
use tempfile::TempDir;

use crate::command_line::Kith;

const BINARY: &str = env!("CARGO_BIN_EXE_kith");

each_db!(fills_a_tenant_with_records_that_make_sense, makes_the_same_from_the_same_seed);

/// All records of an object, in the order of their creation.
async fn all(tenant: &Tenant, object: &str) -> Vec<Json> {
    let (mut records, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let mut call = tenant.list(object).query("limit", 500);
        if let Some(cursor) = &cursor {
            call = call.query("cursor", cursor);
        }
        let page = call.ok().await;
        records.extend(page["data"].as_array().unwrap().iter().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => return records,
        }
    }
}

async fn fills_a_tenant_with_records_that_make_sense(server: Server) {
    let tenant = server.tenant().await;
    let kith = Kith::of(&server, &tenant);
    let arguments = ["demo", "--size", "2000", "--until", "2026-11-23"];
    let made = kith.json(&arguments).await;
    let counts = made["created"].as_object().unwrap();
    assert_eq!(counts.values().map(|count| count.as_u64().unwrap()).sum::<u64>(), 2_000, "{made}");
    for object in counts.keys() {
        let count: u64 = all(&tenant, object).await.len().try_into().unwrap();
        assert_eq!(made["created"][object], count, "{object}");
    }
    let deals = all(&tenant, "deal").await;
    expect_sense(&deals, &all(&tenant, "stage").await);
    expect_history(&deals);
    let pairs = tenant.caller().get("/v1/duplicates").query("object", "contact").ok().await;
    assert!(!pairs["data"].as_array().unwrap().is_empty(), "there are duplicates to be found");
    // The cursor stands at the end, and a second run finds all there.
    assert_eq!(kith.json(&["cursor", "get", "demo"]).await["lag"], 0);
    let again = kith.json(&arguments).await;
    assert_eq!((&again["created"], &again["present"]), (&json!({}), &json!(2_000)));
    // Another seed adds others.
    let more = kith.json(&["demo", "--size", "400", "--seed", "9", "--until", "2026-11-23"]).await;
    assert!(more["created"]["company"].as_u64().unwrap() > 3, "{more}");
    let text = kith.run(&["demo", "--size", "400", "--seed", "9", "--until", "2026-11-23"]).await;
    assert!(text.code == 0 && text.out.contains("400 were there"), "{text:?}");
    assert!(text.err.contains("of 400 records"), "{text:?}");
    kith.run(&["demo", "--until", "yesterday"]).await.expect_failure(2, "2026-11-23");
    kith.run(&["demo", "--until", "2999-01-01"]).await.expect_failure(2, "not come yet");
}

/// Expects that every deal is in a stage of its pipeline, has the outcome of it, and is
/// worth its lines.
fn expect_sense(deals: &[Json], stages: &[Json]) {
    let outcomes = |outcome: &str| deals.iter().filter(|deal| deal["outcome"] == outcome).count();
    assert!(outcomes("open") > 10 && outcomes("won") > 10 && outcomes("lost") > 10, "{}", deals.len());
    for deal in deals {
        let stage = stages.iter().find(|stage| stage["id"] == deal["stage"]).unwrap();
        assert_eq!((&stage["pipeline"], &stage["outcome"]), (&deal["pipeline"], &deal["outcome"]));
        let is_worth_its_lines = deal["lines"] == 0 || deal["lines_total"] == deal["amount"];
        assert!(is_worth_its_lines, "{deal}");
    }
}

/// Expects that deals look as if they had come about over two years.
fn expect_history(deals: &[Json]) {
    let created: Vec<&str> = deals.iter().map(|deal| deal["created_at"].as_str().unwrap()).collect();
    assert!(created[0] < "2025-08" && created[deals.len() - 1] > "2026-10", "{created:?}");
    assert!(deals.iter().all(|deal| deal["created_at"].as_str() <= deal["updated_at"].as_str()));
}

async fn makes_the_same_from_the_same_seed(server: Server) {
    let mut seen = Vec::new();
    for _ in 0..2 {
        let tenant = server.tenant().await;
        let kith = Kith::of(&server, &tenant);
        kith.json(&["demo", "--size", "500", "--seed", "4", "--until", "2026-11-23"]).await;
        let mut tables = Vec::new();
        for object in ["company", "contact", "lead", "deal", "deal_line", "activity", "user", "campaign"] {
            let records = all(&tenant, object).await;
            tables.push(records.into_iter().map(without_ids_and_times).collect::<Vec<_>>());
        }
        seen.push(tables);
    }
    assert_eq!(seen[0], seen[1]);
}

/// A record without what differs from tenant to tenant.
fn without_ids_and_times(record: Json) -> Json {
    let Json::Object(members) = record else { panic!("a record is an object") };
    let is_id = |value: &Json| value.as_str().is_some_and(|text| text.contains("_01"));
    let own = |name: &str| ["created_at", "updated_at", "stage_since", "status_since"].contains(&name);
    members.into_iter().filter(|(name, value)| !own(name) && !is_id(value)).collect()
}

/// Where a server keeps what.
struct Place {
    folder: TempDir,
    database: Database,
}

impl Place {
    /// Starts a server without the demo.
    fn plain(&self) -> Starter {
        Starter::new(BINARY, self.folder.path().join("data")).on(&self.database)
    }

    /// Starts one with it.
    fn starter(&self) -> Starter {
        self.plain().argument("--demo")
    }

    /// Starts one with it, on this port, and does not wait until it is ready.
    fn spawn(&self, data: &Path, port: u16) -> std::process::Child {
        let mut command = Command::new(BINARY);
        command.args(["serve", "--demo", "--listen", &format!("127.0.0.1:{port}"), "--data-dir"]).arg(data);
        if let Database::Postgres(url) = &self.database {
            command.args(["--database", url]);
        }
        command.env_remove("KITH_ADMIN_TOKEN").stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }
}

/// Runs a test on either database.
fn run(engine: Engine, test: impl AsyncFnOnce(Place)) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        test(Place { folder: TempDir::new().unwrap(), database: Database::fresh(engine).await }).await;
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

each_engine!(serves_a_demo_that_is_made_once, finishes_a_demo_after_a_crash, leaves_a_foreign_tenant_alone);

/// The demo's tenant, by the token in the data folder.
fn demo(process: &Process, starter: &Starter) -> Tenant {
    let token = std::fs::read_to_string(starter.data_dir().join("demo-token")).unwrap();
    Tenant::new(process.anonymous().with_token(token.trim()), String::new(), "demo".to_owned())
}

/// How many records a tenant has, all of them checked.
async fn records(process: &Process, tenant: &Tenant) -> Json {
    let kith = Kith::new(process.url()).with("KITH_TOKEN", tenant.caller().token().unwrap());
    kith.json(&["tenant", "verify"]).await["checked"]["records"].clone()
}

async fn serves_a_demo_that_is_made_once(place: Place) {
    let starter = place.starter();
    let process = starter.start().await;
    let requests: Vec<&str> =
        process.banner().lines().filter(|line| line.trim().starts_with("curl ")).collect();
    assert_eq!(requests.len(), 3, "{}", process.banner());
    for request in requests {
        let command = format!("{} -sf", request.trim());
        let output = Command::new("sh").args(["-c", &command]).output().unwrap();
        let answer: Json = serde_json::from_slice(&output.stdout).unwrap();
        assert!(answer["data"].as_array().is_some_and(|data| !data.is_empty()), "{command}: {answer}");
    }
    let tenant = demo(&process, &starter);
    assert_eq!(records(&process, &tenant).await, 3_000);
    let position = tenant.mark().await;
    let token = tenant.caller().token().unwrap().to_owned();
    assert!(!process.banner().contains(&token) && !process.log().contains(&token), "a token is never shown");
    assert!(process.terminate().await.success());
    let process = starter.start().await;
    assert_eq!(demo(&process, &starter).mark().await, position, "it is not filled again");
    // Without its token's file, the tenant is known again by its cursor.
    process.kill().await;
    std::fs::remove_file(starter.data_dir().join("demo-token")).unwrap();
    let process = starter.start().await;
    assert_eq!(records(&process, &demo(&process, &starter)).await, 3_000);
}

async fn finishes_a_demo_after_a_crash(place: Place) {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let starter = place.starter();
    let mut child = place.spawn(starter.data_dir(), port);
    // It is killed once it has begun to write.
    let path = starter.data_dir().join("demo-token");
    let token = loop {
        match std::fs::read_to_string(&path) {
            Ok(token) => break token.trim().to_owned(),
            Err(_) => assert!(child.try_wait().unwrap().is_none(), "the server runs"),
        }
    };
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let caller = Caller::new(http, format!("http://127.0.0.1:{port}")).with_token(&token);
    let tenant = Tenant::new(caller, String::new(), "demo".to_owned());
    let mut after = 0;
    while after < 800 {
        let page = tenant.changes(after).query("wait", "30s").query("limit", 1).ok().await;
        after = page["last_position"].as_i64().unwrap();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let process = starter.start().await;
    assert_eq!(records(&process, &demo(&process, &starter)).await, 3_000);
}

async fn leaves_a_foreign_tenant_alone(place: Place) {
    let process = place.plain().start().await;
    let tenant = process.admin().tenant("demo").await;
    tenant.define(object("thing")).await;
    let mark = tenant.mark().await;
    assert!(process.terminate().await.success());
    let process = place.starter().start().await;
    assert!(process.banner().contains(r#"-d '{"name": "acme"}'"#), "{}", process.banner());
    assert!(process.log().contains("left alone"), "{}", process.log());
    let here = tenant.through(process.anonymous().with_token(tenant.caller().token().unwrap()));
    assert_eq!(here.mark().await, mark);
}
