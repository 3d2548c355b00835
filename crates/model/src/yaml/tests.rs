//! What is written is read again as it was, and faults say where they are.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::{read, write};

fn values() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        (-1_000_000_i32..1_000_000).prop_map(|number| json!(format!("{number}.125").parse::<f64>().unwrap())),
        "[ -~\u{e4}\u{20ac}\n]{0,24}".prop_map(Json::from),
        prop_oneof![Just("yes"), Just("0.10"), Just("007"), Just("- a"), Just("~"), Just("a: b"), Just("#")]
            .prop_map(Json::from),
    ];
    leaf.prop_recursive(4, 48, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Json::from),
            prop::collection::btree_map("[a-z/~ ]{1,6}", inner, 0..6)
                .prop_map(|members| Json::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn reads_what_was_written(value in values()) {
        let text = write(&value);
        let document = read(&text).map_err(|error| TestCaseError::fail(format!("{error:?}\n{text}")))?;
        prop_assert_eq!(document.value, value, "{}", text);
    }
}

#[test]
fn says_where_each_part_stands() {
    let document =
        read("objects:\n  - name: deal\n    fields:\n      - {name: stage, type: select}\n").unwrap();
    let place = |pointer: &str| document.locate(pointer).map(|mark| (mark.line, mark.column));
    assert_eq!(place("/objects/0/name"), Some((2, 5)));
    assert_eq!(place("/objects/0/fields/0/type"), Some((4, 23)));
    // What is not there is looked for around it.
    assert_eq!(place("/objects/0/fields/0/options"), Some((4, 9)));
    assert_eq!(document.value["objects"][0]["fields"][0]["type"], "select");
}

#[test]
fn keeps_decimals_as_they_are_written() {
    let document = read("min: 0.10\nmax: 100\ncode: 007\nnone:\nyes: !!str 12").unwrap();
    assert_eq!(document.value, json!({"min": "0.10", "max": 100, "code": "007", "none": null, "yes": "12"}));
}

#[test]
fn refuses_what_it_does_not_understand_with_its_place() {
    let refuse = |text: &str| read(text).map(|_| ()).unwrap_err();
    let twice = refuse("name: a\nname: b\n");
    assert_eq!(
        (twice.mark.line, twice.mark.column, twice.message.as_str()),
        (2, 1, "`name` stands there twice")
    );
    assert_eq!(refuse("a: &x 1\nb: *x\n").mark.line, 1);
    assert_eq!(refuse("a: 1\n---\nb: 2\n").message, "there is more than one document");
    assert_eq!(refuse("a: [1, 2\nb: 3\n").mark.line, 2);
    assert_eq!(refuse(&"[".repeat(100)).message, "it is nested too deeply");
}

#[test]
fn writes_short_items_on_one_line() {
    let document = json!({"objects": [{
        "name": "deal",
        "description": "One line.\nAnother.",
        "fields": [
            {"name": "stage", "type": "select", "options": ["new", "won", "no"], "required": true},
            {"name": "amount", "type": "decimal", "min": "0.10", "description": "x".repeat(90)},
        ],
    }]});
    let expected = format!(
        "objects:
  - name: deal
    description: |-
      One line.
      Another.
    fields:
      - {{name: stage, type: select, options: [new, won, \"no\"], required: true}}
      - name: amount
        type: decimal
        min: \"0.10\"
        description: {}
",
        "x".repeat(90)
    );
    assert_eq!(write(&document), expected);
}
