//! Loads: rows of one file written to one object.

use std::collections::HashMap;
use std::sync::Arc;

use kith_format::{Cells, Columns, CsvOptions, Empty, Format, RawRow, assemble};
use kith_model::catalog::{Catalog, Object};
use kith_model::fault::{Code, Fault, Faults};
use kith_model::id::ObjectNo;
use kith_model::job::{Job, JobKind, RowFault};
use kith_model::operation::{Action, Duplicates, Expect, Input, RecordOperation, Target};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use super::create::Defined;
use super::feed::of_columns;
use super::stage::{Mapper, Mapping, Stage};
use super::start::DATA;
use crate::error::{Error, Result};
use crate::session::Session;

/// What a load is to do.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(super) struct Definition {
    /// The object.
    pub(super) object: ObjectNo,
    /// What becomes of each row.
    pub(super) operation: Operation,
    /// The fields of the unique key that an upsert looks by.
    pub(super) by: Vec<String>,
    /// How the file is written.
    pub(super) format: Format,
    /// What a refusal does to the other rows.
    pub(super) effect: Effect,
    /// Whether nothing is written.
    pub(super) plan: bool,
    /// Whether the job is kept for ever.
    pub(super) keep: bool,
}

/// What becomes of each row of a load.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Operation {
    /// A new record.
    Create,
    /// A change of the record that `id` names.
    Update,
    /// A change of the record that has the values of a unique key, or a new one.
    Upsert,
    /// The record that `id` names goes to the trash.
    Delete,
}

/// What a refusal does to the other rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Effect {
    /// Nothing.
    Independent,
    /// None of them is written.
    Atomic,
}

/// A load from the document that asks for it.
pub(super) fn define(session: &Session, body: Map<String, Json>) -> Result<Defined, Faults> {
    let catalog = session.catalog();
    let (definition, object) = super::load_document::read(&catalog, body)?;
    let about =
        json!({ "objects": [object.name], "operation": definition.operation, "plan": definition.plan });
    let definition = serde_json::to_value(&definition);
    let definition = definition.map_err(|_| vec![Fault::new(Code::Internal, "a load cannot be kept")])?;
    let Json::Object(about) = about else { return Err(Vec::new()) };
    Ok(Defined { kind: JobKind::Load, definition, about })
}

impl Definition {
    pub(super) fn of(job: &Job) -> Result<Self> {
        serde_json::from_str(&job.definition).map_err(Error::internal)
    }

    /// The one pass over the one file.
    pub(super) fn stage(&self) -> Stage {
        Stage {
            file: DATA.to_owned(),
            archive: None,
            counted: None,
            format: self.format.clone(),
            pass: 0,
            mapper: Box::new(LoadMapper(self.clone())),
        }
    }
}

/// What was asked for, as it was asked.
pub(super) fn shown(job: &Job, catalog: &Catalog) -> Result<Map<String, Json>> {
    let Definition { object, operation, by, format, effect, plan, keep } = Definition::of(job)?;
    let mut out = Map::new();
    let object = catalog.definition(object).map(|definition| definition.name.clone());
    out.insert("object".to_owned(), json!(object));
    out.insert("operation".to_owned(), json!(operation));
    if operation == Operation::Upsert {
        out.insert("by".to_owned(), json!(by));
    }
    match format {
        Format::JsonLines => drop(out.insert("format".to_owned(), json!("jsonl"))),
        Format::Csv(CsvOptions { delimiter, quote, header, empty }) => {
            out.insert("format".to_owned(), json!("csv"));
            let (delimiter, quote) = (char::from(delimiter), char::from(quote));
            let mut csv = json!({ "delimiter": delimiter, "quote": quote, "empty": empty });
            if let Some(header) = header {
                csv["header"] = json!(header);
            }
            out.insert("csv".to_owned(), csv);
        }
    }
    out.insert("effect".to_owned(), json!(effect));
    out.insert("plan".to_owned(), json!(plan));
    out.insert("keep".to_owned(), json!(keep));
    Ok(out)
}

/// Rows of a load as operations.
struct LoadMapper(Definition);

impl Mapper for LoadMapper {
    fn under(&self, catalog: &Arc<Catalog>, header: Option<&[String]>) -> Result<Box<dyn Mapping>, Fault> {
        let object = catalog.object(self.0.object).filter(|object| object.removed.is_none());
        let object = object.ok_or_else(|| {
            let fault = Fault::new(Code::NotFound, "the object of this load is gone");
            fault.hint("what was written before stays; restore the object, and load the rest in another job")
        })?;
        let (columns, by_field) = match (&self.0.format, header) {
            (Format::Csv(options), Some(header)) => {
                let columns = Columns::of(header, object, catalog).map_err(of_columns)?;
                let by_field = columns.by_field();
                (Some((columns, options.empty)), by_field)
            }
            _ => (None, HashMap::new()),
        };
        Ok(Box::new(LoadMapping {
            object: object.clone(),
            operation: self.0.operation,
            by: self.0.by.clone(),
            columns,
            by_field: Arc::new(by_field),
        }))
    }
}

struct LoadMapping {
    object: Arc<Object>,
    operation: Operation,
    by: Vec<String>,
    columns: Option<(Columns, Empty)>,
    by_field: Arc<HashMap<String, String>>,
}

impl Mapping for LoadMapping {
    fn columns(&self) -> Arc<HashMap<String, String>> {
        self.by_field.clone()
    }

    fn operation(&self, row: RawRow) -> Result<Option<RecordOperation>, Vec<RowFault>> {
        let row = match (row.cells, &self.columns) {
            (Cells::Csv(cells), Some((columns, empty))) => columns.assemble(&cells, *empty)?,
            (Cells::Json(members), _) => assemble(members, &self.object)?,
            (Cells::Csv(_), None) => {
                return Err(vec![of_row(Fault::new(Code::InvalidFile, "the file has no columns"))]);
            }
        };
        let expect = row.if_match;
        let target = |id: Option<Box<str>>| match id {
            Some(id) => Ok(Target::Id(id.into())),
            None => {
                let fault = Fault::new(Code::Required, "`id` says which record is meant").at("id");
                Err(vec![of_row(fault)])
            }
        };
        let action = match self.operation {
            Operation::Create => match row.id {
                Some(_) => {
                    let fault = Fault::new(Code::ReadOnly, "`id` is set by Kith").at("id");
                    let hint = "leave the column out, or load with `update`";
                    return Err(vec![of_row(fault.hint(hint))]);
                }
                None => Action::Create { input: Arc::new(row.record) },
            },
            Operation::Update => {
                Action::Update { target: target(row.id)?, input: Arc::new(row.record), expect }
            }
            Operation::Delete => Action::Delete { target: target(row.id)?, expect },
            Operation::Upsert => {
                let by = self.looked_by(&row.record)?;
                let expect = expect.map_or(Expect::Anything, Expect::Version);
                Action::Upsert { by, input: Arc::new(row.record), expect }
            }
        };
        Ok(Some(RecordOperation {
            object: self.object.name.clone(),
            action,
            label: None,
            duplicates: Duplicates::Ignore,
            source: None,
            stamps: None,
            prepared: None,
        }))
    }
}

impl LoadMapping {
    /// The values by which an upsert looks, out of the row.
    fn looked_by(&self, record: &Map<String, Json>) -> Result<Input, Vec<RowFault>> {
        let mut by = Map::new();
        let mut faults = Vec::new();
        for name in &self.by {
            let field = self.object.field_named(name);
            let value = record.get(name).or_else(|| {
                let field = field?;
                record.iter().find(|(given, _)| field.answers_to(given)).map(|(_, value)| value)
            });
            match value {
                Some(value) if !value.is_null() => drop(by.insert(name.clone(), value.clone())),
                _ => {
                    let message = format!("`{name}` is looked by, and has no value");
                    let fault = Fault::new(Code::Required, message).at(name).under("/record");
                    faults.push(of_row(fault));
                }
            }
        }
        if faults.is_empty() { Ok(Arc::new(by)) } else { Err(faults) }
    }
}

fn of_row(fault: Fault) -> RowFault {
    RowFault { fault, column: None }
}
