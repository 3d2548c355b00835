//! Rows of CSV: bytes are kept until a row is whole, then its cells are taken out.

use kith_model::fault::{Code, Fault};
use kith_model::job::RowFault;
use kith_model::limits::{FILE_COLUMNS_MAX, ROW_BYTES_MAX};

use super::scan::{Found, Scan, Span};
use super::sniff::{SNIFFED_BYTES, mark};
use super::{Cell, Cells, Place, RawRow, ReadError, shown};
use crate::format::CsvOptions;

/// The longest end of a line.
const LINE_END_BYTES: usize = 2;

/// Reads rows of CSV.
#[derive(Debug)]
pub(super) struct Rows {
    quote: u8,
    header: Option<Vec<String>>,
    /// Bytes that were fed; those before `start` are taken.
    bytes: Vec<u8>,
    start: usize,
    scan: Scan,
    place: Place,
    has_begun: bool,
    is_whole: bool,
    has_ended: bool,
}

impl Rows {
    pub(super) fn new(options: &CsvOptions) -> Self {
        let CsvOptions { delimiter, quote, header, empty: _ } = options;
        Self {
            quote: *quote,
            header: header.clone(),
            bytes: Vec::new(),
            start: 0,
            scan: Scan::new(*delimiter, *quote),
            place: Place::default(),
            has_begun: false,
            is_whole: false,
            has_ended: false,
        }
    }

    pub(super) fn resume(options: &CsvOptions, at: Place, header: Vec<String>) -> Self {
        Self { header: Some(header), place: at, has_begun: true, ..Self::new(options) }
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

    pub(super) fn header(&self) -> Option<&[String]> {
        self.header.as_deref()
    }

    pub(super) fn next(&mut self) -> Option<Result<RawRow, ReadError>> {
        if self.has_ended {
            return None;
        }
        let row = self.read().transpose()?;
        if matches!(row, Err(ReadError::File { .. })) {
            self.has_ended = true;
            self.bytes = Vec::new();
            self.start = 0;
        }
        Some(row)
    }

    fn read(&mut self) -> Result<Option<RawRow>, ReadError> {
        if !self.has_begun && !self.begin()? {
            return Ok(None);
        }
        loop {
            let Some(found) = self.find()? else { return Ok(None) };
            if self.scan.is_blank() {
                self.pass(found, 0);
            } else if self.header.is_none() {
                self.header = Some(self.read_header(found)?);
                self.pass(found, 0);
            } else {
                let row = self.row(found);
                self.pass(found, 1);
                return row.map(Some);
            }
        }
    }

    /// Looks at the first bytes, once they are there.
    fn begin(&mut self) -> Result<bool, ReadError> {
        if self.bytes.len() < SNIFFED_BYTES && !self.is_whole {
            return Ok(false);
        }
        self.start = mark(&self.bytes).map_err(|fault| self.broken(fault))?;
        self.place.offset = u64::try_from(self.start).unwrap_or(0);
        self.has_begun = true;
        Ok(true)
    }

    /// The end of the row that begins at `start`, once it is there.
    fn find(&mut self) -> Result<Option<Found>, ReadError> {
        let rest = &self.bytes[self.start..];
        // Never more than this, so that it does not depend on the pieces which row is too long.
        let row = &rest[..rest.len().min(ROW_BYTES_MAX + LINE_END_BYTES)];
        let is_whole = self.is_whole && row.len() == rest.len();
        let found = self.scan.go_on(row, is_whole);
        match found {
            Some(found) if found.end <= ROW_BYTES_MAX => Ok(Some(found)),
            Some(_) => Err(self.too_long()),
            None if row.len() == ROW_BYTES_MAX + LINE_END_BYTES => Err(self.too_long()),
            None if !is_whole => Ok(None),
            None => match self.scan.open_quote() {
                Some(breaks) => {
                    Err(self.unclosed(breaks, "a quoted cell is not closed before the file ends"))
                }
                None if self.header.is_none() => {
                    let fault = Fault::new(Code::InvalidFile, "the file has no header");
                    Err(self.broken(fault.hint("its first line names the columns")))
                }
                None => Ok(None),
            },
        }
    }

    /// Goes behind a row.
    fn pass(&mut self, found: Found, rows: u64) {
        // A row at the very end may lack its end of line, and then there is no next line.
        self.place.line += self.scan.breaks() + u64::from(found.next > found.end);
        self.place.offset += u64::try_from(found.next).unwrap_or(0);
        self.place.row += rows;
        self.start += found.next;
        self.scan.reset();
    }

    fn read_header(&self, found: Found) -> Result<Vec<String>, ReadError> {
        if self.scan.cells() > FILE_COLUMNS_MAX {
            let problem = format!("the header names more than {FILE_COLUMNS_MAX} columns");
            return Err(self.broken(Fault::new(Code::InvalidFile, problem)));
        }
        match self.cells(found, &[]) {
            Ok(cells) => Ok(cells.into_iter().map(|cell| cell.text.into()).collect()),
            Err(fault) => Err(self.broken(Fault {
                code: Code::InvalidFile,
                message: format!("the header cannot be read: {}", fault.fault.message),
                ..fault.fault
            })),
        }
    }

    fn row(&self, found: Found) -> Result<RawRow, ReadError> {
        let (number, line) = (self.place.row + 1, self.place.line);
        let raw = shown(&self.bytes[self.start..self.start + found.end]);
        let header = self.header.as_deref().unwrap_or_default();
        match self.counted(header).and_then(|()| self.cells(found, header)) {
            Ok(cells) => Ok(RawRow { number, line, raw, cells: Cells::Csv(cells) }),
            Err(fault) => Err(ReadError::Row { number, line, fault: Box::new(fault), raw }),
        }
    }

    fn counted(&self, header: &[String]) -> Result<(), RowFault> {
        let (cells, columns) = (self.scan.cells(), header.len());
        if cells == columns {
            return Ok(());
        }
        let problem = format!("the row has {cells} cells, the header names {columns} columns");
        let fault = Fault::new(Code::Malformed, problem);
        Err(of_row(match cells > columns {
            true => fault.hint("a cell with a delimiter or a line break in it stands in quotes"),
            false => fault,
        }))
    }

    /// The cells of a row.
    fn cells(&self, found: Found, header: &[String]) -> Result<Vec<Cell>, RowFault> {
        let row = &self.bytes[self.start..self.start + found.end];
        let named = |fault: Fault, index: usize| RowFault {
            fault,
            column: header.get(index).map(|name| name.as_str().into()),
        };
        let index_at = |at: usize| self.scan.spans().iter().take_while(|span| span.end < at).count();
        if let Some(index) = self.scan.stray() {
            let problem = format!("cell {} has text after its closing quote", index + 1);
            let fault = Fault::new(Code::Malformed, problem).hint("within quotes, a quote is written twice");
            return Err(named(fault, index));
        }
        let text = std::str::from_utf8(row).map_err(|error| {
            let index = index_at(error.valid_up_to() + 1);
            let problem = format!("cell {} is not UTF-8", index + 1);
            named(Fault::new(Code::Malformed, problem).hint("write the file in UTF-8 throughout"), index)
        })?;
        if let Some(at) = text.find('\0') {
            let index = index_at(at + 1);
            return Err(named(
                Fault::new(Code::Malformed, format!("cell {} contains U+0000", index + 1)),
                index,
            ));
        }
        Ok(self.scan.spans().iter().map(|span| self.cell(text, *span)).collect())
    }

    fn cell(&self, row: &str, span: Span) -> Cell {
        let text = &row[span.start..span.end];
        let text = match span.doubled {
            false => text.into(),
            true => undoubled(text, char::from(self.quote)),
        };
        Cell { text, quoted: span.quoted }
    }

    fn too_long(&self) -> ReadError {
        if let Some(breaks) = self.scan.open_quote() {
            return self.unclosed(breaks, "a quoted cell is not closed within the longest row");
        }
        let problem = format!("the row has more than {ROW_BYTES_MAX} bytes");
        self.broken(Fault::new(Code::InvalidFile, problem).hint("rows end with a line break"))
    }

    fn unclosed(&self, breaks: u64, problem: &str) -> ReadError {
        let line = self.place.line + breaks;
        let fault = Fault::new(Code::InvalidFile, format!("{problem}: it begins on line {line}"));
        let fault = fault.hint("within quotes, a quote is written twice");
        ReadError::File { line, fault: Box::new(fault) }
    }

    fn broken(&self, fault: Fault) -> ReadError {
        ReadError::File { line: self.place.line, fault: Box::new(fault) }
    }
}

fn of_row(fault: Fault) -> RowFault {
    RowFault { fault, column: None }
}

/// A cell's text with each two quotes made one.
fn undoubled(text: &str, quote: char) -> Box<str> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(quote) {
        out.push_str(&rest[..=at]);
        rest = &rest[at + 2..];
    }
    out.push_str(rest);
    out.into()
}
