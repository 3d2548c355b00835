//! Documents: what is wrong with them is said with its place and the probable meaning.

use super::{mapper, mappers, shown};
use crate::import::Mapping;
use serde_json::json;

#[test]
fn names_what_was_probably_meant() {
    let text = "
system: test
files:
  - file: deals.csv
    objekt: deal
    object: deel
    id: id
    fields: {name: name}
  - file: deals.csv
    object: deal
    id: id
    fields:
      stagename: x
      stge: {column: x, lookup: {source: stage}}
      name: {colum: x}
      company: {column: x, lookup: {by: domian, unknown: creat}}
";
    let document = crate::yaml::read(text).unwrap();
    let faults = Mapping::read(&document.value).unwrap_err();
    let places: Vec<_> = faults
        .iter()
        .map(|fault| document.locate(&fault.pointer).map(|mark| (mark.line, mark.column)).unwrap())
        .collect();
    assert_eq!(
        shown(&faults),
        [
            "/files/0/objekt unknown_member: a file of a mapping has no member `objekt` (did you mean `object`?)",
            "/files/1/fields/name/colum unknown_member: a field of a mapping has no member `colum` (did you mean `column`?)",
            "/files/1/fields/name/column required: it does not say where the value comes from (name a `column`, several `columns`, or a `constant`)",
            "/files/1/fields/company/lookup/unknown invalid_definition: `unknown` is one of `error`, `null`, `create` (did you mean `create`?)",
        ]
    );
    assert_eq!(places, [(5, 5), (15, 14), (15, 7), (16, 49)]);
}

#[test]
fn holds_a_mapping_against_the_catalog() {
    let text = "
system: test
files:
  - {file: a.csv, object: deel, id: id, fields: {name: name}}
  - file: b.csv
    object: deal
    id: id
    match: name
    fields:
      stge: x
      stagename: x
      number: x
      outcome: x
      company: {column: x, lookup: {by: name}}
      contact: {column: x, lookup: {by: emial}}
      amount: {column: x, currency: usd}
      closed_on: {column: x, number: {}}
      name: {column: x, split: ';'}
  - file: c.csv
    object: note
    id: id
    fields: {body: b, about: {column: x, lookup: {by: domain}}}
  - file: d.csv
    object: case
    id: id
    fields:
      subject: s
      status: {column: x, values: {Open: opn}, unknown: keep}
      priority: {constant: hig}
";
    let found = shown(&mappers(text).unwrap_err());
    assert_eq!(
        found,
        [
            "/files/0/object not_found: no object `deel` (did you mean `deal`?)",
            "/files/1/fields/stge unknown_field: `deal` has no field `stge` (did you mean `stage`?)",
            "/files/1/fields/stagename unknown_field: `deal` has no field `stagename` (did you mean `stage`?)",
            "/files/1/fields/number read_only: `number` is set by Kith and cannot be written (-)",
            "/files/1/fields/outcome read_only: `outcome` is set by Kith and cannot be written (-)",
            "/files/1/fields/company/lookup/by invalid_definition: `company.name` is not unique, so nothing can be looked up by it (unique are: domain)",
            "/files/1/fields/contact/lookup/by unknown_field: `contact` has no field `emial` (did you mean `email`?)",
            "/files/1/fields/amount/currency invalid_value: `amount`: `usd` is not a currency code of ISO 4217 (did you mean `USD`?)",
            "/files/1/fields/closed_on/number invalid_definition: `number` does not make a `date`, the type of `closed_on` (-)",
            "/files/1/fields/name/split invalid_definition: `split` without `part` gives a list, and `name` takes one value (-)",
            "/files/1/match invalid_definition: `deal` has no unique key of name (-)",
            "/files/2/fields/about/lookup/object required: `about` refers to several objects, and it is not said to which (add `object:` with one of company, contact, lead, deal, case)",
            "/files/3/fields/status/values/Open invalid_value: `status`: `opn` is not one of the options (the options are `new`, `working`, `waiting`, `escalated`, `closed`)",
            "/files/3/fields/priority/constant invalid_value: `priority`: `hig` is not one of the options (did you mean `high`?)",
        ]
    );
}

#[test]
fn refuses_formats_that_say_too_little() {
    let wrong = |rule: &str| {
        shown(&mapper("deal", &format!("      name: n\n      closed_on: {rule}\n")).unwrap_err())
    };
    assert_eq!(
        wrong("{column: x, date: \"%d-%m\"}"),
        [
            "/files/0/fields/closed_on/date invalid_definition: `%d-%m` is not a format for a date (as in `%d.%m.%Y` for 23.11.2026)"
        ]
    );
    let time = |rule: &str| {
        shown(&mapper("case", &format!("      subject: n\n      opened_at: {rule}\n")).unwrap_err())
    };
    let hint = "(as in `%Y-%m-%dT%H:%M:%S%z`, or with `offset: \"+01:00\"` beside it)";
    assert_eq!(
        time("{column: x, datetime: \"%Y-%m-%d %H:%M\"}"),
        [format!(
            "/files/0/fields/opened_at/datetime invalid_definition: `%Y-%m-%d %H:%M` has no offset from UTC {hint}"
        )]
    );
    assert_eq!(
        time("{column: x, datetime: \"%H:%M%z\"}"),
        [format!(
            "/files/0/fields/opened_at/datetime invalid_definition: `%H:%M%z` does not say the day {hint}"
        )]
    );
}

#[test]
fn asks_for_a_system_and_for_files() {
    let faults = Mapping::read(&json!({})).unwrap_err();
    assert_eq!(
        shown(&faults),
        ["/system required: `system` is missing (-)", "/files required: `files` is missing (-)"]
    );
    let faults =
        Mapping::read(&json!({"system": "x", "files": [{"object": "deal", "fields": {}}]})).unwrap_err();
    assert_eq!(faults.len(), 2, "{faults:?}");
}
