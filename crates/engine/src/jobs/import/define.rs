//! An import from the document that asks for it.

use kith_model::fault::{Code, Fault, Faults};
use kith_model::id::JobId;
use kith_model::import::{Mapping, compile};
use kith_model::job::JobKind;
use serde_json::{Map, Value as Json, json};

use super::{Definition, of_mapping};
use crate::error::{Error, Result};
use crate::jobs::create::Defined;
use crate::jobs::read;
use crate::session::Session;

/// The members of an import's document, `kind` aside.
const MEMBERS: [&str; 4] = ["mapping", "plan", "keep", "again"];

/// Reads the document, and holds its mapping against the schema.
///
/// # Errors
/// Everything that is wrong with it.
pub(in crate::jobs) async fn define(session: &Session, body: Map<String, Json>) -> Result<Defined> {
    let mut faults = Faults::new();
    for name in body.keys().filter(|name| !MEMBERS.contains(&name.as_str())) {
        let shown: String = name.chars().take(100).collect();
        let fault = Fault::new(Code::UnknownMember, format!("an import has no member `{shown}`")).at(name);
        faults.push(fault.did_you_mean(name, MEMBERS));
    }
    let plan = boolean(&body, "plan", false, &mut faults);
    // Its files are the archive of what was brought in.
    let keep = boolean(&body, "keep", true, &mut faults);
    let definition = match (body.get("mapping"), body.get("again")) {
        (Some(mapping), None) => {
            let mapping = mapping.clone();
            Some(Definition { mapping, plan, keep, again: None, archive: None })
        }
        (None, Some(earlier)) => {
            let again = earlier.as_str().and_then(|text| text.parse().ok());
            match again {
                Some(again) => {
                    let (mapping, archive) = earlier_mapping(session, again).await?;
                    Some(Definition { mapping, plan, keep, again: Some(again), archive: Some(archive) })
                }
                None => {
                    let fault = Fault::new(Code::InvalidType, "`again` is the id of a job");
                    faults.push(fault.at("again"));
                    None
                }
            }
        }
        (Some(_), Some(_)) => {
            let message = "`mapping` and `again` exclude each other";
            faults.push(Fault::new(Code::InvalidValue, message).at("again"));
            None
        }
        (None, None) => {
            faults.push(Fault::new(Code::Required, "an import has a `mapping`").at("mapping"));
            None
        }
    };
    let Some(definition) = definition.filter(|_| faults.is_empty()) else { return Err(faults.into()) };
    let objects = check(session, &definition)?;
    let about = json!({ "objects": objects, "operation": "import", "plan": plan });
    let Json::Object(about) = about else { return Err(Error::internal("a job's heading")) };
    let definition = serde_json::to_value(&definition).map_err(Error::internal)?;
    Ok(Defined { kind: JobKind::Import, definition, about })
}

fn boolean(body: &Map<String, Json>, member: &str, default: bool, faults: &mut Faults) -> bool {
    match body.get(member) {
        None => default,
        Some(Json::Bool(value)) => *value,
        Some(_) => {
            faults.push(Fault::new(Code::InvalidType, format!("`{member}` is true or false")).at(member));
            default
        }
    }
}

/// The mapping of an earlier import, and the job that has its files.
async fn earlier_mapping(session: &Session, id: JobId) -> Result<(Json, JobId)> {
    let (_, job) = read::find(session, id).await?;
    if job.kind != JobKind::Import {
        let message = format!("the job `{id}` is no import");
        return Err(Fault::new(Code::InvalidValue, message).at("again").into());
    }
    let earlier = Definition::of(&job)?;
    Ok((earlier.mapping, earlier.archive.unwrap_or(id)))
}

/// The names of the objects that are written to, if the mapping fits the schema.
fn check(session: &Session, definition: &Definition) -> Result<Vec<String>, Faults> {
    let under = |faults: Faults| -> Faults { faults.into_iter().map(of_mapping).collect() };
    let mapping = Mapping::read(&definition.mapping).map_err(under)?;
    let mappers = compile(&mapping, &session.catalog()).map_err(under)?;
    let mut names: Vec<String> = Vec::new();
    for mapper in &mappers {
        if !names.iter().any(|name| name == mapper.object()) {
            names.push(mapper.object().to_owned());
        }
    }
    Ok(names)
}
