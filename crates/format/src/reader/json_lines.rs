//! JSON Lines: one object a line. A line that is too long is passed over as it comes.

use kith_model::fault::{Code, Fault};
use kith_model::job::RowFault;
use kith_model::limits::{JSON_DEPTH_MAX, ROW_BYTES_MAX, ROW_SHOWN_BYTES_MAX};
use kith_model::strict;
use serde_json::{Map, Value as Json};

use super::sniff::{SNIFFED_BYTES, mark};
use super::{Cells, Place, RawRow, ReadError, shown};

/// Levels around a field's value: the row itself.
const ROW_DEPTH: usize = 1;

/// What is kept of a line that is too long: as much as is shown, and that there is more.
const KEPT_BYTES: usize = ROW_SHOWN_BYTES_MAX + 1;

/// Reads JSON Lines.
#[derive(Debug)]
pub(super) struct JsonLines {
    /// Bytes that were fed; those before `start` are taken.
    bytes: Vec<u8>,
    start: usize,
    /// Bytes from `start` on that have no end of line in them.
    scanned: usize,
    /// Bytes of the present line that were passed over: it is too long.
    passed: u64,
    place: Place,
    has_begun: bool,
    is_whole: bool,
    has_ended: bool,
}

impl JsonLines {
    pub(super) fn at(place: Place) -> Self {
        Self {
            bytes: Vec::new(),
            start: 0,
            scanned: 0,
            passed: 0,
            place,
            has_begun: place.offset > 0,
            is_whole: false,
            has_ended: false,
        }
    }

    pub(super) fn feed(&mut self, bytes: &[u8]) {
        self.bytes.drain(..self.start);
        self.start = 0;
        if !self.has_ended {
            self.bytes.extend_from_slice(bytes);
        }
    }

    pub(super) fn finish(&mut self) {
        self.is_whole = true;
    }

    pub(super) fn place(&self) -> Place {
        self.place
    }

    pub(super) fn next(&mut self) -> Option<Result<RawRow, ReadError>> {
        if self.has_ended {
            return None;
        }
        if !self.has_begun {
            if self.bytes.len() < SNIFFED_BYTES && !self.is_whole {
                return None;
            }
            if let Err(fault) = self.begin() {
                self.has_ended = true;
                self.bytes = Vec::new();
                return Some(Err(ReadError::File { line: self.place.line, fault: Box::new(fault) }));
            }
        }
        loop {
            let (length, next) = self.find()?;
            let line = &self.bytes[self.start..self.start + length];
            if self.passed == 0 && length <= ROW_BYTES_MAX && line.trim_ascii().is_empty() {
                self.pass(next, 0);
                continue;
            }
            let row = self.row(line);
            self.pass(next, 1);
            return Some(row);
        }
    }

    fn begin(&mut self) -> Result<(), Fault> {
        self.start = mark(&self.bytes)?;
        if self.bytes.get(self.start) == Some(&b'[') {
            let fault = Fault::new(Code::InvalidFile, "the file is a JSON array");
            return Err(fault.hint("JSON Lines has one object on each line, with nothing around them"));
        }
        self.place.offset = u64::try_from(self.start).unwrap_or(0);
        self.has_begun = true;
        Ok(())
    }

    /// The length of the present line and where the next one begins, from `start`.
    fn find(&mut self) -> Option<(usize, usize)> {
        let rest = &self.bytes[self.start..];
        if let Some(more) = rest[self.scanned..].iter().position(|byte| *byte == b'\n') {
            let length = self.scanned + more;
            return Some((length, length + 1));
        }
        self.scanned = rest.len();
        if self.is_whole && (self.passed > 0 || !rest.is_empty()) {
            return Some((rest.len(), rest.len()));
        }
        if self.passed > 0 || rest.len() > ROW_BYTES_MAX {
            // Its beginning is kept, to be shown.
            self.passed += u64::try_from(rest.len() - KEPT_BYTES).unwrap_or(0);
            self.bytes.truncate(self.start + KEPT_BYTES);
            self.scanned = KEPT_BYTES;
        }
        None
    }

    fn row(&self, line: &[u8]) -> Result<RawRow, ReadError> {
        let (number, at) = (self.place.row + 1, self.place.line);
        let bytes = line.strip_suffix(b"\r").unwrap_or(line);
        let read = match self.passed > 0 || line.len() > ROW_BYTES_MAX {
            true => {
                let problem = format!("the line has more than {ROW_BYTES_MAX} bytes");
                Err(Fault::new(Code::TooLarge, problem))
            }
            false => object(bytes),
        };
        let raw = shown(bytes);
        match read {
            Ok(members) => Ok(RawRow { number, line: at, raw, cells: Cells::Json(members) }),
            Err(fault) => {
                let fault = Box::new(RowFault { fault, column: None });
                Err(ReadError::Row { number, line: at, fault, raw })
            }
        }
    }

    fn pass(&mut self, next: usize, rows: u64) {
        let has_end = self.bytes.get(self.start + next - 1) == Some(&b'\n');
        self.place.line += u64::from(has_end);
        self.place.offset += self.passed + u64::try_from(next).unwrap_or(0);
        self.place.row += rows;
        self.start += next;
        self.scanned = 0;
        self.passed = 0;
    }
}

fn object(line: &[u8]) -> Result<Map<String, Json>, Fault> {
    let malformed = |problem: String| Fault::new(Code::Malformed, problem);
    let text = std::str::from_utf8(line)
        .map_err(|error| malformed(format!("the line is not UTF-8 from byte {} on", error.valid_up_to())))?;
    strict::object(text, JSON_DEPTH_MAX + ROW_DEPTH).map_err(|trouble| match trouble {
        strict::Trouble::NotObject => malformed("the line is not a JSON object".to_owned()),
        strict::Trouble::Syntax(error) => {
            let whole = error.to_string();
            let what = whole.split(" at line ").next().unwrap_or(&whole);
            malformed(format!("the line is not valid JSON: {what} at byte {}", error.column()))
        }
        strict::Trouble::Depth => {
            let problem = format!("the line is nested deeper than {JSON_DEPTH_MAX} levels");
            Fault::new(Code::TooLarge, problem)
        }
    })
}

#[cfg(test)]
impl JsonLines {
    /// Bytes that it holds.
    pub(super) fn held(&self) -> usize {
        self.bytes.capacity()
    }
}
