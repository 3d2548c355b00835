//! Reading a file of rows from pieces of any size: bytes are fed, rows are taken. Memory is
//! bounded by one row and one piece, and reading goes on at the end of any row.

mod json_lines;
mod rows;
mod scan;
mod sniff;

#[cfg(test)]
mod tests;

use kith_model::fault::Fault;
use kith_model::job::RowFault;
use kith_model::limits::ROW_SHOWN_BYTES_MAX;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::format::Format;
use json_lines::JsonLines;
use rows::Rows;

/// Where reading goes on: the end of a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Place {
    /// Bytes of the decoded file that are before it.
    pub offset: u64,
    /// The line that begins there, from 1.
    pub line: u64,
    /// Rows before it, the header aside.
    pub row: u64,
}

impl Default for Place {
    fn default() -> Self {
        Self { offset: 0, line: 1, row: 0 }
    }
}

/// One row as it came.
#[derive(Clone, PartialEq, Debug)]
pub struct RawRow {
    /// Which it is, from 1, the header aside; empty lines do not count.
    pub number: u64,
    /// The line on which it begins, from 1.
    pub line: u64,
    /// Its text, without the end of its line, cut at
    /// [`kith_model::limits::ROW_SHOWN_BYTES_MAX`].
    pub raw: Box<str>,
    /// What is in it.
    pub cells: Cells,
}

/// What is in a row.
#[derive(Clone, PartialEq, Debug)]
pub enum Cells {
    /// One for each column of the header.
    Csv(Vec<Cell>),
    /// The members, in their order.
    Json(Map<String, Json>),
}

/// A cell of CSV.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Cell {
    /// Its text, without the quotes.
    pub text: Box<str>,
    /// Whether it stood in quotes.
    pub quoted: bool,
}

/// What cannot be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ReadError {
    /// One row; reading goes on after it.
    Row {
        /// Which it is, from 1.
        number: u64,
        /// The line on which it begins, from 1.
        line: u64,
        /// What is wrong with it.
        fault: Box<RowFault>,
        /// Its text, cut, with what is not UTF-8 replaced.
        raw: Box<str>,
    },
    /// The file from this line on; nothing follows.
    File {
        /// The line, from 1.
        line: u64,
        /// What is wrong with it.
        fault: Box<Fault>,
    },
}

/// Reads a file of rows.
#[derive(Debug)]
pub struct Reader(Kind);

#[derive(Debug)]
enum Kind {
    Csv(Rows),
    JsonLines(JsonLines),
}

impl Reader {
    /// Reads a file from its beginning.
    #[must_use]
    pub fn new(format: &Format) -> Self {
        Self(match format {
            Format::Csv(options) => Kind::Csv(Rows::new(options)),
            Format::JsonLines => Kind::JsonLines(JsonLines::at(Place::default())),
        })
    }

    /// Goes on at a place that [`Self::place`] has given, with the header that
    /// [`Self::header`] gave there; what is fed begins at the place's offset.
    #[must_use]
    pub fn resume(format: &Format, at: Place, header: Vec<String>) -> Self {
        if at.offset == 0 {
            return Self::new(format);
        }
        Self(match format {
            Format::Csv(options) => Kind::Csv(Rows::resume(options, at, header)),
            Format::JsonLines => Kind::JsonLines(JsonLines::at(at)),
        })
    }

    /// Takes in the next bytes of the decoded file.
    pub fn feed(&mut self, bytes: &[u8]) {
        match &mut self.0 {
            Kind::Csv(rows) => rows.feed(bytes),
            Kind::JsonLines(lines) => lines.feed(bytes),
        }
    }

    /// Says that no more bytes follow.
    pub fn finish(&mut self) {
        match &mut self.0 {
            Kind::Csv(rows) => rows.finish(),
            Kind::JsonLines(lines) => lines.finish(),
        }
    }

    /// The next row. `None` asks for more bytes or, once finished or after an error of the
    /// file, is the end.
    #[expect(clippy::should_implement_trait, reason = "more may follow after `None`")]
    pub fn next(&mut self) -> Option<Result<RawRow, ReadError>> {
        match &mut self.0 {
            Kind::Csv(rows) => rows.next(),
            Kind::JsonLines(lines) => lines.next(),
        }
    }

    /// Where reading goes on after the last row (or error of a row) that was taken.
    #[must_use]
    pub fn place(&self) -> Place {
        match &self.0 {
            Kind::Csv(rows) => rows.place(),
            Kind::JsonLines(lines) => lines.place(),
        }
    }

    /// The columns, as the file or the options name them; `None` until they are read, and
    /// for JSON Lines. The header is read by the first call of [`Self::next`] that has all
    /// of it.
    #[must_use]
    pub fn header(&self) -> Option<&[String]> {
        match &self.0 {
            Kind::Csv(rows) => rows.header(),
            Kind::JsonLines(_) => None,
        }
    }
}

/// A row as it is shown: cut, and with what is not UTF-8 replaced.
fn shown(row: &[u8]) -> Box<str> {
    if row.len() <= ROW_SHOWN_BYTES_MAX {
        return String::from_utf8_lossy(row).into();
    }
    // A character that is cut in two is left out, unless it was broken before.
    let cut = &row[..ROW_SHOWN_BYTES_MAX];
    let whole = match std::str::from_utf8(cut) {
        Err(error) if error.error_len().is_none() => &cut[..error.valid_up_to()],
        _ => cut,
    };
    String::from_utf8_lossy(whole).into()
}
