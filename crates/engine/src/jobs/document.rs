//! A job as the wire has it.

use kith_model::id::JobId;
use kith_model::job::{Job, JobKind, Progress};
use kith_store::FileDirection;
use serde_json::{Map, Value as Json, json};

use super::phase::Cursor;
use super::{export, load, read};
use crate::answer::Answer;
use crate::error::{Error, Result};
use crate::session::Session;

/// The document of a job.
pub(super) async fn of(session: &Session, id: JobId) -> Result<Json> {
    Ok(answer(session, id).await?.value)
}

/// The same, with the place in the journal that it is true of.
pub(super) async fn answer(session: &Session, id: JobId) -> Result<Answer<Json>> {
    let (state, job) = read::find(session, id).await?;
    Ok(Answer::new(&state, render(session, &job).await?))
}

pub(super) async fn render(session: &Session, job: &Job) -> Result<Json> {
    let parts = session.tenant.store.job_files(session.tenant.id, job.id).await?.value;
    let sum = |direction| {
        parts.iter().filter(|part| part.direction == direction).map(|part| part.bytes).sum::<i64>()
    };
    let mut out = Map::new();
    out.insert("id".to_owned(), json!(job.id));
    out.insert("kind".to_owned(), json!(job.kind));
    out.insert("state".to_owned(), json!(job.state));
    out.extend(asked(session, job)?);
    let Progress {
        step: _,
        cursor,
        rows,
        total,
        created,
        updated,
        unchanged,
        deleted,
        failed,
        position,
        objects,
    } = &job.progress;
    out.insert(
        "rows".to_owned(),
        json!({
            "done": rows, "total": total, "created": created, "updated": updated,
            "unchanged": unchanged, "deleted": deleted, "failed": failed,
        }),
    );
    if job.kind == JobKind::Import {
        out.insert("objects".to_owned(), json!(objects));
    }
    if job.kind == JobKind::Load && out.get("plan") == Some(&Json::Bool(true)) {
        out.insert("finds_repeats".to_owned(), json!(!Cursor::of(&job.progress)?.is_blind));
    }
    let bytes = match job.kind {
        JobKind::Load | JobKind::Import => {
            json!({ "received": sum(FileDirection::Input), "done": Cursor::bytes_done(cursor) })
        }
        JobKind::Export => json!({ "written": sum(FileDirection::Output) }),
    };
    out.insert("bytes".to_owned(), bytes);
    out.insert("position".to_owned(), json!(position));
    let error = job.error.as_deref().map(serde_json::from_str::<Json>).transpose();
    let error = error.map_err(Error::internal)?.map(|mut error| {
        // The wire calls it so in every problem.
        if let Some(message) = error.as_object_mut().and_then(|error| error.remove("message")) {
            error["detail"] = message;
        }
        error
    });
    out.insert("error".to_owned(), json!(error));
    out.insert("created_by".to_owned(), json!(job.actor.to_string()));
    out.insert("created_at".to_owned(), json!(job.created_at.to_string()));
    out.insert("started_at".to_owned(), json!(job.started_at.map(|at| at.to_string())));
    out.insert("ended_at".to_owned(), json!(job.ended_at.map(|at| at.to_string())));
    Ok(Json::Object(out))
}

/// What was asked for, as it was asked.
fn asked(session: &Session, job: &Job) -> Result<Map<String, Json>> {
    match job.kind {
        JobKind::Load => load::shown(job, &session.catalog()),
        JobKind::Export => export::shown_definition(job, &session.catalog()),
        JobKind::Import => match serde_json::from_str(&job.definition).map_err(Error::internal)? {
            Json::Object(definition) => Ok(definition),
            _ => Err(Error::corrupt("a job's definition is not an object")),
        },
    }
}
