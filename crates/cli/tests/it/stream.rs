//! The change stream as server-sent events.

use kith_testing::{EventStream, Server, each_db};
use serde_json::json;

use crate::crm;

each_db!(
    sends_each_transaction_once_in_order,
    goes_on_behind_the_last_event,
    filters_by_object,
    survives_a_restart_without_gap_or_repeat,
    ends_when_its_token_is_revoked,
    starts_at_a_named_cursor,
    sends_what_the_page_shows,
);

async fn sends_each_transaction_once_in_order(server: Server) {
    let tenant = crm::tenant(&server).await;
    let mut stream = tenant.stream(0).await;
    let mut expected = tenant.transactions(0).await;
    let mark = tenant.mark().await;
    let writer = tokio::spawn({
        let tenant = tenant.clone();
        async move {
            for seats in 0..50 {
                tenant.make("deal", json!({"seats": seats})).await;
            }
        }
    });
    writer.await.unwrap();
    expected.extend(tenant.transactions(mark).await);
    for transaction in expected {
        let event = stream.next().await;
        assert_eq!(event.event, "transaction");
        assert_eq!(event.data, transaction);
        assert!(event.id.starts_with(&format!("{}:history_", transaction["position"])), "{}", event.id);
    }
}

async fn goes_on_behind_the_last_event(server: Server) {
    let tenant = crm::tenant(&server).await;
    let mark = tenant.mark().await;
    for seats in 0..3 {
        tenant.make("deal", json!({"seats": seats})).await;
    }
    let mut stream = tenant.stream(mark).await;
    let first = stream.next().await;
    drop(stream);
    let call = tenant.changes(mark).header("last-event-id", first.id);
    let mut stream = EventStream::open(call).await;
    assert_eq!(stream.next().await.data["position"], mark + 2, "the header is newer than the address");
    assert_eq!(stream.next().await.data["position"], mark + 3);
    let refused =
        tenant.changes(mark).header("accept", "text/event-stream").header("last-event-id", "x").await;
    refused.expect_problem(400, "invalid_parameter");
}

async fn filters_by_object(server: Server) {
    let tenant = crm::tenant(&server).await;
    let mark = tenant.mark().await;
    let mut stream = EventStream::open(tenant.changes(mark).query("object", "contact")).await;
    tenant.make("deal", json!({})).await;
    let id = tenant.make("contact", json!({"full_name": "Ada"})).await;
    let event = stream.next().await;
    assert_eq!(event.data["changes"][0]["id"], id.as_str());
    assert_eq!(event.data["position"], mark + 2);
}

async fn survives_a_restart_without_gap_or_repeat(server: Server) {
    let tenant = crm::tenant(&server).await;
    let mark = tenant.mark().await;
    let mut stream = tenant.stream(mark).await;
    tenant.make("deal", json!({"seats": 1})).await;
    let seen = stream.next().await;
    server.stop().await;
    assert_eq!(stream.next_or_end().await, None);
    server.start_again().await;
    let mut stream = EventStream::open(tenant.changes(0).header("last-event-id", seen.id)).await;
    tenant.make("deal", json!({"seats": 2})).await;
    assert_eq!(stream.next().await.data["position"], mark + 2);
}

async fn ends_when_its_token_is_revoked(server: Server) {
    let tenant = crm::tenant(&server).await;
    let (id, other) = tenant.another_token("reader").await;
    let mut stream = other.stream(tenant.mark().await).await;
    tenant.caller().delete(&format!("/v1/tokens/{id}")).done().await;
    let mut last = None;
    while let Some(event) = stream.next_or_end().await {
        last = Some(event);
    }
    let last = last.expect("it says why it ends");
    assert_eq!((last.event.as_str(), &last.data["code"]), ("error", &json!("unauthenticated")));
}

async fn starts_at_a_named_cursor(server: Server) {
    let tenant = crm::tenant(&server).await;
    let mark = tenant.mark().await;
    tenant.put_cursor("mine", json!({"position": mark})).ok().await;
    let id = tenant.make("contact", json!({"full_name": "Ada"})).await;
    let mut stream = EventStream::open(tenant.caller().get("/v1/changes?cursor=mine")).await;
    assert_eq!(stream.next().await.data["changes"][0]["id"], id.as_str());
}

async fn sends_what_the_page_shows(server: Server) {
    let tenant = crm::tenant(&server).await;
    let page = tenant.changes(0).expect(200).await;
    let mut stream = tenant.stream(0).await;
    for transaction in page.data() {
        assert_eq!(stream.next().await.data, *transaction);
    }
}
