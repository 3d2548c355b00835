//! Plans as they are answered: every step with what it does, how long it is likely to
//! take, what waits for it, and whom it concerns.

use std::collections::{BTreeMap, BTreeSet};

use kith_model::catalog::Catalog;
use kith_model::id::{ObjectNo, RecordId};
use kith_model::schema::{PlannedStep, Runs};
use kith_model::usage::{Use, UseKind, WHOLE_OBJECT};
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use crate::answer::Answer;
use crate::error::Result;
use crate::position::AtLeast;
use crate::schema::aim::{Aim, Planned, in_force, plan_from};
use crate::schema::estimate::{Rates, locks};
use crate::schema::uses::{names_of_tokens, uses_of};
use crate::session::Session;

/// Objects whose records a plan counts; the steps of others say `null`.
const COUNTED_MAX: usize = 100;

/// What is known about the objects that a plan is about.
struct Known {
    records: BTreeMap<ObjectNo, i64>,
    uses: BTreeMap<ObjectNo, Vec<Use>>,
    tokens: BTreeMap<String, String>,
    rates: Rates,
}

/// Plans the way from the schema in force.
///
/// # Errors
/// Everything that is wrong with where it leads.
pub async fn plan(session: &Session, at_least: &AtLeast, aim: Aim) -> Result<Answer<Json>> {
    let (base, seen) = in_force(session, at_least).await?;
    let planned = plan_from(session, base, aim).await?;
    let document = document(session, &planned).await?;
    Ok(Answer::new(&seen.state, document))
}

async fn document(session: &Session, planned: &Planned) -> Result<Json> {
    let Planned { base, plan, id } = planned;
    let known = known(session, base, &plan.steps).await?;
    let steps: Vec<Json> = plan
        .steps
        .iter()
        .enumerate()
        .map(|(index, step)| step_document(session, index + 1, step, &known))
        .collect();
    let is_destructive = plan.steps.iter().any(|step| step.accept.is_some());
    let mut document = json!({
        "id": id,
        "version": plan.base,
        "steps": steps,
        "destructive": is_destructive,
        "rates": known.rates.document(),
    });
    if !plan.skipped.is_empty() {
        document["skipped"] = json!(plan.skipped);
    }
    Ok(document)
}

/// Looks up what the steps are measured by.
async fn known(session: &Session, base: &Catalog, steps: &[PlannedStep]) -> Result<Known> {
    let tenant = &session.tenant;
    let there_already = |step: &&PlannedStep| base.object(step.number).is_some();
    let is_counted = |step: &&PlannedStep| step.runs != Runs::Instant || step.accept.is_some();
    let counted: BTreeSet<ObjectNo> =
        steps.iter().filter(there_already).filter(is_counted).map(|step| step.number).collect();
    let mut records = BTreeMap::new();
    for number in counted.into_iter().take(COUNTED_MAX) {
        let count = tenant.store.count(tenant.id, base, number, RecordId(Uuid::max())).await?;
        records.insert(number, count);
    }
    let concerned: BTreeSet<ObjectNo> =
        steps.iter().filter(there_already).filter(|step| concerns(step)).map(|step| step.number).collect();
    let mut uses = BTreeMap::new();
    if !concerned.is_empty() {
        // What this node has counted since it last wrote it down is part of the answer.
        crate::usage::flush_tenant(&session.engine, tenant.id).await;
    }
    for number in concerned.into_iter().take(COUNTED_MAX) {
        uses.insert(number, uses_of(session, number).await?.value);
    }
    let tokens = if uses.is_empty() { BTreeMap::new() } else { names_of_tokens(session).await? };
    let rates = if records.is_empty() { Rates::default() } else { Rates::measured(session).await? };
    Ok(Known { records, uses, tokens, rates })
}

/// Whether it matters who has used what a step is about.
fn concerns(step: &PlannedStep) -> bool {
    step.accept.is_some() || !step.breaks.is_empty() || step.action.ends_with(".rename")
}

fn step_document(session: &Session, number: usize, step: &PlannedStep, known: &Known) -> Json {
    let records = known.records.get(&step.number).copied();
    let uses: Vec<Json> = match known.uses.get(&step.number) {
        Some(uses) if concerns(step) => {
            let of_step = uses.iter().filter(|each| is_of(each, step));
            of_step.map(|each| use_document(each, &known.tokens)).collect()
        }
        _ => Vec::new(),
    };
    let breaks: Vec<Json> =
        step.breaks.iter().map(|each| json!({"surface": each.surface.as_str(), "what": each.what})).collect();
    let mut document = Map::new();
    let mut put = |member: &str, value: Json| document.insert(member.to_owned(), value);
    put("step", json!(number));
    put("action", json!(step.action));
    put("object", json!(step.object));
    if let Some((noun, name)) = &step.part {
        put(noun, json!(name));
    }
    put("summary", json!(step.summary));
    put("effect", json!(step.effect));
    put("runs", json!(step.runs.as_str()));
    put("records", json!(records));
    put("estimated_seconds", json!(known.rates.seconds(step.runs, records)));
    put("locks", json!(locks(&session.tenant.store, step, records)));
    put("destructive", json!(step.accept.is_some()));
    if let Some(accept) = &step.accept {
        put("accept", json!(accept));
    }
    put("uses", json!(uses));
    put("breaks", json!(breaks));
    Json::Object(document)
}

/// Whether a use is of what a step is about: of its field, or of records that show it.
fn is_of(each: &Use, step: &PlannedStep) -> bool {
    match step.field {
        Some(field) if each.field == field => true,
        Some(_) => each.field == WHOLE_OBJECT && each.kind == UseKind::Read,
        None => step.part.is_none(),
    }
}

/// A use on the wire.
pub(super) fn use_document(each: &Use, tokens: &BTreeMap<String, String>) -> Json {
    let mut document = json!({
        "token": each.token,
        "token_name": tokens.get(&each.token),
        "kind": each.kind,
        "uses": each.uses,
        "last_at": each.last_at.to_string(),
    });
    if !each.name.is_empty() {
        document["alias"] = json!(each.name);
    }
    document
}
