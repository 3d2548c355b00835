//! Normal forms, keys and scores, on names as people write them.

use super::key::blocks;
use super::normal::{form, words};
use super::score::alike;
use super::{candidates, keys};
use crate::catalog::{
    Catalog, Definition, Field, FieldKind, KeyState, MatchHow, MatchTerm, Matching, Object,
};
use crate::id::{FieldNo, MatchingNo, ObjectNo, RecordId};
use crate::value::Value;

const NAME: FieldNo = FieldNo(1);
const EMAIL: FieldNo = FieldNo(2);
const TEXT: FieldKind = FieldKind::Text { max_length: 255 };

fn text(text: &str) -> Value {
    Value::Text(text.into())
}

fn person(rules: Vec<Matching>) -> Catalog {
    let mut definition = Definition::new(ObjectNo(1), "contact", "contact");
    definition.fields = vec![Field::new(NAME, "name", TEXT), Field::new(EMAIL, "email", FieldKind::Email)];
    definition.matching = rules;
    Catalog::compile(crate::journal::SchemaVersion(1), [definition])
}

fn rule(number: u32, on: &[(FieldNo, MatchHow)]) -> Matching {
    let on = on.iter().map(|(field, how)| MatchTerm { field: *field, how: *how }).collect();
    Matching { number: MatchingNo(number), name: format!("rule_{number}"), on, state: KeyState::Ready }
}

fn object(catalog: &Catalog) -> &Object {
    catalog.object(ObjectNo(1)).unwrap()
}

#[test]
fn normal_forms_lose_what_people_write_differently() {
    for (one, other) in [
        ("Acme, Inc.", "ACME"),
        ("Acme GmbH & Co. KG", "acme"),
        ("Société Générale S.A.", "Societe Generale SA"),
        ("Żabka Polska sp. z o.o.", "Zabka Polska"),
        ("Smith, John", "John Smith"),
        ("O'Neil & Sons", "ONeil and Sons"),
        ("J. R. R. Tolkien", "JRR Tolkien"),
        ("Straße", "STRASSE"),
        ("Bjørn Ærø", "Bjorn Aero"),
        ("Kan-code", "kan code"),
        ("Ｆｕｌｌ　Ｗｉｄｔｈ", "full width"),
    ] {
        let of = |given: &str| form(&TEXT, MatchHow::Normalized, &text(given));
        assert_eq!(of(one), of(other), "{one}");
    }
}

#[test]
fn a_name_that_is_nothing_but_a_legal_form_stays() {
    assert_eq!(words("Limited"), ["limited"]);
    assert_eq!(words("The Limited Company"), ["the"]);
    assert_eq!(words("Co. & Co."), ["co"]);
    assert_eq!(form(&TEXT, MatchHow::Normalized, &text("?!")), None);
}

#[test]
fn other_types_have_normal_forms_of_their_own() {
    let of = |kind: &FieldKind, given: &str| form(kind, MatchHow::Normalized, &text(given)).unwrap();
    assert_eq!(of(&FieldKind::Email, "Ada.Lovelace@example.org"), "ada.lovelace@example.org");
    assert_eq!(form(&FieldKind::Email, MatchHow::Exact, &text("Ada@x.org")).unwrap(), "Ada@x.org");
    assert_eq!(of(&FieldKind::Url, "https://www.example.org:8080/about?x=1"), "example.org");
    assert_eq!(of(&FieldKind::Phone, "+4930901820"), "+4930901820");
}

#[test]
fn names_are_alike_in_either_order_and_in_spite_of_slips() {
    assert_eq!(alike("John Smith", "Smith, John"), 100);
    assert!(alike("Jon Smith", "John Smith") >= 90);
    assert!(alike("Acme Corporation", "Acmee Corp.") >= 90);
    assert!(alike("Müller", "Mueller") >= 85);
    assert!(alike("Ada Lovelace", "Grace Hopper") < 70);
    assert_eq!(alike("", "x"), 0);
}

/// What is alike must be found: every slip of one letter in a name leaves a key in common,
/// but for a few in one-word names.
#[test]
fn slips_leave_a_key_in_common() {
    let names =
        ["Homer Simpson", "Joe Szyslak", "Sample Account for Entitlements", "Betasoloin", "Zencorporation"];
    let (mut slips, mut missed) = (0_u32, 0_u32);
    for name in names {
        let letters: Vec<char> = name.chars().collect();
        for index in 0..letters.len() {
            let mut dropped = letters.clone();
            dropped.remove(index);
            let mut swapped = letters.clone();
            swapped.swap(index, (index + 1).min(letters.len() - 1));
            let mut changed = letters.clone();
            changed[index] = 'x';
            for slip in [dropped, swapped, changed] {
                let slip: String = slip.into_iter().collect();
                if alike(name, &slip) < 90 {
                    continue;
                }
                slips += 1;
                let (one, other) = (blocks(name), blocks(&slip));
                missed += u32::from(!one.iter().any(|key| other.contains(key)));
            }
        }
    }
    assert!(missed * 20 <= slips, "{missed} of {slips} are not found");
}

#[test]
fn keys_are_few_and_short_and_need_every_term() {
    let similar = rule(1, &[(NAME, MatchHow::Similar(90)), (EMAIL, MatchHow::Exact)]);
    let catalog = person(vec![similar.clone()]);
    let object = object(&catalog);
    assert!(keys(object, &similar, &[text("Ada Lovelace"), Value::Null]).is_empty());
    let long = "Wolfeschlegelsteinhausenbergerdorff ".repeat(6);
    let found = keys(object, &similar, &[text(&long), text(&format!("{}@example.org", "a".repeat(200)))]);
    assert!(!found.is_empty() && found.len() <= crate::limits::MATCH_KEYS_MAX);
    assert!(found.iter().all(|key| key.len() <= 80), "{found:?}");
}

#[test]
fn candidates_come_with_their_best_rule_the_likeliest_first() {
    let rules = vec![rule(1, &[(EMAIL, MatchHow::Exact)]), rule(2, &[(NAME, MatchHow::Similar(85))])];
    let catalog = person(rules);
    let others = [
        [text("Jon Smith"), Value::Null],
        [text("Grace Hopper"), text("js@example.org")],
        [text("Ada Lovelace"), Value::Null],
    ];
    let given = [text("John Smith"), text("js@example.org")];
    let id = |number: usize| RecordId(uuid::Uuid::from_u128(number as u128));
    let rows = others.iter().enumerate().map(|(index, values)| (id(index), values.as_slice()));
    let found = candidates(object(&catalog), &given, rows);
    let found: Vec<_> = found.iter().map(|each| (each.id, each.matching.0)).collect();
    assert_eq!(found, [(id(1), 1), (id(0), 2)]);
}
