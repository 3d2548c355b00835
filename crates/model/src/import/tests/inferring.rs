//! Proposals: types by what all values can be, and mappings that take the same rows.

use serde_json::json;

use super::super::{Mapping, compile, infer, object_name};
use crate::catalog::Catalog;
use crate::schema::{Desired, Mode, plan};
use crate::time::Timestamp;

#[test]
fn proposes_types_and_a_mapping_that_fit() {
    let header: Vec<String> = [
        "Id", "Name", "Born", "Price", "Active?", "Site", "Zip", "Kind", "Seen", "Nothing", "Text", "At",
        "name",
    ]
    .map(str::to_owned)
    .to_vec();
    let row = |number: usize| -> Vec<String> {
        [
            format!("00{number}"),
            format!("Name {number}"),
            format!("{}.02.2001", 13 + number),
            format!("1.000,{number}5"),
            ["yes", "no"][number % 2].to_owned(),
            format!("https://example.org/{number}"),
            format!("0{number}000"),
            ["a", "b"][number % 2].to_owned(),
            format!("{number}"),
            String::new(),
            format!("two\nlines {number}"),
            format!("2024-06-23T08:41:0{number}.000+0000"),
            format!("{number}@example.org"),
        ]
        .to_vec()
    };
    let rows: Vec<Vec<String>> = (0..10).map(row).collect();
    let found = infer("test", "My things.csv", "thing", &header, &rows);
    assert_eq!(
        found.object["fields"],
        json!([
            {"name": "name", "type": "text"},
            {"name": "born", "type": "date"},
            {"name": "price", "type": "decimal", "precision": 18, "scale": 2},
            {"name": "active", "type": "boolean"},
            {"name": "site", "type": "url"},
            {"name": "zip", "type": "text"},
            {"name": "kind", "type": "select", "options": ["a", "b"]},
            {"name": "seen", "type": "integer"},
            {"name": "text", "type": "long_text"},
            {"name": "at", "type": "datetime"},
            {"name": "name_2", "type": "email"},
        ])
    );
    assert_eq!(found.mapping["files"][0]["file"], "My_things.csv");
    let fields = &found.mapping["files"][0]["fields"];
    assert_eq!(found.mapping["files"][0]["id"], "Id");
    assert_eq!(fields["born"], json!({"column": "Born", "date": "%d.%m.%Y"}));
    assert_eq!(fields["price"]["number"], json!({"decimal": ",", "group": "."}));
    assert_eq!(fields["at"]["datetime"], "%Y-%m-%dT%H:%M:%S%.f%z");
    assert_eq!(found.columns[9].kind, None, "nothing is in it");

    let document = json!({"objects": [found.object]});
    let desired = Desired { document: document.as_object().unwrap(), mode: Mode::Template, pointer: "" };
    let catalog = plan(&Catalog::default(), desired, Timestamp(0)).unwrap().catalog;
    let mapper = compile(&Mapping::read(&found.mapping).unwrap(), &catalog).unwrap().remove(0);
    let binding = mapper.bind(&header).unwrap();
    for row in &rows {
        let cells: Vec<&str> = row.iter().map(String::as_str).collect();
        let mut operation = mapper.map(&binding, &cells, super::Pass::First).unwrap().unwrap();
        operation.prepare(&catalog);
        assert!(matches!(operation.prepared, Some((_, Ok(_)))), "{operation:?}");
    }
}

#[test]
fn says_what_is_not_certain() {
    let header = ["day".to_owned()];
    let rows = [vec!["01/02/2024".to_owned()], vec!["03/04/2024".to_owned()]];
    let found = infer("test", "x.csv", "x", &header, &rows);
    assert_eq!(found.columns[0].note.as_deref(), Some("`%m/%d/%Y` fits as well: say which it is"));
}

#[test]
fn names_objects_after_files() {
    for (file, name) in [
        ("accounts.csv", "account"),
        ("Sales-Teams.csv", "sales_team"),
        ("opportunities.csv.gz", "opportunity"),
        ("records.csv", "imported_record"),
        ("address.csv", "address"),
        ("__.csv", "row"),
    ] {
        assert_eq!(object_name(file), name, "{file}");
    }
}
