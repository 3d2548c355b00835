//! Plays steps on a tenant beside the model, and makes a failing play short.

use kith_testing::{Response, Server, Tenant};

use super::audit;
use super::check::{self, Finding};
use super::generate::Step;
use super::model::{Model, Transaction};
use super::operation::Operation;
use super::universe::OBJECTS;
use super::wire::{Names, call, create_object, resolved};

/// Steps between two looks at everything.
const LOOK_EVERY: usize = 25;

/// Plays at most, to make a failing one short.
const PLAYS_MAX: usize = 120;

/// What went wrong, and where.
pub(super) struct Failure {
    step: usize,
    finding: String,
}

/// Plays steps on fresh tenants, one on each server; all must answer as the model does.
/// With several servers, they must also answer alike to the last letter, and there are
/// no bursts, whose order is each server's own. Answers what came of it.
pub(super) async fn play(servers: &[Server], steps: &[Step]) -> Result<Model, Failure> {
    let at = |step: usize| move |finding: String| Failure { step, finding };
    let mut stages = Vec::new();
    let mut model = Model::default();
    for server in servers {
        stages.push(Stage::open(server).await);
    }
    model.position = stages[0].start;
    for object in OBJECTS.iter().filter(|object| object.given) {
        model.journal.push(Transaction { first: model.position + 1, changes: Vec::new() });
        model.create_object(object.name);
    }
    for (index, step) in steps.iter().enumerate() {
        let step: Step = step.iter().map(|operation| resolved(&model, operation)).collect();
        if let [operation] = step.as_slice() {
            let answer = model.apply(operation);
            let mut first: Option<String> = None;
            for stage in &mut stages {
                let response = call(&stage.tenant, operation, &stage.names).may_fail().await;
                let checked = check::answer(&answer, &response, &model, &mut stage.names);
                let checked = checked.and_then(|()| same_text(&mut first, &response, &stage.names));
                checked.map_err(|finding| format!("{operation:?}\n{finding}")).map_err(at(index))?;
            }
        } else {
            for stage in &mut stages {
                model = stage.burst(&step, &model).await.map_err(at(index))?;
            }
        }
        if index % LOOK_EVERY == LOOK_EVERY - 1 {
            for stage in &stages {
                audit::records(&stage.tenant, &model, &stage.names).await.map_err(at(index))?;
            }
        }
    }
    for stage in &stages {
        stage.look_back(&model).await.map_err(at(steps.len()))?;
    }
    Ok(model)
}

/// A tenant and what its records are called there.
struct Stage {
    tenant: Tenant,
    names: Names,
    start: i64,
}

impl Stage {
    async fn open(server: &Server) -> Self {
        let tenant = server.tenant().await;
        let start = tenant.mark().await;
        for object in OBJECTS.iter().filter(|object| object.given) {
            create_object(&tenant, object.name).created().await;
        }
        Self { tenant, names: Names::default(), start }
    }

    /// Sends requests at once. Whatever order they were carried out in, their positions
    /// tell it, and the answers must be those of that order; what changed nothing must
    /// be the answer at some place in it.
    async fn burst(&mut self, step: &Step, before: &Model) -> Result<Model, String> {
        let calls: Vec<_> =
            step.iter().map(|operation| call(&self.tenant, operation, &self.names).may_fail()).collect();
        let sent: Vec<_> = calls.into_iter().map(|call| tokio::spawn(call.into_future())).collect();
        let mut answered: Vec<(&Operation, Response)> = Vec::new();
        for (operation, response) in step.iter().zip(sent) {
            answered.push((operation, response.await.expect("a request is answered")));
        }
        let mut model = before.clone();
        let mut states = vec![model.clone()];
        let is_done = |response: &Response| response.status() < 300 && response.position() > before.position;
        answered.sort_by_key(|(_, response)| if is_done(response) { response.position() } else { i64::MAX });
        let mut idle = Vec::new();
        for (operation, response) in &answered {
            let (mut after, before) = (model.clone(), model.position);
            let answer = after.apply(operation);
            let is_next =
                is_done(response) && after.position > before && response.position() == after.position;
            // What changed nothing may show the same position as what did.
            if is_next && check::answer(&answer, response, &after, &mut self.names).is_ok() {
                model = after;
                states.push(model.clone());
            } else {
                idle.push((*operation, response));
            }
        }
        for (operation, response) in idle {
            let mut findings = Vec::new();
            for state in &states {
                let mut after = state.clone();
                let answer = after.apply(operation);
                let changes = after.position > state.position;
                match check::answer(&answer, response, &after, &mut self.names) {
                    Ok(()) if !changes => {
                        findings.clear();
                        break;
                    }
                    Ok(()) => findings.push("it would have changed something".to_owned()),
                    Err(finding) => findings.push(finding),
                }
            }
            if let Some(finding) = findings.first() {
                return Err(format!("in a burst, at no place: {operation:?}\n{finding}\n{response:?}"));
            }
        }
        Ok(model)
    }

    async fn look_back(&self, model: &Model) -> Finding {
        audit::records(&self.tenant, model, &self.names).await?;
        audit::journal(&self.tenant, model, &self.names, self.start).await?;
        audit::pasts(&self.tenant, model, &self.names).await
    }
}

/// Whether a refusal reads the same on every server, but for ids.
fn same_text(first: &mut Option<String>, response: &Response, names: &Names) -> Finding {
    if response.status() < 400 {
        return Ok(());
    }
    let text = names.numbered_text(response.text());
    match first {
        None => *first = Some(text),
        Some(first) if *first == text => {}
        Some(first) => return Err(format!("the databases do not say the same:\n{first}\n{text}")),
    }
    Ok(())
}

/// The shortest play that still fails, as text; the play itself has failed.
pub(super) async fn shortened(servers: &[Server], steps: &[Step], failure: Failure) -> String {
    let mut best = (steps[..(failure.step + 1).min(steps.len())].to_vec(), failure);
    let mut plays = 0;
    let mut size = best.0.len() / 2;
    while size > 0 && plays < PLAYS_MAX {
        let mut from = 0;
        while from < best.0.len() && plays < PLAYS_MAX {
            let mut fewer = best.0.clone();
            fewer.drain(from..(from + size).min(fewer.len()));
            plays += 1;
            match play(servers, &fewer).await {
                Err(failure) => {
                    fewer.truncate(failure.step + 1);
                    best = (fewer, failure);
                }
                Ok(_) => from += size,
            }
        }
        size /= 2;
    }
    let (steps, failure) = best;
    let lines: Vec<String> = steps.iter().map(|step| format!("  {step:?}")).collect();
    format!("after {} steps:\n{}\n{}", steps.len(), lines.join("\n"), failure.finding)
}
