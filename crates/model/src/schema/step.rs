//! What a schema change does to the database, one statement's worth at a time.

use crate::catalog::{Column, Definition, Key};
use crate::id::{FieldNo, MatchingNo, ObjectNo};

/// One step of a schema change. Steps run in order inside the change's transaction;
/// a check that fails undoes all of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// Makes the object's table, its primary key and its index on `(updated_at, id)`,
    /// without foreign keys other than those of its reference columns, and the
    /// indexes of its keys and references.
    CreateTable(Box<Definition>),
    /// Drops the table (no reference to it is left) and the object's trash.
    DropTable(Box<Definition>),
    /// Adds the columns of a field to a table, each reference column with its foreign
    /// key and its index. A polymorphic reference has a named check on its last column
    /// that at most one is set.
    AddField {
        /// The object as it becomes.
        object: Box<Definition>,
        /// The field.
        field: FieldNo,
    },
    /// Adds a target's column to a reference, with foreign key, index, and a check
    /// that covers the columns before it.
    AddTarget {
        /// The object as it becomes.
        object: Box<Definition>,
        /// The reference field.
        field: FieldNo,
        /// The new target.
        target: ObjectNo,
    },
    /// Drops the columns of a field (last one first), after the indexes on them.
    DropField {
        /// The object as it was.
        object: Box<Definition>,
        /// The field.
        field: FieldNo,
    },
    /// Adds the case-folded copy of a text field and fills it.
    AddFold {
        /// The object as it becomes.
        object: Box<Definition>,
        /// The text field.
        field: FieldNo,
    },
    /// Drops the case-folded copy of a text field.
    DropFold {
        /// The object as it was.
        object: Box<Definition>,
        /// The column.
        column: Column,
    },
    /// Adds the column in which a field's values are written in their wider form.
    AddWider {
        /// The object as it becomes.
        object: Box<Definition>,
        /// The field.
        field: FieldNo,
    },
    /// Writes the values of all records in their wider form.
    CopyWider {
        /// The object as it becomes.
        object: Box<Definition>,
        /// The field.
        field: FieldNo,
    },
    /// Drops the column whose place the wider form takes.
    DropNarrow {
        /// The object as it was.
        object: Box<Definition>,
        /// The field.
        field: FieldNo,
    },
    /// Drops the column of the wider form.
    DropWider {
        /// The object as it was.
        object: Box<Definition>,
        /// The field.
        field: FieldNo,
    },
    /// Makes the index of a key. If it is unique and the data are not:
    /// `data_conflict`, naming records.
    CreateKey {
        /// The object as it becomes.
        object: Box<Definition>,
        /// The key.
        key: Key,
    },
    /// Drops the index of a key.
    DropKey {
        /// The object as it was.
        object: Box<Definition>,
        /// The key.
        key: Key,
    },
    /// Computes a new roll-up for every record there is.
    FillRollup {
        /// The object that has the roll-up, as it becomes.
        object: Box<Definition>,
        /// The roll-up field.
        field: FieldNo,
        /// The object that feeds it.
        from: Box<Definition>,
    },
    /// Removes what a matching rule filed, and the pairs that it found.
    DropMatching {
        /// The object.
        object: ObjectNo,
        /// The rule.
        matching: MatchingNo,
    },
    /// Refuses with `data_conflict` if any record, live or deleted, meets the condition.
    Refuse {
        /// The object.
        object: Box<Definition>,
        /// What must not be found.
        found: Condition,
        /// The fault's message if it is.
        message: String,
    },
}

/// What a check looks for in an object's live records.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Condition {
    /// The value is not what stands beside it in the wider form.
    NotWidened(FieldNo),
    /// Any record at all, live or in the trash.
    AnyRecord,
    /// The field is null.
    Null(FieldNo),
    /// The text field is longer than this many characters.
    LongerThan(FieldNo, u32),
    /// The integer field is outside the bounds.
    OutsideIntegers(FieldNo, Option<i64>, Option<i64>),
    /// The decimal field is outside the bounds, given as scaled integers.
    OutsideDecimals(FieldNo, Option<i64>, Option<i64>),
    /// The select or multi_select field holds this option.
    HasOption(FieldNo, String),
}
