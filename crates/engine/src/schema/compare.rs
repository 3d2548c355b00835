//! Two versions of the schema beside each other.

use std::sync::Arc;

use kith_model::catalog::{Catalog, Object};
use kith_model::fault::Code;
use kith_model::journal::SchemaVersion;
use kith_model::schema::{compact, document};
use serde_json::{Value as Json, json};

use crate::answer::Answer;
use crate::error::{Error, Result};
use crate::position::AtLeast;
use crate::schema::aim::{Aim, plan_from};
use crate::schema::versions::schema_at;
use crate::session::Session;

/// The steps from one version to another, and the objects that differ.
///
/// # Errors
/// `not_found`, when there is no such version.
pub async fn compare(
    session: &Session,
    at_least: &AtLeast,
    from: SchemaVersion,
    to: SchemaVersion,
) -> Result<Answer<Json>> {
    let before = schema_at(session, at_least, from).await?;
    let after = schema_at(session, at_least, to).await?;
    let before = Arc::new(before.value);
    let objects = differences(&before, &after.value);
    let steps = match plan_from(session, before.clone(), Aim::Version(to)).await {
        Ok(planned) => {
            let steps = planned.plan.steps.iter().map(|step| {
                let mut document =
                    json!({"action": step.action, "object": step.object, "summary": step.summary});
                if let Some((noun, name)) = &step.part {
                    document[*noun] = json!(name);
                }
                document
            });
            Json::Array(steps.collect())
        }
        // There is no way that a plan could take, as between types; the documents say what
        // differs all the same.
        Err(error) if is_refusal(&error) => Json::Null,
        Err(error) => return Err(error),
    };
    Ok(after.map(|_| json!({"from": from, "to": to, "steps": steps, "objects": objects})))
}

/// Whether the definitions are at fault, and not Kith or its database.
fn is_refusal(error: &Error) -> bool {
    let ours = [Code::Internal, Code::Unavailable, Code::Overloaded, Code::Timeout];
    error.faults().iter().all(|fault| !ours.contains(&fault.code))
}

/// The objects that one of the two has alone, or that they have differently.
fn differences(before: &Catalog, after: &Catalog) -> Vec<Json> {
    let shown = |object: &Object, catalog: &Catalog| match document(object.definition(), catalog) {
        Json::Object(members) => Json::Object(compact(&members)),
        other => other,
    };
    let mut objects = Vec::new();
    for object in after.visible() {
        let old = before.object(object.number).filter(|old| old.removed.is_none());
        let new = shown(object, after);
        match old.map(|old| (old, shown(old, before))) {
            None => objects.push(json!({"object": object.name, "change": "created", "after": new})),
            Some((_, old)) if old == new => {}
            Some((_, old)) => {
                objects
                    .push(json!({"object": object.name, "change": "changed", "before": old, "after": new}));
            }
        }
    }
    for object in before.visible() {
        if after.object(object.number).is_none_or(|new| new.removed.is_some()) {
            let old = shown(object, before);
            objects.push(json!({"object": object.name, "change": "removed", "before": old}));
        }
    }
    objects
}
