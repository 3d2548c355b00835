//! Schemas that Kith brings along: documents like any other, in files of their own.

use serde_json::{Map, Value as Json};

use crate::fault::{Code, Fault};
use crate::yaml;

/// The templates by name, each with its file.
const TEMPLATES: &[(&str, &str)] = &[("crm", include_str!("../../templates/crm.yaml"))];

/// The definition of the id map, but for what it refers to.
const ID_MAP: &str = include_str!("../../templates/id_map.yaml");

/// The document of a template.
///
/// # Errors
/// `not_found`.
pub fn template(name: &str) -> Result<Map<String, Json>, Fault> {
    let Some((_, text)) = TEMPLATES.iter().find(|(known, _)| *known == name) else {
        let shown: String = name.chars().take(60).collect();
        let fault = Fault::new(Code::NotFound, format!("there is no template `{shown}`"));
        let names: Vec<String> = TEMPLATES.iter().map(|(name, _)| format!("`{name}`")).collect();
        return Err(fault
            .hint(format!("the templates are {}", names.join(", ")))
            .did_you_mean(name, TEMPLATES.iter().map(|(name, _)| *name)));
    };
    match yaml::read(text).map(|document| document.value) {
        Ok(Json::Object(members)) => Ok(members),
        _ => Err(Fault::new(Code::Internal, format!("the template `{name}` cannot be read"))),
    }
}

/// The definition of the id map ([`crate::source::IdMap`]), whose records stand for records
/// of these objects.
///
/// # Errors
/// When the file that Kith brings along cannot be read.
pub fn id_map(objects: &[String]) -> Result<Map<String, Json>, Fault> {
    let unreadable = || Fault::new(Code::Internal, "the definition of the id map cannot be read");
    let Ok(Json::Object(mut object)) = yaml::read(ID_MAP).map(|document| document.value) else {
        return Err(unreadable());
    };
    let fields = object.get_mut("fields").and_then(Json::as_array_mut).ok_or_else(unreadable)?;
    for field in fields.iter_mut().filter(|field| field["name"] == "record") {
        field["to"] = Json::from(objects.to_vec());
    }
    Ok(object)
}
