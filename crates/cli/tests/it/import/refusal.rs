//! What is wrong with a mapping or its files is said before a row is written.

use kith_testing::{Server, each_db};
use serde_json::json;

use super::{apply_crm, mapping, prepare};
use crate::tasks::all;

each_db!(
    says_what_was_probably_meant,
    misses_files_and_columns_before_the_first_row,
    needs_the_right_to_stamp,
);

async fn says_what_was_probably_meant(server: Server) {
    let tenant = server.tenant().await;
    apply_crm(&tenant).await;
    let document = mapping(
        "
system: test
files:
  - {file: a.csv, object: deal, id: id, fields: {name: n, stagename: s}}
  - {file: b.csv, object: compny, id: id, fields: {name: n}}
",
    );
    let mark = tenant.mark().await;
    let refused = tenant.create_job(&json!({"kind": "import", "mapping": document})).expect(422).await;
    let refused = refused.expect_faults(&[
        ("unknown_field", "/mapping/files/0/fields/stagename"),
        ("not_found", "/mapping/files/1/object"),
    ]);
    let hints: Vec<_> =
        refused.json()["errors"].as_array().unwrap().iter().map(|e| e["hint"].clone()).collect();
    assert_eq!(hints, ["did you mean `stage`?", "did you mean `company`?"]);
    let shape =
        json!({"system": "x", "files": [{"file": "a.csv", "object": "deal", "id": "i", "feilds": {}}]});
    let refused = tenant.create_job(&json!({"kind": "import", "mapping": shape})).expect(422).await;
    refused.expect_faults(&[
        ("unknown_member", "/mapping/files/0/feilds"),
        ("required", "/mapping/files/0/fields"),
    ]);
    let both = json!({"kind": "import", "mapping": {}, "again": "job_x"});
    tenant.create_job(&both).expect(422).await.expect_fault("invalid_value", "/again");
    tenant.create_job(&json!({"kind": "import"})).expect(422).await.expect_fault("required", "/mapping");
    tenant.expect_changes(mark, &[]).await;
}

async fn misses_files_and_columns_before_the_first_row(server: Server) {
    let tenant = server.tenant().await;
    apply_crm(&tenant).await;
    let document = mapping(
        "
system: test
files:
  - {file: a.csv, object: company, id: id, fields: {name: name}}
  - {file: b.csv, object: company, id: id, fields: {name: name}}
  - {file: c.csv, object: company, id: id, fields: {name: name}}
",
    );
    let files = [
        ("a.csv", b"id,name\n1,Acme\n".to_vec()),
        ("b.csv", b"id,nmae\n1,Acme\n".to_vec()),
        ("d.csv", b"id,name\n".to_vec()),
    ];
    let id = prepare(&tenant, json!({"mapping": document}), &files).await;
    let refused = tenant.start_job(&id).expect(422).await;
    let refused = refused.expect_faults(&[
        ("invalid_file", ""),
        ("unknown_field", "/mapping/files/1/fields/name"),
        ("required", "/mapping/files/2/file"),
    ]);
    let text = refused.text();
    for words in ["`b.csv` has no column `name`", "did you mean `nmae`?", "the mapping reads no file `d.csv`"]
    {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(all(&tenant, "company").await.is_empty());
    tenant.cancel_job(&id).ok().await;
}

async fn needs_the_right_to_stamp(server: Server) {
    let tenant = server.tenant().await;
    apply_crm(&tenant).await;
    let document = mapping(
        "
system: test
files:
  - file: a.csv
    object: company
    id: id
    fields: {name: id}
    stamps: {created_at: {column: at, datetime: '%Y-%m-%d %H:%M', offset: '+01:00'}}
",
    );
    let files = [("a.csv", b"id,at\n1,2019-04-01 10:30\n".to_vec())];
    let (_, other) = tenant.another_token("without rights").await;
    let id = prepare(&other, json!({"mapping": document}), &files).await;
    other.start_job(&id).expect(403).await.expect_problem(403, "forbidden");
    // Somebody else who may starts it; what counts is who asked for it.
    other.cancel_job(&id).ok().await;
    let id = prepare(&tenant, json!({"mapping": document}), &files).await;
    tenant.start_job(&id).ok().await;
    assert_eq!(tenant.job_ended(&id).await["rows"]["created"], 1);
    assert_eq!(all(&tenant, "company").await[0]["created_at"], "2019-04-01T09:30:00.000000Z");
}
