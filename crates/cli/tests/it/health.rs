//! What operators and tools ask without a token, and how the server looks from outside.

use kith_testing::{Server, each_db};
use reqwest::Method;
use serde_json::json;

use crate::crm;

each_db!(
    lives_and_is_ready,
    describes_itself,
    describes_a_tenants_own_objects,
    answers_head_as_get,
    names_what_is_allowed,
    finds_nothing_where_nothing_is,
    gives_each_request_an_id,
    wants_json,
);

async fn lives_and_is_ready(server: Server) {
    for path in ["/healthz", "/readyz"] {
        let answer = server.anonymous().get(path).expect(200).await;
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
}

async fn describes_itself(server: Server) {
    let document = server.anonymous().get("/openapi.json").ok().await;
    assert!(document["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")), "{document}");
    for route in kith_api::ROUTES {
        let operation = &document["paths"][route.path][route.method.as_str().to_lowercase()];
        assert_eq!(operation["operationId"], route.operation, "{} {}", route.method.as_str(), route.path);
        assert!(operation["responses"].is_object(), "{operation}");
    }
}

async fn describes_a_tenants_own_objects(server: Server) {
    let tenant = crm::tenant(&server).await;
    let other = server.tenant().await;
    // A change of the schema is in the next document.
    for name in ["shoe_size", "favourite_colour"] {
        tenant.create_field("contact", kith_testing::field::text(name)).created().await;
        assert!(tenant.caller().get("/openapi.json").expect(200).await.text().contains(name));
        assert!(!other.caller().get("/openapi.json").expect(200).await.text().contains(name));
        assert!(!server.anonymous().get("/openapi.json").expect(200).await.text().contains(name));
    }
}

async fn answers_head_as_get(server: Server) {
    let tenant = crm::tenant(&server).await;
    let id = tenant.make("contact", json!({"full_name": "Ada"})).await;
    let path = format!("/v1/records/contact/{id}");
    let get = tenant.caller().get(&path).expect(200).await;
    let head = tenant.caller().call(Method::HEAD, &path).expect(200).await;
    assert_eq!(head.text(), "");
    for header in ["etag", "kith-position", "content-type"] {
        assert_eq!(head.header(header), get.header(header), "{header}");
    }
    let missing = "/v1/records/contact/contact_01h455vb4pex5vsknk084sn02q";
    assert_eq!(tenant.caller().call(Method::HEAD, missing).await.status(), 404);
}

async fn names_what_is_allowed(server: Server) {
    let tenant = crm::tenant(&server).await;
    let refused = tenant.caller().call(Method::DELETE, "/v1/schema").await;
    let refused = refused.expect_problem(405, "method_not_allowed");
    let allow = refused.header("allow").unwrap_or_default();
    assert!(allow.contains("GET") && !allow.contains("DELETE"), "{allow}");
    let options = tenant.caller().call(Method::OPTIONS, "/v1/records/contact").expect(204).await;
    let allow = options.header("allow").unwrap_or_default();
    assert!(allow.contains("GET") && allow.contains("POST"), "{allow}");
    let refused = tenant.caller().call(Method::from_bytes(b"BREW").unwrap(), "/v1/schema").await;
    assert!(refused.status() == 405 || refused.status() == 501, "{refused:?}");
}

async fn finds_nothing_where_nothing_is(server: Server) {
    let tenant = crm::tenant(&server).await;
    for path in
        ["/", "/v1", "/v2/schema", "/v1/records", "/v1/records/contact/", "//v1/schema", "/v1/../healthz/x"]
    {
        tenant.caller().get(path).await.expect_problem(404, "not_found");
    }
    let near = tenant.caller().get("/v1/record/contact").await.expect_problem(404, "not_found");
    assert!(near.text().contains("/v1/records/{object}"), "{near:?}");
}

async fn gives_each_request_an_id(server: Server) {
    let one = server.anonymous().get("/healthz").expect(200).await;
    let two = server.anonymous().get("/healthz").expect(200).await;
    assert_ne!(one.header("kith-request-id"), two.header("kith-request-id"));
}

async fn wants_json(server: Server) {
    let tenant = crm::tenant(&server).await;
    let post = |media_type: &str| {
        let call = tenant.caller().call(Method::POST, "/v1/records/deal");
        call.bytes(media_type, r#"{"seats": 1}"#)
    };
    for wrong in ["text/plain", "application/xml", "application/x-www-form-urlencoded", "nonsense", ""] {
        post(wrong).await.expect_problem(415, "unsupported_media_type");
    }
    let none = tenant.caller().call(Method::POST, "/v1/records/deal");
    let none = none.bytes("application/json", "").await;
    none.expect_problem(400, "malformed");
    for fine in ["application/json", "application/json; charset=utf-8", "Application/JSON"] {
        post(fine).created().await;
    }
    for accept in ["application/json", "*/*", "application/*", "text/html, */*;q=0.1"] {
        tenant.list("deal").header("accept", accept).ok().await;
    }
    tenant.list("deal").header("accept", "text/html").await.expect_problem(406, "not_acceptable");
}
