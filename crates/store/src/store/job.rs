//! Jobs: their files, how far they are, and what became of their rows. That a job is made
//! and that it ends, and its progress with rows that it writes, goes through the lane;
//! what is here is bookkeeping beside it.

use kith_model::id::{JobId, TenantId};
use kith_model::job::{ChunkResult, Job, Progress};
use kith_model::time::Timestamp;
use uuid::Uuid;

use super::{Store, engine};
use crate::error::Result;
use crate::job::{JobPart, Piece};
use crate::query::{Lease, Seen};

impl Store {
    /// Jobs before a place, the latest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn jobs(&self, tenant: TenantId, before: Option<JobId>, limit: u32) -> Result<Seen<Vec<Job>>> {
        engine!(self, jobs(tenant, before, limit))
    }

    /// One job.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn job(&self, tenant: TenantId, id: JobId) -> Result<Seen<Option<Job>>> {
        engine!(self, job(tenant, id))
    }

    /// Whether any job is under way.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn has_running_jobs(&self, tenant: TenantId) -> Result<bool> {
        engine!(self, has_running_jobs(tenant))
    }

    /// Sets a job going whose files were being sent; answers whether it was one.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn start_job(&self, tenant: TenantId, id: JobId, at: Timestamp) -> Result<bool> {
        engine!(self, start_job(tenant, id, at))
    }

    /// Takes the oldest job that is under way and that nobody holds.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn lease_job(&self, tenant: TenantId, lease: Lease) -> Result<Option<Job>> {
        engine!(self, lease_job(tenant, lease))
    }

    /// Holds a job for longer, or lets it go by an end that is past; answers false when it
    /// is not the holder's any more.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn hold_job(&self, tenant: TenantId, id: JobId, lease: Lease) -> Result<bool> {
        engine!(self, hold_job(tenant, id, lease))
    }

    /// Notes how far a job is that writes no records by it, and holds it for longer; answers
    /// false when it is not the holder's any more.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn forward_job(
        &self,
        tenant: TenantId,
        id: JobId,
        progress: Progress,
        lease: Lease,
    ) -> Result<bool> {
        engine!(self, forward_job(tenant, id, progress, lease))
    }

    /// Ids, after a place, of jobs that have ended before a time, or were made before it and
    /// never started.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn expired_jobs(
        &self,
        tenant: TenantId,
        before: Timestamp,
        after: Option<JobId>,
        limit: u32,
    ) -> Result<Vec<JobId>> {
        engine!(self, expired_jobs(tenant, before, after, limit))
    }

    /// Forgets a job with its files and results, if it has ended; answers whether it did.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn forget_job(&self, tenant: TenantId, id: JobId) -> Result<bool> {
        engine!(self, forget_job(tenant, id))
    }

    /// The parts of a job's files, by direction, name and number.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn job_files(&self, tenant: TenantId, id: JobId) -> Result<Seen<Vec<JobPart>>> {
        engine!(self, job_files(tenant, id))
    }

    /// Keeps a piece of content, of at most 4 MiB, for good; one that begins at the same
    /// byte gives way.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn put_piece(&self, tenant: TenantId, job: JobId, content: Uuid, piece: Piece) -> Result<()> {
        engine!(self, put_piece(tenant, job, content, piece))
    }

    /// Notes a part, in the place of one that is there: an input while the job is open, an
    /// output while it is under way. Answers false when the job is not.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn put_part(&self, tenant: TenantId, part: JobPart) -> Result<bool> {
        engine!(self, put_part(tenant, part))
    }

    /// Removes content that is of no part: what it was is not told.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn drop_content(&self, tenant: TenantId, job: JobId, content: Uuid) -> Result<()> {
        engine!(self, drop_content(tenant, job, content))
    }

    /// Contents of a job that are of no part: what uploads that broke off have left.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn stray_contents(&self, tenant: TenantId, job: JobId) -> Result<Vec<Uuid>> {
        engine!(self, stray_contents(tenant, job))
    }

    /// The piece of content that holds a byte, or the last one before it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn piece(
        &self,
        tenant: TenantId,
        job: JobId,
        content: Uuid,
        byte: i64,
    ) -> Result<Option<Piece>> {
        engine!(self, piece(tenant, job, content, byte))
    }

    /// What became of the rows of a job's chunks after a step, in order.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn job_results(
        &self,
        tenant: TenantId,
        id: JobId,
        after: i64,
        limit: u32,
    ) -> Result<Seen<Vec<ChunkResult>>> {
        engine!(self, job_results(tenant, id, after, limit))
    }

    /// Forgets the results of a job that has written nothing yet.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn clear_job_results(&self, tenant: TenantId, id: JobId) -> Result<()> {
        engine!(self, clear_job_results(tenant, id))
    }

    /// Notes that a tenant has work to be done, whether anybody calls it or not.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn put_busy(&self, tenant: TenantId) -> Result<()> {
        engine!(self, put_busy(tenant))
    }

    /// Notes that it has none.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn remove_busy(&self, tenant: TenantId) -> Result<()> {
        engine!(self, remove_busy(tenant))
    }

    /// Tenants with work to be done, in id order, after a place.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn busy_tenants(&self, after: Option<TenantId>, limit: u32) -> Result<Vec<TenantId>> {
        engine!(self, busy_tenants(after, limit))
    }
}
