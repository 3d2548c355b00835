//! `kith load` and `kith job`.

use kith_testing::{Server, each_db};
use serde_json::{Value as Json, json};

use crate::command_line::Kith;
use crate::crm;
use crate::tasks::all;

each_db!(loads_a_file, exits_with_what_became_of_it, reads_stdin_and_compressed_files, does_it_step_by_step,);

async fn loads_a_file(server: Server) {
    let tenant = crm::tenant(&server).await;
    let kith = Kith::of(&server, &tenant);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("people.csv");
    std::fs::write(&path, "full_name,email\nAda,ada@example.com\nBob,bob@example.com\n").unwrap();
    let path = path.to_str().unwrap();
    let run = kith.run(&["load", "contact", path]).await;
    assert!(run.code == 0 && run.out.contains("done, 2 rows: 2 created"), "{run:?}");
    let job = kith.json(&["load", "contact", path, "--by", "email", "--plan"]).await;
    assert_eq!((&job["operation"], &job["plan"]), (&json!("upsert"), &json!(true)), "{job}");
    assert_eq!(all(&tenant, "contact").await.len(), 2);
    let listed = kith.run(&["job", "list"]).await;
    assert!(listed.code == 0 && listed.out.lines().count() == 3, "{listed:?}");
}

async fn exits_with_what_became_of_it(server: Server) {
    let tenant = crm::tenant(&server).await;
    let kith = Kith::of(&server, &tenant);
    let load = async |stdin: &str, more: &[&str]| {
        let arguments = [&["load", "contact", "-", "--format", "csv"], more].concat();
        kith.run_with(&arguments, stdin).await
    };
    let run = load("full_name,email\nAda,ada\nBob,\n", &[]).await;
    assert!(run.code == 8 && run.err.contains("line 2: ") && run.err.contains("job results"), "{run:?}");
    assert!(run.out.contains("1 created, 1 failed"), "{run:?}");
    let run = load("full_name,emial\nAda,ada\n", &[]).await;
    assert!(run.code == 9 && run.err.contains("did you mean `email`"), "{run:?}");
    let run = load("full_name,email\nAda,ada\nBob,\n", &["--atomic"]).await;
    assert!(run.code == 9, "{run:?}");
    let run = kith.run_with(&["load", "contact", "-"], "full_name\n").await;
    run.expect_failure(2, "--format");
    let run = kith.run_with(&["load", "contat", "-", "--format", "csv"], "full_name\n").await;
    assert!(matches!(run.code, 1 | 3), "{run:?}");
    kith.run(&["load", "contact", "no-such-file.csv"]).await.expect_failure(2, "cannot be read");
    assert_eq!(all(&tenant, "contact").await.len(), 1);
}

async fn reads_stdin_and_compressed_files(server: Server) {
    let tenant = crm::tenant(&server).await;
    let kith = Kith::of(&server, &tenant);
    let lines = "{\"full_name\": \"Ada\"}\n{\"full_name\": \"Bob\"}\n";
    let run = kith.run_with(&["load", "contact", "-", "--format", "jsonl", "--json"], lines).await;
    let job: Json = serde_json::from_str(&run.out).unwrap();
    assert_eq!((run.code, &job["rows"]["created"]), (0, &json!(2)), "{run:?}");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("people.jsonl.zst");
    std::fs::write(&path, zstd::bulk::compress(lines.as_bytes(), 1).unwrap()).unwrap();
    let job = kith.json(&["load", "contact", path.to_str().unwrap()]).await;
    assert_eq!(job["rows"]["created"], 2, "{job}");
}

async fn does_it_step_by_step(server: Server) {
    let tenant = crm::tenant(&server).await;
    let kith = Kith::of(&server, &tenant);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("people.csv");
    std::fs::write(&path, "full_name,email\nAda,ada\nBob,\n").unwrap();
    let definition = r#"{"kind": "load", "object": "contact", "operation": "create", "format": "csv"}"#;
    let made = kith.json(&["job", "create", definition]).await;
    let id = made["id"].as_str().unwrap();
    let sent = kith.json(&["job", "upload", id, path.to_str().unwrap()]).await;
    assert_eq!((&sent["parts"], &sent["bytes"]), (&json!(1), &json!(29)), "{sent}");
    assert_eq!(kith.run(&["job", "start", id]).await.code, 0);
    assert_eq!(kith.run(&["job", "wait", id]).await.code, 8);
    assert_eq!(kith.json(&["job", "get", id]).await["state"], "done");
    let failed = kith.run(&["job", "results", id, "--outcome", "failed"]).await;
    let row: Json = serde_json::from_str(&failed.out).unwrap();
    assert_eq!((&row["row"], &row["raw"]), (&json!(1), &json!("Ada,ada")));
    let table = kith.run(&["job", "results", id, "--csv"]).await;
    assert!(table.code == 0 && table.out.starts_with("file,row,line,"), "{table:?}");
    assert_eq!(kith.run(&["job", "cancel", id]).await.code, 4);
    assert_eq!(kith.json(&["job", "delete", id]).await["deleted"], true);
    assert_eq!(kith.run(&["job", "get", id]).await.code, 3);
    let other = kith.json(&["job", "create", definition]).await;
    assert_eq!(kith.run(&["job", "cancel", other["id"].as_str().unwrap()]).await.code, 0);
}
