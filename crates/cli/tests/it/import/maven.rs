//! The pipeline of a hardware seller: every fact that is known of the data holds.

use std::collections::HashMap;

use kith_testing::{Server, Tenant, each_db, field};
use serde_json::{Value as Json, json};

use super::{apply_crm, cell, example, expect_done, files_of, import, real_data, rows};
use crate::tasks::all;

each_db!(brings_the_pipeline_in_completely);

fn dollars(amount: &str) -> Json {
    json!({"amount": amount, "currency": "USD"})
}

async fn brings_the_pipeline_in_completely(server: Server) {
    let Some(folder) = real_data("maven-crm-sales") else { return };
    let tenant = server.tenant().await;
    apply_crm(&tenant).await;
    tenant.create_field("user", field::count("deals", "deal", "assignee")).created().await;
    let won = field::sum("won_revenue", "deal", "assignee", "amount");
    let won = won.set("currency", json!("USD")).set("where", json!("is_won"));
    tenant.create_field("user", won).created().await;
    let mapping = example("maven-crm-sales");
    let files = files_of(&mapping, &folder);
    let job = import(&tenant, json!({"mapping": mapping}), &files).await;
    expect_done(&tenant, &job).await;
    assert_eq!(
        job["objects"],
        json!({
            "company": tally(85, 0), "deal": tally(8800, 0), "deal_line": tally(8800, 0),
            "pipeline": tally(1, 0), "product": tally(7, 0), "stage": tally(4, 0),
            "user": tally(41, 29),
        })
    );
    holds_what_is_known(&tenant).await;
    keeps_companies_as_they_are(&tenant, &files[2].1).await;
    keeps_deals_as_they_are(&tenant, &files[3].1).await;
    changes_nothing_the_second_time(&tenant, &mapping, &files).await;
}

fn tally(created: i64, unchanged: i64) -> Json {
    json!({"created": created, "updated": 0, "unchanged": unchanged, "failed": 0})
}

/// What the data's description says, asked of the API.
async fn holds_what_is_known(tenant: &Tenant) {
    let stages = all(tenant, "stage").await;
    let stage = |name: &str| stages.iter().find(|stage| stage["name"] == name).unwrap();
    for (name, deals) in [("Won", 4238), ("Lost", 2473), ("Engaging", 1589), ("Prospecting", 500)] {
        assert_eq!(stage(name)["deals"], deals, "{name}");
    }
    assert_eq!(stage("Won")["value"], dollars("10005534.00"));
    assert_eq!(stage("Lost")["value"], dollars("0.00"));
    let users = all(tenant, "user").await;
    let best = users.iter().max_by_key(|user| cents(&user["won_revenue"])).unwrap();
    assert_eq!((&best["name"], &best["won_revenue"]), (&json!("Darcel Schlecht"), &dollars("1153214.00")));
    let agents: Vec<&Json> = users.iter().filter(|user| user["title"] == "Sales agent").collect();
    assert_eq!(agents.len(), 35);
    assert_eq!(agents.iter().filter(|agent| agent["deals"] == 0).count(), 5, "agents without an opportunity");
    assert!(agents.iter().all(|agent| agent["team"].is_string() && agent["manager"].is_string()));
    assert_eq!(all(tenant, "team").await.len(), 3);
    let companies = all(tenant, "company").await;
    let best = companies.iter().max_by_key(|company| cents(&company["won_revenue"])).unwrap();
    assert_eq!((&best["name"], &best["won_revenue"]), (&json!("Kan-code"), &dollars("341455.00")));
    for (field, missing) in [("company", 1425), ("started_on", 500), ("closed_on", 2089), ("amount", 2089)] {
        let page = tenant.list("deal").query("is_null", field).query("count", "exact").ok().await;
        assert_eq!(page["count"], missing, "deals without `{field}`");
    }
    let products = all(tenant, "product").await;
    assert_eq!(products.len(), 7);
    let dear = products.iter().find(|product| product["name"] == "GTK 500").unwrap();
    assert_eq!(dear["price"], dollars("26768.00"));
    let pipeline = &all(tenant, "pipeline").await[0];
    assert_eq!((&pipeline["name"], &pipeline["deals"]), (&json!("Sales"), &json!(8800)));
}

fn cents(money: &Json) -> i64 {
    money["amount"].as_str().map_or(0, |amount| amount.replace('.', "").parse().unwrap())
}

/// Parents are found wherever they stand, and what was misspelt is not any more.
async fn keeps_companies_as_they_are(tenant: &Tenant, accounts: &[u8]) {
    let companies = all(tenant, "company").await;
    let by_name: HashMap<&str, &Json> =
        companies.iter().map(|company| (company["name"].as_str().unwrap(), company)).collect();
    let rows = rows(accounts);
    assert_eq!((rows.len(), by_name.len()), (85, 85));
    let mut subsidiaries = 0;
    for row in &rows {
        let company = by_name[cell(row, "account")];
        let parent = cell(row, "subsidiary_of");
        subsidiaries += usize::from(!parent.is_empty());
        let wanted = by_name.get(parent).map_or(&Json::Null, |parent| &parent["id"]);
        assert_eq!(&company["parent"], wanted, "{company}");
        let sector = cell(row, "sector").replace("technolgy", "technology");
        assert_eq!(company["industry"], json!(sector));
        assert_eq!(company["founded"].to_string(), cell(row, "year_established"));
        assert_eq!(company["employees"].to_string(), cell(row, "employees"));
        let country = cell(row, "office_location").replace("Philipines", "Philippines");
        assert_eq!(company["country"], json!(country));
    }
    assert_eq!(subsidiaries, 15);
    let revenue = |name: &str| by_name[name]["annual_revenue"].clone();
    assert_eq!(revenue("Acme Corporation"), dollars("1100040000.00"));
    assert_eq!(revenue("Condax"), dollars("4540000.00"));
    assert_eq!(revenue("Dontechi"), dollars("4618000000.00"));
}

async fn keeps_deals_as_they_are(tenant: &Tenant, pipeline: &[u8]) {
    let deals = all(tenant, "deal").await;
    let by_name: HashMap<&str, &Json> =
        deals.iter().map(|deal| (deal["name"].as_str().unwrap(), deal)).collect();
    let rows = rows(pipeline);
    assert_eq!((rows.len(), by_name.len()), (8800, 8800));
    let day = |text: &str| match text.split('-').collect::<Vec<_>>()[..] {
        [day, month, year] => json!(format!("{year}-{month}-{day}")),
        _ => Json::Null,
    };
    for row in &rows {
        let name = format!("{} {}", cell(row, "product"), cell(row, "opportunity_id"));
        let deal = by_name[name.as_str()];
        assert_eq!(deal["started_on"], day(cell(row, "engage_date")), "{deal}");
        assert_eq!(deal["closed_on"], day(cell(row, "close_date")), "{deal}");
        let amount = match cell(row, "close_value") {
            "" => Json::Null,
            value => dollars(&format!("{value}.00")),
        };
        assert_eq!(deal["amount"], amount, "{deal}");
    }
    // Each has its product.
    let lines = all(tenant, "deal_line").await;
    let products = all(tenant, "product").await;
    let product_of: HashMap<&str, &str> = lines
        .iter()
        .map(|line| (line["deal"].as_str().unwrap(), line["product"].as_str().unwrap()))
        .collect();
    assert_eq!((lines.len(), product_of.len()), (8800, 8800));
    for product in &products {
        let (id, name) = (product["id"].as_str().unwrap(), product["name"].as_str().unwrap());
        let sold = deals.iter().filter(|deal| product_of[deal["id"].as_str().unwrap()] == id).count();
        let wanted = rows.iter().filter(|row| cell(row, "product") == name).count();
        assert_eq!(sold, wanted, "{name}");
    }
}

async fn changes_nothing_the_second_time(tenant: &Tenant, mapping: &Json, files: &[(&str, Vec<u8>)]) {
    let mark = tenant.mark().await;
    let job = import(tenant, json!({"mapping": mapping}), files).await;
    expect_done(tenant, &job).await;
    assert_eq!(job["objects"]["deal"], tally(0, 8800));
    assert_eq!((&job["rows"]["created"], &job["rows"]["updated"]), (&json!(0), &json!(0)), "{job}");
    tenant.expect_changes(mark, &["job.created", "job.ended"]).await;
}
