//! What a change says of another system: which thing there it came from, and the times and
//! authors that were taken from there. Kith's own stand beside them, as always.

use kith_model::time::Timestamp;
use serde_json::{Map, Value as Json};

use crate::error::{Error, Result};

/// The member `imported` of a change, by its diff; none for a change that says nothing of
/// another system.
pub(crate) fn imported(diff: &str) -> Result<Option<Json>> {
    // Most changes say nothing: they are not read twice.
    if !diff.contains("\"source\":{") && !diff.contains("\"stamps\":{") {
        return Ok(None);
    }
    let diff: Json = serde_json::from_str(diff).map_err(Error::internal)?;
    let mut imported = Map::new();
    for (name, part) in diff["source"].as_object().into_iter().flatten() {
        imported.insert(name.clone(), part.clone());
    }
    for (name, stamp) in diff["stamps"].as_object().into_iter().flatten() {
        let shown = match stamp.as_i64() {
            Some(at) => Json::String(Timestamp(at).to_string()),
            None => stamp.clone(),
        };
        imported.insert(name.clone(), shown);
    }
    Ok((!imported.is_empty()).then_some(Json::Object(imported)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::imported;

    #[test]
    fn only_members_beside_the_sides_are_of_another_system() {
        let plain = r#"{"new":{"5":"\"source\":{","7":{"source":{"system":"x"}}}}"#;
        assert_eq!(imported(plain).unwrap(), None);
        let stamped = r#"{"new":{},"source":{"system":"s","object":"o","id":"1"},"stamps":{"created_at":0,"created_by":"user_1"}}"#;
        let wanted = json!({
            "system": "s", "object": "o", "id": "1",
            "created_at": "1970-01-01T00:00:00.000000Z", "created_by": "user_1",
        });
        assert_eq!(imported(stamped).unwrap(), Some(wanted));
    }
}
