//! Named cursors of the change stream.

use kith_testing::{Server, each_db};
use serde_json::json;

use crate::crm;

each_db!(
    keeps_a_position,
    moves_only_from_where_it_is_expected,
    takes_no_position_of_the_journal,
    refuses_positions_of_another_history,
    refuses_wrong_names_and_bodies,
    belongs_to_its_tenant,
    bounds_their_number,
    survives_a_restart,
);

async fn keeps_a_position(server: Server) {
    let tenant = crm::tenant(&server).await;
    let last = tenant.mark().await;
    tenant.cursor("warehouse").await.expect_problem(404, "not_found");
    let made = tenant.put_cursor("warehouse", json!({"position": 2})).expect(200).await;
    let body = made.json();
    assert_eq!((&body["name"], &body["position"]), (&json!("warehouse"), &json!(2)));
    assert_eq!((&body["last_position"], &body["lag"]), (&json!(last), &json!(last - 2)));
    assert_eq!(body["history"].as_str(), Some(made.history()));
    assert!(body["updated_at"].is_string());
    assert_eq!(tenant.cursor("warehouse").ok().await, *body);
    tenant.put_cursor("warehouse", json!({"position": last})).ok().await;
    assert_eq!(tenant.cursor("warehouse").ok().await["lag"], 0);
    tenant.put_cursor("warehouse", json!({"position": 1})).ok().await;
    tenant.put_cursor("archive", json!({"position": format!("1:{}", made.history())})).ok().await;
    let page = tenant.caller().get("/v1/cursors").expect(200).await;
    let names: Vec<_> = page.data().iter().map(|cursor| cursor["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["archive", "warehouse"]);
    tenant.caller().delete("/v1/cursors/archive").done().await;
    tenant.caller().delete("/v1/cursors/archive").await.expect_problem(404, "not_found");
    tenant.cursor("archive").await.expect_problem(404, "not_found");
}

async fn moves_only_from_where_it_is_expected(server: Server) {
    let tenant = crm::tenant(&server).await;
    tenant.put_cursor("a", json!({"position": 1, "expect": 5})).await.expect_problem(412, "version_mismatch");
    tenant.put_cursor("a", json!({"position": 1, "expect": 0})).ok().await;
    tenant.put_cursor("a", json!({"position": 2, "expect": 0})).await.expect_problem(412, "version_mismatch");
    tenant.put_cursor("a", json!({"position": 2, "expect": 1})).ok().await;
    assert_eq!(tenant.cursor("a").ok().await["position"], 2);
    // Of two workers that saw the same place, one moves it.
    let moves = (0..8).map(|_| {
        let tenant = tenant.clone();
        tokio::spawn(
            async move { tenant.put_cursor("a", json!({"position": 3, "expect": 2})).await.status() },
        )
    });
    let mut moved = 0;
    for each in moves.collect::<Vec<_>>() {
        match each.await.unwrap() {
            200 => moved += 1,
            status => assert_eq!(status, 412),
        }
    }
    assert_eq!(moved, 1);
}

async fn takes_no_position_of_the_journal(server: Server) {
    let tenant = crm::tenant(&server).await;
    let mark = tenant.mark().await;
    tenant.put_cursor("a", json!({"position": 1})).ok().await;
    tenant.caller().delete("/v1/cursors/a").done().await;
    tenant.expect_changes(mark, &[]).await;
}

async fn refuses_positions_of_another_history(server: Server) {
    let tenant = crm::tenant(&server).await;
    let other = crm::tenant(&server).await;
    let last = tenant.mark().await;
    let foreign = other.schema().expect(200).await.history().to_owned();
    let refused = tenant.put_cursor("a", json!({"position": format!("1:{foreign}")})).await;
    refused.expect_problem(410, "history_changed");
    let refused = tenant.put_cursor("a", json!({"position": last + 1})).await;
    refused.expect_problem(410, "history_changed");
    tenant.cursor("a").await.expect_problem(404, "not_found");
}

async fn refuses_wrong_names_and_bodies(server: Server) {
    let tenant = crm::tenant(&server).await;
    for body in [
        json!({}),
        json!({"position": -1}),
        json!({"position": "x"}),
        json!({"position": null}),
        json!([]),
        json!({"position": 1.5}),
        json!({"position": 1, "colour": 2}),
        json!({"position": 1, "expect": "x"}),
    ] {
        let refused = tenant.put_cursor("a", body.clone()).await;
        assert!((400..500).contains(&refused.status()), "{body}\n{refused:?}");
    }
    for name in ["%20", "a%2Fb", "%00", &"x".repeat(300), "%C3%28"] {
        let refused = tenant.put_cursor(name, json!({"position": 1})).await;
        assert!((400..500).contains(&refused.status()), "{name}\n{refused:?}");
    }
    assert_eq!(tenant.caller().get("/v1/cursors").expect(200).await.data().len(), 0);
}

async fn belongs_to_its_tenant(server: Server) {
    let tenant = crm::tenant(&server).await;
    let other = crm::tenant(&server).await;
    tenant.put_cursor("a", json!({"position": 1})).ok().await;
    other.cursor("a").await.expect_problem(404, "not_found");
    assert_eq!(other.caller().get("/v1/cursors").expect(200).await.data().len(), 0);
}

async fn bounds_their_number(server: Server) {
    let tenant = crm::tenant(&server).await;
    for number in 0..100 {
        tenant.put_cursor(&format!("c{number}"), json!({"position": 0})).ok().await;
    }
    tenant.put_cursor("one_more", json!({"position": 0})).await.expect_problem(422, "limit_reached");
    tenant.put_cursor("c7", json!({"position": 1})).ok().await;
    tenant.caller().delete("/v1/cursors/c7").done().await;
    tenant.put_cursor("one_more", json!({"position": 0})).ok().await;
}

async fn survives_a_restart(server: Server) {
    let tenant = crm::tenant(&server).await;
    tenant.put_cursor("a", json!({"position": 2})).ok().await;
    server.stop().await;
    server.start_again().await;
    assert_eq!(tenant.cursor("a").ok().await["position"], 2);
}
