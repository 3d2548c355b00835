//! An object with a field of every type, and values for it.

use std::sync::Arc;

use kith_model::catalog::{
    Catalog, Definition, Field, FieldKind, Object, OnDelete, RollupFunction, SelectOption,
};
use kith_model::decimal::Decimal;
use kith_model::id::{FieldNo, ObjectNo, RecordId, format_typeid};
use kith_model::journal::{Actor, SchemaVersion};
use kith_model::record::{Provenance, Row};
use kith_model::time::Timestamp;
use kith_model::value::{Currency, Money, Value, parse};
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

/// 2026-11-23T00:00:00Z.
pub(in crate::write) const NOW: Timestamp = Timestamp(1_795_392_000_000_000);

const EUR: Currency = Currency(*b"EUR");

pub(in crate::write) struct World {
    pub(in crate::write) object: Arc<Object>,
    pub(in crate::write) catalog: Arc<Catalog>,
}

fn kinds() -> Vec<(&'static str, FieldKind)> {
    let options: Vec<SelectOption> = ["a", "b", "x;y", "[z", "é \" ,"]
        .into_iter()
        .map(|value| SelectOption { value: value.to_owned(), label: value.to_owned() })
        .collect();
    let rollup = |function| FieldKind::Rollup { function, from: ObjectNo(1), via: FieldNo(15), filter: None };
    vec![
        ("text", FieldKind::Text { max_length: 255 }),
        ("long_text", FieldKind::LongText { max_length: 1000 }),
        ("integer", FieldKind::Integer { min: None, max: None }),
        ("decimal", FieldKind::Decimal { precision: 18, scale: 4, min: None, max: None }),
        ("currency", FieldKind::Currency { scale: 2, currencies: Vec::new() }),
        ("boolean", FieldKind::Boolean),
        ("date", FieldKind::Date),
        ("datetime", FieldKind::Datetime),
        ("email", FieldKind::Email),
        ("phone", FieldKind::Phone),
        ("url", FieldKind::Url),
        ("select", FieldKind::Select { options: options.clone() }),
        ("multi_select", FieldKind::MultiSelect { options }),
        ("json", FieldKind::Json),
        ("reference", FieldKind::Reference { to: vec![ObjectNo(1)], on_delete: OnDelete::Clear }),
        ("auto_number", FieldKind::AutoNumber { prefix: "T-".to_owned(), digits: 4 }),
        ("count", rollup(RollupFunction::Count)),
        ("sum", rollup(RollupFunction::Sum { of: FieldNo(5), scale: 2, currency: Some(EUR) })),
    ]
}

impl World {
    pub(in crate::write) fn new() -> Self {
        let mut definition = Definition::new(ObjectNo(1), "thing", "thing");
        definition.fields =
            (1..).zip(kinds()).map(|(n, (name, kind))| Field::new(FieldNo(n), name, kind)).collect();
        let catalog = Arc::new(Catalog::compile(SchemaVersion(1), [definition]));
        let object = catalog.object(ObjectNo(1)).expect("the object").clone();
        Self { object, catalog }
    }

    pub(in crate::write) fn id(&self, index: usize) -> String {
        format_typeid(&self.object.prefix, row(index, Vec::new()).id.0).to_string()
    }

    /// Values from the wire in their normal form; what is refused is left out, and what
    /// Kith sets is made up.
    pub(in crate::write) fn checked(&self, draft: &[Json]) -> Vec<Value> {
        let mut values = self.nothing();
        for ((slot, field), given) in self.object.fields().iter().enumerate().zip(draft) {
            values[slot] = parse(field, given, &self.catalog).unwrap_or(Value::Null);
        }
        self.set(&mut values);
        values
    }

    pub(in crate::write) fn nothing(&self) -> Vec<Value> {
        vec![Value::Null; self.object.fields().len()]
    }

    fn set(&self, values: &mut [Value]) {
        let last = values.len() - 3;
        values[last] = Value::Integer(7);
        values[last + 1] = Value::Integer(3);
        let amount = Decimal::parse("4.50", 2).expect("a decimal");
        values[last + 2] = Value::Money(Money { amount, currency: EUR });
    }

    /// One value of every type.
    pub(in crate::write) fn example(&self) -> Vec<Value> {
        let values = self.checked(&[
            json!(""),
            json!("two\nlines, \"quoted\""),
            json!(i64::MAX),
            json!("12.1"),
            json!({ "amount": "12.10", "currency": "EUR" }),
            json!(true),
            json!("2026-11-23"),
            json!("2026-11-23T10:30:00+01:00"),
            json!("ada@example.com"),
            json!("+493012345"),
            json!("https://example.com/"),
            json!("b"),
            json!(["b", "a"]),
            json!({ "a": [1, null] }),
            json!(self.id(0)),
        ]);
        assert!(!values.contains(&Value::Null), "{values:?}");
        values
    }
}

pub(in crate::write) fn row(index: usize, values: Vec<Value>) -> Row {
    Row {
        id: RecordId(Uuid::from_u128(index as u128)),
        version: 1,
        created_at: NOW,
        updated_at: NOW,
        created_by: Actor::System,
        updated_by: Actor::System,
        owner: Actor::System,
        provenance: Provenance::default(),
        values,
    }
}

/// JSON of some depth, with numbers that are kept.
fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        (-9_007_199_254_740_991_i64..9_007_199_254_740_991).prop_map(Json::from),
        (-1.0e9..1.0e9).prop_map(Json::from),
        "[ -~é\n]{0,8}".prop_map(Json::from),
    ];
    leaf.prop_recursive(4, 20, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Json::from),
            vec(("[ -~]{0,5}", inner), 0..4).prop_map(|members| Json::Object(Map::from_iter(members))),
        ]
    })
}

/// Wire values for the fields that can be written, some of them null and some refused.
pub(in crate::write) fn values() -> impl Strategy<Value = Vec<Json>> {
    let option = || prop_oneof![Just("a"), Just("b"), Just("x;y"), Just("[z"), Just("é \" ,")];
    let decimal = |scale: u8| {
        (-999_999_999_999_999_999_i64..=999_999_999_999_999_999)
            .prop_map(move |unscaled| Decimal::new(unscaled, scale).expect("18 digits").to_string())
    };
    let texts: Vec<proptest::strategy::BoxedStrategy<Json>> = vec![
        "[ -~é,\"';\u{1f600}\u{feff}]{0,12}".prop_map(Json::from).boxed(),
        "[ -~é\"\n\r\t,]{0,20}".prop_map(Json::from).boxed(),
        any::<i64>().prop_map(Json::from).boxed(),
        decimal(4).prop_map(Json::from).boxed(),
        (decimal(2), prop_oneof![Just("EUR"), Just("JPY")])
            .prop_map(|(amount, currency)| json!({ "amount": amount, "currency": currency }))
            .boxed(),
        any::<bool>().prop_map(Json::from).boxed(),
        (1_u16..=9999, 1_u8..=12, 1_u8..=28)
            .prop_map(|(year, month, day)| json!(format!("{year:04}-{month:02}-{day:02}")))
            .boxed(),
        (Timestamp::MIN.0..=Timestamp::MAX.0).prop_map(|at| json!(Timestamp(at).to_string())).boxed(),
        "[a-z]{1,8}@[a-z]{1,8}\\.example".prop_map(Json::from).boxed(),
        "\\+49[1-9][0-9]{6,9}".prop_map(Json::from).boxed(),
        "https://[a-z]{1,8}\\.example/[a-z,;]{0,8}".prop_map(Json::from).boxed(),
        option().prop_map(Json::from).boxed(),
        vec(option(), 0..5)
            .prop_map(|mut options| {
                options.sort_unstable();
                options.dedup();
                json!(options)
            })
            .boxed(),
        any_json().boxed(),
        any::<u128>().prop_map(|id| json!(format_typeid("thing", Uuid::from_u128(id)).to_string())).boxed(),
    ];
    let or_null =
        |value: proptest::strategy::BoxedStrategy<Json>| prop_oneof![1 => Just(Json::Null), 4 => value];
    texts.into_iter().map(or_null).collect::<Vec<_>>()
}
