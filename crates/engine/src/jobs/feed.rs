//! From the bytes of a file to chunks of prepared operations, in bounded memory and away
//! from the lane.

use std::sync::Arc;

use kith_format::{Format, Place, RawRow, ReadError, Reader};
use kith_model::catalog::Catalog;
use kith_model::fault::{Code, Fault};
use kith_model::job::{LoadRow, RowFault};

use super::content::Content;
use super::stage::{Mapping, Stage};
use crate::error::{Error, Result};
use crate::tenant::Tenant;

/// Bytes of a chunk's rows as they came, one row more at most: a chunk is held in memory
/// twice over, as it is and as it is prepared.
const CHUNK_BYTES: u64 = 4 * 1024 * 1024;

/// And of rows that are written all or none.
const ATOMIC_BYTES: u64 = 32 * 1024 * 1024;

/// Rows on their way into chunks.
pub(super) struct Feed {
    content: Content,
    reader: Reader,
    mapping: Option<(Arc<Catalog>, Arc<dyn Mapping>)>,
    /// The next byte to be fed.
    at: u64,
    is_finished: bool,
    /// Rows still to be passed over: they are done.
    skip: u64,
}

/// Rows that belong together.
pub(super) struct Chunk {
    /// The rows, in order.
    pub(super) rows: Vec<LoadRow>,
    /// Where each row was read from: where the chunk begins.
    pub(super) from: Place,
    /// How many rows from there on are before the first one.
    pub(super) skip: u64,
    /// How many rows of the file were gone through, those with nothing to do included.
    pub(super) read: Vec<u64>,
    /// Where the next chunk begins.
    pub(super) to: Place,
    /// What the mapping calls the columns.
    pub(super) mapping: Option<Arc<dyn Mapping>>,
    /// The catalog that it was prepared for.
    pub(super) catalog: Arc<Catalog>,
    /// What ends the file.
    pub(super) end: End,
}

/// What is after a chunk.
pub(super) enum End {
    /// More rows.
    None,
    /// The file is over.
    File,
    /// The rest of the file cannot be read.
    Broken(Fault),
}

/// What the reader gave.
enum Taken {
    Enough,
    Hungry,
    End(End),
}

impl Feed {
    /// Rows of a stage's file from a place on, the first `skip` of them passed over.
    pub(super) async fn open(content: Content, stage: &Stage, from: Place, skip: u64) -> Result<Self> {
        let header = match &stage.format {
            Format::Csv(_) if from.offset > 0 => header(&content, &stage.format).await?,
            Format::Csv(_) | Format::JsonLines => Vec::new(),
        };
        let reader = Reader::resume(&stage.format, from, header);
        Ok(Self { content, reader, mapping: None, at: from.offset, is_finished: false, skip })
    }

    /// How many bytes the file has.
    pub(super) fn bytes(&self) -> u64 {
        self.content.bytes()
    }

    /// The next chunk of at most so many rows.
    pub(super) async fn chunk(&mut self, tenant: &Arc<Tenant>, stage: &Stage, size: usize) -> Result<Chunk> {
        self.next(tenant, stage, (size, CHUNK_BYTES)).await
    }

    /// All rows, if there are no more than so many.
    pub(super) async fn all(&mut self, tenant: &Arc<Tenant>, stage: &Stage, most: usize) -> Result<Chunk> {
        // One more, to see whether there are more.
        self.next(tenant, stage, (most + 1, ATOMIC_BYTES)).await
    }

    async fn next(&mut self, tenant: &Arc<Tenant>, stage: &Stage, most: (usize, u64)) -> Result<Chunk> {
        let (from, skip) = (self.reader.place(), self.skip);
        let mut raw = Vec::with_capacity(most.0.min(2_000));
        let end = loop {
            match self.take(&mut raw, from.offset, most) {
                Taken::Enough => break End::None,
                Taken::End(end) => break end,
                Taken::Hungry => match self.content.read(self.at).await? {
                    Some(piece) => {
                        self.at += piece.len() as u64;
                        self.reader.feed(&piece);
                    }
                    None => {
                        self.is_finished = true;
                        self.reader.finish();
                    }
                },
            }
        };
        let catalog = tenant.catalog();
        let mut chunk = Chunk {
            rows: Vec::new(),
            from,
            skip,
            read: Vec::new(),
            to: self.reader.place(),
            mapping: None,
            catalog: catalog.clone(),
            end,
        };
        // Columns are looked at though no row follows them.
        if raw.is_empty() && self.reader.header().is_none() {
            return Ok(chunk);
        }
        let mapping = match self.mapping(stage, &catalog) {
            Ok(mapping) => mapping,
            Err(fault) => return Ok(Chunk { end: End::Broken(fault), to: from, ..chunk }),
        };
        chunk.mapping = Some(mapping.clone());
        if raw.is_empty() {
            return Ok(chunk);
        }
        (chunk.rows, chunk.read) = prepare(raw, mapping, catalog).await?;
        Ok(chunk)
    }

    /// Takes rows that are there, up to a number.
    fn take(&mut self, raw: &mut Vec<Result<RawRow, ReadError>>, from: u64, most: (usize, u64)) -> Taken {
        loop {
            // What a row shows of itself is cut; what it takes is as long as it is.
            if raw.len() >= most.0 || self.reader.place().offset - from >= most.1 {
                return Taken::Enough;
            }
            match self.reader.next() {
                Some(_) if self.skip > 0 => self.skip -= 1,
                Some(Err(ReadError::File { line, fault })) => {
                    let message = format!("line {line}: {}", fault.message);
                    return Taken::End(End::Broken(Fault { message, ..*fault }));
                }
                Some(row) => raw.push(row),
                None if self.is_finished => return Taken::End(End::File),
                None => return Taken::Hungry,
            }
        }
    }

    /// The stage's mapper under a catalog.
    fn mapping(&mut self, stage: &Stage, catalog: &Arc<Catalog>) -> Result<Arc<dyn Mapping>, Fault> {
        match &self.mapping {
            Some((known, mapping)) if known.version() == catalog.version() => Ok(mapping.clone()),
            _ => {
                let mapping: Arc<dyn Mapping> = stage.mapper.under(catalog, self.reader.header())?.into();
                self.mapping = Some((catalog.clone(), mapping.clone()));
                Ok(mapping)
            }
        }
    }
}

/// The columns that a file begins with.
pub(super) async fn header(content: &Content, format: &Format) -> Result<Vec<String>> {
    let mut reader = Reader::new(format);
    let mut at = 0;
    loop {
        let first = reader.next();
        if let Some(header) = reader.header() {
            return Ok(header.to_vec());
        }
        if first.is_some() {
            return Err(Error::corrupt("the header of a file that was read before"));
        }
        match content.read(at).await? {
            Some(piece) => {
                at += piece.len() as u64;
                reader.feed(&piece);
            }
            None => reader.finish(),
        }
    }
}

/// Makes operations of rows and checks them, where it may take its time. Beside each row:
/// how many rows of the file were gone through up to it.
async fn prepare(
    raw: Vec<Result<RawRow, ReadError>>,
    mapping: Arc<dyn Mapping>,
    catalog: Arc<Catalog>,
) -> Result<(Vec<LoadRow>, Vec<u64>)> {
    let work = move || {
        let mut rows = Vec::with_capacity(raw.len());
        let mut read = Vec::with_capacity(raw.len());
        for (row, passed) in raw.into_iter().zip(1..) {
            if let Some(row) = prepare_row(row, &*mapping, &catalog) {
                rows.push(row);
                read.push(passed);
            }
        }
        (rows, read)
    };
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)
}

fn prepare_row(row: Result<RawRow, ReadError>, mapping: &dyn Mapping, catalog: &Catalog) -> Option<LoadRow> {
    let count = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let mut row = match row {
        Ok(row) => row,
        Err(ReadError::Row { number, line, fault, raw }) => {
            return Some(LoadRow { number: count(number), line: count(line), raw, work: Err(vec![*fault]) });
        }
        Err(ReadError::File { line, fault }) => {
            let work = Err(vec![RowFault { fault: *fault, column: None }]);
            return Some(LoadRow { number: 0, line: count(line), raw: "".into(), work });
        }
    };
    let (number, line, raw) = (count(row.number), count(row.line), std::mem::take(&mut row.raw));
    let work = match mapping.operation(row) {
        Ok(Some(mut operation)) => {
            operation.prepare(catalog);
            Ok(operation)
        }
        Ok(None) => return None,
        Err(faults) => Err(faults),
    };
    Some(LoadRow { number, line, raw, work })
}

/// What is wrong with columns, as the fault that a job fails with.
pub(super) fn of_columns(faults: Vec<RowFault>) -> Fault {
    let count = faults.len();
    let Some(first) = faults.into_iter().next() else {
        return Fault::new(Code::InvalidFile, "the columns cannot be read");
    };
    let more = if count > 1 { format!(" (and {} more)", count - 1) } else { String::new() };
    Fault { message: format!("{}{more}", first.fault.message), ..first.fault }
}
