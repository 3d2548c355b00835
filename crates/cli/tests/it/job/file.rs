//! Files of jobs: parts, digests, compression, and reading them again.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kith_testing::{Server, Tenant, each_db};
use serde_json::json;

use super::{counts, id};
use crate::crm;

each_db!(
    is_its_parts_one_after_another,
    takes_a_part_again,
    takes_compressed_content,
    refuses_content_that_is_not_what_it_says,
    refuses_parts_that_are_none,
    needs_every_part,
    reads_a_file_again,
);

async fn open(tenant: &Tenant) -> String {
    let definition = json!({"kind": "load", "object": "contact", "operation": "create", "format": "csv"});
    tenant.create_job(&definition).expect(201).await.id()
}

async fn is_its_parts_one_after_another(server: Server) {
    let tenant = crm::tenant(&server).await;
    let job = open(&tenant).await;
    let text = "full_name,email\nZoë \"x\",\n\"Ünal\",u@example.com\n".as_bytes();
    // Parts end anywhere: within a row, within a character; and come in any order.
    let cuts = [0, 5, 19, text.len() - 20, text.len()];
    for part in (1..cuts.len()).rev() {
        let piece = text[cuts[part - 1]..cuts[part]].to_vec();
        let number = u32::try_from(part).unwrap();
        let taken = tenant.upload(&job, "data", number).bytes("text/csv", piece.clone()).ok().await;
        assert_eq!((&taken["part"], &taken["bytes"]), (&json!(part), &json!(piece.len())), "{taken}");
    }
    let files = tenant.job_files(&job).expect(200).await;
    assert_eq!(files.data().len(), 1);
    assert_eq!((&files.data()[0]["file"], &files.data()[0]["bytes"]), (&json!("data"), &json!(text.len())));
    assert_eq!(files.data()[0]["parts"].as_array().unwrap().len(), 4);
    tenant.start_job(&job).ok().await;
    let job = tenant.job_ended(&job).await;
    assert_eq!(counts(&job), json!({"done": 2, "total": 2, "created": 2}), "{job}");
    super::by(&tenant, "contact", "full_name", "Zoë \"x\"").await;
    super::by(&tenant, "contact", "full_name", "Ünal").await;
}

async fn takes_a_part_again(server: Server) {
    let tenant = crm::tenant(&server).await;
    let job = open(&tenant).await;
    let send = |text: &'static str| tenant.upload(&job, "data", 1).bytes("text/csv", text);
    let first = send("full_name\nWrong\n").ok().await;
    let second = send("full_name\nRight\n").ok().await;
    assert_ne!(first["sha256"], second["sha256"]);
    assert_eq!(send("full_name\nRight\n").ok().await, second, "the same content answers the same");
    // What breaks off, or is damaged, leaves the part as it was.
    let broken = tenant.upload(&job, "data", 1).broken_off("text/csv", b"full_name\nBro".to_vec());
    broken.try_send().await.ok();
    let damaged = send("full_name\nDamaged\n").header("content-digest", digest(b"something else"));
    damaged.await.expect_problem(422, "invalid_file");
    let files = tenant.job_files(&job).expect(200).await;
    assert_eq!(files.data()[0]["parts"][0]["sha256"], second["sha256"]);
    tenant.start_job(&job).ok().await;
    let job = tenant.job_ended(&job).await;
    assert_eq!(job["rows"]["created"], 1, "{job}");
    super::by(&tenant, "contact", "full_name", "Right").await;
}

fn digest(bytes: &[u8]) -> String {
    use sha2::Digest;
    format!("sha-256=:{}:", STANDARD.encode(sha2::Sha256::digest(bytes)))
}

/// So much of a file that it has several pieces when it is inflated.
fn large() -> String {
    let mut file = String::from("full_name,stage\n");
    (0..2_000).for_each(|number| file.push_str(&format!("Person number {number},won\n")));
    file
}

async fn takes_compressed_content(server: Server) {
    let tenant = crm::tenant(&server).await;
    let file = large();
    let gzip = {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut encoder, file.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    let zstd = zstd::bulk::compress(file.as_bytes(), 1).unwrap();
    let mut hashes = Vec::new();
    for (encoding, bytes) in [("gzip", gzip), ("zstd", zstd), ("identity", file.clone().into_bytes())] {
        let job = open(&tenant).await;
        let call = tenant.upload(&job, "data", 1).header("content-digest", digest(&bytes));
        let taken = call.header("content-encoding", encoding).bytes("text/csv", bytes).ok().await;
        assert_eq!(taken["bytes"], file.len(), "as it is once inflated: {taken}");
        hashes.push(taken["sha256"].clone());
        tenant.start_job(&job).ok().await;
        let job = tenant.job_ended(&job).await;
        assert_eq!(counts(&job), json!({"done": 2_000, "total": 2_000, "created": 2_000}), "{job}");
    }
    assert!(hashes.windows(2).all(|pair| pair[0] == pair[1]), "{hashes:?}");
}

async fn refuses_content_that_is_not_what_it_says(server: Server) {
    let tenant = crm::tenant(&server).await;
    let job = open(&tenant).await;
    let send = |media: &'static str| tenant.upload(&job, "data", 1).bytes(media, "full_name\nAda\n");
    for media in ["text/plain", "application/json", "text/csv; charset=utf-16", "multipart/form-data"] {
        send(media).await.expect_problem(415, "unsupported_media_type");
    }
    send("text/csv").header("content-encoding", "br").await.expect_problem(415, "unsupported_media_type");
    send("text/csv").header("content-encoding", "gzip").await.expect_problem(422, "invalid_file");
    send("text/csv").header("content-digest", "sha-256=:!:").await.expect_problem(400, "invalid_parameter");
    let unknown = send("text/csv").header("content-digest", "md5=:AAAA:");
    unknown.ok().await;
    let right = send("text/csv").header("repr-digest", digest(b"full_name\nAda\n"));
    right.ok().await;
    tenant.cancel_job(&job).ok().await;
}

async fn refuses_parts_that_are_none(server: Server) {
    let tenant = crm::tenant(&server).await;
    let job = open(&tenant).await;
    for part in ["0", "10001", "-1", "x", "1.5", "99999999999999999999"] {
        let path = format!("/v1/jobs/{job}/files/data/parts/{part}");
        let refused = tenant.caller().call(reqwest::Method::PUT, &path).bytes("text/csv", "a\n").await;
        assert!(matches!(refused.status(), 400 | 404 | 422), "{part}: {refused:?}");
    }
    tenant.upload(&job, "other", 1).bytes("text/csv", "a\n").await.expect_problem(404, "not_found");
    let other = crm::tenant(&server).await;
    other.upload(&job, "data", 1).bytes("text/csv", "a\n").await.expect_problem(404, "not_found");
    let nothing = "job_01h455vb4pex5vsknk084sn02q";
    tenant.upload(nothing, "data", 1).bytes("text/csv", "a\n").await.expect_problem(404, "not_found");
    assert_eq!(tenant.job_files(&job).expect(200).await.data().len(), 0);
    tenant.cancel_job(&job).ok().await;
}

async fn needs_every_part(server: Server) {
    let tenant = crm::tenant(&server).await;
    let job = open(&tenant).await;
    tenant.upload(&job, "data", 1).bytes("text/csv", "full_name\n").ok().await;
    tenant.upload(&job, "data", 3).bytes("text/csv", "Ada\n").ok().await;
    let refused = tenant.start_job(&job).await.expect_problem(422, "invalid_file");
    assert!(refused.text().contains("part 2"), "{refused:?}");
    tenant.upload(&job, "data", 2).bytes("text/csv", "Bob\n").ok().await;
    tenant.start_job(&job).ok().await;
    assert_eq!(tenant.job_ended(&job).await["rows"]["created"], 2);
}

async fn reads_a_file_again(server: Server) {
    let tenant = crm::tenant(&server).await;
    let file = large();
    let job = tenant.load(json!({"object": "contact"}), file.clone()).await;
    let read = || tenant.job_file(id(&job), "data");
    let whole = read().expect(200).await;
    assert!(whole.text() == file, "it is what was sent");
    assert_eq!(whole.header("repr-digest"), Some(digest(file.as_bytes()).as_str()));
    assert_eq!(whole.header("accept-ranges"), Some("bytes"));
    let tag = whole.header("etag").unwrap().to_owned();
    let part = read().header("range", "bytes=100-199").expect(206).await;
    assert_eq!(part.text(), &file[100..200]);
    assert_eq!(part.header("content-range"), Some(format!("bytes 100-199/{}", file.len()).as_str()));
    let tail = read().header("range", "bytes=-7").expect(206).await;
    assert_eq!(tail.text(), &file[file.len() - 7..]);
    let outside = read().header("range", format!("bytes={}-", file.len())).await;
    outside.expect_problem(416, "invalid_parameter");
    read().header("if-none-match", tag.clone()).expect(304).await;
    read().header("range", "bytes=0-0").header("if-range", "\"other\"").expect(200).await;
    read().header("range", "bytes=0-0").header("if-range", tag).expect(206).await;
    read().header("accept", "image/png").await.expect_problem(406, "not_acceptable");
    tenant.job_file(id(&job), "nothing").await.expect_problem(404, "not_found");
}
