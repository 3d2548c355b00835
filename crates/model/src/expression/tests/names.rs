//! Where a text names fields, and what a rename makes of it.

use super::{COMPANY, CONTACT, DEAL, EVERYTHING, compile, compile_as};
use crate::id::FieldNo;

#[test]
fn knows_where_fields_are_named() {
    let source = "old.title == name && company.industry != `name`";
    let expression = compile(source);
    let found: Vec<(&str, u32, bool)> = expression
        .names()
        .iter()
        .map(|name| (&source[name.start as usize..name.end as usize], name.field.0, name.alias))
        .collect();
    let wanted = [
        ("title", 20, true),
        ("name", 20, false),
        ("company", 30, false),
        ("industry", 2, false),
        ("`name`", 20, false),
    ];
    assert_eq!(found, wanted);
}

#[test]
fn rewrites_every_name_of_a_field() {
    for (source, object, field, name, wanted) in [
        ("name + ' ' + old.name", DEAL, 20, "label", Some("label + ' ' + old.label")),
        ("size(title) > 3 && 'title' != ''", DEAL, 20, "label", Some("size(label) > 3 && 'title' != ''")),
        ("company.industry == 'x'", COMPANY, 2, "sector", Some("company.sector == 'x'")),
        ("company.industry == 'x'", DEAL, 30, "client", Some("client.industry == 'x'")),
        ("tags.exists(t, t == name)", DEAL, 20, "t", Some("tags.exists(t, t == `t`)")),
        ("name == 'x'", DEAL, 20, "old", Some("`old` == 'x'")),
        ("`name` == 'x'", DEAL, 20, "label", Some("label == 'x'")),
        ("open", DEAL, 20, "label", None),
        ("party.name == 'x'", CONTACT, 10, "label", None),
        ("party.name == 'x'", DEAL, 31, "who", Some("who.name == 'x'")),
    ] {
        let renamed = compile(source).renamed(object, FieldNo(field), name);
        assert_eq!(renamed.as_deref(), wanted, "{source}");
    }
}

#[test]
fn quoted_names_are_fields_and_never_words() {
    assert!(compile_as("tags.exists(name, `name` == name)", EVERYTHING).is_ok());
    assert!(compile_as("tags.exists(open, open == 'hot')", EVERYTHING).is_ok());
    assert!(compile_as("`open` && true", EVERYTHING).is_ok());
    assert!(compile_as("`old`.name == ''", EVERYTHING).is_err());
}
