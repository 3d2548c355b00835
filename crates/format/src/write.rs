//! Writing records to files: CSV and JSON Lines as loads read them, and Parquet with exact
//! types. Rows are given, and bytes are taken whenever there are some.

mod csv;
mod json_lines;
mod parquet;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use kith_model::catalog::{Catalog, Object};
use kith_model::id::{RecordId, format_typeid};
use kith_model::record::{Row, with_virtuals};
use kith_model::time::Timestamp;
use serde::{Deserialize, Serialize};

use self::parquet::ParquetRows;

/// The most rows that one file of Parquet is to have. Its index is at its end, so a file
/// that was not finished is begun again.
pub const PARQUET_ROWS_MAX: i64 = 250_000;

/// The column, or member, that says of a row that its record is gone. No field can have such
/// a name.
pub const DELETED: &str = "$deleted";

/// What a file is that records are written to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileFormat {
    /// RFC 4180 with a header.
    Csv,
    /// One record a line, as the API answers it.
    #[serde(rename = "jsonl")]
    JsonLines,
    /// Columns with types.
    Parquet,
}

/// Which rows a file has.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// Records.
    Records,
    /// Records and, by id alone, those that are gone: [`DELETED`] says which.
    Changes,
}

/// Which part of a file is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// Its beginning, with a header where the format has one.
    First,
    /// One that goes on where another ended. A file of Parquet has one part only.
    Next,
}

/// Why rows cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("the file cannot be written")]
pub struct Error(#[from] ::parquet::errors::ParquetError);

/// Writes records of one object to a file.
pub struct Writer {
    object: Arc<Object>,
    catalog: Arc<Catalog>,
    shape: Shape,
    rows: u64,
    kind: Kind,
}

enum Kind {
    Csv(String),
    JsonLines(String),
    Parquet(Box<ParquetRows>),
}

impl Writer {
    /// Begins a part of a file. It has the fields that the wire shows, in their order, after
    /// what every record has.
    ///
    /// # Errors
    /// When the columns cannot be written as Parquet.
    pub fn new(
        format: FileFormat,
        object: Arc<Object>,
        catalog: Arc<Catalog>,
        shape: Shape,
        part: Part,
    ) -> Result<Self, Error> {
        let kind = match format {
            FileFormat::Csv => {
                let mut text = String::new();
                if part == Part::First {
                    csv::write_header(&object, shape, &mut text);
                }
                Kind::Csv(text)
            }
            FileFormat::JsonLines => Kind::JsonLines(String::new()),
            FileFormat::Parquet => Kind::Parquet(Box::new(ParquetRows::new(&object, shape)?)),
        };
        Ok(Self { object, catalog, shape, rows: 0, kind })
    }

    /// Writes a record; its virtual fields are evaluated at `now`.
    ///
    /// # Errors
    /// When it cannot be written as Parquet.
    pub fn record(&mut self, row: &Row, now: Timestamp) -> Result<(), Error> {
        self.rows += 1;
        let (object, catalog) = (&*self.object, &*self.catalog);
        match &mut self.kind {
            Kind::Csv(text) => {
                csv::write_record(object, &with_virtuals(object, row, now), catalog, self.shape, text);
            }
            Kind::JsonLines(text) => json_lines::write_record(object, row, catalog, now, text),
            Kind::Parquet(rows) => rows.record(object, &with_virtuals(object, row, now), catalog)?,
        }
        Ok(())
    }

    /// Writes that a record is gone; only a file of changes has such rows.
    ///
    /// # Errors
    /// When it cannot be written as Parquet.
    pub fn deleted(&mut self, id: RecordId) -> Result<(), Error> {
        if self.shape == Shape::Records {
            return Ok(());
        }
        self.rows += 1;
        let id = format_typeid(&self.object.prefix, id.0);
        match &mut self.kind {
            Kind::Csv(text) => csv::write_deleted(&self.object, &id, text),
            Kind::JsonLines(text) => json_lines::write_deleted(&id, text),
            Kind::Parquet(rows) => rows.deleted(&id)?,
        }
        Ok(())
    }

    /// Rows written so far.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// How many bytes there are to take.
    #[must_use]
    pub fn ready(&self) -> usize {
        match &self.kind {
            Kind::Csv(text) | Kind::JsonLines(text) => text.len(),
            Kind::Parquet(rows) => rows.ready(),
        }
    }

    /// The bytes that are ready: whole rows, or (of Parquet) whole groups of them.
    pub fn take(&mut self) -> Vec<u8> {
        match &mut self.kind {
            Kind::Csv(text) | Kind::JsonLines(text) => std::mem::take(text).into_bytes(),
            Kind::Parquet(rows) => rows.take(),
        }
    }

    /// Ends the part, and gives the bytes that were not taken yet.
    ///
    /// # Errors
    /// When the last rows cannot be written as Parquet.
    pub fn finish(self) -> Result<Vec<u8>, Error> {
        match self.kind {
            Kind::Csv(text) | Kind::JsonLines(text) => Ok(text.into_bytes()),
            Kind::Parquet(rows) => Ok(rows.finish()?),
        }
    }
}
