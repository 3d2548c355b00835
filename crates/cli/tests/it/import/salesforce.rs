//! The export of a Salesforce org: ids, references, times and authors are as they were.

use std::collections::{HashMap, HashSet};

use kith_testing::{Server, Tenant, each_db, field};
use serde_json::{Value as Json, json};

use super::{apply_crm, by_source, cell, example, expect_done, files_of, import, real_data, rows};
use crate::tasks::all;

each_db!(brings_an_org_in_completely);

/// The fields that the example adds to the template.
const FIELDS: [(&str, &str); 5] = [
    ("contact", "salutation"),
    ("lead", "salutation"),
    ("lead", "kind"),
    ("deal", "kind"),
    ("case", "case_number"),
];

/// The files with the object of each, and how many records it has.
const OBJECTS: [(&str, &str, &str, usize); 5] = [
    ("Account.csv", "Account", "company", 94),
    ("Contact.csv", "Contact", "contact", 64),
    ("Opportunity.csv", "Opportunity", "deal", 58),
    ("Case.csv", "Case", "case", 40),
    ("Lead.csv", "Lead", "lead", 14),
];

async fn brings_an_org_in_completely(server: Server) {
    let Some(folder) = real_data("salesforce-export") else { return };
    let tenant = server.tenant().await;
    apply_crm(&tenant).await;
    add_fields(&tenant).await;
    let mapping = example("salesforce-export");
    let files = files_of(&mapping, &folder);
    let job = import(&tenant, json!({"mapping": mapping}), &files).await;
    expect_done(&tenant, &job).await;
    let ids = ids_of(&tenant).await;
    for (file, kind, object, count) in OBJECTS {
        let content = &files.iter().find(|(name, _)| *name == file).unwrap().1;
        keeps_rows_as_they_are(&tenant, &rows(content), kind, object, count, &ids).await;
    }
    holds_what_is_known(&tenant).await;
    keeps_who_it_was(&tenant).await;
    let mark = tenant.mark().await;
    let again = import(&tenant, json!({"mapping": mapping}), &files).await;
    expect_done(&tenant, &again).await;
    tenant.expect_changes(mark, &["job.created", "job.ended"]).await;
}

/// Adds what the template lacks.
pub(super) async fn add_fields(tenant: &Tenant) {
    for (object, name) in FIELDS {
        tenant.create_field(object, field::text(name)).created().await;
    }
}

/// The records by their kind and id in Salesforce, as the id map has them.
async fn ids_of(tenant: &Tenant) -> HashMap<(String, String), String> {
    let text = |value: &Json| value.as_str().unwrap().to_owned();
    let map = all(tenant, "id_map").await;
    let known = map.iter().filter(|row| row["record"].is_string());
    known.map(|row| ((text(&row["source_object"]), text(&row["source_id"])), text(&row["record"]))).collect()
}

/// The references of each kind: column, kind of what it refers to, field.
fn references(kind: &str) -> &'static [(&'static str, &'static str, &'static str)] {
    match kind {
        "Account" => &[("ParentId", "Account", "parent"), ("OwnerId", "User", "account_manager")],
        "Contact" => &[("AccountId", "Account", "company"), ("OwnerId", "User", "account_manager")],
        "Opportunity" => &[("AccountId", "Account", "company"), ("OwnerId", "User", "assignee")],
        "Case" => &[
            ("AccountId", "Account", "company"),
            ("ContactId", "Contact", "contact"),
            ("OwnerId", "User", "assignee"),
        ],
        _ => &[("OwnerId", "User", "assignee")],
    }
}

async fn keeps_rows_as_they_are(
    tenant: &Tenant,
    rows: &[Vec<(String, String)>],
    kind: &str,
    object: &str,
    count: usize,
    ids: &HashMap<(String, String), String>,
) {
    let records = all(tenant, object).await;
    assert_eq!((records.len(), rows.len()), (count, count), "{object}");
    let by_id: HashMap<&str, &Json> =
        records.iter().map(|record| (record["id"].as_str().unwrap(), record)).collect();
    let of = |kind: &str, id: &str| ids.get(&(kind.to_owned(), id.to_owned())).map(String::as_str);
    for row in rows {
        let record = by_id[of(kind, cell(row, "Id")).unwrap()];
        for (column, target, field) in references(kind) {
            let wanted = match cell(row, column) {
                "" => None,
                id => Some(of(target, id).unwrap_or_else(|| panic!("{target} {id} is not known"))),
            };
            assert_eq!(record[field].as_str(), wanted, "{kind}.{column}: {record}");
        }
        for (column, member) in [("CreatedDate", "created_at"), ("LastModifiedDate", "updated_at")] {
            let wanted = cell(row, column).replace(".000+0000", ".000000Z");
            assert_eq!(record[member], json!(wanted), "{record}");
        }
        if object != "case" {
            let name = if object == "contact" || object == "lead" { "full_name" } else { "name" };
            assert_eq!(record[name], json!(cell(row, "Name")), "{record}");
        }
    }
}

async fn holds_what_is_known(tenant: &Tenant) {
    let deals = all(tenant, "deal").await;
    let cents =
        |deal: &Json| deal["amount"]["amount"].as_str().unwrap().replace('.', "").parse::<i64>().unwrap();
    assert_eq!(deals.iter().map(cents).sum::<i64>(), 156_297_206);
    assert_eq!(deals.iter().filter(|deal| deal["is_won"] == true).count(), 34);
    let companies = all(tenant, "company").await;
    let names: HashSet<&str> = companies.iter().map(|company| company["name"].as_str().unwrap()).collect();
    assert_eq!((companies.len(), names.len()), (94, 47), "companies of one name are kept apart");
    let contacts = all(tenant, "contact").await;
    let addresses: Vec<&str> = contacts.iter().filter_map(|contact| contact["email"].as_str()).collect();
    let different: HashSet<&str> = addresses.iter().copied().collect();
    assert_eq!((addresses.len(), different.len()), (8, 4), "56 have none, and some share theirs");
    let joe = contacts.iter().find(|contact| contact["phone"] == "+15552147314");
    assert!(joe.is_some(), "telephone numbers have their country code");
    let cases = all(tenant, "case").await;
    assert_eq!(cases.iter().filter(|case| case["status"] == "closed").count(), 32);
    assert!(cases.iter().all(|case| case["is_open"] == true || case["closed_at"].is_string()));
    let numbers: HashSet<&str> = cases.iter().map(|case| case["case_number"].as_str().unwrap()).collect();
    assert!(numbers.contains("00001046") && numbers.len() == 40);
    let leads = all(tenant, "lead").await;
    let lines = leads.iter().filter(|lead| lead["description"].as_str().unwrap().contains("\nWe c"));
    assert_eq!(lines.count(), 2, "line ends within a cell are kept");
}

/// Owners and authors are not in the export; they are the same everywhere all the same.
async fn keeps_who_it_was(tenant: &Tenant) {
    let users = all(tenant, "user").await;
    assert_eq!(users.len(), 2);
    let lead = by_source(tenant, "lead", ["salesforce", "Lead", "00QNq00000BXU9AMAX"]).await;
    let case = by_source(tenant, "case", ["salesforce", "Case", "500Nq00000CBxteIAD"]).await;
    assert_eq!(lead["created_by"], case["created_by"]);
    let author = lead["created_by"].as_str().unwrap();
    assert!(author.starts_with("user_"), "{lead}");
    let noted = tenant.list("id_map").query("actor", author).expect(200).await;
    let [noted] = noted.data() else { panic!("one author: {noted:?}") };
    assert_eq!(noted["source_id"], "005Nq00000AU6ztIAD");
    let shown = tenant.get("lead", lead["id"].as_str().unwrap()).query("provenance", true).ok().await;
    let imported = &shown["provenance"]["last_name"]["imported"];
    assert_eq!(imported["created_at"], "2024-07-11T21:22:06.000000Z");
    assert_eq!(imported["id"], "00QNq00000BXU9AMAX");
}
