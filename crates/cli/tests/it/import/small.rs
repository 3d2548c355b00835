//! What mappings can say, on files of a few rows.

use kith_testing::{Server, each_db};
use serde_json::{Value as Json, json};

use super::{apply_crm, by_source, expect_done, import, mapping, prepare};
use crate::tasks::all;

each_db!(
    refers_to_what_comes_later,
    finds_records_that_are_there_already,
    takes_the_rows_that_are_meant,
    reads_json_lines,
    writes_nothing_when_it_plans,
);

async fn refers_to_what_comes_later(server: Server) {
    let tenant = server.tenant().await;
    apply_crm(&tenant).await;
    let mapping = mapping(
        "
system: test
files:
  - file: people.csv
    object: contact
    id: id
    fields:
      last_name: name
      reports_to: {column: boss, lookup: {source: people}}
      company: {column: firm, lookup: {source: firms}}
  - file: firms.csv
    object: company
    id: id
    fields: {name: id, parent: {column: parent, lookup: {source: firms, unknown: 'null'}}}
",
    );
    let people = b"id,name,boss,firm\n1,Ada,2,acme\n2,Grace,,\n3,Alan,9,acme\n".to_vec();
    let firms = b"id,parent\nacme,holding\nholding,nobody\n".to_vec();
    let files = [("people.csv", people), ("firms.csv", firms)];
    let job = import(&tenant, json!({"mapping": mapping}), &files).await;
    assert_eq!(job["state"], "done", "{job}");
    let ada = by_source(&tenant, "contact", ["test", "people", "1"]).await;
    let grace = by_source(&tenant, "contact", ["test", "people", "2"]).await;
    let acme = by_source(&tenant, "company", ["test", "firms", "acme"]).await;
    let holding = by_source(&tenant, "company", ["test", "firms", "holding"]).await;
    assert_eq!((&ada["reports_to"], &ada["company"]), (&grace["id"], &acme["id"]));
    assert_eq!((&acme["parent"], &holding["parent"]), (&holding["id"], &Json::Null));
    // The row with a boss who does not exist is there without its references, and said.
    assert_eq!(job["rows"]["failed"], 1, "{job}");
    let rows = tenant.job_results(job["id"].as_str().unwrap()).query("outcome", "failed").expect(200).await;
    let row: Json = serde_json::from_str(rows.text().lines().next().unwrap()).unwrap();
    assert_eq!((&row["row"], &row["line"]), (&json!(3), &json!(4)), "{row}");
    assert_eq!(
        (&row["errors"][0]["code"], &row["errors"][0]["column"]),
        (&json!("reference_not_found"), &json!("boss"))
    );
}

async fn finds_records_that_are_there_already(server: Server) {
    let tenant = server.tenant().await;
    apply_crm(&tenant).await;
    let acme = tenant.make("company", json!({"name": "Acme", "domain": "acme.example"})).await;
    let mapping = mapping(
        "
system: test
files:
  - file: firms.csv
    object: company
    id: id
    match: domain
    fields: {name: name, domain: domain}
  - file: people.csv
    object: contact
    id: id
    fields:
      last_name: id
      company: {column: firm, lookup: {by: domain, unknown: 'null'}}
",
    );
    let files = [
        ("firms.csv", b"id,name,domain\n1,ACME Ltd,ACME.example\n2,Other,\n".to_vec()),
        ("people.csv", b"id,firm\nada,acme.example\ngrace,nowhere.example\n".to_vec()),
    ];
    let job = import(&tenant, json!({"mapping": mapping}), &files).await;
    expect_done(&tenant, &job).await;
    assert_eq!(all(&tenant, "company").await.len(), 2);
    let found = by_source(&tenant, "company", ["test", "firms", "1"]).await;
    assert_eq!((&found["id"], &found["name"]), (&json!(acme), &json!("ACME Ltd")));
    let ada = by_source(&tenant, "contact", ["test", "people", "ada"]).await;
    let grace = by_source(&tenant, "contact", ["test", "people", "grace"]).await;
    assert_eq!((&ada["company"], &grace["company"]), (&json!(acme), &Json::Null));
    // What somebody renamed or merged meanwhile is still what the source means.
    let other = by_source(&tenant, "company", ["test", "firms", "2"]).await["id"].clone();
    let merge = json!({"from": other});
    tenant.caller().post(&format!("/v1/records/company/{acme}/merge"), &merge).ok().await;
    assert_eq!(by_source(&tenant, "company", ["test", "firms", "2"]).await["id"], json!(acme));
}

async fn takes_the_rows_that_are_meant(server: Server) {
    let tenant = server.tenant().await;
    apply_crm(&tenant).await;
    let mapping = mapping(
        "
system: test
files:
  - file: things.csv
    object: team
    id: id
    where: {kind: team}
    except: {deleted: '1'}
    fields: {name: name}
  - file: things.csv
    object: user
    id: id
    source_object: person
    where: {kind: person}
    fields: {name: name, team: {column: team, lookup: {source: things}}}
",
    );
    let things = b"id,kind,name,team,deleted\n1,person,Ada,2,\n2,team,East,,\n3,team,West,,1\n4,person,,2,\n";
    let job = import(&tenant, json!({"mapping": mapping}), &[("things.csv", things.to_vec())]).await;
    assert_eq!((&job["rows"]["created"], &job["rows"]["failed"]), (&json!(2), &json!(1)), "{job}");
    let ada = by_source(&tenant, "user", ["test", "person", "1"]).await;
    let east = by_source(&tenant, "team", ["test", "things", "2"]).await;
    assert_eq!(ada["team"], east["id"]);
    let rows = tenant.job_results(job["id"].as_str().unwrap()).query("outcome", "failed").expect(200).await;
    let row: Json = serde_json::from_str(rows.text().lines().next().unwrap()).unwrap();
    assert_eq!((&row["row"], &row["errors"][0]["column"]), (&json!(4), &json!("name")), "{row}");
}

async fn reads_json_lines(server: Server) {
    let tenant = server.tenant().await;
    apply_crm(&tenant).await;
    let mapping = mapping(
        "
system: test
files:
  - file: firms.jsonl
    object: company
    id: id
    fields: {name: name, employees: size, founded: {column: year, number: {decimal: '.'}}}
",
    );
    let firms = b"{\"id\": 1, \"name\": \"Acme\", \"size\": 3, \"year\": \"1,999\"}\n{\"id\": 2, \"name\": \"B\", \"year\": 1950}\n";
    let job = import(&tenant, json!({"mapping": mapping}), &[("firms.jsonl", firms.to_vec())]).await;
    assert_eq!((&job["rows"]["created"], &job["rows"]["failed"]), (&json!(1), &json!(1)), "{job}");
    let made = by_source(&tenant, "company", ["test", "firms", "2"]).await;
    assert_eq!((&made["founded"], &made["employees"]), (&json!(1950), &Json::Null));
}

async fn writes_nothing_when_it_plans(server: Server) {
    let tenant = server.tenant().await;
    apply_crm(&tenant).await;
    let mapping = mapping(
        "
system: test
files:
  - file: firms.csv
    object: company
    id: id
    fields:
      name: name
      employees: size
      parent: {column: parent, lookup: {source: firms}}
",
    );
    let firms = b"id,name,size,parent\n1,Acme,many,\n2,,5,\n3,Good,7,4\n4,Better,8,\n".to_vec();
    let id = prepare(&tenant, json!({"mapping": mapping, "plan": true}), &[("firms.csv", firms)]).await;
    tenant.start_job(&id).ok().await;
    let job = tenant.job_ended(&id).await;
    assert_eq!((&job["state"], &job["rows"]["failed"]), (&json!("done"), &json!(2)), "{job}");
    assert_eq!(all(&tenant, "company").await, Vec::<Json>::new());
}
