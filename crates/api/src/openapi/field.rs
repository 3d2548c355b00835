//! What a field's values may be, as JSON Schema: what is taken in, what is given out,
//! and what stands for a value in a path or a query string.

use std::sync::LazyLock;

use kith_model::catalog::{Catalog, Field, FieldKind, Measure, Object, RollupFunction, SelectOption};
use kith_model::decimal::DIGITS_MAX;
use kith_model::id::ObjectNo;
use kith_model::limits::{EMAIL_BYTES_MAX, URL_BYTES_MAX};
use kith_model::value::Currency;
use serde_json::{Value as Json, json};

/// One line: no control characters.
pub(super) const LINE: &str = r"^[^\u0000-\u001f\u007f-\u009f]*$";

/// Lines: no control characters but tab, line feed and carriage return.
pub(super) const LINES: &str = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$";

/// A TypeID's suffix: a UUID in base 32.
pub(super) const SUFFIX: &str = "[0-7][0-9a-hjkmnp-tv-z]{25}";

/// The codes of ISO 4217 that Kith knows, from AAA to ZZZ.
static CURRENCIES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let letters = || (b'A'..=b'Z').map(char::from);
    let codes =
        letters().flat_map(|a| letters().flat_map(move |b| letters().map(move |c| format!("{a}{b}{c}"))));
    codes.filter(|code| Currency::known(code).is_some()).collect()
});

/// The schema of every currency code.
pub(super) fn currency_codes() -> Json {
    json!({ "type": "string", "enum": *CURRENCIES, "description": "ISO 4217 code" })
}

/// What a write may send for a field.
pub(super) fn input(field: &Field, catalog: &Catalog) -> Json {
    let schema = described(value_in(field, catalog), field);
    if field.required { schema } else { nullable(schema) }
}

/// What a read shows of a field.
pub(super) fn output(field: &Field, catalog: &Catalog) -> Json {
    let mut schema = nullable(described(value_out(field, catalog), field));
    if field.is_read_only() {
        schema["readOnly"] = Json::Bool(true);
    }
    if let (Some(computed), true) = (&field.computed, schema.is_object()) {
        let said = field.description.as_deref().map(|said| format!("{said}\n\n")).unwrap_or_default();
        schema["description"] = json!(format!("{said}Computed: `{}`", computed.expression));
    }
    schema
}

/// What stands for a value where everything is text; `None` when nothing can.
pub(super) fn text(field: &Field, catalog: &Catalog) -> Option<Json> {
    if field.is_virtual() {
        return None;
    }
    let schema = match &field.kind {
        FieldKind::Currency { .. } | FieldKind::MultiSelect { .. } | FieldKind::Json => return None,
        FieldKind::Integer { .. } => whole_text(),
        FieldKind::Decimal { precision, scale, .. } => decimal_text(*precision, *scale),
        FieldKind::Rollup { function, .. } => match function.measure() {
            Measure::Integer => whole_text(),
            Measure::Decimal { scale } => decimal_text(DIGITS_MAX, scale),
            Measure::Currency { .. } => return None,
            Measure::Date => value_in(&Field { kind: FieldKind::Date, ..field.clone() }, catalog),
            Measure::Datetime => value_in(&Field { kind: FieldKind::Datetime, ..field.clone() }, catalog),
        },
        FieldKind::AutoNumber { prefix, .. } => {
            json!({ "type": "string", "pattern": format!("^{}[0-9]{{1,18}}$", escape(prefix)) })
        }
        FieldKind::Text { .. }
        | FieldKind::LongText { .. }
        | FieldKind::Boolean
        | FieldKind::Date
        | FieldKind::Datetime
        | FieldKind::Email
        | FieldKind::Phone
        | FieldKind::Url
        | FieldKind::Select { .. }
        | FieldKind::Reference { .. } => value_in(field, catalog),
    };
    Some(schema)
}

/// A value that is not null, as a write may send it.
pub(super) fn value_in(field: &Field, catalog: &Catalog) -> Json {
    match &field.kind {
        FieldKind::Text { max_length } => {
            json!({ "type": "string", "maxLength": max_length, "pattern": LINE })
        }
        FieldKind::LongText { max_length } => {
            json!({ "type": "string", "maxLength": max_length, "pattern": LINES })
        }
        FieldKind::Integer { min, max } => integer(*min, *max),
        FieldKind::Decimal { precision, scale, .. } => decimal_in(*precision, *scale),
        FieldKind::Currency { scale, currencies } => money(decimal_in(DIGITS_MAX, *scale), currencies),
        FieldKind::Boolean => json!({ "type": "boolean" }),
        FieldKind::Date => json!({ "type": "string", "format": "date" }),
        // At most six digits of fraction.
        FieldKind::Datetime => {
            json!({ "type": "string", "format": "date-time", "pattern": r"^[^.]*(\.[0-9]{1,6}[^0-9].*)?$" })
        }
        FieldKind::Email => json!({ "type": "string", "format": "idn-email", "maxLength": EMAIL_BYTES_MAX }),
        FieldKind::Phone => json!({ "type": "string", "pattern": r"^\+[1-9]([ .\-]?[0-9]){6,14}$" }),
        FieldKind::Url => json!({
            "type": "string",
            "pattern": r#"^[A-Za-z][A-Za-z0-9+.\-]*://[^\s<>"\\:/?#@\u0000-\u001f\u007f-\u009f][^\s<>"\\\u0000-\u001f\u007f-\u009f]*$"#,
            "maxLength": URL_BYTES_MAX,
        }),
        FieldKind::Select { options } => json!({ "type": "string", "enum": values(options) }),
        FieldKind::MultiSelect { options } => json!({
            "type": "array", "items": { "type": "string", "enum": values(options) }, "uniqueItems": true,
        }),
        FieldKind::Json => json!({}),
        FieldKind::Reference { to, .. } => id_of(to, catalog),
        FieldKind::AutoNumber { .. } | FieldKind::Rollup { .. } => json!(false),
    }
}

fn whole_text() -> Json {
    json!({ "type": "integer", "format": "int64", "minimum": i64::MIN, "maximum": i64::MAX })
}

fn rollup_out(function: &RollupFunction) -> Json {
    match function.measure() {
        Measure::Integer if *function == RollupFunction::Count => {
            json!({ "type": "integer", "format": "int64", "minimum": 0 })
        }
        Measure::Integer => integer(None, None),
        Measure::Decimal { scale } => decimal_out(scale),
        Measure::Currency { scale, currency } => money(decimal_out(scale), &[currency]),
        Measure::Date => json!({ "type": "string", "format": "date" }),
        Measure::Datetime => moment(),
    }
}

fn value_out(field: &Field, catalog: &Catalog) -> Json {
    match &field.kind {
        FieldKind::Decimal { scale, .. } => decimal_out(*scale),
        FieldKind::Currency { scale, currencies } => money(decimal_out(*scale), currencies),
        FieldKind::Datetime => moment(),
        FieldKind::Email => json!({ "type": "string", "format": "idn-email" }),
        FieldKind::Phone => json!({ "type": "string", "pattern": r"^\+[1-9][0-9]{6,14}$" }),
        FieldKind::Url => json!({ "type": "string" }),
        FieldKind::AutoNumber { .. } => json!({ "type": "string" }),
        FieldKind::Rollup { function, .. } => rollup_out(function),
        FieldKind::Text { .. }
        | FieldKind::LongText { .. }
        | FieldKind::Integer { .. }
        | FieldKind::Boolean
        | FieldKind::Date
        | FieldKind::Select { .. }
        | FieldKind::MultiSelect { .. }
        | FieldKind::Json
        | FieldKind::Reference { .. } => value_in(field, catalog),
    }
}

/// A point in time as Kith writes it.
pub(super) fn moment() -> Json {
    json!({ "type": "string", "format": "date-time" })
}

/// The id of a record of one of some objects.
pub(super) fn id_of(to: &[ObjectNo], catalog: &Catalog) -> Json {
    let prefixes: Vec<&str> =
        to.iter().filter_map(|number| catalog.object(*number)).map(|object| object.prefix.as_str()).collect();
    json!({ "type": "string", "pattern": format!("^({})_{SUFFIX}$", prefixes.join("|")) })
}

/// The id of a record of an object.
pub(super) fn id(object: &Object) -> Json {
    json!({ "type": "string", "pattern": format!("^{}_{SUFFIX}$", object.prefix) })
}

fn integer(min: Option<i64>, max: Option<i64>) -> Json {
    json!({
        "type": "integer",
        "format": "int64",
        "minimum": min.unwrap_or(i64::MIN),
        "maximum": max.unwrap_or(i64::MAX),
    })
}

fn decimal_in(precision: u8, scale: u8) -> Json {
    let whole = 10_i64.saturating_pow(u32::from(precision.saturating_sub(scale))).saturating_sub(1);
    let number = json!({ "type": "integer", "minimum": -whole, "maximum": whole });
    json!({ "anyOf": [decimal_text(precision, scale), number] })
}

/// As many digits as the field keeps; zeros before and behind them change nothing.
fn decimal_text(precision: u8, scale: u8) -> Json {
    let whole = match precision.saturating_sub(scale) {
        0 => "0+".to_owned(),
        digits => format!("0*[0-9]{{1,{digits}}}"),
    };
    let fraction = match scale {
        0 => r"\.0+".to_owned(),
        digits => format!(r"\.[0-9]{{1,{digits}}}0*"),
    };
    json!({ "type": "string", "format": "decimal", "pattern": format!("^-?{whole}({fraction})?$") })
}

fn decimal_out(scale: u8) -> Json {
    let fraction = if scale == 0 { String::new() } else { format!(r"\.[0-9]{{{scale}}}") };
    json!({ "type": "string", "format": "decimal", "pattern": format!("^-?[0-9]+{fraction}$") })
}

fn money(amount: Json, currencies: &[Currency]) -> Json {
    let currency = match currencies {
        [] => json!({ "$ref": "#/components/schemas/KithCurrency" }),
        currencies => {
            let codes: Vec<&str> = currencies.iter().map(Currency::as_str).collect();
            json!({ "type": "string", "enum": codes })
        }
    };
    json!({
        "type": "object",
        "properties": { "amount": amount, "currency": currency },
        "required": ["amount", "currency"],
        "additionalProperties": false,
    })
}

fn values(options: &[SelectOption]) -> Vec<&str> {
    options.iter().map(|option| option.value.as_str()).collect()
}

/// The same schema, and null.
pub(super) fn nullable(mut schema: Json) -> Json {
    if let Some(kind) = schema.get("type").filter(|kind| kind.is_string()).cloned() {
        schema["type"] = json!([kind, "null"]);
        if let Some(Json::Array(values)) = schema.get_mut("enum") {
            values.push(Json::Null);
        }
    } else if let Some(Json::Array(choices)) = schema.get_mut("anyOf") {
        choices.push(json!({ "type": "null" }));
    }
    schema
}

fn described(mut schema: Json, field: &Field) -> Json {
    if schema.is_object() {
        schema["title"] = json!(field.label);
        if let Some(description) = &field.description {
            schema["description"] = json!(description);
        }
        if let Some(default) = &field.default {
            schema["default"] = default.clone();
        }
        schema["x-kith-classification"] = json!(field.classification);
    }
    schema
}

/// A text as a regular expression that matches it alone.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if r"^$\.*+?()[]{}|/".contains(character) {
            out.push('\\');
        }
        out.push(character);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn makes_any_schema_nullable() {
        assert_eq!(nullable(json!({"type": "string"}))["type"], json!(["string", "null"]));
        assert_eq!(nullable(json!({"type": "string", "enum": ["a"]}))["enum"], json!(["a", null]));
        assert_eq!(nullable(json!({"anyOf": [1]}))["anyOf"], json!([1, {"type": "null"}]));
        assert_eq!(nullable(json!({})), json!({}), "anything is null already");
    }

    #[test]
    fn knows_the_currencies() {
        assert!(CURRENCIES.contains(&"EUR".to_owned()) && CURRENCIES.len() > 150);
    }

    #[test]
    fn writes_the_digits_of_decimals() {
        assert_eq!(decimal_text(5, 2)["pattern"], r"^-?0*[0-9]{1,3}(\.[0-9]{1,2}0*)?$");
        assert_eq!(decimal_text(2, 2)["pattern"], r"^-?0+(\.[0-9]{1,2}0*)?$");
        assert_eq!(decimal_text(3, 0)["pattern"], r"^-?0*[0-9]{1,3}(\.0+)?$");
        assert_eq!(decimal_in(5, 2)["anyOf"][1]["maximum"], 999);
    }
}
