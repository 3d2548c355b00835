//! What an export is asked for: checked when the job is made, and kept with it.

use std::str::FromStr as _;

use kith_format::write::FileFormat;
use kith_format::{Encoding, deflate};
use kith_model::catalog::Catalog;
use kith_model::fault::{Code, Fault, Faults};
use kith_model::id::{HistoryId, ObjectNo};
use kith_model::journal::{Position, TenantState};
use kith_model::record::find_object;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use crate::position::PositionText;

/// The members of the request.
const MEMBERS: [&str; 5] = ["objects", "format", "since", "compression", "keep"];

/// What an export is asked for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Asked {
    /// The objects, in order; none: all that there are when the work begins.
    pub(super) objects: Option<Vec<ObjectNo>>,
    /// What the files are.
    pub(super) format: FileFormat,
    /// Only what has changed after this position.
    pub(super) since: Option<Since>,
    /// How the files are compressed.
    pub(super) compression: Compression,
    /// Whether the files are kept until somebody deletes them.
    pub(super) keep: bool,
}

/// A position that an export goes on from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct Since {
    pub(super) position: Position,
    /// The history it is of: what it was when the job was made, unless the caller said.
    pub(super) history: HistoryId,
}

/// How files are compressed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Compression {
    #[default]
    None,
    Gzip,
    Zstd,
}

impl Compression {
    const WORDS: [(&str, Self); 3] = [("none", Self::None), ("gzip", Self::Gzip), ("zstd", Self::Zstd)];

    /// What the names of compressed files end in.
    pub(super) fn ending(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Gzip => ".gz",
            Self::Zstd => ".zst",
        }
    }

    /// Bytes that stand one after another with others so made.
    pub(super) fn apply(self, bytes: Vec<u8>) -> std::io::Result<Vec<u8>> {
        match self {
            Self::None => Ok(bytes),
            Self::Gzip => deflate(Encoding::Gzip, &bytes),
            Self::Zstd => deflate(Encoding::Zstd, &bytes),
        }
    }
}

impl Asked {
    /// Reads the request for an export.
    ///
    /// # Errors
    /// Every fault of it.
    pub(crate) fn of(
        request: &Map<String, Json>,
        catalog: &Catalog,
        state: &TenantState,
    ) -> Result<Self, Faults> {
        let mut faults = Faults::new();
        for name in request.keys() {
            if !MEMBERS.contains(&name.as_str()) {
                let fault = Fault::new(Code::UnknownMember, format!("an export has no member `{name}`"));
                faults.push(fault.at(name).did_you_mean(name, MEMBERS));
            }
        }
        let mut or_none = |read: Result<(), Fault>| faults.extend(read.err());
        let mut asked = Self {
            objects: None,
            format: FileFormat::JsonLines,
            since: None,
            compression: Compression::None,
            keep: false,
        };
        or_none(format(request.get("format")).map(|format| asked.format = format));
        or_none(since(request.get("since"), state).map(|since| asked.since = since));
        or_none(compression(request.get("compression")).map(|compression| asked.compression = compression));
        or_none(flag("keep", request.get("keep")).map(|keep| asked.keep = keep));
        if asked.format == FileFormat::Parquet && asked.compression != Compression::None {
            let message = "files of Parquet are compressed within";
            or_none(Err(Fault::new(Code::InvalidValue, message).at("compression").hint("leave it out")));
        }
        match objects(request.get("objects"), catalog) {
            Ok(objects) => asked.objects = objects,
            Err(more) => faults.extend(more),
        }
        if faults.is_empty() { Ok(asked) } else { Err(faults) }
    }

    /// The export as the job shows it, and as the journal has it.
    pub(crate) fn document(&self, catalog: &Catalog) -> Map<String, Json> {
        let Self { objects, format, since, compression, keep } = self;
        let name = |number: &ObjectNo| catalog.definition(*number).map(|object| object.name.clone());
        let names = objects.as_ref().map(|objects| objects.iter().filter_map(name).collect::<Vec<_>>());
        let mut document = Map::new();
        document.insert("objects".to_owned(), json!(names));
        document.insert("format".to_owned(), json!(format));
        document.insert("since".to_owned(), json!(since.map(|since| since.position)));
        document.insert("compression".to_owned(), json!(compression));
        document.insert("keep".to_owned(), json!(keep));
        document
    }
}

fn format(given: Option<&Json>) -> Result<FileFormat, Fault> {
    match given.and_then(Json::as_str) {
        Some("csv") => Ok(FileFormat::Csv),
        Some("jsonl") => Ok(FileFormat::JsonLines),
        Some("parquet") => Ok(FileFormat::Parquet),
        _ => {
            let code = if given.is_none() { Code::Required } else { Code::InvalidValue };
            Err(Fault::new(code, "`format` is `csv`, `jsonl` or `parquet`").at("format"))
        }
    }
}

fn compression(given: Option<&Json>) -> Result<Compression, Fault> {
    let Some(given) = given.filter(|given| !given.is_null()) else { return Ok(Compression::None) };
    let word = Compression::WORDS.iter().find(|(word, _)| given.as_str() == Some(word));
    word.map(|(_, compression)| *compression).ok_or_else(|| {
        Fault::new(Code::InvalidValue, "`compression` is `none`, `gzip` or `zstd`").at("compression")
    })
}

fn flag(name: &str, given: Option<&Json>) -> Result<bool, Fault> {
    match given {
        None | Some(Json::Null) => Ok(false),
        Some(Json::Bool(flag)) => Ok(*flag),
        Some(_) => Err(Fault::new(Code::InvalidType, format!("`{name}` is `true` or `false`")).at(name)),
    }
}

fn since(given: Option<&Json>, state: &TenantState) -> Result<Option<Since>, Fault> {
    let text = match given {
        None | Some(Json::Null) => return Ok(None),
        Some(Json::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    let read = PositionText::from_str(&text).and_then(|text| text.check_kept(state).map(|()| text));
    let text = read.map_err(|fault| fault.at("since"))?;
    Ok(Some(Since { position: text.position, history: text.history.unwrap_or(state.history) }))
}

fn objects(given: Option<&Json>, catalog: &Catalog) -> Result<Option<Vec<ObjectNo>>, Faults> {
    let Some(given) = given.filter(|given| !given.is_null()) else { return Ok(None) };
    let names = given.as_array().filter(|names| !names.is_empty() && names.iter().all(Json::is_string));
    let Some(names) = names else {
        let message = "`objects` is an array of names of objects; leave it out for all of them";
        return Err(vec![Fault::new(Code::InvalidType, message).at("objects")]);
    };
    let (mut numbers, mut faults) = (Vec::with_capacity(names.len()), Faults::new());
    for (index, name) in names.iter().filter_map(Json::as_str).enumerate() {
        match find_object(name, catalog) {
            Ok(object) if numbers.contains(&object.number) => {
                let fault = Fault::new(Code::InvalidValue, format!("`{name}` stands twice"));
                faults.push(fault.at(&index.to_string()).under("/objects"));
            }
            Ok(object) => numbers.push(object.number),
            Err(fault) => {
                let fault = Fault { code: Code::InvalidValue, ..fault };
                faults.push(fault.at(&index.to_string()).under("/objects"));
            }
        }
    }
    if faults.is_empty() { Ok(Some(numbers)) } else { Err(faults) }
}
