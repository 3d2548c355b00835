//! Where the rows and cells of CSV begin and end (RFC 4180), found in one pass over bytes
//! that come piece by piece.
//!
//! A quote within a cell that does not begin with one is text, as in `5" pipe`. Rows end
//! with LF, CRLF or CR.

use kith_model::limits::FILE_COLUMNS_MAX;

/// Where a cell's text is in its row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Span {
    /// Its first byte, after the quote.
    pub(super) start: usize,
    /// The byte after its last, before the quote.
    pub(super) end: usize,
    /// Whether it stood in quotes.
    pub(super) quoted: bool,
    /// Whether quotes within it are doubled.
    pub(super) doubled: bool,
}

/// A row that was found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Found {
    /// The byte after the row's last.
    pub(super) end: usize,
    /// Where the next row begins.
    pub(super) next: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    CellStart,
    Plain,
    Quoted,
    /// After a quote within a quoted cell: the cell's end, or the first of two.
    Closing,
    /// After a carriage return that ends the row; a line feed may belong to it.
    Ending,
}

/// The scan of one row.
#[derive(Debug)]
pub(super) struct Scan {
    delimiter: u8,
    quote: u8,
    state: State,
    at: usize,
    cell: Span,
    /// The first cells, and how many there are in all.
    spans: Vec<Span>,
    cells: usize,
    /// Line breaks within quotes, in all and before the cell that is being read.
    breaks: u64,
    breaks_before_cell: u64,
    /// The first cell that has text after its closing quote.
    stray: Option<usize>,
}

const EMPTY: Span = Span { start: 0, end: 0, quoted: false, doubled: false };

impl Scan {
    pub(super) fn new(delimiter: u8, quote: u8) -> Self {
        Self {
            delimiter,
            quote,
            state: State::CellStart,
            at: 0,
            cell: EMPTY,
            spans: Vec::new(),
            cells: 0,
            breaks: 0,
            breaks_before_cell: 0,
            stray: None,
        }
    }

    /// Makes ready for the next row.
    pub(super) fn reset(&mut self) {
        self.state = State::CellStart;
        self.at = 0;
        self.cell = EMPTY;
        self.spans.clear();
        self.cells = 0;
        self.breaks = 0;
        self.breaks_before_cell = 0;
        self.stray = None;
    }

    /// Goes on with a row of which these bytes are there by now, all from its first one;
    /// with `is_whole`, nothing follows them. `None` asks for more.
    pub(super) fn go_on(&mut self, row: &[u8], is_whole: bool) -> Option<Found> {
        while let Some(byte) = row.get(self.at).copied() {
            match self.state {
                State::CellStart => self.begin_cell(byte),
                State::Plain => self.plain(row),
                State::Quoted => self.quoted(row),
                State::Closing => self.close(byte),
                State::Ending => return Some(self.found(self.at + usize::from(byte == b'\n'))),
            }
            if self.state == State::Ending && row[self.at - 1] == b'\n' {
                return Some(self.found(self.at));
            }
        }
        if !is_whole || row.is_empty() {
            return None;
        }
        match self.state {
            State::Quoted => None,
            State::Ending => Some(self.found(self.at)),
            State::CellStart | State::Plain | State::Closing => {
                self.end_cell();
                Some(Found { end: self.at, next: self.at })
            }
        }
    }

    /// A row whose end of line is behind [`Self::at`] by now.
    fn found(&self, next: usize) -> Found {
        Found { end: self.at - 1, next }
    }

    fn begin_cell(&mut self, byte: u8) {
        self.cell = Span { start: self.at, end: self.at, quoted: false, doubled: false };
        self.breaks_before_cell = self.breaks;
        if byte == self.quote {
            self.cell = Span { start: self.at + 1, end: self.at + 1, quoted: true, doubled: false };
            self.state = State::Quoted;
            self.at += 1;
        } else {
            self.state = State::Plain;
        }
    }

    fn plain(&mut self, row: &[u8]) {
        let delimiter = self.delimiter;
        let ends = |byte: &u8| *byte == delimiter || *byte == b'\n' || *byte == b'\r';
        match row[self.at..].iter().position(ends) {
            None => self.at = row.len(),
            Some(length) => {
                self.at += length;
                self.end_with(row[self.at]);
            }
        }
    }

    /// Ends the cell at the byte at which the scan stands, and the row where that does.
    fn end_with(&mut self, byte: u8) {
        self.end_cell();
        self.state = if byte == self.delimiter { State::CellStart } else { State::Ending };
        self.at += 1;
    }

    fn end_cell(&mut self) {
        if self.state == State::CellStart {
            self.cell = Span { start: self.at, end: self.at, quoted: false, doubled: false };
        }
        if !self.cell.quoted {
            self.cell.end = self.at;
        }
        if self.spans.len() < FILE_COLUMNS_MAX {
            self.spans.push(self.cell);
        }
        self.cells += 1;
    }

    fn quoted(&mut self, row: &[u8]) {
        let quote = self.quote;
        let stops = |byte: &u8| *byte == quote || *byte == b'\n' || *byte == b'\r';
        let Some(length) = row[self.at..].iter().position(stops) else {
            self.at = row.len();
            return;
        };
        self.at += length;
        match row[self.at] {
            b'\r' => self.breaks += 1,
            b'\n' if row[self.at - 1] != b'\r' => self.breaks += 1,
            b'\n' => {}
            _ => {
                self.cell.end = self.at;
                self.state = State::Closing;
            }
        }
        self.at += 1;
    }

    fn close(&mut self, byte: u8) {
        if byte == self.quote {
            self.cell.doubled = true;
            self.state = State::Quoted;
            self.at += 1;
        } else if byte == self.delimiter || byte == b'\n' || byte == b'\r' {
            self.end_with(byte);
        } else {
            self.stray.get_or_insert(self.cells);
            self.state = State::Plain;
        }
    }

    /// The cells of the row, those beyond [`FILE_COLUMNS_MAX`] left out.
    pub(super) fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// How many cells the row has.
    pub(super) fn cells(&self) -> usize {
        self.cells
    }

    /// Whether the row is an empty line.
    pub(super) fn is_blank(&self) -> bool {
        matches!(self.spans.as_slice(), [only] if !only.quoted && only.start == only.end)
    }

    /// Line breaks within the row.
    pub(super) fn breaks(&self) -> u64 {
        self.breaks
    }

    /// The line breaks of the row before the quote that is open at this point of the scan,
    /// if one is.
    pub(super) fn open_quote(&self) -> Option<u64> {
        (self.state == State::Quoted).then_some(self.breaks_before_cell)
    }

    /// The first cell that has text after its closing quote.
    pub(super) fn stray(&self) -> Option<usize> {
        self.stray
    }
}
