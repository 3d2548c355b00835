//! What the records were at a position, told by the change stream alone: what exports are
//! compared with.

use std::collections::BTreeMap;

use kith_testing::Tenant;
use serde_json::{Map, Value as Json, json};

/// The records of each object, by id.
pub(crate) type State = BTreeMap<String, BTreeMap<String, Json>>;

/// The stream of a tenant, to be followed to any position.
pub(crate) struct Past {
    transactions: Vec<Json>,
    /// Of each object: its fields, with what a record begins with.
    fields: BTreeMap<String, Map<String, Json>>,
}

impl Past {
    /// Reads the stream from its beginning. The schema must not have changed since the
    /// first record was made.
    pub(crate) async fn read(tenant: &Tenant) -> Self {
        let schema = tenant.schema().ok().await;
        let mut fields = BTreeMap::new();
        for object in schema["objects"].as_array().unwrap() {
            let named = object["fields"].as_array().unwrap().iter();
            let named = named.map(|field| (field["name"].as_str().unwrap().to_owned(), nothing(field)));
            fields.insert(object["name"].as_str().unwrap().to_owned(), named.collect());
        }
        Self { transactions: tenant.transactions(0).await, fields }
    }

    /// The records at a position.
    pub(crate) fn at(&self, position: i64) -> State {
        let mut live: State = self.fields.keys().map(|object| (object.clone(), BTreeMap::new())).collect();
        let mut gone: BTreeMap<String, Json> = BTreeMap::new();
        for transaction in &self.transactions {
            if transaction["position"].as_i64().unwrap() > position {
                break;
            }
            for change in transaction["changes"].as_array().unwrap() {
                self.take(transaction, change, &mut live, &mut gone);
            }
        }
        live
    }

    fn take(&self, transaction: &Json, change: &Json, live: &mut State, gone: &mut BTreeMap<String, Json>) {
        let (Some(object), Some(id)) = (change["object"].as_str(), change["id"].as_str()) else { return };
        let records = live.get_mut(object).unwrap();
        let (at, by) = (&transaction["at"], &transaction["actor"]);
        match change["type"].as_str().unwrap() {
            "record.created" => {
                let mut record = json!({
                    "id": id, "created_at": at, "created_by": by, "owner": by,
                });
                record.as_object_mut().unwrap().extend(self.fields[object].clone());
                records.insert(id.to_owned(), record);
            }
            "record.deleted" | "record.absorbed" => {
                let record = records.remove(id).unwrap();
                gone.insert(id.to_owned(), record);
                return;
            }
            "record.purged" => {
                records.remove(id);
                gone.remove(id);
                return;
            }
            "record.restored" => {
                let mut record = gone.remove(id).unwrap();
                record.as_object_mut().unwrap().extend(self.fields[object].clone());
                records.insert(id.to_owned(), record);
            }
            "record.updated" | "record.merged" | "record.derived" => {}
            _ => return,
        }
        let record = records.get_mut(id).unwrap();
        for (name, values) in change["fields"].as_object().unwrap() {
            record[name] = values["new"].clone();
        }
        record["version"] = change["version"].clone();
        if change["type"] != "record.derived" {
            record["updated_at"] = at.clone();
            record["updated_by"] = by.clone();
        }
    }
}

/// What a field of a record begins with: a roll-up is over nothing then.
fn nothing(field: &Json) -> Json {
    if field["type"] != "rollup" {
        return Json::Null;
    }
    match (field["function"].as_str(), field["currency"].as_str()) {
        (Some("count"), _) => json!(0),
        (Some("sum"), Some(currency)) => json!({ "amount": "0.00", "currency": currency }),
        (Some("sum"), None) => json!(0),
        _ => Json::Null,
    }
}
