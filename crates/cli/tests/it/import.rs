//! Imports: files of other systems by a mapping, from real data to real mistakes.

mod again;
mod command;
mod crash;
mod infer;
mod maven;
mod refusal;
mod salesforce;
mod small;

use std::path::{Path, PathBuf};

use kith_model::yaml;
use kith_testing::Tenant;
use serde_json::{Value as Json, json};

/// The root of the workspace.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A folder of real data, which is not part of the repository; a test without it passes,
/// and says what it left out.
fn real_data(name: &str) -> Option<PathBuf> {
    let folder = root().join("../shared/data").join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    let _ = std::io::Write::write_all(
        &mut std::io::stderr(),
        format!("left out: the real data `{name}` is not beside the workspace\n").as_bytes(),
    );
    None
}

/// The mapping of an example.
fn example(name: &str) -> Json {
    let text = std::fs::read_to_string(root().join("examples").join(name).join("mapping.yaml")).unwrap();
    yaml::read(&text).unwrap_or_else(|error| panic!("{error:?}")).value
}

/// A mapping from its text.
fn mapping(text: &str) -> Json {
    yaml::read(text).unwrap_or_else(|error| panic!("{error:?}")).value
}

/// Makes the objects of the `crm` template.
async fn apply_crm(tenant: &Tenant) {
    let caller = tenant.caller();
    let plan = caller.post("/v1/schema/plan", &json!({"template": "crm"})).ok().await;
    caller.post("/v1/schema/apply", &json!({"template": "crm", "plan": plan["id"]})).ok().await;
}

/// Makes an import and sends its files; its id.
async fn prepare(tenant: &Tenant, asked: Json, files: &[(&str, Vec<u8>)]) -> String {
    let mut job = json!({"kind": "import"});
    if let (Json::Object(job), Json::Object(asked)) = (&mut job, asked) {
        job.extend(asked);
    }
    let id = tenant.create_job(&job).expect(201).await.id();
    for (name, content) in files {
        tenant.upload(&id, name, 1).bytes("application/octet-stream", content.clone()).ok().await;
    }
    id
}

/// An import to its end.
async fn import(tenant: &Tenant, asked: Json, files: &[(&str, Vec<u8>)]) -> Json {
    let id = prepare(tenant, asked, files).await;
    tenant.start_job(&id).ok().await;
    tenant.job_ended(&id).await
}

/// The files of a folder that a mapping reads.
fn files_of<'m>(mapping: &'m Json, folder: &Path) -> Vec<(&'m str, Vec<u8>)> {
    let mut files: Vec<(&str, Vec<u8>)> = Vec::new();
    for file in mapping["files"].as_array().unwrap() {
        if let Some(name) = file["file"].as_str()
            && !files.iter().any(|(other, _)| *other == name)
        {
            files.push((name, std::fs::read(folder.join(name)).unwrap()));
        }
    }
    files
}

/// Expects a job to have ended well, with no row refused.
async fn expect_done(tenant: &Tenant, job: &Json) {
    if job["state"] != "done" || job["rows"]["failed"] != 0 {
        let results = tenant.job_results(job["id"].as_str().unwrap()).query("outcome", "failed").await;
        let text: String = results.text().chars().take(3_000).collect();
        panic!("{job:#}\n{text}");
    }
}

/// A record as its source knows it.
async fn by_source(tenant: &Tenant, object: &str, source: [&str; 3]) -> Json {
    let [system, kind, id] = source.map(kith_testing::encoded);
    tenant.caller().get(&format!("/v1/records/{object}/by-source/{system}/{kind}/{id}")).ok().await
}

/// The rows of a CSV file by the names of their columns.
fn rows(bytes: &[u8]) -> Vec<Vec<(String, String)>> {
    let text = std::str::from_utf8(bytes).unwrap().trim_start_matches('\u{feff}');
    let (mut rows, mut row, mut cell) = (Vec::new(), Vec::new(), String::new());
    let mut quoted = false;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => cell.push(characters.next().unwrap()),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\r' if !quoted => {}
            '\n' if !quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            other => cell.push(other),
        }
    }
    if !row.is_empty() || !cell.is_empty() {
        row.push(cell);
        rows.push(row);
    }
    let header = rows.remove(0);
    rows.into_iter().map(|row| header.iter().cloned().zip(row).collect()).collect()
}

/// A cell of a row.
fn cell<'r>(row: &'r [(String, String)], column: &str) -> &'r str {
    &row.iter().find(|(name, _)| name == column).unwrap().1
}
