//! The third of three: keeps the bytes of files for good, and notes after each piece how far
//! the export is.

use std::sync::Arc;
use std::time::Duration;

use kith_format::write::FileFormat;
use kith_model::job::{Job, Progress};
use tokio::sync::mpsc;

use super::ask::Asked;
use super::course::Course;
use super::file::{Growing, content_type};
use super::render::Rendered;
use crate::background::lease;
use crate::engine::Engine;
use crate::error::Result;
use crate::tenant::Tenant;

/// How long nothing may come before the lease is held for longer.
const HOLD_EVERY: Duration = Duration::from_secs(1);

/// What keeps the files of a job.
pub(super) struct Keeper<'a> {
    pub(super) engine: &'a Engine,
    pub(super) tenant: &'a Arc<Tenant>,
    pub(super) job: &'a mut Job,
    pub(super) asked: &'a Asked,
    pub(super) course: &'a mut Course,
}

/// How an object's files ended.
pub(super) enum Kept {
    /// All of them are there.
    All,
    /// No more came, though there was more: whoever makes it knows why.
    Broken,
    /// The job is not this node's any more, or has ended.
    Lost,
}

impl Keeper<'_> {
    /// Keeps what comes of one object, to its end.
    pub(super) async fn object(&mut self, name: &str, mut pieces: mpsc::Receiver<Rendered>) -> Result<Kept> {
        let kind = content_type(self.asked.format, !self.asked.compression.ending().is_empty());
        let mut growing = match self.course.file.clone() {
            Some(file) => Some(Growing::resume(self.tenant, self.job.id, file, kind).await?),
            None => None,
        };
        loop {
            let piece = match tokio::time::timeout(HOLD_EVERY, pieces.recv()).await {
                Ok(Some(piece)) => piece,
                Ok(None) => return Ok(Kept::Broken),
                Err(_) if self.hold().await? => continue,
                Err(_) => return Ok(Kept::Lost),
            };
            let is_last = piece.is_last;
            if !self.piece(name, kind, &mut growing, piece).await? {
                return Ok(Kept::Lost);
            }
            if is_last {
                return Ok(Kept::All);
            }
        }
    }

    /// Keeps one piece; answers false when the job is not this node's any more.
    async fn piece(
        &mut self,
        name: &str,
        kind: &'static str,
        growing: &mut Option<Growing>,
        piece: Rendered,
    ) -> Result<bool> {
        let Rendered { bytes, place, rows, deleted, purged, ends_file, is_last } = piece;
        if growing.is_none() && (!bytes.is_empty() || ends_file) {
            let file = Growing::begin(self.tenant, self.job.id, self.file_name(name), kind)?;
            self.course.file = Some(file.file().clone());
            if !file.note().await? || !self.forward().await? {
                return Ok(false);
            }
            *growing = Some(file);
        }
        if let Some(file) = growing {
            file.put(bytes, rows).await?;
        }
        // Within a file that is only written as a whole there is no place to go on from.
        let Some(place) = place else { return Ok(true) };
        let is_noted = match growing.take() {
            None => true,
            Some(file) if ends_file => file.finish().await?.is_some(),
            Some(file) => growing.insert(file).note().await?,
        };
        self.course.place = place;
        self.course.file = growing.as_ref().map(|file| file.file().clone());
        let leg = &mut self.course.objects[self.course.leg];
        leg.rows += rows;
        leg.deleted += deleted;
        leg.purged += purged;
        leg.files += u32::from(ends_file);
        if is_last {
            self.course.leg += 1;
            self.course.place = Course::start(self.asked.since);
        }
        Ok(is_noted && self.forward().await?)
    }

    /// The name of the next file of the present object.
    fn file_name(&self, object: &str) -> String {
        let ending = self.asked.compression.ending();
        match self.asked.format {
            FileFormat::Csv => format!("{object}.csv{ending}"),
            FileFormat::JsonLines => format!("{object}.jsonl{ending}"),
            FileFormat::Parquet => {
                let number = self.course.objects.get(self.course.leg).map_or(0, |leg| leg.files) + 1;
                format!("{object}-{number:05}.parquet")
            }
        }
    }

    async fn hold(&self) -> Result<bool> {
        Ok(self.tenant.store.hold_job(self.tenant.id, self.job.id, lease(self.engine)).await?)
    }

    /// Notes how far the export is; answers false when it is not this node's any more.
    pub(super) async fn forward(&mut self) -> Result<bool> {
        let before = &self.job.progress;
        let progress = Progress {
            step: before.step + 1,
            cursor: self.course.text(),
            rows: self.course.rows(),
            deleted: self.course.deleted(),
            position: Some(self.course.at.position),
            ..before.clone()
        };
        let (tenant, job) = (self.tenant, self.job.id);
        let is_held = tenant.store.forward_job(tenant.id, job, progress.clone(), lease(self.engine)).await?;
        self.job.progress = progress;
        tenant.background.come_forward();
        Ok(is_held)
    }
}
