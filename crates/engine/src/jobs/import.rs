//! Imports: files of another system, brought in by a mapping. Each file is a stage, and
//! those that refer to what comes later are gone through once more at the end.

mod define;
mod infer;
mod mapper;
mod prepare;

use std::collections::BTreeSet;
use std::sync::Arc;

use kith_format::{CsvOptions, Format};
use kith_model::fault::Fault;
use kith_model::id::JobId;
use kith_model::import::{FileMapping, Mapping, Pass, Rows};
use kith_model::job::Job;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::stage::Stage;
use crate::error::{Error, Result};
use mapper::FileMapper;

pub(super) use define::define;
pub use infer::{InferInput, infer};
pub(super) use prepare::prepare;

/// What an import is to do.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(super) struct Definition {
    /// The mapping's document.
    mapping: Json,
    /// Whether nothing is written.
    pub(super) plan: bool,
    /// Whether the job, and so its files, are kept for ever.
    keep: bool,
    /// The earlier import that this one is again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    again: Option<JobId>,
    /// The job that has the files, when they were sent to another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    archive: Option<JobId>,
}

impl Definition {
    pub(super) fn of(job: &Job) -> Result<Self> {
        serde_json::from_str(&job.definition).map_err(Error::internal)
    }

    fn mapping(&self) -> Result<Mapping> {
        Mapping::read(&self.mapping).map_err(|_| Error::corrupt("the mapping of an import"))
    }

    /// The files in the mapping's order, then those again that have references to what
    /// came after them.
    pub(super) fn stages(&self) -> Result<Vec<Stage>> {
        let mapping = Arc::new(self.mapping()?);
        let mut stages: Vec<Stage> = Vec::new();
        let later = |index: &usize| has_second_pass(&mapping, *index);
        let count = mapping.files.len();
        let first = (0..count).map(|index| (index, Pass::First));
        let second = (0..count).filter(later).map(|index| (index, Pass::Second));
        // A plan has nothing yet to refer to.
        let second = second.filter(|_| !self.plan);
        for (index, pass) in first.chain(second) {
            let Some(file) = mapping.files.get(index) else { continue };
            let name = file_name(index, file);
            let before = stages.iter().filter(|stage| stage.file == name).count();
            let mapper = FileMapper::new(mapping.clone(), index, pass, self.plan);
            stages.push(Stage {
                archive: self.archive.filter(|_| matches!(file.rows, Rows::File(_))),
                format: format(file),
                pass: i64::try_from(before).unwrap_or(i64::MAX),
                // Each row once: the second time only adds to what it became.
                counted: (pass == Pass::First).then(|| file.object.clone()),
                mapper: Box::new(mapper),
                file: name,
            });
        }
        Ok(stages)
    }
}

/// Whether a file has references to rows of its own or of later ones.
fn has_second_pass(mapping: &Mapping, index: usize) -> bool {
    let Some(file) = mapping.files.get(index) else { return false };
    let kinds = file.fields.iter().filter_map(|(_, rule)| match &rule.lookup.as_ref()?.by {
        kith_model::import::LookupBy::Source(kind) => Some(kind),
        kith_model::import::LookupBy::Key { .. } => None,
    });
    kinds.into_iter().any(|kind| mapping.brings_later(index, kind))
}

/// The kinds of rows that a mapping brings in.
fn brought(mapping: &Mapping) -> BTreeSet<String> {
    let files = mapping.files.iter().filter(|file| !file.id.is_empty());
    files.map(|file| file.source_object.clone()).collect()
}

/// The name in the job of the file that a part of a mapping reads. Rows that stand in the
/// mapping are kept in a file as well.
fn file_name(index: usize, file: &FileMapping) -> String {
    match &file.rows {
        Rows::File(name) => name.clone(),
        Rows::Inline(_) => format!("mapping-rows-{}.jsonl", index + 1),
    }
}

fn format(file: &FileMapping) -> Format {
    let is_lines = match &file.rows {
        Rows::File(name) => is_json_lines(name),
        Rows::Inline(_) => true,
    };
    if is_lines {
        return Format::JsonLines;
    }
    Format::Csv(CsvOptions { delimiter: file.delimiter, ..CsvOptions::default() })
}

fn is_json_lines(name: &str) -> bool {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    ending.eq_ignore_ascii_case("jsonl") || ending.eq_ignore_ascii_case("ndjson")
}

/// A fault of the mapping as the caller sent it.
fn of_mapping(fault: Fault) -> Fault {
    fault.under("/mapping")
}
