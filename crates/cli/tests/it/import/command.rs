//! `kith import`, by what it prints and how it exits.

use kith_testing::{Server, each_db};
use serde_json::json;
use tempfile::TempDir;

use super::salesforce::add_fields;
use super::{apply_crm, real_data, root};
use crate::command_line::Kith;
use crate::tasks::all;

each_db!(
    imports_a_folder,
    says_where_in_the_mapping_something_is_wrong,
    shows_rows_that_were_refused,
    makes_an_object_of_a_file,
);

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn path(folder: &TempDir, name: &str) -> String {
    folder.path().join(name).to_str().unwrap().to_owned()
}

async fn imports_a_folder(server: Server) {
    let Some(data) = real_data("salesforce-export") else { return };
    let tenant = server.tenant().await;
    apply_crm(&tenant).await;
    add_fields(&tenant).await;
    let kith = Kith::of(&server, &tenant);
    let mapping = root().join("examples/salesforce-export/mapping.yaml");
    let (mapping, data) = (mapping.to_str().unwrap(), data.to_str().unwrap());
    let run = kith.run(&["import", "--mapping", mapping, data]).await;
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.out.contains("company   94       0        0          0"), "{}", run.out);
    assert!(run.out.contains("done"), "{}", run.out);
    let again = kith.json(&["import", "--mapping", mapping, data]).await;
    assert_eq!((&again["rows"]["created"], &again["rows"]["updated"]), (&json!(0), &json!(0)), "{again}");
    let id = again["id"].as_str().unwrap();
    let kept = kith.json(&["import", "--again", id]).await;
    assert_eq!(kept["objects"]["deal"]["unchanged"], 58);
}

async fn says_where_in_the_mapping_something_is_wrong(server: Server) {
    let tenant = server.tenant().await;
    apply_crm(&tenant).await;
    let kith = Kith::of(&server, &tenant);
    let wrong = "id: id\nfields:\n  name: name\n  stagename: stage\n";
    let folder = folder(&[("wrong.yaml", wrong), ("deals.csv", "id,nmae\n1,A\n")]);
    let (mapping, file) = (path(&folder, "wrong.yaml"), path(&folder, "deals.csv"));
    let run = kith.run(&["import", "deal", &file, "--mapping", &mapping]).await;
    run.expect_failure(1, &format!("{mapping}:4:3"));
    run.expect_failure(1, "`deal` has no field `stagename`");
    run.expect_failure(1, "did you mean `stage`?");
    // A column that the file does not have.
    std::fs::write(&mapping, "id: id\nfields: {name: name}\n").unwrap();
    let run = kith.run(&["import", "deal", &file, "--mapping", &mapping]).await;
    run.expect_failure(1, &format!("{mapping}:2:10"));
    run.expect_failure(1, "`deals.csv` has no column `name`");
    run.expect_failure(1, "did you mean `nmae`?");
    // What is no mapping is said without a server.
    std::fs::write(&mapping, "id: id\nfeilds: {name: name}\n").unwrap();
    let run = kith.run(&["import", "deal", &file, "--mapping", &mapping]).await;
    run.expect_failure(2, &format!("{mapping}:2:1"));
    let whole = "system: x\nfiles:\n  - {file: other.csv, object: deal, id: id, fields: {name: id}}\n";
    std::fs::write(&mapping, whole).unwrap();
    let run = kith.run(&["import", folder.path().to_str().unwrap(), "--mapping", &mapping]).await;
    run.expect_failure(2, "has no file `other.csv`");
    assert!(all(&tenant, "deal").await.is_empty());
}

async fn shows_rows_that_were_refused(server: Server) {
    let tenant = server.tenant().await;
    apply_crm(&tenant).await;
    let kith = Kith::of(&server, &tenant);
    let mapping = "id: id\nfields: {name: name, closed_on: {column: closed, date: '%d.%m.%Y'}}\n";
    let deals = "id,name,closed\n1,A,01.02.2024\n2,B,2024-02-01\n";
    let folder = folder(&[("deals.yaml", mapping), ("deals.csv", deals)]);
    let (mapping, file) = (path(&folder, "deals.yaml"), path(&folder, "deals.csv"));
    let run = kith.run(&["import", "deal", &file, "--mapping", &mapping]).await;
    assert_eq!(run.code, 8, "{run:?}");
    assert!(
        run.err.contains(
            "deals.csv, line 3, column `closed`: `closed_on`: `2024-02-01` is not written as `%d.%m.%Y`"
        ),
        "{}",
        run.err
    );
    let plan = kith.run(&["import", "deal", &file, "--mapping", &mapping, "--plan"]).await;
    assert_eq!(plan.code, 8, "{plan:?}");
    assert_eq!(all(&tenant, "deal").await.len(), 1);
}

async fn makes_an_object_of_a_file(server: Server) {
    let tenant = server.tenant().await;
    let kith = Kith::of(&server, &tenant);
    let folder = folder(&[("ships.csv", "Id,Name,Built\n1,Ada,1999-02-01\n2,Grace,2001-12-11\n")]);
    let file = path(&folder, "ships.csv");
    let shown = kith.run(&["import", "ship", &file, "--create-object", "--plan"]).await;
    assert_eq!(shown.code, 0, "{shown:?}");
    for words in ["- name: ship", "{name: built, type: date}", "built: Built", "id: Id"] {
        assert!(shown.out.contains(words), "{words}: {}", shown.out);
    }
    let refused = kith.run(&["import", "ship", &file, "--create-object"]).await;
    refused.expect_failure(2, "nobody can be asked here");
    let run = kith.run(&["import", "ship", &file, "--create-object", "--yes"]).await;
    assert_eq!(run.code, 0, "{run:?}");
    let ships = all(&tenant, "ship").await;
    assert_eq!((ships.len(), &ships[1]["built"]), (2, &json!("2001-12-11")));
}
