//! The physical table of an object: real columns with real types. Names are made
//! here, once, from first names and numbers, and are safe to stand in SQL as they are.

use std::ops::Range;

use crate::catalog::field::{Field, FieldKind};
use crate::catalog::object::{Definition, Key};
use crate::catalog::rollup::{Measure, RollupFunction};
use crate::id::{FieldNo, ObjectNo};
use crate::value::ColumnKind;

/// One column.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Column {
    /// Its name in the database.
    pub name: String,
    /// Its type.
    pub kind: ColumnKind,
    /// What a reference's column points at.
    pub target: Option<ObjectNo>,
}

/// A table: eight system columns, then the fields' columns in slot order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Table {
    /// Its name in the tenant's schema or file.
    pub name: String,
    /// Its columns in the order in which rows are read and written.
    pub columns: Vec<Column>,
    ranges: Vec<Range<usize>>,
    folds: Vec<Option<usize>>,
    wider: Vec<Range<usize>>,
}

/// The columns every record has, in order: `id`, `version`, `created_at`,
/// `updated_at`, `created_by`, `updated_by`, `owner`, `provenance`.
pub const SYSTEM_COLUMNS: [(&str, ColumnKind); 8] = [
    ("id", ColumnKind::Uuid),
    ("version", ColumnKind::Integer),
    ("created_at", ColumnKind::Timestamp),
    ("updated_at", ColumnKind::Timestamp),
    ("created_by", ColumnKind::Text),
    ("updated_by", ColumnKind::Text),
    ("owner", ColumnKind::Text),
    ("provenance", ColumnKind::Json),
];

impl Table {
    /// The table of an object, live or about to be.
    #[must_use]
    pub fn of(definition: &Definition) -> Self {
        let system = SYSTEM_COLUMNS.iter();
        let mut columns: Vec<Column> = system
            .map(|(name, kind)| Column { name: (*name).to_owned(), kind: *kind, target: None })
            .collect();
        let mut ranges = Vec::with_capacity(definition.fields.len());
        let mut folds = Vec::with_capacity(definition.fields.len());
        let mut wider = Vec::with_capacity(definition.fields.len());
        for field in &definition.fields {
            let start = columns.len();
            columns.extend(field_columns(field));
            ranges.push(start..columns.len());
            folds.push(is_folded(definition, field.number).then(|| {
                columns.push(fold_column(field));
                columns.len() - 1
            }));
            let start = columns.len();
            columns.extend(field.widened().iter().flat_map(field_columns));
            wider.push(start..columns.len());
        }
        Self {
            name: format!("{}_{}", definition.first_name, definition.number),
            columns,
            ranges,
            folds,
            wider,
        }
    }

    /// Where a field's own columns stand in [`Table::columns`].
    #[must_use]
    pub fn range(&self, slot: usize) -> Range<usize> {
        self.ranges[slot].clone()
    }

    /// Where the case-folded copy of a text field stands, when a key asks for one.
    #[must_use]
    pub fn fold(&self, slot: usize) -> Option<usize> {
        self.folds[slot]
    }

    /// Where the columns stand that will take the place of a field's own, when it is
    /// being given a wider type.
    #[must_use]
    pub fn wider(&self, slot: usize) -> Range<usize> {
        self.wider[slot].clone()
    }

    /// The columns of a key, as the database's index lists them.
    #[must_use]
    pub fn key_columns(&self, definition: &Definition, key: &Key) -> Vec<usize> {
        let slots =
            key.fields.iter().filter_map(|number| definition.fields.iter().position(|f| f.number == *number));
        slots
            .flat_map(|slot| match self.folds[slot] {
                Some(fold) if key.case_insensitive => fold..fold + 1,
                _ => self.range(slot),
            })
            .collect()
    }
}

/// Whether any key of the object compares this field without regard to case.
fn is_folded(definition: &Definition, number: FieldNo) -> bool {
    definition.keys.iter().any(|key| key.case_insensitive && key.fields.contains(&number))
        && definition.fields.iter().any(|field| field.number == number && is_text(&field.kind))
}

fn is_text(kind: &FieldKind) -> bool {
    matches!(
        kind,
        FieldKind::Text { .. }
            | FieldKind::Email
            | FieldKind::Phone
            | FieldKind::Url
            | FieldKind::Select { .. }
    )
}

/// The name of a field's (first) column.
fn base(field: &Field) -> String {
    match field.generation {
        0 => format!("{}_{}", field.first_name, field.number),
        generation => format!("{}_{}_g{generation}", field.first_name, field.number),
    }
}

/// The column that holds the case-folded copy of a text field.
#[must_use]
pub fn fold_column(field: &Field) -> Column {
    Column { name: format!("{}_fold", base(field)), kind: ColumnKind::Text, target: None }
}

/// The columns of one field, the folded copy aside; none for one that is evaluated
/// whenever a record is read.
fn field_columns(field: &Field) -> Vec<Column> {
    if field.is_virtual() {
        return Vec::new();
    }
    let one = |kind| vec![Column { name: base(field), kind, target: None }];
    match &field.kind {
        FieldKind::Text { .. }
        | FieldKind::LongText { .. }
        | FieldKind::Email
        | FieldKind::Phone
        | FieldKind::Url
        | FieldKind::Select { .. } => one(ColumnKind::Text),
        FieldKind::Integer { .. } | FieldKind::AutoNumber { .. } => one(ColumnKind::Integer),
        FieldKind::Decimal { scale, .. } => one(ColumnKind::Decimal { scale: *scale }),
        FieldKind::Currency { scale, .. } => vec![
            Column { name: base(field), kind: ColumnKind::Decimal { scale: *scale }, target: None },
            Column { name: format!("{}_code", base(field)), kind: ColumnKind::Text, target: None },
        ],
        FieldKind::Boolean => one(ColumnKind::Boolean),
        FieldKind::Date => one(ColumnKind::Date),
        FieldKind::Datetime => one(ColumnKind::Timestamp),
        FieldKind::MultiSelect { .. } | FieldKind::Json => one(ColumnKind::Json),
        FieldKind::Reference { to, .. } => {
            let column = |target: &ObjectNo| Column {
                // Also with one target: adding a second must not rename the first.
                name: format!("{}_{target}", base(field)),
                kind: ColumnKind::Uuid,
                target: Some(*target),
            };
            to.iter().map(column).collect()
        }
        FieldKind::Rollup { function, .. } => rollup_columns(field, function),
    }
}

/// The value; beside an average, the sum and the count that it is rounded from.
fn rollup_columns(field: &Field, function: &RollupFunction) -> Vec<Column> {
    let kind = match function.measure() {
        Measure::Integer => ColumnKind::Integer,
        Measure::Decimal { scale } | Measure::Currency { scale, .. } => ColumnKind::Decimal { scale },
        Measure::Date => ColumnKind::Date,
        Measure::Datetime => ColumnKind::Timestamp,
    };
    let column = |name, kind| Column { name, kind, target: None };
    let mut columns = vec![column(base(field), kind)];
    if let RollupFunction::Average { of_scale, .. } = function {
        columns.push(column(format!("{}_sum", base(field)), ColumnKind::Decimal { scale: *of_scale }));
        columns.push(column(format!("{}_count", base(field)), ColumnKind::Integer));
    }
    columns
}
