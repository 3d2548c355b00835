//! Operations as a test names them: by the how-many-eth record, so that they mean
//! something on any tenant, and whatever is left out before them.

use super::universe::Sample;

/// What one request asks for.
#[derive(Clone, Debug)]
pub(super) enum Operation {
    Record(RecordOperation),
    Batch { atomic: bool, operations: Vec<RecordOperation> },
    Schema(SchemaOperation),
}

/// One operation on a record.
#[derive(Clone, Debug)]
pub(super) struct RecordOperation {
    pub(super) object: &'static str,
    pub(super) action: Action,
    /// In a batch: `as`.
    pub(super) label: Option<String>,
}

#[derive(Clone, Debug)]
pub(super) enum Action {
    Create(Fields),
    Update(Target, Fields, Guard),
    /// By the fields of a unique key.
    Upsert(Vec<(&'static str, Sample)>, Fields, Guard),
    Delete(Target, Guard),
    Restore(Target),
    Purge(Target, Guard),
}

pub(super) type Fields = Vec<(&'static str, Given)>;

/// What a field is given.
#[derive(Clone, Debug)]
pub(super) enum Given {
    Value(Sample),
    /// A record of this object.
    Record(&'static str, Target),
}

/// A record. The first three are resolved before a request is sent, to the last three.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Target {
    Live(usize),
    Deleted(usize),
    Any(usize),
    Id(usize),
    /// What an earlier operation of the batch made or found.
    Label(String),
    /// An id that nobody has.
    Nobody,
}

/// `If-Match`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Guard {
    None,
    /// The version the record has, plus this much; resolved to `Version`.
    Relative(i64),
    Version(i64),
}

/// A change of the schema.
#[derive(Clone, Debug)]
pub(super) enum SchemaOperation {
    CreateObject(&'static str),
    DropObject { object: &'static str, with_records: bool },
    CreateField { object: &'static str, field: &'static str, required: bool },
    DropField { object: &'static str, field: &'static str },
    Require { object: &'static str, field: &'static str, required: bool },
    Bound { object: &'static str, field: &'static str, max: i64 },
    OnDelete { object: &'static str, field: &'static str, rule: &'static str },
    CreateKey { object: &'static str, fields: &'static [&'static str], folds: bool },
    DropKey { object: &'static str, name: String },
}

/// A key's name is made of its fields' names.
pub(super) fn key_name(fields: &[&str]) -> String {
    fields.join("_")
}
