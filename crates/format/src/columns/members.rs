//! Rows of JSON Lines: members as the API takes them, beside what says which record is
//! meant.

use kith_model::catalog::Object;
use kith_model::fault::{Code, Fault};
use kith_model::job::RowFault;
use kith_model::name::SYSTEM_FIELDS;
use serde_json::{Map, Value as Json};

use super::{Assembled, ID, IF_MATCH, version};

/// What a row of JSON Lines says of an object's record. What Kith sets is passed over, so
/// that an export can be loaded; members that are not known are left in, to be refused.
///
/// # Errors
/// When `id` or `if_match` is not what it must be.
pub fn assemble(members: Map<String, Json>, object: &Object) -> Result<Assembled, Vec<RowFault>> {
    let mut row = Assembled::default();
    let mut faults = Vec::new();
    for (name, value) in members {
        match name.as_str() {
            ID => match value {
                Json::String(id) => row.id = Some(id.into()),
                Json::Null => {}
                _ => {
                    let fault = Fault::new(Code::InvalidType, "`id` must be a record's id as a string");
                    faults.push(fault.at(ID));
                }
            },
            IF_MATCH => match seen(&value) {
                Ok(version) => row.if_match = version,
                Err(fault) => faults.push(fault),
            },
            set if SYSTEM_FIELDS.contains(&set) => {}
            _ if object.field_named(&name).is_some_and(|field| field.is_read_only()) => {}
            _ => {
                row.record.insert(name, value);
            }
        }
    }
    if faults.is_empty() {
        return Ok(row);
    }
    Err(faults.into_iter().map(|fault| RowFault { fault, column: None }).collect())
}

fn seen(value: &Json) -> Result<Option<i64>, Fault> {
    match value {
        Json::Null => Ok(None),
        Json::String(text) => version(text),
        other => version(&other.to_string()),
    }
}
