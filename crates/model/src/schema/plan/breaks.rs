//! What a step breaks: requests, answers and changes that will not be as they were.

use serde_json::Value as Json;

use crate::schema::SchemaChange;

/// Something that will not work any more as it did.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Break {
    /// Where it is met.
    pub surface: Surface,
    /// What.
    pub what: String,
}

/// Where something that breaks is met.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Surface {
    /// Requests and answers.
    Api,
    /// The change stream.
    Stream,
    /// Addressing records by a unique key.
    Key,
    /// An earlier name that still works.
    Alias,
}

impl Surface {
    /// Its name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Stream => "stream",
            Self::Key => "key",
            Self::Alias => "alias",
        }
    }
}

/// What a step breaks, from the documents before and after it.
pub(super) fn breaks(change: &SchemaChange, before: &Json, after: &Json) -> Vec<Break> {
    let of = |surface, what: String| Break { surface, what };
    let api = |what: String| of(Surface::Api, what);
    match change {
        SchemaChange::RemoveObject { object } | SchemaChange::PurgeObject { object, .. } => vec![
            api(format!("/v1/records/{object} is not found")),
            of(Surface::Stream, format!("there are no more changes of `{object}`")),
        ],
        SchemaChange::RemoveField { object, field } | SchemaChange::PurgeField { object, field, .. } => vec![
            api(format!("`{field}` is refused in bodies and filters of /v1/records/{object}")),
            api(format!("records of `{object}` have no member `{field}`")),
            of(Surface::Stream, format!("changes of `{object}` do not name `{field}`")),
        ],
        SchemaChange::DropKey { object, key } if before["unique"] != Json::Bool(false) => {
            vec![of(Surface::Key, format!("`{object}` cannot be upserted by `{key}`"))]
        }
        SchemaChange::DropAction { object, action } => {
            vec![api(format!("`{object}` has no action `{action}`"))]
        }
        SchemaChange::UpdateField { object, patch, .. } => {
            let mut all = narrower(before, after);
            if let Some(kind) = patch.get("type").and_then(Json::as_str) {
                let name = after["name"].as_str().unwrap_or_default();
                all.push(api(format!(
                    "`{name}` is answered as `{kind}`, in records and in the change stream"
                )));
            }
            all.extend(gone_names(object, before, after));
            all
        }
        SchemaChange::UpdateObject { object, .. } => gone_names(object, before, after),
        SchemaChange::CreateField { object, field } if field.get("required") == Some(&Json::Bool(true)) => {
            let name = field.get("name").and_then(Json::as_str).unwrap_or_default();
            match field.get("default") {
                None | Some(Json::Null) => {
                    vec![api(format!("new records of `{object}` must name `{name}`"))]
                }
                Some(_) => Vec::new(),
            }
        }
        SchemaChange::CreateRule { object, .. } | SchemaChange::UpdateRule { object, .. } => {
            vec![api(format!("writes of `{object}` that break the rule are refused"))]
        }
        _ => Vec::new(),
    }
}

/// Values that a field does not take any more, or gives in another form.
fn narrower(before: &Json, after: &Json) -> Vec<Break> {
    let name = after["name"].as_str().unwrap_or_default();
    let mut breaks = Vec::new();
    let mut api = |what: String| breaks.push(Break { surface: Surface::Api, what });
    if before["type"] != after["type"] {
        let kind = after["type"].as_str().unwrap_or_default();
        api(format!("`{name}` is answered as `{kind}`, in records and in the change stream"));
    }
    if after["required"] == true && before["required"] == false {
        api(format!("`{name}` can no longer be null or, in new records, left out"));
    }
    if before["computed"].is_null() && !after["computed"].is_null() {
        api(format!("`{name}` can no longer be written"));
    }
    let value = |option: &Json| option.get("value").unwrap_or(option).clone();
    if let (Some(old), Some(new)) = (before["options"].as_array(), after["options"].as_array()) {
        let gone = old.iter().filter(|option| new.iter().all(|other| value(other) != value(option)));
        let gone: Vec<String> = gone.map(|option| value(option).to_string()).collect();
        if !gone.is_empty() {
            api(format!("`{name}` no longer takes {}", gone.join(", ")));
        }
    }
    if before["max_length"].as_u64() > after["max_length"].as_u64() && !after["max_length"].is_null() {
        api(format!("`{name}` takes at most {} characters", after["max_length"]));
    }
    for bound in ["min", "max"] {
        if !after[bound].is_null() && before[bound] != after[bound] {
            api(format!("`{name}` has the {bound} {}", after[bound]));
        }
    }
    breaks
}

/// Earlier names that are dropped.
fn gone_names(object: &str, before: &Json, after: &Json) -> Vec<Break> {
    let names = |document: &Json| document["aliases"].as_array().cloned().unwrap_or_default();
    let kept = names(after);
    let gone = names(before).into_iter().filter(|name| !kept.contains(name) && *name != after["name"]);
    gone.map(|name| Break {
        surface: Surface::Alias,
        what: format!("{name} of `{object}` is not understood any more"),
    })
    .collect()
}
