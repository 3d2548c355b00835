//! What cells and lines mean: values that come back as they were written.

use kith_testing::{Server, Tenant, each_db, field, object};
use serde_json::{Value as Json, json};

use super::{by, counts};
use crate::crm;
use crate::tasks::all;

each_db!(
    keeps_every_value_as_it_was,
    tells_empty_text_from_null,
    leaves_alone_what_is_absent,
    reads_other_dialects,
    names_columns_that_are_unknown,
    looks_references_up_by_a_key,
    keeps_values_of_json_lines,
);

async fn things(server: &Server) -> Tenant {
    let tenant = server.tenant().await;
    let thing = object("thing")
        .field(field::text("name").unique())
        .field(field::long_text("notes"))
        .field(field::integer("whole"))
        .field(field::decimal("exact", 18, 4))
        .field(field::currency("price"))
        .field(field::boolean("flag"))
        .field(field::date("day"))
        .field(field::datetime("moment"))
        .field(field::multi_select("tags", &["a", "b;c", "d"]))
        .field(field::json("extra"));
    tenant.define(thing).await;
    tenant
}

async fn keeps_every_value_as_it_was(server: Server) {
    let tenant = things(&server).await;
    let file = concat!(
        "\u{feff}name,notes,whole,exact,price,flag,day,moment,tags,extra\r\n",
        "one,\"two\r\nlines, \"\"quoted\"\"\",9223372036854775807,99999999999999.1200,12.10 EUR,true,2024-02-29,",
        "2026-11-23T15:04:05.123456Z,\"[\"\"a\"\",\"\"b;c\"\"]\",\"{\"\"k\"\": [1, null, \"\"ü\"\"]}\"\r\n",
        "two,\u{1f980} ünï,-9223372036854775808,-0.0001,-5.00 USD,false,0001-01-01,2026-11-23T16:04:05+01:00,a;d,\"\"\"text\"\"\"\r\n",
    );
    let job = tenant.load(json!({"object": "thing"}), file).await;
    assert_eq!(
        counts(&job),
        json!({"done": 2, "total": 2, "created": 2}),
        "{:?}",
        tenant.job_rows(&job).await
    );
    let one = by(&tenant, "thing", "name", "one").await;
    for (name, value) in [
        ("notes", json!("two\r\nlines, \"quoted\"")),
        ("whole", json!(i64::MAX)),
        ("exact", json!("99999999999999.1200")),
        ("price", json!({"amount": "12.10", "currency": "EUR"})),
        ("flag", json!(true)),
        ("day", json!("2024-02-29")),
        ("moment", json!("2026-11-23T15:04:05.123456Z")),
        ("tags", json!(["a", "b;c"])),
        ("extra", json!({"k": [1, null, "ü"]})),
    ] {
        assert_eq!(one[name], value, "{name}");
    }
    let two = by(&tenant, "thing", "name", "two").await;
    for (name, value) in [
        ("notes", json!("\u{1f980} ünï")),
        ("whole", json!(i64::MIN)),
        ("exact", json!("-0.0001")),
        ("price", json!({"amount": "-5.00", "currency": "USD"})),
        ("flag", json!(false)),
        ("tags", json!(["a", "d"])),
        ("extra", json!("text")),
    ] {
        assert_eq!(two[name], value, "{name}");
    }
}

async fn tells_empty_text_from_null(server: Server) {
    let tenant = things(&server).await;
    let file = "name,notes\nnull,\nempty,\"\"\n";
    tenant.load(json!({"object": "thing"}), file).await;
    assert_eq!(by(&tenant, "thing", "name", "null").await["notes"], Json::Null);
    assert_eq!(by(&tenant, "thing", "name", "empty").await["notes"], "");
}

async fn leaves_alone_what_is_absent(server: Server) {
    let tenant = things(&server).await;
    tenant.make("thing", json!({"name": "one", "notes": "kept", "whole": 7})).await;
    let upsert =
        json!({"object": "thing", "operation": "upsert", "by": ["name"], "csv": {"empty": "absent"}});
    tenant.load(upsert, "name,notes,whole\none,,8\n").await;
    let one = by(&tenant, "thing", "name", "one").await;
    assert_eq!((&one["notes"], &one["whole"]), (&json!("kept"), &json!(8)));
    let upsert = json!({"object": "thing", "operation": "upsert", "by": ["name"]});
    tenant.load(upsert, "name,notes\none,\n").await;
    let one = by(&tenant, "thing", "name", "one").await;
    assert_eq!((&one["notes"], &one["whole"]), (&Json::Null, &json!(8)));
}

async fn reads_other_dialects(server: Server) {
    let tenant = things(&server).await;
    let csv = json!({"delimiter": ";", "quote": "'", "header": ["name", "notes"]});
    let job = tenant.load(json!({"object": "thing", "csv": csv}), "one;'a;''b\rtwo;c\rthree;'d\n\n'\n").await;
    // The first row's quote goes on over the lines that follow, to the next quote.
    assert!(job["state"] == "done" || job["state"] == "failed", "{job}");
    let csv = json!({"delimiter": "\t", "header": ["name", "whole"]});
    let job = tenant.load(json!({"object": "thing", "csv": csv}), "x\t1\ry\t2\rz\t3").await;
    assert_eq!(counts(&job), json!({"done": 3, "total": 3, "created": 3}), "{job}");
    assert_eq!(by(&tenant, "thing", "name", "z").await["whole"], 3);
}

async fn names_columns_that_are_unknown(server: Server) {
    let tenant = things(&server).await;
    let mark = tenant.mark().await;
    let job = tenant.load(json!({"object": "thing"}), "name,nots\none,x\n").await;
    assert_eq!(job["state"], "failed", "{job}");
    assert!(job["error"].to_string().contains("did you mean `notes`"), "{job}");
    assert_eq!(job["error"]["code"], "unknown_field", "{job}");
    for header in ["name,name", "name,"] {
        let job = tenant.load(json!({"object": "thing"}), format!("{header}\none,x\n")).await;
        assert_eq!(job["state"], "failed", "{header}: {job}");
    }
    let wide: Vec<String> = (0..1_001).map(|number| format!("c{number}")).collect();
    let job = tenant.load(json!({"object": "thing"}), format!("{}\n", wide.join(","))).await;
    assert_eq!(job["state"], "failed", "too many columns: {job}");
    assert!(job["error"]["detail"].as_str().unwrap().contains("column"), "{job}");
    assert!(all(&tenant, "thing").await.is_empty());
    let kinds: Vec<String> =
        ["job.created", "job.ended"].repeat(4).iter().map(|kind| (*kind).to_owned()).collect();
    let kinds: Vec<&str> = kinds.iter().map(String::as_str).collect();
    tenant.expect_changes(mark, &kinds).await;
}

async fn looks_references_up_by_a_key(server: Server) {
    let tenant = crm::tenant(&server).await;
    let acme = tenant.make("company", json!({"name": "Acme"})).await;
    let file = "full_name,company.name\nAda,ACME\nBob,Nowhere\nEve,\n";
    let job = tenant.load(json!({"object": "contact"}), file).await;
    assert_eq!(counts(&job), json!({"done": 3, "total": 3, "created": 2, "failed": 1}), "{job}");
    assert_eq!(by(&tenant, "contact", "full_name", "Ada").await["company"], json!(acme));
    assert_eq!(by(&tenant, "contact", "full_name", "Eve").await["company"], Json::Null);
    let rows = tenant.job_rows(&job).await;
    let error = &rows[1]["errors"][0];
    assert_eq!((&error["code"], &error["column"]), (&json!("reference_not_found"), &json!("company.name")));
}

async fn keeps_values_of_json_lines(server: Server) {
    let tenant = things(&server).await;
    let file = concat!(
        "{\"name\": \"one\", \"whole\": 9007199254740993, \"exact\": \"0.1000\", \"notes\": \"a\\u0000b\"}\n",
        "{\"name\": \"two\", \"whole\": 9007199254740993, \"exact\": \"12345678901234.5678\", \"notes\": \"x\\ny\"}\r\n",
        "[1]\n",
        "{\"name\": \"three\", \"name\": \"four\"}\n",
        "{\"name\": \"five\"",
    );
    let job = tenant.load(json!({"object": "thing", "format": "jsonl"}), file).await;
    let rows = tenant.job_rows(&job).await;
    let outcomes: Vec<&str> = rows.iter().map(|row| row["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["failed", "succeeded", "failed", "failed", "failed"], "{rows:?}");
    let two = by(&tenant, "thing", "name", "two").await;
    assert_eq!(
        (&two["whole"], &two["exact"]),
        (&json!(9_007_199_254_740_993_i64), &json!("12345678901234.5678"))
    );
    assert_eq!(two["notes"], "x\ny");
}
