//! An import once more: from its files, and after they have changed.

use kith_testing::{Server, each_db};
use serde_json::json;

use super::{apply_crm, expect_done, import, mapping};
use crate::tasks::all;

each_db!(runs_again_from_what_it_has_kept);

const MAPPING: &str = "
system: test
files:
  - object: pipeline
    rows: [{name: Sales}, {name: Renewals}]
    id: name
    fields: {name: name}
  - {file: firms.csv, object: company, id: id, fields: {name: name, city: city}}
";

async fn runs_again_from_what_it_has_kept(server: Server) {
    let tenant = server.tenant().await;
    apply_crm(&tenant).await;
    let document = mapping(MAPPING);
    let file = b"id,name,city\n1,Acme,Berlin\n2,Other,Rome\n".to_vec();
    let first = import(&tenant, json!({"mapping": document}), &[("firms.csv", file.clone())]).await;
    expect_done(&tenant, &first).await;
    assert_eq!(all(&tenant, "pipeline").await.len(), 2);
    let id = first["id"].as_str().unwrap();
    let kept = tenant.job_file(id, "firms.csv").expect(200).await;
    assert_eq!(kept.text().as_bytes(), file, "the archive is what was sent");

    let company = all(&tenant, "company").await[0]["id"].as_str().unwrap().to_owned();
    tenant.patch("company", &company, json!({"city": "Paris", "phone": "+4930901820"})).ok().await;
    let mark = tenant.mark().await;
    let again = import(&tenant, json!({"again": id}), &[]).await;
    expect_done(&tenant, &again).await;
    assert_eq!((&again["again"], &again["rows"]["updated"]), (&json!(id), &json!(1)), "{again}");
    tenant.expect_changes(mark, &["job.created", "record.updated company", "job.ended"]).await;
    let restored = tenant.get("company", &company).ok().await;
    assert_eq!((&restored["city"], &restored["phone"]), (&json!("Berlin"), &json!("+4930901820")));
    // And again of that.
    let again = import(&tenant, json!({"again": again["id"]}), &[]).await;
    assert_eq!((&again["rows"]["unchanged"], &again["rows"]["updated"]), (&json!(4), &json!(0)), "{again}");
}
