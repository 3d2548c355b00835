//! Uploads that are not data, and clients that do not keep to the rules.

use std::io::Write as _;

use kith_testing::{Database, Process, Server, Starter, Tenant, each_db};
use serde_json::{Value as Json, json};

use super::{counts, id};
use crate::crm;
use crate::tasks::all;

each_db!(
    refuses_what_cannot_be_inflated,
    refuses_bombs,
    refuses_other_encodings,
    sets_rows_of_mixed_encodings_aside,
    refuses_quotes_that_never_end,
    takes_a_line_without_end_in_little_memory,
    forgets_what_breaks_off,
);

/// The server may not grow beyond this while a file comes in, whatever is in it.
const MEMORY_BYTES_MAX: u64 = 150 * 1024 * 1024;

async fn open(tenant: &Tenant, format: &str) -> String {
    let definition = json!({"kind": "load", "object": "contact", "operation": "create", "format": format});
    tenant.create_job(&definition).expect(201).await.id()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

async fn refuses_what_cannot_be_inflated(server: Server) {
    let tenant = crm::tenant(&server).await;
    let job = open(&tenant, "csv").await;
    let mut file = String::from("full_name\n");
    (0..5_000).for_each(|number| file.push_str(&format!("Person {number}\n")));
    // Without a checksum nobody can tell that zstd was damaged.
    let mut checked = zstd::bulk::Compressor::new(1).unwrap();
    checked.include_checksum(true).unwrap();
    let packed = [("gzip", gzip(file.as_bytes())), ("zstd", checked.compress(file.as_bytes()).unwrap())];
    for (encoding, bytes) in packed {
        let half = bytes[..bytes.len() / 2].to_vec();
        let mut damaged = bytes.clone();
        let middle = damaged.len() / 2;
        damaged[middle..middle + 8].copy_from_slice(&[0xff; 8]);
        let more = [bytes.as_slice(), b"more"].concat();
        for wrong in [half, damaged, b"full_name\nAda\n".to_vec(), Vec::new(), more] {
            let call = tenant.upload(&job, "data", 1).header("content-encoding", encoding);
            let refused = call.bytes("text/csv", wrong).await;
            refused.expect_problem(422, "invalid_file");
        }
    }
    assert_eq!(tenant.job_files(&job).expect(200).await.data().len(), 0, "nothing of it stays");
    tenant.cancel_job(&job).ok().await;
}

async fn refuses_bombs(server: Server) {
    let tenant = crm::tenant(&server).await;
    let job = open(&tenant, "csv").await;
    let zeros = vec![b'0'; 64 * 1024 * 1024];
    for (encoding, bomb) in [("gzip", gzip(&zeros)), ("zstd", zstd::bulk::compress(&zeros, 19).unwrap())] {
        let call = tenant.upload(&job, "data", 1).header("content-encoding", encoding);
        let refused = call.bytes("text/csv", bomb).await;
        assert!(matches!(refused.status(), 413 | 422), "{encoding}: {refused:?}");
    }
    assert_eq!(tenant.job_files(&job).expect(200).await.data().len(), 0);
    tenant.cancel_job(&job).ok().await;
}

/// Expects a load to fail for its file, with these words.
async fn expect_failure(tenant: &Tenant, format: &str, file: Vec<u8>, words: &str) -> Json {
    let job = tenant.load(json!({"object": "contact", "format": format}), file).await;
    assert_eq!(job["state"], "failed", "{job}");
    assert_eq!(job["error"]["code"], "invalid_file", "{job}");
    assert!(job["error"]["detail"].as_str().unwrap().contains(words), "{job}");
    job
}

async fn refuses_other_encodings(server: Server) {
    let tenant = crm::tenant(&server).await;
    let text = "full_name\nAda\n";
    let little: Vec<u8> =
        [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect();
    for file in [little, big] {
        expect_failure(&tenant, "csv", file.clone(), "UTF-16").await;
        expect_failure(&tenant, "jsonl", file, "UTF-16").await;
    }
    assert!(all(&tenant, "contact").await.is_empty());
}

async fn sets_rows_of_mixed_encodings_aside(server: Server) {
    let tenant = crm::tenant(&server).await;
    let mut file = "full_name\nZoë\n".as_bytes().to_vec();
    file.extend_from_slice(b"Zo\xeb\nBob\n\xc3\x28\nEve\n");
    let job = tenant.load(json!({"object": "contact"}), file).await;
    assert_eq!(counts(&job), json!({"done": 5, "total": 5, "created": 3, "failed": 2}), "{job}");
    let rows = tenant.job_rows(&job).await;
    for (row, line) in [(1, 3), (3, 5)] {
        assert_eq!((&rows[row]["outcome"], &rows[row]["line"]), (&json!("failed"), &json!(line)));
        assert!(rows[row]["errors"][0]["detail"].as_str().unwrap().contains("UTF-8"), "{}", rows[row]);
    }
}

async fn refuses_quotes_that_never_end(server: Server) {
    let tenant = crm::tenant(&server).await;
    let mut file = String::from("full_name,email\nAda,\nBob,\"never closed\n");
    (0..1_000).for_each(|number| file.push_str(&format!("Person {number},\n")));
    let job = expect_failure(&tenant, "csv", file.into_bytes(), "quote").await;
    assert!(job["error"]["detail"].as_str().unwrap().contains("line 3"), "{job}");
    let rows = tenant.job_rows(&job).await;
    assert_eq!(rows[0]["outcome"], "succeeded", "what came before it stands");
}

/// A server in a process of its own, whose memory can be seen.
async fn process(server: &Server, folder: &std::path::Path) -> (Process, Tenant) {
    let database = Database::fresh(server.database().engine()).await;
    let process = Starter::new(env!("CARGO_BIN_EXE_kith"), folder).on(&database).start().await;
    let tenant = process.admin().tenant("hostile").await;
    crm::define(&tenant).await;
    (process, tenant)
}

/// The most memory that a process has had, in bytes.
fn peak(process: &Process) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", process.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

async fn takes_a_line_without_end_in_little_memory(server: Server) {
    let folder = tempfile::tempdir().unwrap();
    let (process, tenant) = process(&server, folder.path()).await;
    let piece = vec![b'x'; 1024 * 1024];
    for (format, begin) in [("csv", "full_name\n"), ("jsonl", "{\"full_name\": \"")] {
        let job = open(&tenant, format).await;
        tenant.upload(&job, "data", 1).bytes("application/octet-stream", begin).ok().await;
        let call = tenant.upload(&job, "data", 2);
        call.repeated("application/octet-stream", piece.clone(), 300).ok().await;
        tenant.start_job(&job).ok().await;
        let job = tenant.job_ended(&job).await;
        let error = match format {
            // Who knows where the next row begins?
            "csv" => job["error"].clone(),
            _ => tenant.job_rows(&job).await[0]["errors"][0].clone(),
        };
        assert!(error["detail"].as_str().unwrap().contains("4194304"), "the limit is named: {job} {error}");
        assert_eq!(job["rows"]["created"], 0, "{job}");
    }
    let peak = peak(&process);
    assert!(peak < MEMORY_BYTES_MAX, "the server has grown to {peak} bytes");
    tenant.verify().await;
}

async fn forgets_what_breaks_off(server: Server) {
    let tenant = crm::tenant(&server).await;
    let job = open(&tenant, "csv").await;
    for _ in 0..3 {
        let half = tenant.upload(&job, "data", 1).broken_off("text/csv", vec![b'x'; 6 * 1024 * 1024]);
        half.try_send().await.ok();
    }
    assert_eq!(tenant.job_files(&job).expect(200).await.data().len(), 0, "a part is whole or not there");
    assert_eq!(tenant.job(&job).ok().await["bytes"]["received"], 0);
    tenant.cancel_job(&job).ok().await;
    assert_eq!(id(&tenant.job(&job).ok().await), job);
}
