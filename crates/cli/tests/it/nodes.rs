//! Several nodes on one PostgreSQL: processes of the real binary that know nothing of
//! each other write to one tenant.
//!
//! The embedded database has no such tests: its folder belongs to one process, and a
//! second one is refused.

use std::time::{Duration, Instant};

use kith_testing::{Engine, Process, Server, Starter, Tenant, each_db, field, object};
use serde_json::{Value as Json, json};
use tempfile::TempDir;

use crate::crm;
use crate::dice::Dice;
use crate::report::report;

/// Makes tests of functions that take two nodes' callers of one tenant.
macro_rules! two_nodes {
    ($($test:ident),+ $(,)?) => {$(
        #[test]
        fn $test() {
            kith_testing::run(Engine::Postgres, async |server: Server| {
                let tenant = crm::tenant(&server).await;
                let (a, b) = (Node::start(&server, &tenant).await, Node::start(&server, &tenant).await);
                cases::$test(a, b).await;
            });
        }
    )+};
}

two_nodes!(
    write_to_one_tenant_and_read_each_other,
    use_each_others_schema_in_the_very_next_request,
    find_an_object_that_was_made_anew,
    follow_each_others_writes,
    do_once_what_both_are_sent,
    outlive_each_other,
    forget_a_token_that_the_other_revoked,
);

each_db!(refuses_a_second_process_where_there_can_be_one_only);

struct Node {
    tenant: Tenant,
    process: Process,
    _folder: TempDir,
}

impl Node {
    async fn start(server: &Server, tenant: &Tenant) -> Self {
        let folder = TempDir::new().unwrap();
        let starter = Starter::new(env!("CARGO_BIN_EXE_kith"), folder.path()).on(server.database());
        let process = starter.start().await;
        let token = tenant.caller().token().unwrap_or_default();
        let tenant = tenant.through(process.anonymous().with_token(token));
        Self { tenant, process, _folder: folder }
    }
}

async fn refuses_a_second_process_where_there_can_be_one_only(server: Server) {
    let folder = TempDir::new().unwrap();
    let data_dir = server.database().data_dir().unwrap_or(folder.path());
    let starter = Starter::new(env!("CARGO_BIN_EXE_kith"), data_dir).on(server.database());
    match server.database().engine() {
        Engine::Sqlite => {
            let refusal = starter.try_start().await.map(|_| ()).unwrap_err();
            assert!(refusal.contains("process"), "it says what is wrong: {refusal}");
        }
        Engine::Postgres => {
            starter.start().await.anonymous().get("/readyz").expect(200).await;
        }
    }
}

mod cases {
    use super::{Dice, Duration, Instant, Json, Node, Tenant, field, json, object, report};

    /// Clients, half of them at each node.
    const CLIENTS: usize = 12;

    /// How long they write.
    const TIME: Duration = Duration::from_secs(3);

    /// How soon the one must have heard of what the other did.
    const SOON: Duration = Duration::from_secs(10);

    pub(super) async fn write_to_one_tenant_and_read_each_other(a: Node, b: Node) {
        let mut companies = Vec::new();
        for number in 0..3 {
            companies.push(a.tenant.make("company", json!({ "name": format!("company {number}") })).await);
        }
        let mark = a.tenant.mark().await;
        let mut dice = Dice::new(3);
        let clients: Vec<_> = (0..CLIENTS)
            .map(|number| {
                let nodes = if number % 2 == 0 { [&a, &b] } else { [&b, &a] };
                let nodes = nodes.map(|node| node.tenant.clone());
                tokio::spawn(write(nodes, companies.clone(), dice.split()))
            })
            .collect();
        let mut positions = Vec::new();
        let mut totals = vec![(0_i64, 0_i64); companies.len()];
        for client in clients {
            let (written, left) = client.await.unwrap();
            positions.extend(written);
            for (total, more) in totals.iter_mut().zip(left) {
                *total = (total.0 + more.0, total.1 + more.1);
            }
        }
        positions.sort_unstable();
        let journal = a.tenant.transactions(mark).await;
        let found: Vec<i64> =
            journal.iter().map(|transaction| transaction["position"].as_i64().unwrap()).collect();
        assert_eq!(found, positions, "each acknowledged write is one transaction, and there are no others");
        assert_eq!(b.tenant.transactions(mark).await, journal, "both tell the same story");
        for (id, (deals, seats)) in companies.iter().zip(totals) {
            let company = b.tenant.get("company", id).ok().await;
            assert_eq!((&company["deals"], &company["seats"]), (&json!(deals), &json!(seats.to_string())));
        }
        a.tenant.verify().await;
        report(&format!("{} writes through two nodes in {TIME:?}", positions.len()));
        assert!(positions.len() > 100, "only {} writes", positions.len());
    }

    /// Writes at one node and reads at the other what it wrote. Answers the positions,
    /// and what is left with each company.
    async fn write(
        nodes: [Tenant; 2],
        companies: Vec<String>,
        mut dice: Dice,
    ) -> (Vec<i64>, Vec<(i64, i64)>) {
        let (mut positions, mut left) = (Vec::new(), vec![(0, 0); companies.len()]);
        let began = Instant::now();
        while began.elapsed() < TIME {
            let [here, there] = if dice.chance(50) { &nodes } else { &[nodes[1].clone(), nodes[0].clone()] };
            let (from, to) = (dice.below(companies.len()), dice.below(companies.len()));
            let seats = i64::try_from(dice.below(100)).unwrap() + 1;
            let made =
                here.create("deal", json!({"company": companies[from], "seats": seats})).expect(201).await;
            let (id, position) = (made.id(), made.position());
            let seen = there.get("deal", &id).min_position(position).expect(200).await;
            assert_eq!((&seen.json()["seats"], seen.json()["version"].as_i64()), (&json!(seats), Some(1)));
            positions.push(position);
            if dice.chance(30) {
                positions.push(here.delete("deal", &id).expect(204).await.position());
                continue;
            }
            // What the other node wrote is the version here, at once.
            let change = json!({"company": companies[to], "seats": seats + 1000});
            let changed = there.patch("deal", &id, change).if_match(1).expect(200).await;
            positions.push(changed.position());
            here.patch("deal", &id, json!({"seats": 0}))
                .if_match(1)
                .await
                .expect_problem(412, "version_mismatch");
            left[to] = (left[to].0 + 1, left[to].1 + seats + 1000);
        }
        (positions, left)
    }

    pub(super) async fn use_each_others_schema_in_the_very_next_request(a: Node, b: Node) {
        let nodes = [&a.tenant, &b.tenant];
        for number in 0..10 {
            let (here, there) = (nodes[number % 2], nodes[(number + 1) % 2]);
            let name = format!("extra{number}");
            here.create_field("deal", field::integer(&name).unique()).created().await;
            let deal = there.create("deal", json!({ &name: number })).created().await;
            assert_eq!(deal[&name], number);
            let again = there.create("deal", json!({ &name: number })).await;
            again.expect_problem(409, "not_unique");
            let found = here.list("deal").query(&name, number).expect(200).await;
            assert_eq!(found.data().len(), 1);
            here.drop_key("deal", &name).done().await;
            there.create("deal", json!({ &name: number })).created().await;
            there.drop_field("deal", &name).done().await;
            here.create("deal", json!({ &name: number })).await.expect_problem(422, "unknown_field");
            assert_eq!(here.get("deal", deal["id"].as_str().unwrap()).ok().await.get(&name), None);
        }
        a.tenant.define(object("room").field(field::text("name"))).await;
        b.tenant.make("room", json!({"name": "made there"})).await;
        b.tenant.drop_object("room").query("with_records", true).done().await;
        a.tenant.list("room").await.expect_problem(404, "not_found");
    }

    /// Another object of the same name, which the other node takes for the first.
    pub(super) async fn find_an_object_that_was_made_anew(a: Node, b: Node) {
        for number in 0..3 {
            let room = remade(&a.tenant, number).await;
            assert_eq!(b.tenant.list("room").expect(200).await.data()[0]["id"], json!(room));
            let room = remade(&a.tenant, number).await;
            b.tenant.get("room", &room).expect(200).await;
            let room = remade(&a.tenant, number).await;
            a.tenant.delete("room", &room).done().await;
            assert_eq!(b.tenant.trash("room").expect(200).await.data()[0]["id"], json!(room));
        }
    }

    /// Drops the object, makes it anew, and answers its only record.
    async fn remade(tenant: &Tenant, number: i64) -> String {
        tenant.drop_object("room").query("with_records", true).await;
        tenant.define(object("room").field(field::integer("number"))).await;
        tenant.make("room", json!({ "number": number })).await
    }

    pub(super) async fn follow_each_others_writes(a: Node, b: Node) {
        let mark = a.tenant.mark().await;
        let mut events = b.tenant.stream(mark).await;
        let mut slowest = Duration::ZERO;
        for number in 0..20 {
            let written = a.tenant.create("deal", json!({"seats": number})).expect(201).await;
            let began = Instant::now();
            let event = events.next().await;
            slowest = slowest.max(began.elapsed());
            assert_eq!(event.data["position"], written.position());
            assert_eq!(event.data["changes"][0]["fields"]["seats"]["new"], number);
        }
        assert!(slowest < SOON, "the slowest of twenty took {slowest:?}");
        let (page, written) = tokio::join!(
            b.tenant.changes(mark + 20).query("wait", "20s").expect(200),
            a.tenant.create("deal", json!({"seats": 20})).expect(201),
        );
        assert_eq!(page.data()[0]["position"], written.position());
    }

    pub(super) async fn do_once_what_both_are_sent(a: Node, b: Node) {
        let mark = a.tenant.mark().await;
        for round in 0..10 {
            let key = format!("round-{round}");
            let send =
                |node: &Node| node.tenant.create("deal", json!({"seats": round})).idempotency_key(&key);
            let calls =
                [send(&a), send(&b), send(&a), send(&b)].map(|call| tokio::spawn(async { call.await }));
            let mut answers = Vec::new();
            for call in calls {
                answers.push(call.await.unwrap().expect_status(201));
            }
            assert!(answers.iter().all(|answer| answer.text() == answers[0].text()), "{answers:?}");
            assert_eq!(answers.iter().filter(|answer| !answer.is_replayed()).count(), 1);
        }
        a.tenant.expect_changes(mark, &["record.created deal"; 10]).await;
    }

    /// A node that is killed in the middle of its writes holds up nobody for long.
    pub(super) async fn outlive_each_other(a: Node, b: Node) {
        let mark = b.tenant.mark().await;
        let writers: Vec<_> = (0..8)
            .map(|_| {
                let tenant = a.tenant.clone();
                tokio::spawn(async move {
                    let mut acknowledged: Vec<i64> = Vec::new();
                    while let Ok(answer) =
                        tenant.create("deal", json!({"seats": 1})).may_fail().try_send().await
                    {
                        acknowledged.push(answer.expect_status(201).position());
                    }
                    acknowledged
                })
            })
            .collect();
        while b.tenant.mark().await < mark + 50 {}
        a.process.kill().await;
        let began = Instant::now();
        b.tenant.make("deal", json!({"seats": 1})).await;
        assert!(began.elapsed() < SOON, "the row was held for {:?}", began.elapsed());
        let journal = b.tenant.transactions(mark).await;
        let found: Vec<&Json> = journal.iter().map(|transaction| &transaction["position"]).collect();
        for writer in writers {
            for position in writer.await.unwrap() {
                assert!(found.contains(&&json!(position)), "{position} was acknowledged and is lost");
            }
        }
    }

    pub(super) async fn forget_a_token_that_the_other_revoked(a: Node, b: Node) {
        let (id, other) = a.tenant.another_token("short-lived").await;
        let there = other.through(b.tenant.caller().with_token(other.caller().token().unwrap_or_default()));
        there.schema().expect(200).await;
        a.tenant.caller().delete(&format!("/v1/tokens/{id}")).done().await;
        other.schema().expect(401).await;
        let began = Instant::now();
        while there.schema().await.status() == 200 {
            assert!(began.elapsed() < SOON, "it is still taken by the other node");
        }
    }
}
