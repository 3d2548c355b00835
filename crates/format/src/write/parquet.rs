//! Records as Parquet. Values keep their types: decimals are exact, times are UTC in
//! microseconds, an amount is a group of `amount` and `currency`, several options are a
//! list of texts, ids are texts.
//!
//! Rows are gathered by column until a group of them is full, which bounds the memory.

mod column;
mod schema;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use kith_model::catalog::{Catalog, Field, FieldKind, Object};
use kith_model::id::format_typeid;
use kith_model::record::Row;
use kith_model::value::Value;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::Result;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;

use super::Shape;
use column::Column;
use schema::{Kind, Scalar};

/// Rows of a group at most: readers work on groups one by one.
const GROUP_ROWS_MAX: usize = 100_000;

/// Bytes of values of a group, about: they are held in memory until it is full.
const GROUP_BYTES_MAX: usize = 16 * 1024 * 1024;

/// The fastest level: columns are small before they are compressed.
const COMPRESSION_LEVEL: i32 = 1;

/// Writes one file of Parquet.
pub(super) struct ParquetRows {
    writer: SerializedFileWriter<Vec<u8>>,
    kinds: Vec<Kind>,
    columns: Vec<Column>,
    shape: Shape,
    rows: usize,
}

impl ParquetRows {
    pub(super) fn new(object: &Object, shape: Shape) -> Result<Self> {
        let members = schema::members(object, shape);
        let root = schema::root(&object.name, &members)?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(COMPRESSION_LEVEL)?))
            .set_created_by(concat!("kith ", env!("CARGO_PKG_VERSION")).to_owned())
            .build();
        let writer = SerializedFileWriter::new(Vec::new(), Arc::new(root), Arc::new(properties))?;
        let kinds: Vec<Kind> = members.into_iter().map(|member| member.kind).collect();
        let columns = kinds.iter().flat_map(Kind::columns).collect();
        Ok(Self { writer, kinds, columns, shape, rows: 0 })
    }

    pub(super) fn record(&mut self, object: &Object, row: &Row, catalog: &Catalog) -> Result<()> {
        let mut next = Cells { kinds: self.kinds.iter(), columns: self.columns.iter_mut() };
        next.text(&format_typeid(&object.prefix, row.id.0));
        next.value(&Value::Integer(row.version));
        next.value(&Value::Datetime(row.created_at));
        next.value(&Value::Datetime(row.updated_at));
        next.text(&row.created_by.to_string());
        next.text(&row.updated_by.to_string());
        next.text(&row.owner.to_string());
        for (slot, field) in object.visible() {
            match &row.values[slot] {
                Value::Link(link) => {
                    let prefix = catalog.definition(link.object).map_or("", |object| object.prefix.as_str());
                    next.text(&format_typeid(prefix, link.id.0));
                }
                Value::Integer(number) if matches!(field.kind, FieldKind::AutoNumber { .. }) => {
                    next.text(&numbered(field, *number));
                }
                value => next.value(value),
            }
        }
        if self.shape == Shape::Changes {
            next.value(&Value::Boolean(false));
        }
        self.end_row()
    }

    pub(super) fn deleted(&mut self, id: &str) -> Result<()> {
        let mut next = Cells { kinds: self.kinds.iter(), columns: self.columns.iter_mut() };
        next.text(id);
        for _ in 2..self.kinds.len() {
            next.value(&Value::Null);
        }
        next.value(&Value::Boolean(true));
        self.end_row()
    }

    fn end_row(&mut self) -> Result<()> {
        self.rows += 1;
        let bytes: usize = self.columns.iter().map(Column::bytes).sum();
        if self.rows >= GROUP_ROWS_MAX || bytes >= GROUP_BYTES_MAX { self.end_group() } else { Ok(()) }
    }

    fn end_group(&mut self) -> Result<()> {
        if self.rows == 0 {
            return Ok(());
        }
        self.rows = 0;
        let mut group = self.writer.next_row_group()?;
        for column in &mut self.columns {
            if let Some(mut to) = group.next_column()? {
                column.write(&mut to)?;
                to.close()?;
            }
        }
        group.close()?;
        Ok(())
    }

    pub(super) fn ready(&self) -> usize {
        self.writer.inner().len()
    }

    /// What the writer still buffers comes with the next bytes.
    pub(super) fn take(&mut self) -> Vec<u8> {
        std::mem::take(self.writer.inner_mut())
    }

    pub(super) fn finish(mut self) -> Result<Vec<u8>> {
        self.end_group()?;
        self.writer.into_inner()
    }
}

/// The columns of one row, one after another.
struct Cells<'w> {
    kinds: std::slice::Iter<'w, Kind>,
    columns: std::slice::IterMut<'w, Column>,
}

impl Cells<'_> {
    fn text(&mut self, text: &str) {
        if let (Some(_), Some(column)) = (self.kinds.next(), self.columns.next()) {
            column.push_text(text);
        }
    }

    fn value(&mut self, value: &Value) {
        match self.kinds.next() {
            Some(Kind::Required(_) | Kind::Optional(_)) => self.scalar(value),
            Some(Kind::Money { .. }) => self.money(value),
            Some(Kind::List) => self.list(value),
            None => {}
        }
    }

    fn scalar(&mut self, value: &Value) {
        let Some(column) = self.columns.next() else { return };
        match value {
            Value::Text(text) | Value::Json(text) => column.push_text(text),
            Value::Integer(number) => column.push_integer(*number),
            Value::Decimal(decimal) => column.push_integer(decimal.unscaled()),
            Value::Average(average) => column.push_integer(average.value.unscaled()),
            Value::Boolean(truth) => column.push_flag(*truth),
            Value::Date(day) => column.push_day(day.0),
            Value::Datetime(at) => column.push_integer(at.0),
            Value::Null | Value::Money(_) | Value::List(_) | Value::Link(_) => column.push_null(),
        }
    }

    fn money(&mut self, value: &Value) {
        let (Some(amount), Some(currency)) = (self.columns.next(), self.columns.next()) else { return };
        let given = match value {
            Value::Money(money) => Some((money.amount, money.currency)),
            Value::Average(average) => average.currency.map(|currency| (average.value, currency)),
            _ => None,
        };
        match given {
            Some((sum, code)) => {
                amount.push_integer(sum.unscaled());
                currency.push_text(code.as_str());
            }
            None => {
                amount.push_null();
                currency.push_null();
            }
        }
    }

    fn list(&mut self, value: &Value) {
        let Some(column) = self.columns.next() else { return };
        match value {
            Value::List(items) => column.push_list(items),
            _ => column.push_null(),
        }
    }
}

fn numbered(field: &Field, number: i64) -> String {
    match &field.kind {
        FieldKind::AutoNumber { prefix, digits } => {
            format!("{prefix}{number:0width$}", width = usize::from(*digits))
        }
        _ => number.to_string(),
    }
}

impl Kind {
    /// The columns that hold it.
    fn columns(&self) -> Vec<Column> {
        match self {
            Self::Required(scalar) => vec![Column::required(*scalar)],
            Self::Optional(scalar) => vec![Column::optional(*scalar)],
            Self::Money { scale } => {
                vec![Column::optional(Scalar::Decimal { scale: *scale }), Column::optional(Scalar::Text)]
            }
            Self::List => vec![Column::list()],
        }
    }
}
