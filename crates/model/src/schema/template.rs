//! Schemas that Kith brings along: documents like any other, in files of their own.

use serde_json::{Map, Value as Json};

use crate::fault::{Code, Fault};
use crate::yaml;

/// The templates by name, each with its file.
const TEMPLATES: &[(&str, &str)] = &[("crm", include_str!("../../templates/crm.yaml"))];

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
