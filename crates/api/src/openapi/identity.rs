//! Operations on tenants and tokens.

use kith_model::limits::{LABEL_LENGTH_MAX, TENANT_NAME_BYTES_MAX};
use kith_model::right::Right;
use serde_json::{Map, Value as Json, json};

use crate::openapi::components::{actor, id, moment_or_null, page};
use crate::openapi::field::{LINE, moment};
use crate::openapi::operation::{Operation, link, reference};
use crate::openapi::paths::Paths;

/// Describes who there is.
pub(super) fn describe(paths: &mut Paths) {
    let whoami = json!({
        "type": "object",
        "properties": {
            "actor": actor(), "tenant": id("tenant"), "organization": id("org"), "rights": rights(),
        },
        "required": ["actor", "rights"],
    });
    paths.add(Operation::of("whoami.read", "Who the token is").answers(200, "the caller", &whoami, &[]));
    tenants(paths);
    tokens(paths);
}

/// What a token may do beyond what every token may.
fn rights() -> Json {
    let words: Vec<&str> = Right::WORDS.iter().map(|(word, _)| *word).collect();
    json!({
        "type": "array",
        "items": { "type": "string", "enum": words },
        "description": "What the token may do beyond what every token may: `import` lets it say when and by \
            whom records were made elsewhere.",
    })
}

fn retention() -> Json {
    json!({
        "type": ["integer", "null"],
        "minimum": 1,
        "maximum": 36_500,
        "description": "How many days the journal keeps what changed; null for ever.",
    })
}

fn tenants(paths: &mut Paths) {
    let name = json!({
        "type": "string",
        "minLength": 1,
        "maxLength": TENANT_NAME_BYTES_MAX,
        "pattern": r"^[a-z0-9][a-z0-9_.\-]*$",
    });
    let create = json!({
        "type": "object",
        "properties": { "name": name, "retention_days": retention() },
        "required": ["name"],
        "additionalProperties": false,
    });
    let parameters = json!({ "tenant": "$response.body#/id" });
    let links: Map<String, Json> = ["read", "update"]
        .into_iter()
        .map(|verb| (verb.to_owned(), link(&format!("tenants.{verb}"), &parameters)))
        .collect();
    paths.add(
        Operation::of("tenants.create", "Make a tenant and its first token")
            .about("The token is in this answer only, and in the same answer again to the same request with the same idempotency key.")
            .body(&create, &json!({ "name": "acme" }))
            .refuses(&[409])
            .answers(201, "made", &reference("KithTenantCreated"), &["Location"])
            .leads_to(201, links),
    );
    paths.add(Operation::of("tenants.list", "List the organization's tenants").paged().answers(
        200,
        "a page",
        &page(&reference("KithTenant")),
        &[],
    ));
    let one = |operation, summary| {
        let tenant = json!({ "type": "string", "minLength": 1 });
        Operation::of(operation, summary).segment("tenant", "The tenant's id or name.", &tenant)
    };
    paths.add(one("tenants.read", "Read a tenant").answers(200, "the tenant", &reference("KithTenant"), &[]));
    let patch = json!({
        "type": "object",
        "properties": { "retention_days": retention() },
        "required": ["retention_days"],
        "additionalProperties": false,
    });
    paths.add(
        one("tenants.update", "Set how long a tenant's journal keeps what changed")
            .body(&patch, &json!({ "retention_days": 365 }))
            .answers(200, "changed", &reference("KithTenant"), &[]),
    );
}

fn tokens(paths: &mut Paths) {
    let create = json!({
        "type": "object",
        "properties": {
            "name": { "type": "string", "minLength": 1, "maxLength": LABEL_LENGTH_MAX, "pattern": LINE },
            "rights": rights(),
        },
        "required": ["name"],
        "additionalProperties": false,
    });
    let mut links = Map::new();
    links.insert("revoke".to_owned(), link("tokens.revoke", &json!({ "token": "$response.body#/id" })));
    paths.add(
        Operation::of("tokens.create", "Make a token")
            .about("The token is in this answer only, and in the same answer again to the same request with the same idempotency key.")
            .body(&create, &json!({ "name": "importer" }))
            .answers(201, "made", &reference("KithTokenCreated"), &[])
            .leads_to(201, links),
    );
    paths.add(Operation::of("tokens.list", "List the tenant's tokens").paged().answers(
        200,
        "a page",
        &page(&reference("KithToken")),
        &[],
    ));
    paths.add(
        Operation::of("tokens.revoke", "Revoke a token")
            .segment("token", "The token's id.", &id("token"))
            .answers_empty(204, "revoked", &[]),
    );
}

/// The schemas of tenants and tokens.
pub(super) fn schemas() -> Vec<(String, Json)> {
    let tenant = json!({
        "type": "object",
        "properties": {
            "id": id("tenant"),
            "name": { "type": "string" },
            "organization": id("org"),
            "created_at": moment(),
            "retention_days": { "type": ["integer", "null"] },
        },
        "required": ["id", "name", "organization", "created_at", "retention_days"],
    });
    let token = json!({
        "type": "object",
        "properties": {
            "id": id("token"),
            "name": { "type": "string" },
            "rights": rights(),
            "created_at": moment(),
            "revoked_at": moment_or_null(),
        },
        "required": ["id", "name", "rights", "created_at"],
    });
    vec![
        ("KithTenantCreated".to_owned(), with_secret(&tenant)),
        ("KithTokenCreated".to_owned(), with_secret(&token)),
        ("KithTenant".to_owned(), tenant),
        ("KithToken".to_owned(), token),
    ]
}

/// The same with the token's text.
fn with_secret(schema: &Json) -> Json {
    let mut schema = schema.clone();
    schema["properties"]["token"] =
        json!({ "type": "string", "description": "Shown here and nowhere else." });
    if let Some(Json::Array(required)) = schema.get_mut("required") {
        required.push(json!("token"));
    }
    schema
}
