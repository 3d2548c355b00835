//! An object proposed from a file, shown, asked about, and made.

use std::io::{BufRead as _, IsTerminal as _, Read as _, Write as _};

use kith_model::yaml;
use serde_json::{Value as Json, json};

use super::mapping::{MappingFile, file_name};
use crate::context::Context;
use crate::exit::Failure;
use crate::job::Source;

/// So much of a file is looked at.
const SAMPLE_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// Columns that are shown of what was seen.
const COLUMNS: [&str; 6] = ["column", "field", "type", "filled", "distinct", "note"];

/// Makes the object, and gives the mapping to it: the one at hand, or the one proposed.
/// Nothing, when it was only to be planned.
pub(super) async fn object(
    ctx: &Context,
    object: &str,
    file: &str,
    given: Option<MappingFile>,
    is_plan: bool,
    is_agreed: bool,
) -> Result<Option<MappingFile>, Failure> {
    let sample = sample(file)?;
    let call = ctx.client.call(reqwest::Method::POST, &["imports", "infer"]);
    let call = call.query("object", object).query("file", file_name(file));
    let found = call.content(Source::new(file, None).media(), sample).send().await?;
    if is_plan {
        if ctx.output.is_json() {
            ctx.output.json_line(&found)?;
        } else {
            ctx.output.table(found["columns"].as_array().map_or(&[], Vec::as_slice), &COLUMNS)?;
            ctx.output.text(&format!("\n{}", shown(&found)))?;
        }
        return Ok(None);
    }
    if !is_agreed && !agreed(&shown(&found))? {
        return Err(Failure::usage("nothing was changed"));
    }
    ctx.client.post(&["schema", "objects"], found["object"].clone()).send().await?;
    match given {
        Some(mapping) => Ok(Some(mapping)),
        None => MappingFile::proposed(found["mapping"].clone()).map(Some),
    }
}

/// The object and the mapping as files would have them.
fn shown(found: &Json) -> String {
    let objects = yaml::write(&json!({"objects": [found["object"]]}));
    let notes = found["columns"].as_array().into_iter().flatten().filter_map(|column| {
        let note = column["note"].as_str()?;
        Some(format!("# {}: {note}\n", column["column"].as_str().unwrap_or_default()))
    });
    let notes: String = notes.collect();
    format!("# the object\n{objects}\n# the mapping\n{notes}{}", yaml::write(&found["mapping"]))
}

fn sample(path: &str) -> Result<Vec<u8>, Failure> {
    let unreadable = |error| Failure::usage(format!("`{path}` cannot be read: {error}"));
    if path.ends_with(".gz") || path.ends_with(".zst") {
        return Err(Failure::usage("an object is only made from a file that is not compressed"));
    }
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    file.take(SAMPLE_BYTES_MAX).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(bytes)
}

fn agreed(what: &str) -> Result<bool, Failure> {
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        return Err(Failure::usage("nobody can be asked here: look at it with --plan, then pass --yes"));
    }
    let mut stderr = std::io::stderr();
    let _ = write!(stderr, "{what}\nMake this object and bring the file in? [y/N] ");
    let _ = stderr.flush();
    let mut answer = String::new();
    stdin.lock().read_line(&mut answer).map_err(Failure::local)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}
