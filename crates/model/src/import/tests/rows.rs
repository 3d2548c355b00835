//! Rows: what their cells become.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::{map, mapper, mappers, record, shown};
use crate::import::{Pass, mapping::NumberForm, number};
use crate::operation::Action;
use crate::source::{Author, SourceId};

#[test]
fn makes_values_of_every_form() {
    let company = mapper(
        "company",
        "      name: {columns: [First, Last], join: ', '}
      industry: {column: Sector, values: {technolgy: technology}, unknown: keep}
      annual_revenue: {column: Revenue, number: {decimal: ',', group: '.', scale: 6}, currency: {column: Money}}
      employees: {column: Staff, number: {group: \"'\"}}
      phone: {column: Phone, phone: '+49'}
      city: {column: Place, split: /, part: 2}
      country: {column: Place, split: /, part: -1}
      domain: {column: Mail, split: '@', part: -1, default: example.org}
      description: {constant: imported}
      street: Street
      region: {column: Street, when: {Sector: [technolgy, null]}, trim: true}
",
    )
    .unwrap();
    let cells = [
        ("id", "7"),
        ("First", "Acme"),
        ("Last", " Ltd "),
        ("Sector", "technolgy"),
        ("Revenue", "1.100,04"),
        ("Money", "EUR"),
        ("Staff", "10'083"),
        ("Phone", "(0)30 901820"),
        ("Place", "X / Berlin / Germany"),
        ("Mail", ""),
        ("Street", " Am Ufer 1"),
    ];
    assert_eq!(
        record(&company, &cells),
        json!({
            "name": "Acme, Ltd", "industry": "technology",
            "annual_revenue": {"amount": "1100040000", "currency": "EUR"}, "employees": 10083,
            "phone": "+49 30 901820", "city": "Berlin", "country": "Germany", "domain": "example.org",
            "description": "imported", "street": " Am Ufer 1", "region": "Am Ufer 1",
        })
    );
    let mut others = cells;
    others[3].1 = "retail";
    others[4].1 = "";
    let made = record(&company, &others);
    assert_eq!(
        (&made["industry"], &made["annual_revenue"], &made["region"]),
        (&json!("retail"), &Json::Null, &Json::Null)
    );
}

#[test]
fn reads_dates_and_times_exactly() {
    let case = mapper(
        "case",
        "      subject: id
      opened_at: {column: At, datetime: '%Y-%m-%dT%H:%M:%S%.f%z'}
      closed_at: {column: Local, datetime: '%d.%m.%Y %H:%M', offset: '+01:00'}
",
    )
    .unwrap();
    let made =
        record(&case, &[("id", "1"), ("At", "2024-06-23T08:41:04.000+0000"), ("Local", "23.06.2024 08:41")]);
    assert_eq!(made["opened_at"], "2024-06-23T08:41:04.000000Z");
    assert_eq!(made["closed_at"], "2024-06-23T07:41:00.000000Z");
    let deal = mapper("deal", "      name: id\n      closed_on: {column: On, date: '%d-%m-%Y'}\n").unwrap();
    assert_eq!(record(&deal, &[("id", "1"), ("On", "01-03-2017")])["closed_on"], "2017-03-01");
    let faults = map(&deal, &[("id", "1"), ("On", "31-02-2017")], Pass::First).unwrap_err();
    assert_eq!(faults[0].column.as_deref(), Some("On"));
    assert_eq!(
        (faults[0].fault.pointer.as_str(), faults[0].fault.message.as_str()),
        ("/record/closed_on", "`closed_on`: `31-02-2017` is not written as `%d-%m-%Y`")
    );
}

#[test]
fn refers_by_source_and_by_key_and_waits_for_later_rows() {
    let mut mappers = mappers(
        "
system: test
files:
  - file: accounts.csv
    object: company
    id: id
    fields:
      name: id
      parent: {column: parent, lookup: {source: accounts}}
      account_manager: {column: owner, lookup: {by: email, unknown: 'null'}}
  - file: contacts.csv
    object: contact
    id: [first, last]
    source_object: person
    fields:
      first_name: first
      last_name: last
      company: {column: account, lookup: {source: accounts, unknown: 'null'}}
    stamps:
      created_at: {column: made, datetime: '%Y-%m-%dT%H:%M:%S%z'}
      created_by: {column: by, source_object: User}
",
    )
    .unwrap();
    let contacts = mappers.pop().unwrap();
    let accounts = mappers.pop().unwrap();
    assert!(accounts.has_second_pass() && !contacts.has_second_pass());
    let cells = [("id", "a"), ("parent", "b"), ("owner", "ada@example.org")];
    let manager = json!({"$by": {"email": "ada@example.org"}, "$else": null});
    assert_eq!(record(&accounts, &cells), json!({"name": "a", "account_manager": manager}));
    let second = map(&accounts, &cells, Pass::Second).unwrap().unwrap();
    let Action::Create { input } = second.action else { panic!() };
    assert_eq!(input["parent"], json!({"$source": {"system": "test", "object": "accounts", "id": "b"}}));
    assert_eq!(second.source, Some(SourceId::new("test", "accounts", "a").unwrap()));
    let alone = [("id", "a"), ("parent", ""), ("owner", "")];
    assert!(map(&accounts, &alone, Pass::Second).unwrap().is_none());

    let cells = [
        ("first", "a|b"),
        ("last", "c"),
        ("account", "x"),
        ("made", "2024-01-01T00:00:00+0100"),
        ("by", "005"),
    ];
    let made = map(&contacts, &cells, Pass::First).unwrap().unwrap();
    assert_eq!(made.source.unwrap().id(), "a||b|c");
    let stamps = made.stamps.unwrap();
    assert_eq!(stamps.created_at.unwrap().to_string(), "2023-12-31T23:00:00.000000Z");
    assert_eq!(stamps.created_by, Some(Author::Source(SourceId::new("test", "User", "005").unwrap())));
    assert_eq!(stamps.updated_at, None);
    let faults = map(
        &contacts,
        &[("first", ""), ("last", ""), ("account", ""), ("made", ""), ("by", "")],
        Pass::First,
    );
    assert_eq!(faults.unwrap_err()[0].fault.message, "the row has no id");
}

#[test]
fn finds_records_by_a_key_and_takes_only_some_rows() {
    let teams = mappers(
        "
system: test
files:
  - file: teams.csv
    object: team
    match: name
    where: {kind: [sales, null]}
    except: {deleted: '1'}
    fields: {name: name}
",
    )
    .unwrap()
    .remove(0);
    let row = |kind, deleted| {
        let cells = [("name", "East"), ("kind", kind), ("deleted", deleted)];
        map(&teams, &cells, Pass::First).unwrap()
    };
    assert!(row("service", "").is_none() && row("sales", "1").is_none());
    let Action::Upsert { by, .. } = row("", "0").unwrap().action else { panic!() };
    assert_eq!(json!(*by), json!({"name": "East"}));
}

#[test]
fn says_which_column_a_file_lacks() {
    let deal = mapper("deal", "      name: Name\n      source: LeadSource\n").unwrap();
    let header = ["id", "Name", "LaedSource"].map(str::to_owned);
    assert_eq!(
        shown(&deal.bind(&header).unwrap_err()),
        [
            "/files/0/fields/source unknown_field: the file has no column `LeadSource` (did you mean `LaedSource`?)"
        ]
    );
    let twice = ["id", "Name", "Name", "LeadSource"].map(str::to_owned);
    assert_eq!(deal.bind(&twice).unwrap_err().len(), 1);
}

proptest! {
    #[test]
    fn moves_the_point_and_nothing_else(whole in 0_u64..1_000_000_000, fraction in "[0-9]{0,6}", scale in -6_i8..=6) {
        let text = if fraction.is_empty() { whole.to_string() } else { format!("{whole}.{fraction}") };
        let there = number::plain(&NumberForm { decimal: '.', group: None, scale }, &text).unwrap();
        let back = number::plain(&NumberForm { decimal: '.', group: None, scale: -scale }, &there).unwrap();
        let plain = number::plain(&NumberForm { decimal: '.', group: None, scale: 0 }, &text).unwrap();
        prop_assert_eq!(back, plain);
    }

    #[test]
    fn takes_any_text_without_harm(text in ".{0,40}") {
        let deal = mapper(
            "deal",
            "      name: {column: x, split: ' ', part: -2}\n      amount: {column: x, number: {group: ','}, currency: USD}\n      closed_on: {column: x, date: '%d %b %Y'}\n",
        )
        .unwrap();
        let _ = map(&deal, &[("id", "1"), ("x", &text)], Pass::First);
    }
}
