//! Jobs: loads of files, from the request that makes one to what became of each row.

mod beside;
mod command;
mod crash;
mod file;
mod format;
mod hostile;
mod whole;

use kith_testing::{EventStream, Server, Tenant, each_db};
use serde_json::{Value as Json, json};

use crate::crm;
use crate::tasks::all;

each_db!(
    creates_records_of_csv,
    creates_records_of_json_lines,
    upserts_by_a_key,
    updates_and_deletes_by_id,
    says_what_became_of_each_row,
    answers_results_as_csv,
    refuses_a_job_that_cannot_be,
    makes_a_job_once,
    is_started_ended_and_deleted_once,
    streams_how_far_it_is,
    lists_jobs_by_page,
);

/// The counts of a job that did what it should, without those that are zero.
pub(crate) fn counts(job: &Json) -> Json {
    let rows = job["rows"].as_object().unwrap();
    let counted = rows.iter().filter(|(_, count)| **count != json!(0));
    Json::Object(counted.map(|(name, count)| (name.clone(), count.clone())).collect())
}

/// The id of a job.
pub(crate) fn id(job: &Json) -> &str {
    job["id"].as_str().unwrap()
}

/// The records of an object by the value of a field.
pub(crate) async fn by(tenant: &Tenant, object: &str, field: &str, value: &str) -> Json {
    let records = all(tenant, object).await;
    let found = records.into_iter().find(|record| record[field] == json!(value));
    found.unwrap_or_else(|| panic!("no `{object}` has the `{field}` `{value}`"))
}

async fn creates_records_of_csv(server: Server) {
    let tenant = crm::tenant(&server).await;
    let company = tenant.make("company", json!({"name": "Acme"})).await;
    let mark = tenant.mark().await;
    let file = format!(
        "full_name,email,stage,company\nAda Lovelace,Ada@Example.com,won,{company}\n\"Grace \"\"Amazing\"\" Hopper\",,,\n"
    );
    let job = tenant.load(json!({"object": "contact"}), file).await;
    assert_eq!(job["state"], "done", "{job}");
    assert_eq!(counts(&job), json!({"done": 2, "total": 2, "created": 2}));
    let ada = by(&tenant, "contact", "full_name", "Ada Lovelace").await;
    assert_eq!((&ada["email"], &ada["stage"]), (&json!("ada@example.com"), &json!("won")));
    assert_eq!(ada["company"], json!(company));
    let grace = by(&tenant, "contact", "full_name", "Grace \"Amazing\" Hopper").await;
    assert_eq!((&grace["email"], &grace["company"]), (&Json::Null, &Json::Null));
    assert_eq!(tenant.mark().await, mark + 4, "two records, and the job's beginning and end");
    assert_eq!(job["position"], json!(mark + 3), "where the last row was written");
}

async fn creates_records_of_json_lines(server: Server) {
    let tenant = crm::tenant(&server).await;
    let file = concat!(
        r#"{"title": "one", "seats": 3, "amount": {"amount": "12.10", "currency": "EUR"}}"#,
        "\n\n",
        r#"{"title": "two"}"#,
    );
    let job = tenant.load(json!({"object": "deal", "format": "jsonl"}), file).await;
    assert_eq!(counts(&job), json!({"done": 2, "total": 2, "created": 2}), "{job}");
    let one = by(&tenant, "deal", "title", "one").await;
    assert_eq!((&one["seats"], &one["amount"]["amount"]), (&json!(3), &json!("12.10")));
    let rows = tenant.job_rows(&job).await;
    assert_eq!(rows.len(), 2, "an empty line is no row: {rows:?}");
}

async fn upserts_by_a_key(server: Server) {
    let tenant = crm::tenant(&server).await;
    let ada = tenant.make("contact", json!({"full_name": "Ada", "email": "ada@example.com"})).await;
    let upsert = json!({"object": "contact", "operation": "upsert", "by": ["email"]});
    let file = "email,full_name\nada@example.com,Ada Lovelace\ngrace@example.com,Grace\nGRACE@example.com,Grace Hopper\n";
    let job = tenant.load(upsert.clone(), file).await;
    assert_eq!(counts(&job), json!({"done": 3, "total": 3, "created": 1, "updated": 2}), "{job}");
    assert_eq!(tenant.get("contact", &ada).ok().await["full_name"], "Ada Lovelace");
    let grace = by(&tenant, "contact", "email", "grace@example.com").await;
    assert_eq!(grace["full_name"], "Grace Hopper", "the later row is right");
    // The same file again changes nothing but its second and third row, which differ.
    let mark = tenant.mark().await;
    let job = tenant.load(upsert, "email,full_name\nada@example.com,Ada Lovelace\n").await;
    assert_eq!(counts(&job), json!({"done": 1, "total": 1, "unchanged": 1}));
    tenant.expect_changes(mark, &["job.created", "job.ended"]).await;
}

async fn updates_and_deletes_by_id(server: Server) {
    let tenant = crm::tenant(&server).await;
    let ada = tenant.make("contact", json!({"full_name": "Ada", "stage": "lead"})).await;
    let bob = tenant.make("contact", json!({"full_name": "Bob", "stage": "lead"})).await;
    let nobody = "contact_01h455vb4pex5vsknk084sn02q";
    let file = format!("id,stage,if_match\n{ada},won,1\n{bob},won,7\n{nobody},won,\n");
    let job = tenant.load(json!({"object": "contact", "operation": "update"}), file).await;
    assert_eq!(counts(&job), json!({"done": 3, "total": 3, "updated": 1, "failed": 2}), "{job}");
    let rows = tenant.job_rows(&job).await;
    let code = |row: usize| rows[row]["errors"][0]["code"].clone();
    assert_eq!((code(1), code(2)), (json!("version_mismatch"), json!("not_found")), "{rows:?}");
    assert_eq!(tenant.get("contact", &ada).ok().await["stage"], "won");
    let file = format!("{{\"id\": \"{ada}\"}}\n{{\"id\": \"{bob}\"}}\n");
    let delete = json!({"object": "contact", "operation": "delete", "format": "jsonl"});
    let job = tenant.load(delete, file).await;
    assert_eq!(counts(&job), json!({"done": 2, "total": 2, "deleted": 2}), "{job}");
    assert_eq!(tenant.trash("contact").expect(200).await.data().len(), 2);
}

async fn says_what_became_of_each_row(server: Server) {
    let tenant = crm::tenant(&server).await;
    let file = "full_name,email,stage\nAda,ada@example.com,won\n\n,grace,wonn\nBob,ada@example.com,\n\"two\nlines\",,\nEve,eve@example.com,won,more\nEnd,,\n";
    let job = tenant.load(json!({"object": "contact"}), file).await;
    assert_eq!(job["state"], "done", "{job}");
    assert_eq!(counts(&job), json!({"done": 6, "total": 6, "created": 2, "failed": 4}));
    let rows = tenant.job_rows(&job).await;
    let numbers: Vec<i64> = rows.iter().map(|row| row["row"].as_i64().unwrap()).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6]);
    let ada = by(&tenant, "contact", "full_name", "Ada").await;
    assert_eq!(
        (&rows[0]["outcome"], &rows[0]["disposition"], &rows[0]["id"]),
        (&json!("succeeded"), &json!("created"), &ada["id"])
    );
    // The second row: everything that is wrong with it, by column, and the row as it came.
    assert_eq!((&rows[1]["outcome"], &rows[1]["line"]), (&json!("failed"), &json!(4)));
    assert_eq!(rows[1]["raw"], ",grace,wonn");
    let mut faults: Vec<(String, String)> = rows[1]["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| {
            let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
            (text("code"), text("column"))
        })
        .collect();
    faults.sort();
    let pair = |code: &str, column: &str| (code.to_owned(), column.to_owned());
    let expected =
        [pair("invalid_value", "email"), pair("invalid_value", "stage"), pair("required", "full_name")];
    assert_eq!(faults, expected, "{}", rows[1]);
    assert!(rows[1].to_string().contains("did you mean `won`"), "{}", rows[1]);
    assert_eq!(rows[2]["errors"][0]["code"], "not_unique", "{}", rows[2]);
    assert_eq!(rows[2]["errors"][0]["records"], json!([ada["id"]]));
    assert_eq!((&rows[3]["outcome"], &rows[3]["line"]), (&json!("failed"), &json!(6)), "a text has one line");
    assert_eq!(rows[3]["raw"], "\"two\nlines\",,");
    assert_eq!((&rows[4]["outcome"], &rows[4]["line"]), (&json!("failed"), &json!(8)), "too many cells");
    assert_eq!(rows[4]["raw"], "Eve,eve@example.com,won,more");
    // Narrowed down.
    for (outcome, count) in [("succeeded", 2), ("failed", 4), ("unprocessed", 0)] {
        let some = tenant.job_results(id(&job)).query("outcome", outcome).expect(200).await;
        assert_eq!(some.text().lines().count(), count, "{outcome}: {some:?}");
    }
    let wrong = tenant.job_results(id(&job)).query("outcome", "lost").await;
    wrong.expect_problem(400, "invalid_parameter");
}

async fn answers_results_as_csv(server: Server) {
    let tenant = crm::tenant(&server).await;
    let job = tenant.load(json!({"object": "contact"}), "full_name,email\nAda,\n\"B,o\",bob\n").await;
    let answer = tenant.job_results(id(&job)).header("accept", "text/csv").expect(200).await;
    assert!(answer.header("content-type").unwrap().starts_with("text/csv"), "{answer:?}");
    let lines: Vec<&str> = answer.text().split("\r\n").collect();
    assert!(lines[0].starts_with("file,row,line,outcome,"), "{answer:?}");
    assert!(lines[1].starts_with(",1,") && lines[1].contains(",succeeded,created,contact_"), "{answer:?}");
    assert!(lines[2].starts_with(",2,3,failed,") && lines[2].contains("\"\"B,o\"\",bob"), "{answer:?}");
    let refused = tenant.job_results(id(&job)).header("accept", "text/html").await;
    refused.expect_problem(406, "not_acceptable");
}

async fn refuses_a_job_that_cannot_be(server: Server) {
    let tenant = crm::tenant(&server).await;
    let mark = tenant.mark().await;
    let load = |more: Json| {
        let mut job = json!({"kind": "load", "object": "contact", "operation": "create", "format": "csv"});
        job.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        job
    };
    for (job, code, pointer) in [
        (json!({}), "required", "/kind"),
        (json!({"kind": "lode"}), "invalid_value", "/kind"),
        (load(json!({"object": "contct"})), "not_found", "/object"),
        (load(json!({"operation": "insert"})), "invalid_value", "/operation"),
        (load(json!({"operation": "upsert"})), "invalid_value", "/by"),
        (load(json!({"format": "xml"})), "invalid_value", "/format"),
        (load(json!({"csv": {"delimiter": "ab"}})), "invalid_value", "/csv/delimiter"),
        (load(json!({"colour": 1})), "unknown_member", "/colour"),
        (load(json!({"plan": "yes"})), "invalid_type", "/plan"),
    ] {
        let refused = tenant.create_job(&job).await;
        assert!((400..500).contains(&refused.status()), "{job}: {refused:?}");
        refused.expect_fault(code, pointer);
    }
    let by_nothing = load(json!({"operation": "upsert", "by": ["stage"]}));
    let refused = tenant.create_job(&by_nothing).await;
    assert_eq!(refused.status(), 422, "not a unique key: {refused:?}");
    tenant.expect_changes(mark, &[]).await;
}

async fn makes_a_job_once(server: Server) {
    let tenant = crm::tenant(&server).await;
    let definition = json!({"kind": "load", "object": "contact", "operation": "create", "format": "csv"});
    let made = tenant.create_job(&definition).idempotency_key("nightly").expect(201).await;
    let again = tenant.create_job(&definition).idempotency_key("nightly").expect(201).await;
    assert!(again.is_replayed() && again.id() == made.id(), "{again:?}");
    let listed = tenant.caller().get("/v1/jobs").expect(200).await;
    assert_eq!(listed.data().len(), 1);
    tenant.cancel_job(&made.id()).ok().await;
}

async fn is_started_ended_and_deleted_once(server: Server) {
    let tenant = crm::tenant(&server).await;
    let definition = json!({"kind": "load", "object": "contact", "operation": "create", "format": "csv"});
    let id = tenant.create_job(&definition).expect(201).await.id();
    let delete = || tenant.caller().delete(&format!("/v1/jobs/{id}"));
    tenant.start_job(&id).await.expect_problem(422, "invalid_file");
    tenant.upload(&id, "data", 1).bytes("text/csv", "full_name\nAda\n").ok().await;
    delete().await.expect_problem(409, "job_moved");
    tenant.start_job(&id).ok().await;
    let job = tenant.job_ended(&id).await;
    assert_eq!(job["rows"]["created"], 1, "{job}");
    let late = tenant.upload(&id, "data", 1).bytes("text/csv", "full_name\nEve\n").await;
    late.expect_problem(409, "job_moved");
    tenant.start_job(&id).await.expect_problem(409, "job_moved");
    tenant.cancel_job(&id).await.expect_problem(409, "job_moved");
    delete().done().await;
    for gone in
        [tenant.job(&id), tenant.job_results(&id), tenant.job_files(&id), tenant.start_job(&id), delete()]
    {
        gone.await.expect_problem(404, "not_found");
    }
    by(&tenant, "contact", "full_name", "Ada").await;
}

async fn streams_how_far_it_is(server: Server) {
    let tenant = crm::tenant(&server).await;
    let mut file = String::from("full_name\n");
    (0..3_000).for_each(|number| file.push_str(&format!("Person {number}\n")));
    let definition = json!({"kind": "load", "object": "contact", "operation": "create", "format": "csv"});
    let id = tenant.create_job(&definition).expect(201).await.id();
    tenant.upload(&id, "data", 1).bytes("text/csv", file).ok().await;
    let mut stream = EventStream::open(tenant.job(&id)).await;
    tenant.start_job(&id).ok().await;
    let mut done = Vec::new();
    let mut last = Json::Null;
    while let Some(event) = stream.next_or_end().await {
        assert_eq!(event.event, "job");
        done.push(event.data["rows"]["done"].as_i64().unwrap());
        last = event.data;
    }
    assert!(done.is_sorted() && done.last() == Some(&3_000), "{done:?}");
    assert_eq!(last["state"], "done", "the stream ends with the job");
}

async fn lists_jobs_by_page(server: Server) {
    let tenant = crm::tenant(&server).await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(tenant.load(json!({"object": "contact"}), "full_name\nAda\n").await["id"].clone());
    }
    let page = tenant.caller().get("/v1/jobs").query("limit", 2).expect(200).await;
    assert_eq!([&page.data()[0]["id"], &page.data()[1]["id"]], [&ids[2], &ids[1]]);
    let cursor = page.json()["next_cursor"].as_str().unwrap().to_owned();
    let rest = tenant.caller().get("/v1/jobs").query("limit", 2).query("cursor", cursor).expect(200).await;
    assert_eq!(rest.data()[0]["id"], ids[0]);
    assert_eq!(rest.json()["next_cursor"], Json::Null);
}
