//! Many clients on the same few things, for a while: beside the plain races, whatever
//! the order, the end must add up.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use kith_testing::{Call, Response, Server, Tenant, each_db, field, object};
use serde_json::{Value as Json, json};

use crate::crm;
use crate::dice::Dice;

each_db!(
    numbers_without_gaps_or_doubles_among_refusals,
    adds_up_a_hot_parent_under_sixty_four_writers,
    agrees_on_references_and_deletions_by_every_rule,
    does_once_what_is_sent_often_under_one_key,
    gives_a_value_to_one_of_thirty_two_by_any_way,
    takes_turns_in_deleting_and_restoring,
    makes_a_key_among_writes_that_may_break_it,
    uses_a_field_in_the_very_next_request_among_writes,
);

/// Sends calls side by side and gives their answers in the order of the calls.
async fn at_once(calls: impl IntoIterator<Item = Call>) -> Vec<Response> {
    let sent: Vec<_> = calls.into_iter().map(|call| tokio::spawn(async move { call.await })).collect();
    let mut answers = Vec::new();
    for answer in sent {
        answers.push(answer.await.unwrap());
    }
    answers
}

fn count(answers: &[Response], status: u16) -> usize {
    answers.iter().filter(|answer| answer.status() == status).count()
}

async fn numbers_without_gaps_or_doubles_among_refusals(server: Server) {
    let tenant = server.tenant().await;
    let ticket = object("ticket")
        .field(field::text("subject").required())
        .field(field::text("code").unique())
        .field(field::auto_number("number").set("prefix", json!("T-")));
    tenant.define(ticket).await;
    let mut dice = Dice::new(1);
    for round in 0..4 {
        let create = |n: usize| match dice.below(5) {
            // Refused before, or while it is decided.
            0 => tenant.create("ticket", json!({})),
            1 => tenant.create("ticket", json!({"subject": "s", "code": "the same"})),
            2 => tenant.batch(json!([
                {"op": "create", "object": "ticket", "record": {"subject": "s"}},
                {"op": "create", "object": "ticket", "record": {"subject": "s", "code": "the same"}},
            ])),
            _ => tenant.create("ticket", json!({"subject": "s", "code": format!("{round} {n}")})),
        };
        at_once((0..32).map(create).collect::<Vec<_>>()).await;
    }
    let page = tenant.list("ticket").query("limit", 500).expect(200).await;
    let found: Vec<Json> = page.data().iter().map(|ticket| ticket["number"].clone()).collect();
    let expected: Vec<Json> = (1..=found.len()).map(|number| json!(format!("T-{number}"))).collect();
    assert_eq!(found, expected, "in order of creation");
    assert!(found.len() > 20, "{found:?}");
}

async fn adds_up_a_hot_parent_under_sixty_four_writers(server: Server) {
    let tenant = crm::tenant(&server).await;
    let hot = tenant.make("company", json!({"name": "hot"})).await;
    let other = tenant.make("company", json!({"name": "other"})).await;
    let mut dice = Dice::new(2);
    let writers: Vec<_> = (0..64)
        .map(|_| {
            let (tenant, companies) = (tenant.clone(), [hot.clone(), other.clone()]);
            tokio::spawn(write_deals(tenant, companies, dice.split()))
        })
        .collect();
    let mut totals = [(0_i64, 0_i64); 2];
    for writer in writers {
        for (total, more) in totals.iter_mut().zip(writer.await.unwrap()) {
            *total = (total.0 + more.0, total.1 + more.1);
        }
    }
    for (company, (deals, seats)) in [hot, other].iter().zip(totals) {
        let record = tenant.get("company", company).ok().await;
        assert_eq!((&record["deals"], &record["seats"]), (&json!(deals), &json!(seats.to_string())));
        assert_eq!(record["version"], 1, "its roll-ups are no versions of it");
    }
}

/// Creates, moves, changes, deletes and restores deals; answers how many are left with
/// each company, and their seats.
async fn write_deals(tenant: Tenant, companies: [String; 2], mut dice: Dice) -> [(i64, i64); 2] {
    let mut totals = [(0, 0); 2];
    for _ in 0..2 {
        let (mut at, mut seats) = (0, i64::try_from(dice.below(1000)).unwrap());
        let deal = tenant.make("deal", json!({"company": companies[0], "seats": seats})).await;
        if dice.chance(30) {
            at = 1;
            tenant.patch("deal", &deal, json!({"company": companies[1]})).ok().await;
        }
        if dice.chance(50) {
            seats -= 500;
            tenant.patch("deal", &deal, json!({"seats": seats})).ok().await;
        }
        if dice.chance(50) {
            tenant.delete("deal", &deal).done().await;
            if dice.chance(50) {
                continue;
            }
            tenant.restore("deal", &deal).ok().await;
        }
        totals[at] = (totals[at].0 + 1, totals[at].1 + seats);
    }
    totals
}

async fn agrees_on_references_and_deletions_by_every_rule(server: Server) {
    let tenant = server.tenant().await;
    tenant.define(object("target").field(field::text("name"))).await;
    let child = ["restrict", "clear", "cascade"].iter().fold(object("child"), |child, rule| {
        child.field(field::reference(&format!("by_{rule}"), &["target"]).on_delete(rule))
    });
    tenant.define(child).await;
    for _ in 0..4 {
        for rule in ["restrict", "clear", "cascade"] {
            let target = tenant.make("target", json!({})).await;
            let create = || tenant.create("child", json!({ format!("by_{rule}"): target }));
            let mut calls: Vec<Call> = (0..8).map(|_| create()).collect();
            calls.insert(4, tenant.delete("target", &target));
            let mut answers = at_once(calls).await;
            let deletion = answers.remove(4);
            let refused: Vec<_> = answers.iter().filter(|answer| answer.status() != 201).collect();
            assert!(
                refused.iter().all(|answer| answer.json()["code"] == "reference_not_found"),
                "{refused:?}"
            );
            match (rule, deletion.status()) {
                ("restrict", 409) => assert!(refused.is_empty(), "it is still there"),
                ("restrict", status) => {
                    assert_eq!((status, refused.len()), (204, 8), "nothing referred to it")
                }
                (_, status) => assert_eq!(status, 204, "{deletion:?}"),
            }
            for answer in answers.iter().filter(|answer| answer.status() == 201) {
                let child = tenant.get("child", &answer.id()).await;
                match rule {
                    "restrict" => assert_eq!(child.json()["by_restrict"], json!(target)),
                    "clear" => assert_eq!(child.json()["by_clear"], json!(null)),
                    _ => assert_eq!(child.status(), 404),
                }
            }
        }
    }
}

async fn does_once_what_is_sent_often_under_one_key(server: Server) {
    let tenant = crm::tenant(&server).await;
    let mark = tenant.mark().await;
    for round in 0..4 {
        let key = format!("key {round}").replace(' ', "-");
        let create = || tenant.create("deal", json!({"seats": round})).idempotency_key(&key);
        let answers = at_once((0..32).map(|_| create())).await;
        assert_eq!(count(&answers, 201), 32);
        assert_eq!(answers.iter().filter(|answer| !answer.is_replayed()).count(), 1);
        let bodies: BTreeSet<&str> = answers.iter().map(Response::text).collect();
        assert_eq!(bodies.len(), 1, "{bodies:?}");
    }
    tenant.expect_changes(mark, &["record.created deal"; 4]).await;
}

async fn gives_a_value_to_one_of_thirty_two_by_any_way(server: Server) {
    let tenant = crm::tenant(&server).await;
    for round in 0..4 {
        let email = format!("{round}@example.com");
        let mut deleted = Vec::new();
        let mut live = Vec::new();
        for number in 0..8 {
            let id = tenant.make("contact", json!({"full_name": "trash", "email": email})).await;
            tenant.delete("contact", &id).done().await;
            deleted.push(id);
            live.push(tenant.make("contact", json!({"full_name": format!("{number}")})).await);
        }
        let restores = deleted.iter().map(|id| tenant.restore("contact", id));
        let updates = live.iter().map(|id| tenant.patch("contact", id, json!({"email": email})));
        let creates =
            (0..16).map(|n| tenant.create("contact", json!({"full_name": n.to_string(), "email": email})));
        let answers = at_once(restores.chain(updates).chain(creates)).await;
        let won = count(&answers, 200) + count(&answers, 201);
        assert_eq!((won, count(&answers, 409)), (1, 31), "{answers:?}");
        let found = tenant.list("contact").query("email", &email).expect(200).await;
        assert_eq!(found.data().len(), 1);
    }
}

async fn takes_turns_in_deleting_and_restoring(server: Server) {
    let tenant = crm::tenant(&server).await;
    let contact = tenant.make("contact", json!({"full_name": "Ada"})).await;
    tenant.make("deal", json!({"contact": contact})).await;
    let mark = tenant.mark().await;
    let turn = |number: usize| {
        if number.is_multiple_of(2) {
            tenant.delete("contact", &contact)
        } else {
            tenant.restore("contact", &contact)
        }
    };
    let answers = at_once((0..40).map(turn)).await;
    let expected = [(204, 200), (404, 409)];
    for (number, answer) in answers.iter().enumerate() {
        let is_deletion = number.is_multiple_of(2);
        let allowed = expected.map(|(delete, restore)| if is_deletion { delete } else { restore });
        assert!(allowed.contains(&answer.status()), "{answer:?}");
    }
    let history = tenant.history("contact", &contact).query("limit", 500).expect(200).await;
    let kinds: Vec<&str> =
        history.data()[1..].iter().map(|change| change["type"].as_str().unwrap()).collect();
    let in_turn = ["record.deleted", "record.restored"].into_iter().cycle().take(kinds.len());
    assert_eq!(kinds, in_turn.collect::<Vec<_>>());
    assert_eq!(kinds.len(), count(&answers, 204) + count(&answers, 200));
    let versions: Vec<i64> =
        history.data().iter().map(|change| change["version"].as_i64().unwrap()).collect();
    assert_eq!(versions, (1..).take(versions.len()).collect::<Vec<_>>());
    assert_eq!(tenant.transactions(mark).await.len(), kinds.len(), "each with its deal, in one transaction");
}

async fn makes_a_key_among_writes_that_may_break_it(server: Server) {
    let tenant = server.tenant().await;
    tenant.define(object("part").field(field::text("code"))).await;
    for round in 0..4 {
        let create = |n: i64| tenant.create("part", json!({"code": format!("{round} {}", n / 2)}));
        let mut calls: Vec<Call> = (0..16).map(create).collect();
        calls.insert(
            dice_place(round),
            tenant.create_key("part", json!({"name": "code", "fields": ["code"]})),
        );
        let mut answers = at_once(calls).await;
        let key = answers.remove(dice_place(round));
        if key.status() == 201 {
            // Each value was taken once only, before the key or because of it.
            assert_eq!((count(&answers, 201), count(&answers, 409)), (8, 8), "{key:?}");
        } else {
            key.expect_problem(409, "data_conflict");
            assert_eq!(count(&answers, 201), 16);
        }
        for part in tenant.list("part").query("limit", 500).expect(200).await.data() {
            tenant.purge("part", part["id"].as_str().unwrap()).done().await;
        }
        if tenant.object("part").ok().await["keys"] != json!([]) {
            tenant.drop_key("part", "code").done().await;
        }
    }
}

/// Earlier and later among the writes.
fn dice_place(round: i64) -> usize {
    [0, 1, 3, 8][usize::try_from(round).unwrap()]
}

async fn uses_a_field_in_the_very_next_request_among_writes(server: Server) {
    let tenant = crm::tenant(&server).await;
    let over = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = (0..6)
        .map(|writer| {
            let (tenant, over) = (tenant.clone(), over.clone());
            tokio::spawn(async move {
                let mut made = 0;
                while !over.load(Ordering::Relaxed) {
                    tenant.make("deal", json!({"title": format!("{writer} {made}"), "seats": made})).await;
                    made += 1;
                }
            })
        })
        .collect();
    for number in 0..6 {
        let name = format!("extra{number}");
        tenant.create_field("deal", field::integer(&name)).created().await;
        let deal = tenant.create("deal", json!({ &name: number })).created().await;
        assert_eq!(deal[&name], number);
        let found = tenant.list("deal").query(&name, number).expect(200).await;
        assert_eq!(found.data().len(), 1);
        tenant.drop_field("deal", &name).done().await;
        tenant.create("deal", json!({ &name: number })).await.expect_problem(422, "unknown_field");
        tenant.list("deal").query(&name, number).await.expect_problem(400, "invalid_parameter");
    }
    over.store(true, Ordering::Relaxed);
    for writer in writers {
        writer.await.unwrap();
    }
}
