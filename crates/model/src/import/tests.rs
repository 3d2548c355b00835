//! What mappings say, refuse, and make of rows.

mod inferring;
mod rows;
mod texts;

use std::sync::LazyLock;

use serde_json::{Value as Json, json};

use super::{Mapper, Mapping, Pass, compile};
use crate::catalog::Catalog;
use crate::fault::Faults;
use crate::job::RowFault;
use crate::operation::{Action, RecordOperation};
use crate::schema::{Desired, Mode, plan, template};
use crate::time::Timestamp;
use crate::yaml;

/// The catalog of the `crm` template.
static CRM: LazyLock<Catalog> = LazyLock::new(|| {
    let document = template("crm").unwrap();
    let desired = Desired { document: &document, mode: Mode::Template, pointer: "" };
    plan(&Catalog::default(), desired, Timestamp(0)).unwrap().catalog
});

/// Reads and compiles a mapping from YAML.
fn mappers(text: &str) -> Result<Vec<Mapper>, Faults> {
    let document = yaml::read(text).unwrap();
    compile(&Mapping::read(&document.value)?, &CRM)
}

/// The mapper of a mapping's last file, whose fields are these lines of YAML.
fn mapper(object: &str, fields: &str) -> Result<Mapper, Faults> {
    let text = format!(
        "system: test\nfiles:\n  - file: things.csv\n    object: {object}\n    id: id\n    fields:\n{fields}"
    );
    mappers(&text).map(|mut mappers| mappers.remove(0))
}

/// Places, codes and hints of what is wrong.
fn shown(faults: &Faults) -> Vec<String> {
    let show = |fault: &crate::fault::Fault| {
        let hint = fault.hint.as_deref().unwrap_or("-");
        format!("{} {}: {} ({hint})", fault.pointer, fault.code.as_str(), fault.message)
    };
    faults.iter().map(show).collect()
}

/// What a row with these cells becomes.
fn map(
    mapper: &Mapper,
    cells: &[(&str, &str)],
    pass: Pass,
) -> Result<Option<RecordOperation>, Vec<RowFault>> {
    let header: Vec<String> = cells.iter().map(|(name, _)| (*name).to_owned()).collect();
    let row: Vec<&str> = cells.iter().map(|(_, text)| *text).collect();
    mapper.map(&mapper.bind(&header).unwrap(), &row, pass)
}

/// The fields that a row sets.
fn record(mapper: &Mapper, cells: &[(&str, &str)]) -> Json {
    let operation = map(mapper, cells, Pass::First).unwrap().unwrap();
    match operation.action {
        Action::Create { input } | Action::Upsert { input, .. } => json!(*input),
        other => panic!("{other:?}"),
    }
}
