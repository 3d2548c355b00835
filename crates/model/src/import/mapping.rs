//! A mapping as it was read: what its document says, in types that cannot say more.

use std::collections::HashMap;

use serde_json::{Map, Value as Json};

/// How the files of a system become records.
#[derive(Clone, PartialEq, Debug)]
pub struct Mapping {
    /// The system's name in the id map.
    pub system: String,
    /// The files, in the order in which they are brought in.
    pub files: Vec<FileMapping>,
}

/// How the rows of one file become records of one object.
#[derive(Clone, PartialEq, Debug)]
pub struct FileMapping {
    /// Where the rows are.
    pub rows: Rows,
    /// What stands between the cells of a CSV file.
    pub delimiter: u8,
    /// The object that the rows become.
    pub object: String,
    /// The name of the rows' kind in the id map.
    pub source_object: String,
    /// The columns that make up a row's id in its system; none when records are only found
    /// by a key.
    pub id: Vec<String>,
    /// The fields of the unique key by which records are found that are there already.
    pub matched: Vec<String>,
    /// Which rows are taken: all conditions must hold.
    pub conditions: Vec<Condition>,
    /// What each field is made of.
    pub fields: Vec<(String, Rule)>,
    /// When and by whom the rows were made and changed in their system.
    pub stamps: StampRules,
}

/// Where rows are.
#[derive(Clone, PartialEq, Debug)]
pub enum Rows {
    /// In a file of this name.
    File(String),
    /// In the mapping itself: cells by the name of their column.
    Inline(Vec<Map<String, Json>>),
}

/// A column whose value decides whether a row is taken.
#[derive(Clone, PartialEq, Debug)]
pub struct Condition {
    /// The column.
    pub column: String,
    /// The values; `None` is the empty cell.
    pub values: Vec<Option<String>>,
    /// Whether the cell must be one of them, or none of them.
    pub wanted: Wanted,
}

/// What a condition asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wanted {
    /// One of its values.
    OneOf,
    /// None of its values.
    NoneOf,
}

/// What a field is made of, step by step in the order of the members.
#[derive(Clone, PartialEq, Debug)]
pub struct Rule {
    /// The text that it begins with.
    pub origin: Origin,
    /// Which rows it is made for; in others the field is as if its cell were empty.
    pub conditions: Vec<Condition>,
    /// The part of the text that is meant.
    pub split: Option<Split>,
    /// Whether the white space around the text goes.
    pub is_trimmed: bool,
    /// What an empty cell stands for; null when nothing is said.
    pub default: Option<Json>,
    /// What certain texts stand for.
    pub values: Option<Values>,
    /// How the text is written.
    pub form: Form,
    /// The currency of an amount.
    pub currency: Option<Origin>,
    /// How the text names another record.
    pub lookup: Option<Lookup>,
}

/// Where a text comes from.
#[derive(Clone, PartialEq, Debug)]
pub enum Origin {
    /// From a column.
    Column(String),
    /// From several columns, those that are not empty joined.
    Columns {
        /// The columns.
        names: Vec<String>,
        /// What stands between their cells.
        join: String,
    },
    /// From the mapping: the same for every row.
    Constant(Json),
}

/// A text that holds several.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Split {
    /// What stands between the parts.
    pub by: String,
    /// Which part is meant, from 1, or from the end when negative; all of them when it is
    /// not said.
    pub part: Option<i64>,
}

/// What certain texts stand for.
#[derive(Clone, PartialEq, Debug)]
pub struct Values {
    /// The values on the wire by the text in the file.
    pub map: HashMap<String, Json>,
    /// What becomes of any other text.
    pub unknown: Unknown,
}

/// What becomes of a text that the value map does not have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unknown {
    /// The row is refused.
    Error,
    /// The field is null.
    Null,
    /// The text stays as it is.
    Keep,
}

/// How a text is written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Form {
    /// As Kith writes values of the field's type.
    Plain,
    /// A date in this format (strptime).
    Date(String),
    /// A time in this format (strptime).
    Datetime(TimeRule),
    /// A number as people write it.
    Number(NumberForm),
    /// A telephone number; one without a country code has this one.
    Phone(String),
}

/// How a time is written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TimeRule {
    /// The format (strptime).
    pub format: String,
    /// The offset from UTC, in seconds, of times that are written without one.
    pub offset_seconds: Option<i32>,
}

/// How a number is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NumberForm {
    /// What stands before the fraction.
    pub decimal: char,
    /// What may stand between groups of digits.
    pub group: Option<char>,
    /// The power of ten by which what is written is multiplied: 6 for millions.
    pub scale: i8,
}

/// How a text names another record.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lookup {
    /// By what.
    pub by: LookupBy,
    /// What becomes of a text that names none.
    pub unknown: UnknownTarget,
}

/// By what a record is found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LookupBy {
    /// By its id in the source system, under this kind.
    Source(String),
    /// By a unique key of one field.
    Key {
        /// The object, where the reference has several targets.
        object: Option<String>,
        /// The key's field.
        field: String,
    },
}

/// What becomes of a text that names no record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UnknownTarget {
    /// The row is refused.
    Error,
    /// The reference is null.
    Null,
    /// The record is made, with the field that it is looked up by.
    Create,
}

/// When and by whom rows were made and changed in their system.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct StampRules {
    /// When they were made.
    pub created_at: Option<(String, TimeRule)>,
    /// When they were changed last.
    pub updated_at: Option<(String, TimeRule)>,
    /// Who made them.
    pub created_by: Option<AuthorRule>,
    /// Who changed them last.
    pub updated_by: Option<AuthorRule>,
}

/// Somebody of the source system.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AuthorRule {
    /// The column with the id.
    pub column: String,
    /// The kind in the id map.
    pub source_object: String,
}

impl Mapping {
    /// The files that the mapping reads, each once, in order.
    #[must_use]
    pub fn file_names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for file in &self.files {
            if let Rows::File(name) = &file.rows
                && !names.contains(&name.as_str())
            {
                names.push(name);
            }
        }
        names
    }

    /// The objects whose records have ids in the source system, each once.
    #[must_use]
    pub fn objects(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for file in self.files.iter().filter(|file| !file.id.is_empty()) {
            if !names.contains(&file.object.as_str()) {
                names.push(&file.object);
            }
        }
        names
    }

    /// Whether what the mapping refers to under this kind is only all there after the
    /// file at `index`: it is that file itself or a later one that brings it.
    #[must_use]
    pub fn brings_later(&self, index: usize, source_object: &str) -> bool {
        self.files.iter().skip(index).any(|file| !file.id.is_empty() && file.source_object == source_object)
    }
}
