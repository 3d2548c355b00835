//! How a file of rows is written: CSV in its dialects, or JSON Lines.

use kith_model::fault::{Code, Fault};
use kith_model::limits::FILE_COLUMNS_MAX;
use serde::{Deserialize, Serialize};

/// What a file of rows is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// RFC 4180, with a header unless the options have one.
    Csv(CsvOptions),
    /// One JSON object a line.
    #[serde(rename = "jsonl")]
    JsonLines,
}

/// A dialect of CSV.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CsvOptions {
    /// What stands between two cells: one byte of ASCII.
    pub delimiter: u8,
    /// What stands around a cell, and is doubled within it: one byte of ASCII.
    pub quote: u8,
    /// The columns, when the file does not begin with them.
    pub header: Option<Vec<String>>,
    /// What an empty cell without quotes is. One with quotes is the empty text.
    pub empty: Empty,
}

impl Default for CsvOptions {
    fn default() -> Self {
        Self { delimiter: b',', quote: b'"', header: None, empty: Empty::Null }
    }
}

/// What an empty cell without quotes is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Empty {
    /// No value: it clears the field.
    #[default]
    Null,
    /// Not there: it leaves the field alone.
    Absent,
}

impl CsvOptions {
    /// Whether a file can be read by these options; the pointers are into them.
    ///
    /// # Errors
    /// Each option that cannot be used.
    pub fn check(&self) -> Result<(), Vec<Fault>> {
        let mut faults = Vec::new();
        for (name, byte) in [("delimiter", self.delimiter), ("quote", self.quote)] {
            if !byte.is_ascii() || matches!(byte, 0 | b'\n' | b'\r') {
                let problem = format!("`{name}` must be one character of ASCII that ends no line");
                faults.push(Fault::new(Code::InvalidValue, problem).at(name));
            }
        }
        if self.delimiter == self.quote {
            faults.push(Fault::new(Code::InvalidValue, "`quote` is the same as `delimiter`").at("quote"));
        }
        match &self.header {
            Some(header) if header.is_empty() => {
                faults.push(Fault::new(Code::InvalidValue, "`header` names no column").at("header"));
            }
            Some(header) if header.len() > FILE_COLUMNS_MAX => {
                let problem = format!("`header` has more than {FILE_COLUMNS_MAX} columns");
                faults.push(Fault::new(Code::TooLarge, problem).at("header"));
            }
            _ => {}
        }
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }
}
