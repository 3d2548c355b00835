//! Where a job's work goes on, as its progress keeps it.

use kith_format::Place;
use kith_model::fault::Fault;
use kith_model::job::{Job, Progress};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// What a job is about at present.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Phase {
    /// Its rows are written, or planned if that is all that was asked.
    #[default]
    Write,
    /// All of them are decided first, so that none is written if one is refused.
    Rehearse,
}

/// Where a job's work goes on.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(super) struct Cursor {
    /// What it is about.
    #[serde(default)]
    pub(super) phase: Phase,
    /// Which stage it is in.
    #[serde(default)]
    pub(super) stage: usize,
    /// Where in the stage's file.
    #[serde(default)]
    pub(super) place: Place,
    /// How many rows from there on are done.
    #[serde(default)]
    pub(super) skip: u64,
    /// Bytes of the files of earlier stages.
    #[serde(default)]
    pub(super) before: u64,
    /// Whether repeated values within the file were looked for no longer.
    #[serde(default)]
    pub(super) is_blind: bool,
}

impl Cursor {
    /// Where a job goes on.
    pub(super) fn of(progress: &Progress) -> Result<Self> {
        Self::parse(&progress.cursor).ok_or_else(|| Error::corrupt("where a job goes on"))
    }

    /// Where a job goes on that says so.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text.is_empty() { Some(Self::default()) } else { serde_json::from_str(text).ok() }
    }

    /// As it is kept.
    pub(super) fn text(&self) -> Box<str> {
        serde_json::to_string(self).unwrap_or_default().into()
    }

    /// Bytes of its files that a job has gone through.
    pub(super) fn bytes_done(text: &str) -> u64 {
        Self::parse(text).map_or(0, |cursor| cursor.before + cursor.place.offset)
    }

    /// Where the next stage begins, after a file of this length.
    pub(super) fn next_stage(&self, bytes: u64) -> Self {
        let (stage, before) = (self.stage + 1, self.before + bytes);
        Self { phase: self.phase, stage, place: Place::default(), skip: 0, before, is_blind: self.is_blind }
    }
}

/// How one run of a job ended.
pub(crate) enum Ran {
    /// It has come to its end at a step, well or with a fault.
    ToItsEnd {
        /// The step that it is at.
        step: i64,
        /// Why it failed.
        error: Option<Box<Fault>>,
    },
    /// It was ended, or another node has it, or is further than this one knew.
    Lost,
}

impl Ran {
    /// That a job failed.
    pub(crate) fn failed(job: &Job, fault: Fault) -> Self {
        Self::ToItsEnd { step: job.progress.step, error: Some(Box::new(fault)) }
    }

    /// That a job is done.
    pub(crate) fn done(job: &Job) -> Self {
        Self::ToItsEnd { step: job.progress.step, error: None }
    }
}
