//! Setting a job going, once its files are there.

use kith_model::fault::{Code, Fault};
use kith_model::id::JobId;
use kith_model::job::{Job, JobKind, JobState};
use kith_store::{FileDirection, JobPart};
use serde_json::Value as Json;

use super::{document, import, read, run};
use crate::answer::Answer;
use crate::clock;
use crate::error::Result;
use crate::session::Session;

/// The name of a load's only file.
pub(super) const DATA: &str = "data";

/// Starts a job whose files are all there; one that is under way stays so.
///
/// # Errors
/// `not_found`; `job_moved` when it has ended; `invalid_file` when a file or a part is missing.
pub async fn start(session: &Session, job: &str) -> Result<Answer<Json>> {
    let id = read::parse(job)?;
    let (_, job) = read::find(session, id).await?;
    match job.state {
        JobState::Open => {
            let parts = session.tenant.store.job_files(session.tenant.id, id).await?.value;
            check(&job, &parts)?;
            if job.kind == JobKind::Import {
                import::prepare(session, &job).await?;
            }
            begin(session, id).await?;
        }
        JobState::Running => {}
        JobState::Done | JobState::Failed | JobState::Canceled => return Err(has_ended(&job).into()),
    }
    document::answer(session, id).await
}

/// Sets a job going that has all it needs.
pub(super) async fn begin(session: &Session, id: JobId) -> Result<()> {
    let (store, tenant) = (&session.tenant.store, session.tenant.id);
    // Whatever becomes of this process: somebody looks for its work.
    store.put_busy(tenant).await?;
    if store.start_job(tenant, id, clock::now()).await? {
        // Whoever was about to note that there is no work has not seen this.
        store.put_busy(tenant).await?;
        for content in store.stray_contents(tenant, id).await? {
            store.drop_content(tenant, id, content).await?;
        }
    }
    run::wake(&session.engine, &session.tenant);
    Ok(())
}

/// Every file has parts from 1 on, and a load has its one.
fn check(job: &Job, parts: &[JobPart]) -> Result<(), Fault> {
    let inputs: Vec<&JobPart> = parts.iter().filter(|part| part.direction == FileDirection::Input).collect();
    let missing = |file: &str, part: i64| {
        let message = format!("part {part} of the file `{file}` was not sent");
        let hint = format!("PUT /v1/jobs/{}/files/{file}/parts/{part}", job.id);
        Err(Fault::new(Code::InvalidFile, message).hint(hint))
    };
    if job.kind == JobKind::Load && inputs.is_empty() {
        return missing(DATA, 1);
    }
    let mut last: Option<&JobPart> = None;
    for part in inputs {
        let follows = last.filter(|last| last.name == part.name).map_or(1, |last| last.part + 1);
        if part.part != follows {
            return missing(&part.name, follows);
        }
        last = Some(part);
    }
    Ok(())
}

/// That nothing more happens to a job.
pub(super) fn has_ended(job: &Job) -> Fault {
    let message = format!("the job `{}` has ended: it is {}", job.id, job.state.as_str());
    Fault::new(Code::JobMoved, message).hint("make a new job")
}
