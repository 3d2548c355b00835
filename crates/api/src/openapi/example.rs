//! Examples of values, valid by their fields' definitions.

use kith_model::catalog::{Catalog, Classification, Field, FieldKind, Measure, Object};
use kith_model::decimal::Decimal;
use serde_json::{Map, Value as Json, json};

/// The suffix of every id in an example.
pub(super) const SUFFIX: &str = "01h455vb4pex5vsknk084sn02q";

const MOMENT: &str = "2026-11-23T09:30:00.000000Z";
const TOKEN: &str = "token_01h455vb4pex5vsknk084sn02q";

/// A record as a read shows it. Secret fields are never an example.
pub(super) fn record(object: &Object, catalog: &Catalog) -> Json {
    let mut record = json!({
        "id": format!("{}_{SUFFIX}", object.prefix),
        "version": 1,
        "created_at": MOMENT,
        "updated_at": MOMENT,
        "created_by": TOKEN,
        "updated_by": TOKEN,
        "owner": TOKEN,
    });
    for (_, field) in object.visible() {
        record[field.name.as_str()] = if is_secret(field) { Json::Null } else { value(field, catalog) };
    }
    record
}

/// The body of a creation.
pub(super) fn creation(object: &Object, catalog: &Catalog) -> Json {
    let writable =
        object.visible().map(|(_, field)| field).filter(|field| !field.is_read_only() && !is_secret(field));
    // A reference would have to name a record that is there.
    let named = writable.filter(|field| field.required || !matches!(field.kind, FieldKind::Reference { .. }));
    Json::Object(named.map(|field| (field.name.clone(), value(field, catalog))).collect::<Map<_, _>>())
}

/// The body of a change: one field is enough.
pub(super) fn change(object: &Object, catalog: &Catalog) -> Json {
    match creation(object, catalog) {
        Json::Object(members) => Json::Object(members.into_iter().take(1).collect()),
        other => other,
    }
}

fn is_secret(field: &Field) -> bool {
    field.classification == Classification::Secret
}

/// A value of a field.
pub(super) fn value(field: &Field, catalog: &Catalog) -> Json {
    match &field.kind {
        FieldKind::Text { max_length } | FieldKind::LongText { max_length } => {
            let length = usize::try_from(*max_length).unwrap_or(usize::MAX);
            Json::String(field.label.chars().take(length).collect())
        }
        FieldKind::Integer { min, max } => json!(1.max(min.unwrap_or(1)).min(max.unwrap_or(i64::MAX))),
        FieldKind::Decimal { scale, min, max, .. } => {
            json!(amount(*scale, min.as_deref().or(max.as_deref())))
        }
        FieldKind::Currency { scale, currencies } => {
            json!({ "amount": amount(*scale, None), "currency": currencies.first().map_or("EUR", |code| code.as_str()) })
        }
        FieldKind::Boolean => json!(true),
        FieldKind::Date => json!("2026-11-23"),
        FieldKind::Datetime => json!(MOMENT),
        FieldKind::Email => json!("ada@example.org"),
        FieldKind::Phone => json!("+4930901820"),
        FieldKind::Url => json!("https://example.org"),
        FieldKind::Select { options } => json!(options.first().map(|option| &option.value)),
        FieldKind::MultiSelect { options } => {
            json!(options.iter().take(1).map(|option| &option.value).collect::<Vec<_>>())
        }
        FieldKind::Json => json!({ "key": "value" }),
        FieldKind::Reference { to, .. } => {
            let target = to.first().and_then(|number| catalog.object(*number));
            json!(target.map(|object| format!("{}_{SUFFIX}", object.prefix)))
        }
        FieldKind::AutoNumber { prefix, digits } => {
            json!(format!("{prefix}{:0>1$}", 1, usize::from(*digits)))
        }
        FieldKind::Rollup { function, .. } => match function.measure() {
            Measure::Integer => json!(3),
            Measure::Decimal { scale } => json!(amount(scale, None)),
            Measure::Currency { scale, currency } => {
                json!({ "amount": amount(scale, None), "currency": currency.as_str() })
            }
            Measure::Date => json!("2026-11-23"),
            Measure::Datetime => json!(MOMENT),
        },
    }
}

/// A bound of the field if it has one, for what lies within is not known otherwise.
fn amount(scale: u8, bound: Option<&str>) -> String {
    bound.map_or_else(|| Decimal::zero(scale).to_string(), str::to_owned)
}
