//! Every function of the documentation, through the API, on both databases.

use kith_testing::{Server, each_db, field, object};
use serde_json::json;

each_db!(every_documented_function_gives_what_it_says, every_function_makes_of_null_what_it_says);

const DOCUMENTATION: &str = include_str!("../../../../docs/expressions.md");

/// The rows of the table of functions, cell by cell.
fn rows() -> Vec<Vec<String>> {
    let table = DOCUMENTATION.split("| function |").nth(1).unwrap();
    let rows = table.lines().skip(2).take_while(|line| line.starts_with("| `"));
    rows.map(|row| {
        let cells = row.trim_matches(['|', ' ']).replace("\\|", "\u{0}");
        cells.split(" | ").map(|cell| cell.trim_matches('`').replace('\u{0}', "|")).collect()
    })
    .collect()
}

async fn every_documented_function_gives_what_it_says(server: Server) {
    let tenant = server.tenant().await;
    for (kind, stored) in [("evaluated", false), ("kept", true)] {
        let mut example = object(kind).field(field::text("name"));
        let mut names = Vec::new();
        for (number, row) in rows().iter().enumerate() {
            let (call, result) = row[4].split_once("` is `").unwrap();
            if stored && (call.contains("now()") || call.contains("today()")) {
                continue;
            }
            let name = format!("row_{number}");
            let computed = field::boolean(&name).set("computed", json!(format!("({call}) == ({result})")));
            example = example.field(computed.set("stored", json!(stored)));
            names.push((name, call.to_owned()));
        }
        assert!(names.len() > 50, "{} functions", names.len());
        tenant.define(example).await;
        let record = tenant.create(kind, json!({"name": "x"})).created().await;
        for (name, call) in &names {
            assert_eq!(record[name], true, "{kind}: {call}");
        }
        assert_eq!(tenant.get(kind, record["id"].as_str().unwrap()).ok().await, record);
    }
}

/// What stands for null in the place of an argument; other arguments are as they must be.
fn null_for(argument: &str) -> &str {
    match argument.trim_matches(['[', ']', ' ']) {
        "text" => "name",
        "number" | "integer" => "quantity",
        "money" | "number or money" | "ordered" => "amount",
        "plain" => "quantity",
        "date" => "day",
        "datetime" => "at",
        "duration" => "at - at",
        "list" => "tags",
        "digits" => "2",
        "pattern" => "'a'",
        "offset" => "'+01:00'",
        other => panic!("`{other}` is no argument"),
    }
}

async fn every_function_makes_of_null_what_it_says(server: Server) {
    let tenant = server.tenant().await;
    let mut example = object("example")
        .field(field::text("name"))
        .field(field::integer("quantity"))
        .field(field::currency("amount").set("scale", json!(2)))
        .field(field::date("day"))
        .field(field::datetime("at"))
        .field(field::multi_select("tags", &["a"]));
    let mut names = Vec::new();
    for (number, row) in rows().iter().enumerate().filter(|(_, row)| row[2] == "null") {
        let call = match row[0].split_once('(') {
            Some((function, arguments)) => {
                let arguments = arguments.trim_end_matches(')').replace('[', "");
                let nulls: Vec<&str> = arguments.split(", ").map(null_for).collect();
                format!("{function}({})", nulls.join(", "))
            }
            None => row[0].replace("money", "amount"),
        };
        let name = format!("stored_{number}");
        let computed = field::boolean(&name).set("computed", json!(format!("({call}) == null")));
        example = example.field(computed.set("stored", json!(true)));
        names.push((name, call));
    }
    assert!(names.len() > 50, "{} fields", names.len());
    tenant.define(example).await;
    let record = tenant.create("example", json!({})).created().await;
    for (name, call) in &names {
        assert_eq!(record[name], true, "{name}: {call}");
    }
}
