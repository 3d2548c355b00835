//! What the files are: loaded again they give the same records, compressed they are the same.

use std::io::Read as _;

use kith_testing::{Server, Tenant, each_db, field, object};
use serde_json::{Value as Json, json};

use super::{export, present};
use crate::job::counts;
use crate::tasks::make_many;

each_db!(gives_the_same_records_when_it_is_loaded, compresses_files, cuts_parquet_into_files);

/// An object with a field of every type that can be given.
async fn define(tenant: &Tenant) {
    tenant.define(object("company").field(field::text("name").unique())).await;
    let thing = object("thing")
        .field(field::text("key").required().unique())
        .field(field::text("text"))
        .field(field::long_text("long"))
        .field(field::integer("whole"))
        .field(field::decimal("exact", 18, 6))
        .field(field::currency("money"))
        .field(field::boolean("truth"))
        .field(field::date("day"))
        .field(field::datetime("moment"))
        .field(field::select("one", &["red", "blue"]))
        .field(field::multi_select("many", &["a", "b;c", "[d"]))
        .field(field::email("email"))
        .field(field::phone("phone"))
        .field(field::url("url"))
        .field(field::json("json"));
    tenant.define(thing).await;
}

fn things() -> Vec<Json> {
    vec![
        json!({"key": "nothing"}),
        json!({"key": "empty", "text": "", "long": "", "many": [], "json": ""}),
        json!({
            "key": "all", "text": "a \"quoted\", text", "long": "two\r\nlines\nand \u{1f600}\ttabs", "whole": i64::from(i32::MIN),
            "exact": "123456789012.345678", "money": {"amount": "-0.01", "currency": "JPY"}, "truth": true,
            "day": "2024-02-29", "moment": "2024-02-29T23:59:59.999999Z", "one": "blue", "many": ["a", "b;c"],
            "email": "ada@example.com", "phone": "+4930123456", "url": "https://example.com/a?b=c,d",
            "json": {"a": [1, "2", null, {"b": "c,\"d\""}]},
        }),
        json!({"key": "zero", "text": " spaces ", "whole": 0, "exact": "0.000000", "truth": false, "many": ["[d"], "json": [], "one": "red"}),
        json!({"key": "words", "text": "null", "long": "true", "json": "text", "many": ["a"]}),
    ]
}

/// The things of a tenant by key, without what each tenant says for itself.
async fn by_key(tenant: &Tenant) -> Vec<Json> {
    let mut records: Vec<Json> = present(tenant, "thing").await.into_values().collect();
    for record in &mut records {
        for member in ["id", "version", "created_at", "updated_at", "created_by", "updated_by", "owner"] {
            record.as_object_mut().unwrap().remove(member);
        }
    }
    records.sort_by_key(|record| record["key"].as_str().unwrap().to_owned());
    records
}

async fn gives_the_same_records_when_it_is_loaded(server: Server) {
    let tenant = server.tenant().await;
    define(&tenant).await;
    for thing in things() {
        tenant.make("thing", thing).await;
    }
    let expected = by_key(&tenant).await;
    for format in ["csv", "jsonl"] {
        let exported = export(&tenant, json!({"objects": ["thing"], "format": format})).await;
        let other = server.tenant().await;
        define(&other).await;
        let load = json!({"object": "thing", "operation": "upsert", "by": ["key"], "format": format});
        let content = exported.files[&format!("thing.{format}")].clone();
        let job = other.load(load, content.clone()).await;
        assert_eq!(counts(&job)["created"], json!(things().len()), "{job}: {:?}", other.job_rows(&job).await);
        assert_eq!(by_key(&other).await, expected, "{format}");
        // And into the tenant it came from, where it changes nothing.
        let load = json!({"object": "thing", "operation": "update", "format": format});
        let job = tenant.load(load, content).await;
        assert_eq!(counts(&job)["unchanged"], json!(things().len()), "{job}");
    }
}

async fn compresses_files(server: Server) {
    let tenant = server.tenant().await;
    define(&tenant).await;
    make_many(&tenant, "thing", 3_000, |n| json!({"key": format!("key {n}"), "whole": n})).await;
    for format in ["csv", "jsonl"] {
        let plain = export(&tenant, json!({"objects": ["thing"], "format": format})).await;
        let expected = plain.text(&format!("thing.{format}")).to_owned();
        let gzip =
            export(&tenant, json!({"objects": ["thing"], "format": format, "compression": "gzip"})).await;
        let file = &gzip.files[&format!("thing.{format}.gz")];
        let mut text = String::new();
        flate2::read::MultiGzDecoder::new(file.as_slice()).read_to_string(&mut text).unwrap();
        assert!(text == expected && file.len() < expected.len() / 2);
        let zstd =
            export(&tenant, json!({"objects": ["thing"], "format": format, "compression": "zstd"})).await;
        let file = &zstd.files[&format!("thing.{format}.zst")];
        let text = zstd::stream::decode_all(file.as_slice()).unwrap();
        assert!(text == expected.as_bytes() && file.len() < expected.len() / 2);
    }
}

async fn cuts_parquet_into_files(server: Server) {
    let tenant = server.tenant().await;
    define(&tenant).await;
    make_many(&tenant, "thing", 3_000, |n| json!({"key": format!("key {n}"), "whole": n})).await;
    let exported = export(&tenant, json!({"objects": ["thing"], "format": "parquet"})).await;
    let names: Vec<&str> = exported.files.keys().map(String::as_str).collect();
    assert_eq!(names, ["schema.json", "thing-00001.parquet"]);
    let file = &exported.files["thing-00001.parquet"];
    assert!(file.starts_with(b"PAR1") && file.ends_with(b"PAR1"));
    assert_eq!(exported.manifest["rows"], 3_000);
}
