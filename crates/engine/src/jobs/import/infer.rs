//! An object and a mapping proposed from the beginning of a file. Nothing is written.

use kith_format::{Cell, Cells, CsvOptions, Format, ReadError, Reader};
use kith_model::fault::{Code, Fault};
use kith_model::import::{Inferred, infer as infer_rows, object_name};
use kith_model::name::{self, Noun};
use serde_json::{Value as Json, json};

use super::is_json_lines;
use crate::answer::Answer;
use crate::error::Result;
use crate::session::Session;

/// Rows that are looked at: types show themselves soon, or never.
const ROWS_MAX: usize = 10_000;

/// Characters of the names that a caller gives to the file and its system.
const NAME_CHARS_MAX: usize = 100;

/// What is to be looked at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InferInput {
    /// The file's name.
    pub file: String,
    /// A name for the object; otherwise it follows from the file's.
    pub object: Option<String>,
    /// The name of the system in the mapping.
    pub system: Option<String>,
}

/// Looks at the beginning of a file: its last row may be cut short.
///
/// # Errors
/// `invalid_name` for the object; `invalid_file` when there is no row, or none that can be
/// read.
pub async fn infer(session: &Session, input: &InferInput, bytes: &[u8]) -> Result<Answer<Inferred>> {
    let state = session.tenant.store.state(session.tenant.id).await?;
    Ok(Answer::new(&state, look(input, bytes)?))
}

fn look(input: &InferInput, bytes: &[u8]) -> Result<Inferred, Fault> {
    let names = [("file", Some(&input.file)), ("system", input.system.as_ref())];
    for (name, text) in names.into_iter().filter_map(|(name, text)| Some((name, text?))) {
        if !(1..=NAME_CHARS_MAX).contains(&text.chars().count()) {
            let message = format!("`{name}` has 1 to {NAME_CHARS_MAX} characters");
            return Err(Fault::new(Code::InvalidParameter, message).at(name));
        }
    }
    let object = input.object.clone().unwrap_or_else(|| object_name(&input.file));
    name::check(Noun::Object, &object).map_err(|fault| fault.at("object"))?;
    let is_lines = is_json_lines(&input.file);
    let delimiter = delimiter(bytes);
    let (header, rows) = if is_lines { lines(bytes)? } else { table(bytes, delimiter)? };
    if rows.is_empty() {
        return Err(Fault::new(Code::InvalidFile, "the file has no row to infer anything from"));
    }
    let system = input.system.as_deref().unwrap_or("file");
    let mut found = infer_rows(system, &input.file, &object, &header, &rows);
    if !is_lines && delimiter != b',' {
        found.mapping["files"][0]["delimiter"] = match delimiter {
            b'\t' => json!("tab"),
            other => json!(char::from(other)),
        };
    }
    Ok(found)
}

/// What stands between the cells of the header, most likely.
fn delimiter(bytes: &[u8]) -> u8 {
    let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |delimiter: u8| line.iter().filter(|byte| **byte == delimiter).count();
    // The last of those that are alike wins.
    b"|\t;,".iter().copied().max_by_key(|delimiter| count(*delimiter)).unwrap_or(b',')
}

type Table = (Vec<String>, Vec<Vec<String>>);

fn table(bytes: &[u8], delimiter: u8) -> Result<Table, Fault> {
    let mut rows = Vec::new();
    let options = CsvOptions { delimiter, ..CsvOptions::default() };
    let reader = each(bytes, &Format::Csv(options), |cells| {
        if let Cells::Csv(cells) = cells {
            rows.push(cells.into_iter().map(|Cell { text, quoted: _ }| text.into()).collect());
        }
        rows.len() < ROWS_MAX
    })?;
    Ok((reader.header().unwrap_or_default().to_vec(), rows))
}

fn lines(bytes: &[u8]) -> Result<Table, Fault> {
    let mut header: Vec<String> = Vec::new();
    let mut objects = Vec::new();
    each(bytes, &Format::JsonLines, |cells| {
        if let Cells::Json(members) = cells {
            for name in members.keys() {
                if !header.contains(name) {
                    header.push(name.clone());
                }
            }
            objects.push(members);
        }
        objects.len() < ROWS_MAX
    })?;
    let cell = |value: Option<&Json>| match value {
        None | Some(Json::Null) => String::new(),
        Some(Json::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    let rows = objects.iter().map(|members| header.iter().map(|name| cell(members.get(name))).collect());
    let rows = rows.collect();
    Ok((header, rows))
}

/// Takes rows as long as they are wanted. One that cannot be read is passed over; where the
/// rest cannot, it ends, unless nothing was read at all.
fn each(bytes: &[u8], format: &Format, mut take: impl FnMut(Cells) -> bool) -> Result<Reader, Fault> {
    let mut reader = Reader::new(format);
    reader.feed(bytes);
    reader.finish();
    let mut is_first = true;
    while let Some(row) = reader.next() {
        match row {
            Ok(row) => {
                if !take(row.cells) {
                    break;
                }
            }
            Err(ReadError::File { fault, .. }) if is_first => return Err(*fault),
            Err(ReadError::File { .. }) => break,
            Err(ReadError::Row { .. }) => {}
        }
        is_first = false;
    }
    Ok(reader)
}
