//! Definitions of objects, fields and keys: what may be sent and what is shown. A member
//! that is null is as good as absent.

use kith_model::limits::{
    ALIASES_MAX, AUTO_NUMBER_PREFIX_MAX, DECIMAL_DIGITS_MAX, DESCRIPTION_LENGTH_MAX, KEY_FIELDS_MAX,
    LABEL_LENGTH_MAX, LONG_TEXT_LENGTH_MAX, NAME_BYTES_MAX, OPTION_LENGTH_MAX, OPTIONS_MAX, TARGETS_MAX,
    TEXT_LENGTH_MAX,
};
use kith_model::name::{LIST_PARAMETERS, SYSTEM_FIELDS};
use serde_json::{Map, Value as Json, json};

use crate::openapi::components::id;
use crate::openapi::field::{LINE, LINES, nullable};
use crate::openapi::operation::reference;
use crate::openapi::rules;

/// One line that is not blank.
const HEADING: &str =
    r"^[^\u0000-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f][^\u0000-\u001f\u007f-\u009f]*$";

/// A decimal in a definition, whose scale stands beside it.
const DECIMAL: &str = r"^-?[0-9]{1,9}(\.[0-9]{1,2})?$";

/// The name of an object, field or key.
pub(super) fn name() -> Json {
    json!({ "type": "string", "maxLength": NAME_BYTES_MAX, "pattern": "^[a-z][a-z0-9]*(_[a-z0-9]+)*$" })
}

fn field_name() -> Json {
    let mut schema = name();
    schema["not"] = json!({ "enum": SYSTEM_FIELDS.iter().chain(LIST_PARAMETERS).collect::<Vec<_>>() });
    schema
}

/// The schemas of definitions.
pub(super) fn schemas() -> Vec<(String, Json)> {
    let put = |name: &str, schema: Json| (name.to_owned(), schema);
    vec![
        put("KithObject", object()),
        put("KithObjectCreate", object_create()),
        put("KithObjectPatch", object_patch()),
        put("KithField", field()),
        put("KithFieldCreate", field_create()),
        put("KithFieldPatch", field_patch()),
        put("KithKey", key()),
        put("KithKeyCreate", key_create()),
        put("KithKeyPatch", key_patch()),
    ]
}

fn label() -> Json {
    json!({ "type": ["string", "null"], "maxLength": LABEL_LENGTH_MAX, "pattern": HEADING, "description": "For people." })
}

fn description() -> Json {
    json!({
        "type": ["string", "null"],
        "maxLength": DESCRIPTION_LENGTH_MAX,
        "pattern": LINES,
        "description": "For people, and for agents: what it stands for.",
    })
}

/// Earlier names, as they are shown.
fn aliases() -> Json {
    json!({ "type": "array", "items": name(), "description": "Earlier names that still work." })
}

/// Earlier names, as they may be given.
fn aliases_given() -> Json {
    json!({ "type": ["array", "null"], "maxItems": ALIASES_MAX, "uniqueItems": true, "items": name() })
}

fn flag(description: &str) -> Json {
    json!({ "type": ["boolean", "null"], "default": false, "description": description })
}

fn object() -> Json {
    json!({
        "type": "object",
        "properties": {
            "name": name(),
            "aliases": aliases(),
            "label": { "type": "string" },
            "description": { "type": ["string", "null"] },
            "prefix": { "type": "string", "description": "What the ids of its records begin with; fixed." },
            "fields": { "type": "array", "items": reference("KithField") },
            "keys": { "type": "array", "items": reference("KithKey") },
            "rules": { "type": "array", "items": reference("KithRule") },
            "matching": { "type": "array", "items": reference("KithMatching") },
        },
        "required": ["name", "aliases", "label", "description", "prefix", "fields", "keys", "rules"],
    })
}

fn object_create() -> Json {
    json!({
        "type": "object",
        "properties": {
            "name": name(),
            "aliases": aliases_given(),
            "label": label(),
            "description": description(),
            "prefix": {
                "type": ["string", "null"],
                "maxLength": NAME_BYTES_MAX,
                "pattern": "^[a-z](_*[a-z])*$",
                "description": "What the ids of its records begin with; made from the name unless given.",
            },
            "fields": { "type": ["array", "null"], "items": reference("KithFieldCreate") },
            "keys": { "type": ["array", "null"], "items": reference("KithKeyCreate") },
            "rules": { "type": ["array", "null"], "items": reference("KithRuleCreate") },
            "matching": { "type": ["array", "null"], "items": reference("KithMatching") },
        },
        "required": ["name"],
        "additionalProperties": false,
    })
}

fn object_patch() -> Json {
    json!({
        "type": "object",
        "properties": {
            "name": name(), "aliases": aliases_given(), "label": label(), "description": description(),
        },
        "additionalProperties": false,
    })
}

fn classification() -> Json {
    json!({
        "type": ["string", "null"],
        "enum": ["public", "internal", "personal", "secret", null],
        "default": "internal",
        "description": "How values are to be handled.",
    })
}

fn field() -> Json {
    json!({
        "type": "object",
        "description": "A field. Other members belong to its type.",
        "properties": {
            "name": name(),
            "aliases": aliases(),
            "type": { "type": "string" },
            "label": { "type": "string" },
            "description": { "type": ["string", "null"] },
            "classification": { "type": "string" },
            "required": { "type": "boolean" },
            "default": {},
            "computed": { "type": "string", "description": "The expression that it is computed from." },
            "stored": { "type": "boolean", "description": "Whether a computed value is kept in a column." },
            "stamp": { "type": "string", "description": "The field whose last change it keeps the time of." },
            "state": { "type": "string", "description": "`filling`, while a task brings the records there are up to date." },
            "task": id("schema_task"),
            "lag": { "type": "object", "description": "How far it follows the records that it refers to." },
        },
        "required": ["name", "aliases", "type", "label", "description", "classification", "required", "default"],
    })
}

/// A type of field: its name, whether it can stand in a key, whether it is text, its
/// default and its own members.
struct Type(&'static str, bool, bool, Json, Json);

fn types() -> Vec<Type> {
    let integer = || json!({ "type": ["integer", "null"], "minimum": i64::MIN, "maximum": i64::MAX });
    let moment = |format: &str| json!({ "type": ["string", "null"], "format": format });
    let currencies =
        json!({ "type": ["array", "null"], "uniqueItems": true, "items": reference("KithCurrency") });
    let decimal = json!({
        "precision": digits(1), "scale": digits(0), "min": decimal_bound(), "max": decimal_bound(),
    });
    let chosen = json!({ "type": ["array", "null"], "items": { "type": "string" } });
    let default_decimal = json!({ "type": ["string", "null"], "pattern": DECIMAL });
    let money = json!({ "type": ["object", "null"] });
    vec![
        Type("text", true, true, text(LINE), json!({ "max_length": length(TEXT_LENGTH_MAX) })),
        Type("long_text", false, false, text(LINES), json!({ "max_length": length(LONG_TEXT_LENGTH_MAX) })),
        Type("integer", true, false, integer(), json!({ "min": integer(), "max": integer() })),
        Type("decimal", true, false, default_decimal, decimal),
        Type("currency", false, false, money, json!({ "scale": digits(0), "currencies": currencies })),
        Type("boolean", true, false, json!({ "type": ["boolean", "null"] }), json!({})),
        Type("date", true, false, moment("date"), json!({})),
        Type("datetime", true, false, moment("date-time"), json!({})),
        Type("email", true, true, text(LINE), json!({})),
        Type("phone", true, true, text(LINE), json!({})),
        Type("url", true, true, text(LINE), json!({})),
        Type("select", true, true, text(LINE), json!({ "options": options() })),
        Type("multi_select", false, false, chosen, json!({ "options": options() })),
        Type("json", false, false, json!({}), json!({})),
        Type("reference", true, false, none(), json!({ "to": targets(), "on_delete": on_delete() })),
        Type("auto_number", true, false, none(), auto_number()),
        Type("rollup", false, false, none(), rollup()),
    ]
}

/// The types whose values can be computed.
const COMPUTED: &[&str] =
    &["text", "long_text", "integer", "decimal", "currency", "boolean", "date", "datetime"];

fn none() -> Json {
    json!({ "type": "null" })
}

fn text(pattern: &str) -> Json {
    json!({ "type": ["string", "null"], "pattern": pattern })
}

fn length(most: u32) -> Json {
    json!({ "type": ["integer", "null"], "minimum": 1, "maximum": most })
}

fn digits(least: u8) -> Json {
    json!({ "type": ["integer", "null"], "minimum": least, "maximum": DECIMAL_DIGITS_MAX })
}

fn auto_number() -> Json {
    json!({
        "prefix": { "type": ["string", "null"], "maxLength": AUTO_NUMBER_PREFIX_MAX, "pattern": "^[ -~]*$" },
        "digits": digits(1),
    })
}

fn rollup() -> Json {
    json!({
        "function": { "type": "string", "enum": ["count", "sum", "min", "max", "avg"] },
        "from": name(),
        "via": name(),
        "of": nullable(name()),
        "currency": { "type": ["string", "null"], "pattern": "^[A-Z]{3}$" },
        "scale": { "type": ["integer", "null"], "minimum": 0, "maximum": DECIMAL_DIGITS_MAX },
        "where": nullable(rules::expression()),
    })
}

fn decimal_bound() -> Json {
    json!({ "anyOf": [{ "type": "string", "pattern": DECIMAL }, { "type": "integer" }, { "type": "null" }] })
}

fn options() -> Json {
    let value = json!({
        "type": "string",
        "minLength": 1,
        "maxLength": OPTION_LENGTH_MAX,
        "pattern": r"^[^\s\u0000-\u001f\u007f-\u009f]([^\u0000-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f])?$",
    });
    let label = json!({ "type": ["string", "null"], "maxLength": OPTION_LENGTH_MAX, "pattern": HEADING });
    let option = json!({
        "type": "object",
        "properties": { "value": value, "label": label },
        "required": ["value"],
        "additionalProperties": false,
    });
    json!({ "type": "array", "minItems": 1, "maxItems": OPTIONS_MAX, "uniqueItems": true, "items": { "anyOf": [value, option] } })
}

fn targets() -> Json {
    json!({ "type": "array", "minItems": 1, "maxItems": TARGETS_MAX, "uniqueItems": true, "items": name() })
}

fn on_delete() -> Json {
    json!({ "type": ["string", "null"], "enum": ["restrict", "clear", "cascade", null], "default": "restrict" })
}

fn field_create() -> Json {
    let variant = |Type(kind, in_keys, is_text, default, particulars): Type| {
        let required: Vec<&str> = ["name", "type"]
            .into_iter()
            .chain(match kind {
                "select" | "multi_select" => vec!["options"],
                "reference" => vec!["to"],
                "rollup" => vec!["function", "from", "via"],
                _ => vec![],
            })
            .collect();
        let is_computed = matches!(kind, "auto_number" | "rollup");
        let never = || json!({ "type": ["boolean", "null"], "enum": [false, null] });
        let when =
            |is_possible: bool, description: &str| if is_possible { flag(description) } else { never() };
        let mut properties = json!({
            "name": field_name(),
            "aliases": aliases_given(),
            "type": { "type": "string", "const": kind },
            "label": label(),
            "description": description(),
            "classification": classification(),
            "required": when(!is_computed, "A record must have a value."),
            "default": default,
            "backfill": when(
                !is_computed && kind != "reference",
                "With `default`: the records there are get it as well.",
            ),
            "unique": when(in_keys, "Short for a unique key over this field, named after it."),
            "case_insensitive": when(is_text, "With `unique`: text that differs in case only is the same."),
            "indexed": when(in_keys, "Short for an index over this field, named after it."),
        });
        if COMPUTED.contains(&kind) {
            properties["computed"] = nullable(rules::expression());
            properties["stored"] =
                flag("A computed value is kept in a column: it can be sorted by and indexed.");
        }
        if kind == "datetime" {
            properties["stamp"] = nullable(name());
        }
        if let (Json::Object(properties), Json::Object(particulars)) = (&mut properties, particulars) {
            properties.extend(particulars);
        }
        json!({
            "type": "object", "title": kind, "properties": properties, "required": required, "additionalProperties": false,
        })
    };
    let variants: Vec<Json> = types().into_iter().map(variant).collect();
    json!({ "oneOf": variants })
}

/// What fields of other types can become.
const WIDER: [&str; 5] = ["text", "long_text", "decimal", "datetime", "multi_select"];

fn digit_count(description: &str) -> Json {
    json!({ "type": ["integer", "null"], "minimum": 0, "maximum": 18, "description": description })
}

fn field_patch() -> Json {
    let mut properties = Map::new();
    for (name, schema) in [
        ("name", field_name()),
        ("aliases", aliases_given()),
        ("label", label()),
        ("description", description()),
        ("classification", classification()),
        ("required", flag("A record must have a value; refused while there are records without.")),
        ("default", json!({})),
        ("type", json!({ "type": "string", "description": "A wider type.", "enum": WIDER })),
        ("precision", digit_count("Digits in all.")),
        ("scale", digit_count("Digits after the point.")),
        ("max_length", json!({ "type": ["integer", "null"], "minimum": 1, "maximum": LONG_TEXT_LENGTH_MAX })),
        ("min", decimal_bound()),
        ("max", decimal_bound()),
        ("currencies", json!({ "type": ["array", "null"], "items": reference("KithCurrency") })),
        ("options", options()),
        ("to", targets()),
        ("on_delete", on_delete()),
        ("computed", rules::expression()),
    ] {
        properties.insert(name.to_owned(), schema);
    }
    json!({
        "type": "object",
        "description": "The members to change; those that belong to other types are refused.",
        "properties": properties,
        "additionalProperties": false,
    })
}

fn key() -> Json {
    json!({
        "type": "object",
        "properties": {
            "name": name(),
            "fields": { "type": "array", "items": name() },
            "unique": { "type": "boolean" },
            "case_insensitive": { "type": "boolean" },
            "state": { "type": "string", "description": "`building`, while a task builds it." },
            "task": id("schema_task"),
        },
        "required": ["name", "fields", "unique", "case_insensitive"],
    })
}

fn key_create() -> Json {
    json!({
        "type": "object",
        "properties": {
            "name": nullable(name()),
            "fields": { "type": "array", "minItems": 1, "maxItems": KEY_FIELDS_MAX, "uniqueItems": true, "items": name() },
            "unique": {
                "type": ["boolean", "null"], "default": true, "description": "Else a plain index.",
            },
            "case_insensitive": flag("Text that differs in case only is the same."),
        },
        "required": ["fields"],
        "additionalProperties": false,
    })
}

fn key_patch() -> Json {
    json!({ "type": "object", "properties": { "name": name() }, "additionalProperties": false })
}
