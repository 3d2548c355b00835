//! Jobs: that one is made and that it ends is in the journal. What it writes meanwhile is,
//! too, by the records; how far it is comes with them and is bookkeeping.

use serde_json::{Value as Json, json};

use crate::decide::batch::{Batch, Halt, Missing};
use crate::decide::keys::{Found, Key};
use crate::decide::merge::JobWrite;
use crate::fault::{Code, Fault};
use crate::id::JobId;
use crate::job::{Job, JobEnd, JobState, NewJob, Progress};
use crate::journal::{Actor, ChangeKind};
use crate::limits::JOBS_MAX;

impl Batch<'_> {
    pub(super) fn create_job(&mut self, new: &NewJob, actor: Actor) -> Result<JobId, Halt> {
        let NewJob { id, kind, definition, about } = new;
        let Found::Counter(unfinished) = self.ask(Key::UnfinishedJobs)? else { return Err(Halt::Missing) };
        let made = self.job_writes.iter().filter(|write| matches!(write, JobWrite::Create(_))).count();
        let room = JOBS_MAX.saturating_sub(usize::try_from(*unfinished).unwrap_or(usize::MAX));
        if made >= room {
            let message = format!("the tenant has {JOBS_MAX} jobs that have not ended");
            let hint = "cancel those that nobody will finish, or wait for the others";
            return Err(Fault::new(Code::LimitReached, message).hint(hint).into());
        }
        let mut diff = json!({ "id": id, "kind": kind });
        if let Json::Object(diff) = &mut diff {
            diff.extend(about.clone());
        }
        self.record_change(ChangeKind::JobCreated, None, 1, diff.to_string());
        let job = Box::new(Job {
            id: *id,
            kind: *kind,
            state: JobState::Open,
            definition: definition.clone(),
            actor,
            progress: Progress::default(),
            error: None,
            created_at: self.at(),
            started_at: None,
            ended_at: None,
        });
        self.jobs.set(*id, job.clone());
        self.job_writes.push(JobWrite::Create(job));
        Ok(*id)
    }

    pub(super) fn end_job(&mut self, end: &JobEnd) -> Result<JobId, Halt> {
        let JobEnd { id, state, error, step } = end;
        let mut job = self.job(*id)?;
        if job.state.has_ended() || step.is_some_and(|step| step != job.progress.step) {
            return Err(moved(&job).into());
        }
        let Progress {
            step: _,
            cursor: _,
            rows,
            total: _,
            created,
            updated,
            unchanged,
            deleted,
            failed,
            position: _,
            objects: _,
        } = job.progress;
        let counts = json!({
            "done": rows, "created": created, "updated": updated, "unchanged": unchanged,
            "deleted": deleted, "failed": failed,
        });
        let diff = json!({ "id": id, "kind": job.kind, "state": state, "rows": counts });
        self.record_change(ChangeKind::JobEnded, None, 2, diff.to_string());
        job.state = *state;
        job.ended_at = Some(self.at());
        self.jobs.set(*id, job);
        let at = self.at();
        self.job_writes.push(JobWrite::End { id: *id, state: *state, error: error.clone(), at });
        Ok(*id)
    }

    /// The job, if it is under way and at this step.
    pub(super) fn running_job(&mut self, id: JobId, step: i64) -> Result<Box<Job>, Halt> {
        let job = self.job(id)?;
        if job.state != JobState::Running || job.progress.step != step {
            return Err(moved(&job).into());
        }
        Ok(job)
    }

    fn job(&mut self, id: JobId) -> Result<Box<Job>, Halt> {
        if let Some(job) = self.jobs.get(&id) {
            return Ok(job.clone());
        }
        match self.ask(Key::Job(id)) {
            Ok(Found::Job(Some(job))) => Ok(job.clone()),
            Ok(_) => Err(Fault::new(Code::NotFound, format!("no job `{id}`")).into()),
            Err(Missing) => Err(Halt::Missing),
        }
    }
}

fn moved(job: &Job) -> Fault {
    let message = match job.state {
        JobState::Open => format!("the job `{}` was not started", job.id),
        JobState::Running => format!("the job `{}` has come further, to step {}", job.id, job.progress.step),
        JobState::Done | JobState::Failed | JobState::Canceled => format!("the job `{}` has ended", job.id),
    };
    Fault::new(Code::JobMoved, message)
}
