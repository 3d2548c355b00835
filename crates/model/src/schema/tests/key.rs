//! Keys and storage: what an index can hold, and what is shown of it.

use serde_json::json;

use super::{add_field, add_key, crm, patch_field};
use crate::fault::Code;
use crate::schema::storage_document;

#[test]
fn keys_hold_what_an_index_can() {
    let tenant = crm()
        .with(add_field("deal", json!({"name": "notes", "type": "long_text"})))
        .with(add_field("deal", json!({"name": "note", "type": "text", "max_length": 1000})))
        .with(add_field("deal", json!({"name": "about", "type": "reference", "to": ["company", "deal"]})));
    let refuse = |key| tenant.refuse(add_key("deal", key));
    assert_eq!(refuse(json!({"fields": ["notes"]})), ["invalid_definition /fields"]);
    assert_eq!(refuse(json!({"fields": ["note"]})), ["limit_reached /fields"]);
    assert_eq!(refuse(json!({"fields": ["about"]})), ["invalid_definition /fields"]);
    assert_eq!(refuse(json!({"fields": ["amount"]})), ["invalid_definition /fields"]);
    assert_eq!(refuse(json!({"fields": ["rank"], "case_insensitive": true})), ["invalid_definition /fields"]);
    assert_eq!(refuse(json!({"fields": ["rank"]})), ["already_exists /name"]);
    assert_eq!(refuse(json!({"name": "x", "fields": ["rank"], "unique": false})), ["already_exists /name"]);
    assert_eq!(refuse(json!({"fields": ["rank", "rank"]})), ["invalid_definition /fields/1"]);
    let decision =
        tenant.try_change(&add_key("deal", json!({"fields": ["company", "rank"]}))).expect("valid");
    assert_eq!(
        decision.result,
        json!({
            "name": "company_rank", "fields": ["company", "rank"], "unique": true, "case_insensitive": false,
        })
    );
    let patch = patch_field("deal", "company", json!({"to": ["company", "deal"]}));
    let tenant = tenant.with(add_key("deal", json!({"fields": ["company", "rank"]})));
    assert_eq!(tenant.refuse(patch), ["invalid_definition /to"]);
}

#[test]
fn shows_how_an_object_is_stored() {
    let tenant = crm()
        .with(add_field("deal", json!({"name": "about", "type": "reference", "to": ["company", "deal"]})));
    let deal = tenant.catalog.object_named("deal").expect("deal");
    let storage = storage_document(deal, &tenant.catalog);
    let columns = storage["columns"].as_array().expect("columns");
    let names: Vec<&str> = columns.iter().filter_map(|column| column["name"].as_str()).skip(8).collect();
    assert_eq!(
        names,
        [
            "title_3",
            "title_3_fold",
            "company_4_1",
            "amount_5",
            "amount_5_code",
            "weight_6",
            "stage_7",
            "rank_8",
            "about_10_1",
            "about_10_2",
        ]
    );
    assert_eq!(columns[8]["case_folded"], json!(false));
    assert_eq!((&columns[9]["case_folded"], &columns[9]["field"]), (&json!(true), &json!("title")));
    assert_eq!(
        storage["indexes"][1],
        json!({
            "name": "kith_k1", "columns": ["title_3_fold"], "unique": true, "key": "title",
        })
    );
    assert_eq!(
        storage["foreign_keys"][0],
        json!({
            "name": "kith_f4_1", "columns": ["company_4_1"], "references": "company_1",
        })
    );
    assert_eq!(
        storage["checks"],
        json!([{"name": "kith_c10_2", "at_most_one_of": ["about_10_1", "about_10_2"]}])
    );
    assert_eq!(
        tenant.refuse(add_field("nothing", json!({"name": "x", "type": "date"}))),
        [format!("{} ", Code::NotFound.as_str())]
    );
}
