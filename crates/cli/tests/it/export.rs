//! Exports: what is in the files, and what is refused.

mod beside;
mod crash;
mod format;
mod past;
mod since;

use std::collections::BTreeMap;

use kith_testing::{Server, Tenant, each_db};
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};

use crate::crm;
use crate::job::id;
use crate::tasks::all;

each_db!(
    exports_every_record_as_the_api_has_it,
    lists_all_files_with_what_they_hold,
    leaves_out_what_is_hidden,
    exports_objects_without_records,
    refuses_an_export_that_cannot_be,
    shows_files_to_nobody_else,
    is_one_command,
);

/// An export that was made, with the content of all its files.
pub(crate) struct Exported {
    pub(crate) job: Json,
    pub(crate) manifest: Json,
    pub(crate) files: BTreeMap<String, Vec<u8>>,
}

/// Makes an export, and checks its files against its manifest.
pub(crate) async fn export(tenant: &Tenant, definition: Json) -> Exported {
    let job = begin(tenant, definition).await;
    finished(tenant, &job).await
}

/// Makes an export and leaves it running; its id.
pub(crate) async fn begin(tenant: &Tenant, definition: Json) -> String {
    let mut job = json!({ "kind": "export", "format": "jsonl" });
    if let (Json::Object(job), Json::Object(definition)) = (&mut job, definition) {
        job.extend(definition);
    }
    let made = tenant.create_job(&job).created().await;
    assert!(matches!(made["state"].as_str(), Some("running" | "done")), "it waits for nothing: {made}");
    id(&made).to_owned()
}

/// An export at its end, with its files.
pub(crate) async fn finished(tenant: &Tenant, job: &str) -> Exported {
    let job = tenant.job_ended(job).await;
    assert_eq!(job["state"], "done", "{job}");
    let manifest = tenant.job_file(id(&job), "manifest.json").ok().await;
    let mut files = BTreeMap::new();
    for file in manifest["files"].as_array().unwrap() {
        let name = file["file"].as_str().unwrap();
        let content = tenant.job_file(id(&job), name).expect(200).await.bytes().to_vec();
        assert_eq!(json!(content.len()), file["bytes"], "{name}");
        let hash: String = Sha256::digest(&content).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(json!(hash), file["sha256"], "{name}");
        files.insert(name.to_owned(), content);
    }
    assert_eq!(manifest["position"], job["position"], "{job}");
    assert_eq!(manifest["rows"], job["rows"]["done"], "{job}");
    assert_eq!(job["rows"]["done"], job["rows"]["total"], "{job}");
    Exported { job, manifest, files }
}

impl Exported {
    /// The lines of an object's JSON Lines, each once, by id.
    pub(crate) fn records(&self, object: &str) -> BTreeMap<String, Json> {
        let text = self.text(&format!("{object}.jsonl"));
        let mut records = BTreeMap::new();
        for line in text.lines() {
            let record: Json = serde_json::from_str(line).unwrap();
            let before = records.insert(record["id"].as_str().unwrap().to_owned(), record);
            assert!(before.is_none(), "a record stands twice: {line}");
        }
        let listed = self.manifest["objects"].as_array().unwrap();
        let of = listed.iter().find(|one| one["object"] == object).unwrap();
        assert_eq!(of["rows"], json!(records.len()), "{of}");
        records
    }

    /// A file as text.
    pub(crate) fn text(&self, name: &str) -> &str {
        let content = self.files.get(name).unwrap_or_else(|| panic!("no file `{name}`: {}", self.manifest));
        std::str::from_utf8(content).unwrap()
    }

    /// The position of which it is.
    pub(crate) fn position(&self) -> i64 {
        self.manifest["position"].as_i64().unwrap()
    }
}

/// All records of an object as they are read, by id.
pub(crate) async fn present(tenant: &Tenant, object: &str) -> BTreeMap<String, Json> {
    let records = all(tenant, object).await;
    records.into_iter().map(|record| (record["id"].as_str().unwrap().to_owned(), record)).collect()
}

/// A few records of each object.
pub(crate) async fn few(tenant: &Tenant) {
    let acme = tenant.make("company", json!({"name": "Acme, \"the\" best"})).await;
    let ada = json!({"full_name": "Ada, Countess of \"Lovelace\"", "email": "ada@example.com", "company": acme, "stage": "won"});
    let ada = tenant.make("contact", ada).await;
    tenant.make("contact", json!({"full_name": "Grace"})).await;
    for (title, seats) in [("one", 3), ("", 4)] {
        let deal = json!({"title": title, "seats": seats, "amount": crm::euros("12.10"), "company": acme, "contact": ada});
        tenant.make("deal", deal).await;
    }
}

async fn exports_every_record_as_the_api_has_it(server: Server) {
    let tenant = crm::tenant(&server).await;
    few(&tenant).await;
    let mark = tenant.mark().await;
    let exported = export(&tenant, json!({})).await;
    for object in ["company", "contact", "deal"] {
        assert_eq!(exported.records(object), present(&tenant, object).await, "{object}");
    }
    assert_eq!(exported.position(), mark + 1, "the job's beginning is the last thing it knows of");
    tenant.expect_changes(mark, &["job.created", "job.ended"]).await;
    let csv = export(&tenant, json!({"objects": ["company"], "format": "csv"})).await;
    let company = present(&tenant, "company").await.into_values().next().unwrap();
    let text = |name: &str| company[name].as_str().unwrap().to_owned();
    let expected = format!(
        "id,version,created_at,updated_at,created_by,updated_by,owner,name,deals,amount,seats\r\n\
         {},{},{},{},{},{},{},\"Acme, \"\"the\"\" best\",2,24.20 EUR,7\r\n",
        text("id"),
        company["version"],
        text("created_at"),
        text("updated_at"),
        text("created_by"),
        text("updated_by"),
        text("owner"),
    );
    assert_eq!(csv.text("company.csv"), expected);
}

async fn lists_all_files_with_what_they_hold(server: Server) {
    let tenant = crm::tenant(&server).await;
    few(&tenant).await;
    let exported = export(&tenant, json!({"objects": ["deal", "company"]})).await;
    let Exported { job, manifest, files } = &exported;
    assert_eq!(
        (&job["objects"], &job["format"], &job["since"], &job["compression"]),
        (&json!(["deal", "company"]), &json!("jsonl"), &Json::Null, &json!("none")),
        "{job}"
    );
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    assert_eq!(names, ["company.jsonl", "deal.jsonl", "schema.json"]);
    assert_eq!(
        (&manifest["rows"], &manifest["deleted"], &manifest["since"]),
        (&json!(3), &json!(0), &Json::Null)
    );
    let state = tenant.caller().get("/v1/schema").expect(200).await;
    assert_eq!(manifest["history"], state.history());
    assert_eq!(manifest["schema_version"], state.json()["version"]);
    let schema: Json = serde_json::from_str(exported.text("schema.json")).unwrap();
    assert_eq!(schema["objects"][0], tenant.object("deal").ok().await);
    let listed = tenant.job_files(id(job)).expect(200).await;
    let listed: Vec<&Json> = listed.data().iter().collect();
    assert_eq!(listed.len(), 4, "the manifest too: {listed:?}");
    assert!(listed.iter().all(|file| file["direction"] == "output"), "{listed:?}");
}

async fn leaves_out_what_is_hidden(server: Server) {
    let tenant = crm::tenant(&server).await;
    few(&tenant).await;
    let gone = tenant.make("contact", json!({"full_name": "Gone"})).await;
    tenant.delete("contact", &gone).done().await;
    tenant.drop_field("contact", "company").done().await;
    let exported = export(&tenant, json!({"objects": ["contact"]})).await;
    let contacts = exported.records("contact");
    assert!(!contacts.contains_key(&gone), "the trash is not exported");
    assert_eq!(contacts, present(&tenant, "contact").await);
    assert!(contacts.values().all(|contact| contact.get("company").is_none()), "{contacts:?}");
}

async fn exports_objects_without_records(server: Server) {
    let tenant = crm::tenant(&server).await;
    for (format, file, begins) in [
        ("csv", "deal.csv", "id,version,"),
        ("jsonl", "deal.jsonl", ""),
        ("parquet", "deal-00001.parquet", "PAR1"),
    ] {
        let exported = export(&tenant, json!({"objects": ["deal"], "format": format})).await;
        assert!(exported.files[file].starts_with(begins.as_bytes()), "{}", exported.manifest);
        assert_eq!(exported.manifest["rows"], 0);
    }
}

async fn refuses_an_export_that_cannot_be(server: Server) {
    let tenant = crm::tenant(&server).await;
    let mark = tenant.mark().await;
    let refused = async |job: Json, status: u16, code: &str, pointer: &str| {
        let mut asked = json!({"kind": "export"});
        asked.as_object_mut().unwrap().extend(job.as_object().unwrap().clone());
        tenant.create_job(&asked).await.expect_status(status).expect_fault(code, pointer)
    };
    refused(json!({}), 422, "required", "/format").await;
    refused(json!({"format": "xml"}), 422, "invalid_value", "/format").await;
    let answer =
        refused(json!({"format": "csv", "objects": ["contat"]}), 422, "invalid_value", "/objects/0").await;
    assert!(answer.json().to_string().contains("did you mean `contact`?"), "{answer:?}");
    refused(json!({"format": "csv", "objects": []}), 422, "invalid_type", "/objects").await;
    refused(json!({"format": "csv", "objects": ["deal", "deal"]}), 422, "invalid_value", "/objects/1").await;
    refused(json!({"format": "csv", "sinc": 3}), 422, "unknown_member", "/sinc").await;
    refused(json!({"format": "csv", "since": mark + 100}), 410, "history_changed", "/since").await;
    refused(json!({"format": "csv", "since": "soon"}), 400, "invalid_parameter", "/since").await;
    refused(json!({"format": "csv", "compression": "lz4"}), 422, "invalid_value", "/compression").await;
    refused(json!({"format": "parquet", "compression": "gzip"}), 422, "invalid_value", "/compression").await;
    assert_eq!(tenant.mark().await, mark);
}

async fn shows_files_to_nobody_else(server: Server) {
    let tenant = crm::tenant(&server).await;
    few(&tenant).await;
    let exported = export(&tenant, json!({})).await;
    let other = server.tenant().await;
    for name in exported.files.keys().map(String::as_str).chain(["manifest.json"]) {
        other.job_file(id(&exported.job), name).await.expect_problem(404, "not_found");
    }
    tenant.job_file(id(&exported.job), "nothing.jsonl").await.expect_problem(404, "not_found");
    tenant.caller().delete(&format!("/v1/jobs/{}", id(&exported.job))).done().await;
    tenant.job_file(id(&exported.job), "deal.jsonl").await.expect_problem(404, "not_found");
}

async fn is_one_command(server: Server) {
    let tenant = crm::tenant(&server).await;
    few(&tenant).await;
    let folder = tempfile::TempDir::new().unwrap();
    let out = folder.path().join("export").to_str().unwrap().to_owned();
    let token = tenant.caller().token().unwrap().to_owned();
    let url = server.url();
    let kith = async |arguments: Vec<String>| {
        let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_kith"));
        command.env_clear().args(["--url", &url, "--token", &token, "--json", "export"]).args(arguments);
        command.output().await.unwrap()
    };
    let arguments = || ["contact", "deal", "--format", "jsonl", "--out", &out].map(str::to_owned).to_vec();
    let output = kith(arguments()).await;
    assert!(output.status.success(), "{output:?}");
    let manifest: Json = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(manifest["rows"], 4);
    let text = std::fs::read_to_string(folder.path().join("export/deal.jsonl")).unwrap();
    assert_eq!(text.lines().count(), 2);
    let kept: Json =
        serde_json::from_slice(&std::fs::read(folder.path().join("export/manifest.json")).unwrap()).unwrap();
    assert_eq!(kept, manifest);
    let again = kith(arguments()).await;
    assert_eq!(again.status.code(), Some(2), "what is in a folder is left alone: {again:?}");
    let jobs = tenant.caller().get("/v1/jobs").expect(200).await;
    assert!(jobs.data().is_empty(), "the job is deleted once its files are here: {jobs:?}");
}
