//! `kith import`: files of another system become records by a mapping.

mod mapping;
mod propose;
mod summary;

use std::collections::HashSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value as Json, json};

use crate::context::Context;
use crate::exit::Failure;
use crate::job::{Source, conclude, follow, send};
use mapping::MappingFile;

/// Bring files of another system in by a mapping: of columns to fields, of ids to records.
///
/// Importing again changes nothing that has not changed in the files. Exits with 8 when
/// rows were refused and with 9 when the import failed. An import that was started goes on
/// when this command is interrupted; `kith job cancel` ends it.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kith import --mapping mapping.yaml folder-of-the-export")]
pub(crate) struct Import {
    /// The folder with the files that the mapping names; or an object's name and one file.
    #[arg(value_name = "FOLDER | OBJECT FILE", num_args = 0..=2, required_unless_present = "again")]
    what: Vec<String>,
    /// The mapping: YAML or JSON.
    #[arg(long, value_name = "FILE", required_unless_present_any = ["again", "create_object"])]
    mapping: Option<String>,
    /// Check everything and write nothing.
    #[arg(long)]
    plan: bool,
    /// Make the object first, from what the file holds; it is shown, and asked about.
    #[arg(long, conflicts_with = "again")]
    create_object: bool,
    /// Do not ask.
    #[arg(long, requires = "create_object")]
    yes: bool,
    /// Run an earlier import once more, from the files that it has kept.
    #[arg(long, value_name = "JOB", conflicts_with_all = ["what", "mapping"])]
    again: Option<String>,
    /// Only start it; print the job and leave.
    #[arg(long)]
    no_wait: bool,
}

/// A mapping with the files that it is about, by the names that it has for them.
struct Task {
    mapping: MappingFile,
    files: Vec<(String, PathBuf)>,
}

impl Import {
    pub(crate) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        if let Some(earlier) = &self.again {
            let body = json!({"kind": "import", "again": earlier, "plan": self.plan});
            let made = ctx.client.post(&["jobs"], body).send().await?;
            return self.carry_out(ctx, &made, None).await;
        }
        let Some(task) = self.task(ctx).await? else { return Ok(()) };
        let body = json!({"kind": "import", "mapping": task.mapping.document(), "plan": self.plan});
        let made = task.mapping.send(ctx.client.post(&["jobs"], body)).await?;
        let id = made["id"].as_str().unwrap_or_default();
        for (name, path) in &task.files {
            let path = path.to_string_lossy();
            if let Err(failure) = send(ctx, id, name, &Source::new(&path, None)).await {
                // Nobody knows of the job yet, and it has done nothing.
                let _ = ctx.client.post(&["jobs", id, "cancel"], json!({})).send().await;
                return Err(failure);
            }
        }
        self.carry_out(ctx, &made, Some(&task.mapping)).await
    }

    /// What is to be brought in; nothing, when it was only to be proposed.
    async fn task(&self, ctx: &Context) -> Result<Option<Task>, Failure> {
        let given = match &self.mapping {
            Some(path) => Some(MappingFile::read(path)?),
            None => None,
        };
        match (&self.what[..], given) {
            ([folder], Some(mapping)) if !self.create_object => {
                let files = in_folder(Path::new(folder), &mapping.file_names())?;
                Ok(Some(Task { mapping, files }))
            }
            ([object, file], given) => {
                let given = given.map(|mapping| mapping.of_file(object, file)).transpose()?;
                let mapping = if self.create_object {
                    propose::object(ctx, object, file, given, self.plan, self.yes).await?
                } else {
                    given
                };
                let Some(mapping) = mapping else { return Ok(None) };
                let files = match &mapping.file_names()[..] {
                    [name] => vec![(name.clone(), PathBuf::from(file))],
                    names => {
                        let count = names.len();
                        let message = format!("the mapping reads {count} files: give the folder they are in");
                        return Err(Failure::usage(message));
                    }
                };
                Ok(Some(Task { mapping, files }))
            }
            _ => Err(Failure::usage("give a folder with --mapping, or an object and a file")),
        }
    }

    async fn carry_out(
        &self,
        ctx: &Context,
        made: &Json,
        mapping: Option<&MappingFile>,
    ) -> Result<(), Failure> {
        let id = made["id"].as_str().unwrap_or_default();
        let start = ctx.client.post(&["jobs", id, "start"], json!({}));
        let started = match mapping {
            Some(mapping) => mapping.send(start).await,
            None => start.send().await,
        };
        if started.is_err() {
            // It has done nothing, and would only stand there.
            let _ = ctx.client.post(&["jobs", id, "cancel"], json!({})).send().await;
        }
        let job = started?;
        if self.no_wait {
            return ctx.output.done(&format!("started {id}"), &job);
        }
        if !ctx.output.is_json() {
            let _ = writeln!(std::io::stderr(), "{id} (it goes on without this command)");
        }
        let mut job = follow(ctx, id).await?;
        if let Some(mapping) = mapping {
            mapping.place(&mut job["error"]);
        }
        if !ctx.output.is_json() {
            summary::print(ctx, &job)?;
        }
        conclude(ctx, &job).await
    }
}

/// The files of a folder that a mapping asks for; one may be compressed.
fn in_folder(folder: &Path, names: &[String]) -> Result<Vec<(String, PathBuf)>, Failure> {
    if !folder.is_dir() {
        return Err(Failure::usage(format!("`{}` is not a folder", folder.display())));
    }
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    for name in names.iter().filter(|name| seen.insert(name.as_str())) {
        let ways = ["", ".gz", ".zst"].map(|ending| folder.join(format!("{name}{ending}")));
        match ways.into_iter().find(|path| path.is_file()) {
            Some(path) => found.push((name.clone(), path)),
            None => {
                let message = format!("`{}` has no file `{name}`, which the mapping reads", folder.display());
                return Err(Failure::usage(message));
            }
        }
    }
    Ok(found)
}
