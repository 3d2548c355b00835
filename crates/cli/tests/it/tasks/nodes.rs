//! Two nodes on one PostgreSQL: one does a task, and the other takes it over.

use kith_testing::{Engine, Process, Server, Starter, Tenant};
use serde_json::json;
use tempfile::TempDir;

use super::{contacts, doubled, ended, expect_doubled};

const RECORDS: usize = 8_000;

struct Node {
    tenant: Tenant,
    process: Process,
    _folder: TempDir,
}

async fn node(server: &Server, tenant: &Tenant) -> Node {
    let folder = TempDir::new().unwrap();
    let starter = Starter::new(env!("CARGO_BIN_EXE_kith"), folder.path()).on(server.database());
    let process = starter.start().await;
    let token = tenant.caller().token().unwrap_or_default();
    let tenant = tenant.through(process.anonymous().with_token(token));
    Node { tenant, process, _folder: folder }
}

#[test]
fn takes_over_the_task_of_a_node_that_died() {
    kith_testing::run(Engine::Postgres, async |server: Server| {
        let (tenant, _) = contacts(&server, RECORDS).await;
        let (a, b) = (node(&server, &tenant).await, node(&server, &tenant).await);
        b.tenant.schema().ok().await;
        let made = a.tenant.create_field("contact", doubled()).created().await;
        a.process.kill().await;
        let task = ended(&b.tenant, made["task"].as_str().unwrap()).await;
        assert_eq!(task["state"], json!("done"), "{task}");
        expect_doubled(&b.tenant, RECORDS).await;
    });
}
