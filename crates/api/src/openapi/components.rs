//! What operations share: parameters, headers, refusals, and the schemas that are there
//! whatever objects a tenant has.

use http::StatusCode;
use kith_model::fault::Code;
use kith_model::id::TenantId;
use kith_model::limits::{IDEMPOTENCY_KEY_MAX, PAGE_DEFAULT, PAGE_MAX};
use serde_json::{Map, Value as Json, json};

use crate::openapi::field::{SUFFIX, currency_codes, moment, nullable};
use crate::openapi::{
    changes, cursors, definition, duplicates, identity, jobs, record, rules, service, tasks,
};

/// Statuses of refusals, each with what it means here.
const REFUSALS: &[(u16, &str)] = &[
    (400, "the request cannot be read, or a header, parameter or path segment is not valid"),
    (401, "no valid token"),
    (403, "the token may not do this"),
    (404, "no such thing, or not for this token"),
    (405, "the method is not allowed here"),
    (406, "nothing acceptable can be answered"),
    (409, "what is there stands in the way"),
    (410, "it was there, and is not any more"),
    (412, "the version or the position is not the expected one"),
    (413, "the body is larger or deeper than the published limit"),
    (415, "the body is not of a media type that is understood here"),
    (416, "the range is not within the file"),
    (422, "the input is not valid, or was refused"),
    (424, "the operation is undone because another of its batch failed"),
    (500, "a fault of Kith itself"),
    (503, "try again later; nothing was begun, or it is safe to ask again"),
    (504, "the request took too long"),
    (507, "the disk is full; nothing was written"),
];

/// The nouns of the API, in the order of its documentation.
pub(super) fn tags() -> Json {
    let tag = |(name, description): &(&str, &str)| json!({ "name": name, "description": description });
    [
        ("records", "Records, flat JSON"),
        ("trash", "What was deleted and can be restored"),
        ("batch", "Many operations in one transaction"),
        ("changes", "The change stream"),
        ("cursors", "Places in the change stream, kept for consumers"),
        ("schema", "The whole schema"),
        ("objects", "Types of record"),
        ("fields", "Fields of an object"),
        ("keys", "Unique keys and indexes of an object"),
        ("matching", "Matching rules of an object"),
        ("duplicates", "Records that are likely to be one"),
        ("jobs", "Long work on files of rows: loads, imports, exports"),
        ("tasks", "Long work that changes of the schema leave"),
        ("tenants", "Tenants of the organization, for administrators"),
        ("tokens", "Tokens of a tenant"),
        ("whoami", "Who the caller is"),
        ("verify", "The check of the tables against the journal"),
        ("limits", "Published limits"),
        ("health", "Whether the server lives and can serve"),
        ("openapi", "This document"),
    ]
    .iter()
    .map(tag)
    .collect()
}

/// Parameters by name. In a tenant's document `Kith-Tenant` is that tenant: its token
/// may name no other.
pub(super) fn parameters(tenant: Option<TenantId>) -> Json {
    let tenant = match tenant {
        Some(tenant) => json!({ "type": "string", "const": tenant.to_string() }),
        None => json!({ "type": "string", "minLength": 1, "pattern": "^[!-~]+$" }),
    };
    let position = r"^[0-9]{1,18}(:history_[0-7][0-9a-hjkmnp-tv-z]{25})?$";
    let tag = r#"(W/)?"[!#-~]*""#;
    let any_tag = json!({ "type": "string", "pattern": format!(r"^(\*|{tag})$") });
    json!({
        "KithTenant": header("Kith-Tenant",
            "The tenant, by id or name. Needed with an administrator's token; a tenant's token needs none.", &tenant),
        "KithMinPosition": header("Kith-Min-Position",
            "Answer from a state that contains this position, such as that of your own write. Waits up to 5 seconds.",
            &json!({ "type": "string", "pattern": position, "examples": ["42"] })),
        "IdempotencyKey": header("Idempotency-Key",
            "The same key with the same request gives the same answer, for 24 hours, and does nothing again.",
            &json!({ "type": "string", "pattern": "^[!-~]+$", "maxLength": IDEMPOTENCY_KEY_MAX })),
        "IfMatch": header("If-Match",
            "Only if the record is at this version, as its `ETag` says (`\"3\"`); `*` for any.", &any_tag),
        "IfNoneMatch": header("If-None-Match",
            "Only if the record is not at this version: else 304. Objects with roll-ups are always answered in \
             full, because those change without a new version.", &any_tag),
        "Prefer": header("Prefer",
            "`return=minimal` answers id and version only.",
            &json!({ "type": "string", "examples": ["return=minimal", "return=representation"] })),
        "Duplicates": query("duplicates",
            "What to do about records that are likely to be the same: `report` counts them in \
             `Kith-Duplicates` and notes the pairs, `refuse` answers 409 and writes nothing.",
            &duplicates::words()),
        "LastEventId": header("Last-Event-ID",
            "The id of the last event received: the stream goes on behind it.",
            &json!({ "type": "string", "pattern": format!("^$|{position}") })),
        "Limit": query("limit", "How many items a page has at most.",
            &json!({ "type": "integer", "minimum": 1, "maximum": PAGE_MAX, "default": PAGE_DEFAULT })),
        "Cursor": query("cursor", "`next_cursor` of the page before, unchanged.",
            &json!({ "type": "string", "pattern": "^[A-Za-z0-9_-]+$" })),
    })
}

fn header(name: &str, description: &str, schema: &Json) -> Json {
    json!({ "name": name, "in": "header", "description": description, "schema": schema })
}

fn query(name: &str, description: &str, schema: &Json) -> Json {
    json!({ "name": name, "in": "query", "description": description, "schema": schema })
}

/// Headers of answers by name.
pub(super) fn headers() -> Json {
    let header = |is_required: bool, description: &str, schema: Json| json!({ "description": description, "required": is_required, "schema": schema });
    let history = json!({ "type": "string", "pattern": format!("^history_{SUFFIX}$") });
    json!({
        "Kith-Request-Id": header(true, "The request's id, which is also in the server's log.",
            json!({ "type": "string", "pattern": format!("^request_{SUFFIX}$") })),
        "Kith-Position": header(true, "For a write, the last position of its transaction; for a read, the last \
            position in the snapshot that was read.", json!({ "type": "integer", "minimum": 0 })),
        "Kith-History": header(true, "The history that the position is of.", history),
        "traceparent": header(false, "The caller's W3C trace context, if it sent a valid one.",
            json!({ "type": "string" })),
        "ETag": header(true, "The record's version, quoted.",
            json!({ "type": "string", "pattern": "^\"[0-9]+\"$" })),
        "Location": header(true, "Where what was made can be read.", json!({ "type": "string", "format": "uri-reference" })),
        "Idempotency-Replayed": header(false, "`true` when this is the kept answer of an earlier request.",
            json!({ "type": "string", "const": "true" })),
        "Kith-Duplicates": header(false, "How many records are likely to be the same, if that was asked.",
            json!({ "type": "integer", "minimum": 0 })),
        "Kith-Merged-Into": header(false, "The record that was answered, where the id that was asked for stands \
            for it since a merge.", json!({ "type": "string" })),
        "Content-Location": header(false, "Where that record is.", json!({ "type": "string", "format": "uri-reference" })),
        "Repr-Digest": header(false, "The file's SHA-256 (RFC 9530), where it is known.", json!({ "type": "string" })),
        "Accept-Ranges": header(false, "`bytes`: the file can be read in parts.", json!({ "type": "string" })),
        "Content-Range": header(true, "Which bytes these are.", json!({ "type": "string" })),
        "Preference-Applied": header(false, "The preference that was honoured.", json!({ "type": "string" })),
        "Retry-After": header(true, "Seconds to wait.", json!({ "type": "integer", "minimum": 1 })),
        "WWW-Authenticate": header(true, "How to authenticate.", json!({ "type": "string" })),
        "Allow": header(true, "The methods that are allowed here.", json!({ "type": "string" })),
    })
}

/// Refusals by status, and the one for any other.
pub(super) fn responses() -> Json {
    let refusal = |description: &str, extra: Option<&str>| {
        let reference = |name: &str| json!({ "$ref": format!("#/components/headers/{name}") });
        let mut headers = Map::new();
        for name in ["Kith-Request-Id", "traceparent"].into_iter().chain(extra) {
            headers.insert(name.to_owned(), reference(name));
        }
        let content = json!({ "application/problem+json": { "schema": { "$ref": "#/components/schemas/KithProblem" } } });
        json!({ "description": description, "headers": headers, "content": content })
    };
    let mut responses = Map::new();
    for (status, description) in REFUSALS {
        let extra = match StatusCode::from_u16(*status) {
            Ok(StatusCode::UNAUTHORIZED) => Some("WWW-Authenticate"),
            Ok(StatusCode::METHOD_NOT_ALLOWED) => Some("Allow"),
            Ok(StatusCode::SERVICE_UNAVAILABLE) => Some("Retry-After"),
            _ => None,
        };
        responses.insert(format!("Problem{status}"), refusal(description, extra));
    }
    responses.insert("Problem".to_owned(), refusal("any other refusal", None));
    Json::Object(responses)
}

/// Schemas that are always there. Their names begin with `Kith`, which no object's does.
pub(super) fn schemas() -> Map<String, Json> {
    let mut schemas = Map::new();
    let mut put = |name: &str, schema: Json| {
        schemas.insert(name.to_owned(), schema);
    };
    put("KithProblem", problem());
    put("KithFault", fault());
    put("KithCurrency", currency_codes());
    put("KithWritten", record::written());
    for (name, schema) in [
        service::schemas(),
        identity::schemas(),
        definition::schemas(),
        rules::schemas(),
        duplicates::schemas(),
        changes::schemas(),
        cursors::schemas(),
        tasks::schemas(),
        jobs::schemas(),
    ]
    .into_iter()
    .flatten()
    {
        put(&name, schema);
    }
    schemas
}

fn codes() -> Json {
    let codes: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    json!({
        "type": "string",
        "description": "A stable code. Others may be added: treat one that is not known as its status.",
        "x-extensible-enum": codes,
    })
}

fn problem() -> Json {
    json!({
        "type": "object",
        "description": "A refusal (RFC 9457), with every fault that was found.",
        "properties": {
            "type": { "type": "string", "pattern": "^urn:kith:error:[a-z_]+$" },
            "title": { "type": "string", "description": "What the code means; the same for every problem of the code." },
            "status": { "type": "integer", "minimum": 400, "maximum": 599 },
            "code": codes(),
            "detail": { "type": "string", "description": "What is wrong here, for a person." },
            "instance": { "type": "string", "description": "The request's id." },
            "errors": { "type": "array", "minItems": 1, "items": { "$ref": "#/components/schemas/KithFault" } },
        },
        "required": ["type", "title", "status", "code", "detail", "instance", "errors"],
        "example": {
            "type": "urn:kith:error:required",
            "title": "a required field has no value",
            "status": 422,
            "code": "required",
            "detail": "`name` needs a value",
            "instance": "request_01h455vb4pex5vsknk084sn02q",
            "errors": [{ "code": "required", "detail": "`name` needs a value", "pointer": "/name" }],
        },
    })
}

fn fault() -> Json {
    json!({
        "type": "object",
        "properties": {
            "code": codes(),
            "detail": { "type": "string" },
            "pointer": { "type": "string", "description": "RFC 6901 pointer to the faulty input, when it is known." },
            "hint": { "type": "string", "description": "What to do about it." },
            "records": {
                "type": "array",
                "maxItems": 10,
                "items": { "type": "string" },
                "description": "Ids of records that stand in the way.",
            },
        },
        "required": ["code", "detail"],
    })
}

/// A page of something.
pub(super) fn page(items: &Json) -> Json {
    json!({
        "type": "object",
        "properties": {
            "data": { "type": "array", "items": items },
            "next_cursor": {
                "type": ["string", "null"],
                "description": "Give it back as `cursor` for the next page; null on the last one.",
            },
        },
        "required": ["data", "next_cursor"],
    })
}

/// A point in time that may be missing.
pub(super) fn moment_or_null() -> Json {
    nullable(moment())
}

/// An id of a kind.
pub(super) fn id(prefix: &str) -> Json {
    json!({ "type": "string", "pattern": format!("^{prefix}_{SUFFIX}$") })
}

/// Who did something.
pub(super) fn actor() -> Json {
    json!({
        "type": "string",
        "pattern": format!("^(system|(token|user)_{SUFFIX})$"),
        "description": "A token, a person, or Kith itself.",
    })
}
