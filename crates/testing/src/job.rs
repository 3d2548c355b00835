//! Jobs, as tests make and follow them.

use reqwest::Method;
use serde_json::{Value as Json, json};

use crate::call::{Call, encoded};
use crate::tenant::Tenant;

/// Jobs.
impl Tenant {
    /// Makes a job.
    #[track_caller]
    pub fn create_job(&self, job: &Json) -> Call {
        self.caller().post("/v1/jobs", job)
    }

    /// A part of a job's file; its content is still to be set.
    #[track_caller]
    pub fn upload(&self, job: &str, file: &str, part: u32) -> Call {
        let file = encoded(file);
        self.caller().call(Method::PUT, &format!("/v1/jobs/{job}/files/{file}/parts/{part}"))
    }

    /// Starts a job.
    #[track_caller]
    pub fn start_job(&self, job: &str) -> Call {
        self.caller().call(Method::POST, &format!("/v1/jobs/{job}/start"))
    }

    /// Ends a job.
    #[track_caller]
    pub fn cancel_job(&self, job: &str) -> Call {
        self.caller().call(Method::POST, &format!("/v1/jobs/{job}/cancel"))
    }

    /// Reads a job.
    #[track_caller]
    pub fn job(&self, job: &str) -> Call {
        self.caller().get(&format!("/v1/jobs/{job}"))
    }

    /// Lists a job's files.
    #[track_caller]
    pub fn job_files(&self, job: &str) -> Call {
        self.caller().get(&format!("/v1/jobs/{job}/files"))
    }

    /// Reads a file of a job.
    #[track_caller]
    pub fn job_file(&self, job: &str, file: &str) -> Call {
        self.caller().get(&format!("/v1/jobs/{job}/files/{}", encoded(file)))
    }

    /// Reads what became of the rows.
    #[track_caller]
    pub fn job_results(&self, job: &str) -> Call {
        self.caller().get(&format!("/v1/jobs/{job}/results"))
    }

    /// A job once it has ended; jobs that take for ever fail the test.
    ///
    /// # Panics
    /// When it does not end within ten minutes.
    pub async fn job_ended(&self, job: &str) -> Json {
        for _ in 0..20 {
            let document = self.job(job).query("wait", "30s").ok().await;
            if !matches!(document["state"].as_str(), Some("open" | "running")) {
                return document;
            }
        }
        panic!("the job `{job}` does not end");
    }

    /// Makes a load, sends its file in one part and starts it; its id.
    ///
    /// # Panics
    /// When any of it is refused.
    pub async fn begin_load(&self, definition: Json, content: impl Into<Vec<u8>>) -> String {
        let mut job = json!({ "kind": "load", "operation": "create", "format": "csv" });
        if let (Json::Object(job), Json::Object(definition)) = (&mut job, definition) {
            job.extend(definition);
        }
        let made = self.create_job(&job).expect(201).await;
        let id = made.id();
        assert_eq!(made.header("location"), Some(format!("/v1/jobs/{id}").as_str()), "{made:?}");
        self.upload(&id, "data", 1).bytes("application/octet-stream", content).ok().await;
        self.start_job(&id).ok().await;
        id
    }

    /// The same, to its end.
    pub async fn load(&self, definition: Json, content: impl Into<Vec<u8>>) -> Json {
        let id = self.begin_load(definition, content).await;
        self.job_ended(&id).await
    }

    /// What became of a job's rows.
    ///
    /// # Panics
    /// When a line is not JSON.
    pub async fn job_rows(&self, job: &Json) -> Vec<Json> {
        let answer = self.job_results(job["id"].as_str().unwrap_or_default()).expect(200).await;
        assert_eq!(answer.header("content-type"), Some("application/jsonl"), "{answer:?}");
        answer.text().lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect()
    }
}
