//! The rows of one file of a mapping as operations.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use kith_format::{Cells, RawRow};
use kith_model::catalog::Catalog;
use kith_model::fault::{Code, Fault, Faults};
use kith_model::import::{self, Binding, Pass};
use kith_model::job::RowFault;
use kith_model::operation::{Action, RecordOperation};
use serde_json::{Map, Value as Json};

use super::{brought, of_mapping};
use crate::jobs::stage::{Mapper, Mapping};

/// One file of a mapping, gone through once.
pub(super) struct FileMapper {
    mapping: Arc<import::Mapping>,
    index: usize,
    pass: Pass,
    is_plan: bool,
}

impl FileMapper {
    pub(super) fn new(mapping: Arc<import::Mapping>, index: usize, pass: Pass, is_plan: bool) -> Self {
        Self { mapping, index, pass, is_plan }
    }
}

impl Mapper for FileMapper {
    fn under(&self, catalog: &Arc<Catalog>, header: Option<&[String]>) -> Result<Box<dyn Mapping>, Fault> {
        let mut mappers = import::compile(&self.mapping, catalog).map_err(first)?;
        if self.index >= mappers.len() {
            return Err(Fault::new(Code::Internal, "a file of the mapping is not there"));
        }
        let mapper = mappers.swap_remove(self.index);
        let reads = mapper.reads();
        let binding = mapper.bind(header.unwrap_or(&reads)).map_err(first)?;
        let brought = if self.is_plan { Some((brought(&self.mapping), catalog.clone())) } else { None };
        Ok(Box::new(FileMapping { mapper, binding, reads, pass: self.pass, brought }))
    }
}

/// One fault for all: a job has one.
fn first(faults: Faults) -> Fault {
    let count = faults.len();
    let fault = faults.into_iter().next().unwrap_or_else(|| Fault::new(Code::Internal, "a mapping"));
    let more = if count > 1 { format!(" (and {} more)", count - 1) } else { String::new() };
    of_mapping(Fault { message: format!("{}{more}", fault.message), ..fault })
}

struct FileMapping {
    mapper: import::Mapper,
    binding: Binding,
    reads: Vec<String>,
    pass: Pass,
    /// In a plan: the kinds of rows that are not there yet.
    brought: Option<(BTreeSet<String>, Arc<Catalog>)>,
}

impl Mapping for FileMapping {
    fn columns(&self) -> Arc<HashMap<String, String>> {
        self.mapper.columns()
    }

    fn operation(&self, row: RawRow) -> Result<Option<RecordOperation>, Vec<RowFault>> {
        let operation = match &row.cells {
            Cells::Csv(cells) => {
                let cells: Vec<&str> = cells.iter().map(|cell| &*cell.text).collect();
                self.mapper.map(&self.binding, &cells, self.pass)?
            }
            Cells::Json(members) => {
                let cells: Vec<String> =
                    self.reads.iter().map(|name| members.get(name).map_or(String::new(), text)).collect();
                let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
                self.mapper.map(&self.binding, &cells, self.pass)?
            }
        };
        match (operation, &self.brought) {
            (Some(operation), Some((kinds, catalog))) => planned(operation, kinds, catalog),
            (operation, _) => Ok(operation),
        }
    }
}

/// A member of a JSON row as the text that a cell would have.
fn text(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The operation without what cannot be looked up in a plan, as it is not there yet; a row
/// that is nothing without it is only checked by itself.
fn planned(
    mut operation: RecordOperation,
    kinds: &BTreeSet<String>,
    catalog: &Catalog,
) -> Result<Option<RecordOperation>, Vec<RowFault>> {
    let Some(object) = catalog.object_named(&operation.object) else { return Ok(Some(operation)) };
    let (Action::Create { input } | Action::Upsert { input, .. }) = &mut operation.action else {
        return Ok(Some(operation));
    };
    let is_missing =
        |value: &Json| value["$source"]["object"].as_str().is_some_and(|kind| kinds.contains(kind));
    let missing: Vec<String> =
        input.iter().filter(|(_, value)| is_missing(value)).map(|(name, _)| name.clone()).collect();
    if missing.iter().any(|name| object.field_named(name).is_some_and(|field| field.required)) {
        operation.prepare(catalog);
        return match operation.prepared {
            Some((_, Err(faults))) => {
                Err(faults.into_iter().map(|fault| RowFault { fault, column: None }).collect())
            }
            _ => Ok(None),
        };
    }
    let left: Map<String, Json> = input
        .iter()
        .filter(|(name, _)| !missing.contains(name))
        .map(|(n, v)| (n.clone(), v.clone()))
        .collect();
    *input = Arc::new(left);
    Ok(Some(operation))
}
