//! The file that holds a mapping: YAML, or JSON, which is YAML as well. What is wrong with
//! it is said with the line and column at which it stands.

use kith_model::fault::Fault;
use kith_model::import::Mapping;
use kith_model::yaml::{self, Document};
use serde_json::{Value as Json, json};

use crate::client::Call;
use crate::exit::Failure;
use crate::input;

/// A mapping as it was read, and where from.
pub(super) struct MappingFile {
    /// Its path; none for one that was proposed.
    path: Option<String>,
    document: Document,
    /// The whole mapping; where the file is only about one file, that is what is in it.
    whole: Json,
    /// What pointers into the mapping have before those into the file.
    prefix: &'static str,
}

/// Where the only file of a mapping stands.
const ONLY: &str = "/files/0";

impl MappingFile {
    /// Reads a file, or stdin for `-`.
    pub(super) fn read(path: &str) -> Result<Self, Failure> {
        let text = input::text(path)?;
        let document = yaml::read(&text).map_err(|error| {
            let (line, column) = (error.mark.line, error.mark.column);
            Failure::usage(format!("{path}:{line}:{column}: {}", error.message))
        })?;
        if !document.value.is_object() {
            return Err(Failure::usage(format!("{path}:1:1: a mapping begins with `system:`")));
        }
        let whole = document.value.clone();
        let mapping = Self { path: Some(path.to_owned()), document, whole, prefix: "" };
        if mapping.whole.get("files").is_some() {
            mapping.check()?;
        }
        Ok(mapping)
    }

    /// A mapping that was proposed.
    pub(super) fn proposed(whole: Json) -> Result<Self, Failure> {
        let text = yaml::write(&whole);
        let document = yaml::read(&text).map_err(|error| Failure::usage(error.message))?;
        Ok(Self { path: None, document, whole, prefix: "" })
    }

    /// The mapping of one file to an object. What stands in the file may be a whole mapping,
    /// or what a mapping says of one file.
    pub(super) fn of_file(mut self, object: &str, file: &str) -> Result<Self, Failure> {
        if self.whole.get("files").is_some() {
            return Ok(self);
        }
        let mut entry = self.document.value.clone();
        let members = entry.as_object_mut().ok_or_else(|| Failure::usage("a mapping is an object"))?;
        let system = members.shift_remove("system").unwrap_or_else(|| json!("file"));
        members.entry("file").or_insert_with(|| json!(file_name(file)));
        members.entry("object").or_insert_with(|| json!(object));
        self.whole = json!({"system": system, "files": [entry]});
        self.prefix = ONLY;
        self.check()?;
        Ok(self)
    }

    /// What is wrong with its shape is said before anything is sent.
    fn check(&self) -> Result<(), Failure> {
        Mapping::read(&self.whole).map(|_| ()).map_err(|faults| {
            let lines: Vec<String> = faults.iter().map(|fault| self.shown(fault)).collect();
            Failure::usage(lines.join("\n"))
        })
    }

    fn shown(&self, fault: &Fault) -> String {
        let place = self.locate(&fault.pointer).unwrap_or_else(|| fault.pointer.clone());
        let hint = fault.hint.as_ref().map_or(String::new(), |hint| format!("\n    hint: {hint}"));
        format!("{}\n  at {place}{hint}", fault.message)
    }

    /// The place of a pointer into the mapping.
    fn locate(&self, pointer: &str) -> Option<String> {
        let within = pointer.strip_prefix(self.prefix).unwrap_or(pointer);
        let mark = self.document.locate(within)?;
        let path = self.path.as_deref()?;
        Some(format!("{path}:{}:{} {pointer}", mark.line, mark.column))
    }

    /// The whole mapping.
    pub(super) fn document(&self) -> &Json {
        &self.whole
    }

    /// The files that it reads.
    pub(super) fn file_names(&self) -> Vec<String> {
        let files = self.whole["files"].as_array().into_iter().flatten();
        let mut names: Vec<String> = Vec::new();
        for name in files.filter_map(|file| file["file"].as_str()) {
            if !names.iter().any(|other| other == name) {
                names.push(name.to_owned());
            }
        }
        names
    }

    /// Sends a request that has the mapping in it.
    pub(super) async fn send(&self, call: Call<'_>) -> Result<Json, Failure> {
        call.send().await.map_err(|failure| {
            let Failure::Refused(mut problem) = failure else { return failure };
            for fault in &mut problem.errors {
                let place = fault.pointer.strip_prefix("/mapping").and_then(|pointer| self.locate(pointer));
                if let Some(place) = place {
                    fault.pointer = place;
                }
            }
            Failure::Refused(problem)
        })
    }

    /// Says in the error of a job where in the mapping it is.
    pub(super) fn place(&self, error: &mut Json) {
        let pointer = error["pointer"].as_str().and_then(|pointer| pointer.strip_prefix("/mapping"));
        let Some(place) = pointer.and_then(|pointer| self.locate(pointer)) else { return };
        let detail = error["detail"].as_str().unwrap_or_default();
        error["detail"] = json!(format!("{detail}\n  at {place}"));
    }
}

/// A file's name without its folder, and without what says how it is compressed.
pub(super) fn file_name(path: &str) -> String {
    let name = std::path::Path::new(path).file_name().map_or(path.into(), |name| name.to_string_lossy());
    let name = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(&name);
    // Jobs have files of plain names.
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    name.trim_start_matches('.').chars().map(|c| if is_plain(c) { c } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::MappingFile;
    use crate::exit::Failure;

    fn file(text: &str) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file
    }

    #[test]
    fn says_where_a_mapping_is_wrong() {
        let file = file("system: x\nfiles:\n  - file: a.csv\n    object: deal\n    id: a\n    feilds: {}\n");
        let path = file.path().to_str().unwrap();
        let Err(Failure::Usage(message)) = MappingFile::read(path) else { panic!() };
        assert!(message.contains(&format!("{path}:6:5 /files/0/feilds")), "{message}");
        assert!(message.contains("did you mean `fields`?"), "{message}");
    }

    #[test]
    fn takes_what_is_said_of_one_file_for_a_mapping() {
        let file = file("id: a\nfields: {name: a}\n");
        let mapping = MappingFile::read(file.path().to_str().unwrap()).unwrap();
        let mapping = mapping.of_file("deal", "/tmp/deals.csv.gz").unwrap();
        assert_eq!(mapping.file_names(), ["deals.csv"]);
        assert_eq!(mapping.document()["files"][0]["object"], "deal");
        assert!(mapping.locate("/files/0/fields/name").unwrap().contains(":2:10 "));
    }
}
