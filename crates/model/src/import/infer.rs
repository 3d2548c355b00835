//! What a file seems to hold: an object and a mapping proposed from its header and its
//! first rows. A person looks at both before anything is made of them.

mod guess;

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Map, Value as Json, json};

use crate::limits::{FIELDS_MAX, NAME_BYTES_MAX};
use crate::name::{self, Noun};
use guess::{Guess, guess};

/// Examples shown of a column.
const EXAMPLES_MAX: usize = 3;

/// A longer example tells no more.
const EXAMPLE_LENGTH_MAX: usize = 60;

/// What was found out about a file.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Inferred {
    /// An object for its rows: a definition as the schema takes it.
    pub object: Json,
    /// A mapping of the file to that object.
    pub mapping: Json,
    /// What was seen in each column.
    pub columns: Vec<Column>,
    /// How many rows were looked at.
    pub rows: usize,
}

/// What was seen in a column.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Column {
    /// Its name.
    pub column: String,
    /// The field proposed for it; none when no row has anything in it, or when it is only
    /// the row's id.
    pub field: Option<String>,
    /// The field's type.
    #[serde(rename = "type")]
    pub kind: Option<&'static str>,
    /// Rows that have something in it.
    pub filled: usize,
    /// Different values.
    pub distinct: usize,
    /// Some of them.
    pub examples: Vec<String>,
    /// What a person should look at.
    pub note: Option<String>,
}

/// Infers an object and a mapping from a file's header and rows. `object` is its name; the
/// file's name stands in the mapping.
#[must_use]
pub fn infer(system: &str, file: &str, object: &str, header: &[String], rows: &[Vec<String>]) -> Inferred {
    let values: Vec<Vec<&str>> = (0..header.len()).map(|index| filled(rows, index)).collect();
    let id = id_column(header, &values, rows.len());
    let mut fields = Vec::new();
    let mut rules = Map::new();
    let mut columns = Vec::with_capacity(header.len());
    let mut taken = BTreeSet::new();
    for (index, column) in header.iter().enumerate() {
        let values = &values[index];
        let mut different = values.clone();
        different.sort_unstable();
        different.dedup();
        let is_mere_id = Some(index) == id && name::check(Noun::Field, &lower(column)).is_err();
        let guess = (!values.is_empty() && !is_mere_id && fields.len() < FIELDS_MAX)
            .then(|| guess(values, &different));
        let field = guess.as_ref().map(|_| field_name(column, &mut taken));
        if let (Some(guess), Some(field)) = (&guess, &field) {
            fields.push(definition(field, guess, Some(index) == id));
            rules.insert(field.clone(), rule(column, guess));
        }
        columns.push(Column {
            column: column.clone(),
            field,
            kind: guess.as_ref().map(|guess| guess.kind),
            filled: values.len(),
            distinct: different.len(),
            examples: different.iter().take(EXAMPLES_MAX).map(|text| example(text)).collect(),
            note: guess.and_then(|guess| guess.note),
        });
    }
    let mut entry = Map::new();
    entry.insert("file".to_owned(), json!(plain_file(file)));
    entry.insert("object".to_owned(), json!(object));
    if let Some(column) = id.and_then(|id| header.get(id)) {
        entry.insert("id".to_owned(), json!(column));
    }
    entry.insert("fields".to_owned(), Json::Object(rules));
    Inferred {
        object: json!({"name": object, "fields": fields}),
        mapping: json!({"system": system, "files": [entry]}),
        columns,
        rows: rows.len(),
    }
}

/// A name for an object after a file: `Sales-Teams.csv` is `sales_team`.
#[must_use]
pub fn object_name(file: &str) -> String {
    let stem = file.split_once('.').map_or(file, |(stem, _)| stem);
    let words = name::corrected(stem).unwrap_or_else(|| "row".to_owned());
    let one = match words.strip_suffix("ies") {
        Some(stem) if stem.len() > 2 => format!("{stem}y"),
        _ if words.ends_with("ss") => words,
        _ => words.strip_suffix('s').filter(|one| one.len() > 2).map_or(words.clone(), str::to_owned),
    };
    match name::check(Noun::Object, &one) {
        Ok(()) => one,
        Err(_) => shortened("imported_", &one),
    }
}

/// A file's name as mappings have it.
fn plain_file(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let name = name.trim_start_matches('.').chars().take(100);
    name.map(|c| if is_plain(c) { c } else { '_' }).collect()
}

fn shortened(before: &str, name: &str) -> String {
    let room = NAME_BYTES_MAX - before.len();
    let name = name.get(..room).unwrap_or(name).trim_end_matches('_');
    format!("{before}{name}")
}

fn filled(rows: &[Vec<String>], index: usize) -> Vec<&str> {
    let cells = rows.iter().filter_map(|row| row.get(index)).map(|cell| cell.trim());
    cells.filter(|cell| !cell.is_empty()).collect()
}

/// The column that tells rows apart: filled and different in every row, and best one that
/// says so by its name.
fn id_column(header: &[String], values: &[Vec<&str>], rows: usize) -> Option<usize> {
    let is_unique = |index: &usize| {
        let values = &values[*index];
        values.len() == rows && rows > 0 && values.iter().collect::<BTreeSet<_>>().len() == rows
    };
    let unique: Vec<usize> = (0..header.len()).filter(is_unique).collect();
    let says_so = |index: &&usize| {
        let name = name::corrected(&header[**index]).unwrap_or_default();
        name == "id" || name.ends_with("_id") || matches!(name.as_str(), "uuid" | "key" | "code")
    };
    unique.iter().find(says_so).or(unique.first()).copied()
}

fn lower(column: &str) -> String {
    name::corrected(column).unwrap_or_default()
}

/// A name for a field after its column, unlike those before it.
fn field_name(column: &str, taken: &mut BTreeSet<String>) -> String {
    let words = name::corrected(column).unwrap_or_else(|| "column".to_owned());
    let base = match name::check(Noun::Field, &words) {
        Ok(()) => words,
        Err(_) => shortened("source_", &words),
    };
    let mut name = base.clone();
    let mut number = 2;
    while !taken.insert(name.clone()) {
        let room = NAME_BYTES_MAX - 5;
        let short = base.get(..room).unwrap_or(&base).trim_end_matches('_');
        name = format!("{short}_{number}");
        number += 1;
    }
    name
}

fn definition(name: &str, guess: &Guess, is_id: bool) -> Json {
    let mut field = Map::new();
    field.insert("name".to_owned(), json!(name));
    field.insert("type".to_owned(), json!(guess.kind));
    field.extend(guess.definition.clone());
    if is_id && guess.kind == "text" {
        field.insert("indexed".to_owned(), json!(true));
    }
    Json::Object(field)
}

fn rule(column: &str, guess: &Guess) -> Json {
    if guess.rule.is_empty() {
        return json!(column);
    }
    let mut rule = Map::new();
    rule.insert("column".to_owned(), json!(column));
    rule.extend(guess.rule.clone());
    Json::Object(rule)
}

fn example(text: &str) -> String {
    let line: String = text.chars().take(EXAMPLE_LENGTH_MAX).collect();
    line.replace(['\r', '\n'], " ")
}
