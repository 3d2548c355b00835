//! Many at once: what must hold whoever comes first.

use std::collections::BTreeSet;

use kith_testing::{Call, Response, Server, each_db};
use serde_json::json;

use crate::crm;

each_db!(
    one_of_many_gets_a_unique_value,
    one_of_many_moves_a_version,
    upserts_of_one_value_make_one_record,
    never_leaves_a_reference_to_nothing,
    keeps_rollups_exact,
    gives_positions_without_gaps,
    changes_the_schema_among_writes,
);

async fn all(calls: impl IntoIterator<Item = Call>) -> Vec<Response> {
    let sent: Vec<_> = calls.into_iter().map(|call| tokio::spawn(async move { call.await })).collect();
    let mut answers = Vec::new();
    for each in sent {
        answers.push(each.await.unwrap());
    }
    answers
}

fn count(answers: &[Response], status: u16) -> usize {
    answers.iter().filter(|answer| answer.status() == status).count()
}

async fn one_of_many_gets_a_unique_value(server: Server) {
    let tenant = crm::tenant(&server).await;
    let mark = tenant.mark().await;
    for round in 0..5 {
        let record = json!({"full_name": "Ada", "email": format!("{round}@example.com")});
        let answers = all((0..16).map(|_| tenant.create("contact", record.clone()))).await;
        assert_eq!((count(&answers, 201), count(&answers, 409)), (1, 15));
    }
    tenant.expect_changes(mark, &["record.created contact"; 5]).await;
}

async fn one_of_many_moves_a_version(server: Server) {
    let tenant = crm::tenant(&server).await;
    let id = tenant.make("deal", json!({"seats": 0})).await;
    for version in 1..6 {
        let update =
            |seats: i64| tenant.patch("deal", &id, json!({"seats": version * 100 + seats})).if_match(version);
        let answers = all((0..16).map(update)).await;
        assert_eq!((count(&answers, 200), count(&answers, 412)), (1, 15));
    }
    assert_eq!(tenant.get("deal", &id).ok().await["version"], 6);
}

async fn upserts_of_one_value_make_one_record(server: Server) {
    let tenant = crm::tenant(&server).await;
    let upsert = |n: i64| {
        let record = json!({"full_name": format!("Ada {n}")});
        tenant.upsert("contact", "email", "ada@example.com", record)
    };
    let answers = all((0..24).map(upsert)).await;
    assert_eq!((count(&answers, 201), count(&answers, 200)), (1, 23));
    let ids: BTreeSet<String> = answers.iter().map(Response::id).collect();
    assert_eq!(ids.len(), 1);
}

async fn never_leaves_a_reference_to_nothing(server: Server) {
    let tenant = crm::tenant(&server).await;
    for round in 0..6 {
        let company = tenant.make("company", json!({"name": format!("Acme {round}")})).await;
        let create = || tenant.create("deal", json!({"company": company, "seats": 1}));
        let calls = [create(), create(), tenant.delete("company", &company), create(), create()];
        let answers = all(calls).await;
        let created = count(&answers, 201);
        let is_deleted = answers[2].status() == 204;
        // The deletion came first, and every creation is refused; or it came later, and is.
        assert!(if is_deleted { created == 0 } else { created == 4 }, "{answers:?}");
        if !is_deleted {
            assert_eq!(answers[2].status(), 409);
            let company = tenant.get("company", &company).ok().await;
            assert_eq!((&company["deals"], &company["seats"]), (&json!(4), &json!("4")));
        }
    }
}

async fn keeps_rollups_exact(server: Server) {
    let tenant = crm::tenant(&server).await;
    let a = tenant.make("company", json!({"name": "A"})).await;
    let b = tenant.make("company", json!({"name": "B"})).await;
    let mut deals = Vec::new();
    for seats in 1..=20 {
        deals.push(tenant.make("deal", json!({"company": a, "seats": seats})).await);
    }
    let calls = deals.iter().enumerate().flat_map(|(index, deal)| {
        let moved = tenant.patch("deal", deal, json!({"company": b}));
        let changed = tenant.patch("deal", deal, json!({"seats": 100 + index}));
        let gone = if index % 4 == 0 { Some(tenant.delete("deal", deal)) } else { None };
        [Some(moved), Some(changed), gone].into_iter().flatten()
    });
    let answers = all(calls.collect::<Vec<_>>()).await;
    assert!(answers.iter().all(|answer| [200, 204, 404].contains(&answer.status())));
    let left: i64 = (0..20).filter(|index| index % 4 != 0).map(|index| 100 + index).sum();
    let record = tenant.get("company", &b).ok().await;
    assert_eq!((&record["deals"], &record["seats"]), (&json!(15), &json!(left.to_string())));
    let record = tenant.get("company", &a).ok().await;
    assert_eq!((&record["deals"], &record["seats"]), (&json!(0), &json!("0")));
}

async fn gives_positions_without_gaps(server: Server) {
    let tenant = crm::tenant(&server).await;
    let mark = tenant.mark().await;
    let create = |n: i64| {
        // Every fifth is refused, and takes no position.
        let seats = if n % 5 == 0 { json!("x") } else { json!(n) };
        tenant.create("deal", json!({"seats": seats}))
    };
    let answers = all((0..100).map(create)).await;
    assert_eq!((count(&answers, 201), count(&answers, 422)), (80, 20));
    let made: Vec<&Response> = answers.iter().filter(|answer| answer.status() == 201).collect();
    let positions: BTreeSet<i64> = made.iter().map(|answer| answer.position()).collect();
    assert_eq!(positions, (mark + 1..=mark + 80).collect());
    // The order of ids and times is the order of positions.
    let mut by_position: Vec<(i64, String, String)> = made
        .iter()
        .map(|answer| {
            (answer.position(), answer.id(), answer.json()["created_at"].as_str().unwrap().to_owned())
        })
        .collect();
    by_position.sort();
    assert!(by_position.windows(2).all(|pair| pair[0].1 < pair[1].1 && pair[0].2 < pair[1].2));
}

async fn changes_the_schema_among_writes(server: Server) {
    let tenant = crm::tenant(&server).await;
    let writers: Vec<_> = (0..4)
        .map(|writer| {
            let tenant = tenant.clone();
            tokio::spawn(async move {
                for n in 0..30 {
                    tenant.make("deal", json!({"title": format!("{writer} {n}"), "seats": n})).await;
                }
            })
        })
        .collect();
    for number in 0..8 {
        let name = format!("extra{number}");
        tenant
            .create_field("deal", kith_testing::field::integer(&name).default(json!(number)))
            .created()
            .await;
        let made = tenant.create("deal", json!({ name.as_str(): 77 })).created().await;
        assert_eq!(made[&name], 77, "used by the very next request");
    }
    for writer in writers {
        writer.await.unwrap();
    }
    assert_eq!(tenant.list("deal").query("limit", 500).expect(200).await.data().len(), 128);
}
