//! Results as JSON Lines or CSV.

use kith_model::job::RowFault;
use kith_model::operation::Disposition;
use serde_json::{Value as Json, json};

use super::ResultForm;

/// The columns of results in CSV.
const HEADER: [&str; 12] = [
    "file",
    "row",
    "line",
    "outcome",
    "disposition",
    "id",
    "code",
    "detail",
    "column",
    "pointer",
    "hint",
    "raw",
];

/// Writes results.
pub(super) struct Writer {
    form: ResultForm,
    out: Vec<u8>,
}

impl Writer {
    pub(super) fn new(form: ResultForm) -> Self {
        let mut writer = Self { form, out: Vec::new() };
        if form == ResultForm::Csv {
            writer.cells(&HEADER);
        }
        writer
    }

    /// What was written since it was taken the last time.
    pub(super) fn take(&mut self) -> Option<Vec<u8>> {
        (!self.out.is_empty()).then(|| std::mem::take(&mut self.out))
    }

    pub(super) fn done(
        &mut self,
        file: Option<&str>,
        row: i64,
        disposition: Disposition,
        id: Option<String>,
    ) {
        match self.form {
            ResultForm::JsonLines => {
                let mut line = json!({ "row": row, "outcome": "succeeded", "disposition": disposition });
                if let Some(id) = id {
                    line["id"] = Json::String(id);
                }
                self.line(file, line);
            }
            ResultForm::Csv => {
                let disposition = json!(disposition);
                let disposition = disposition.as_str().unwrap_or_default();
                let (row, id) = (row.to_string(), id.unwrap_or_default());
                let file = file.unwrap_or_default();
                self.cells(&[file, &row, "", "succeeded", disposition, &id, "", "", "", "", "", ""]);
            }
        }
    }

    pub(super) fn failed(&mut self, file: Option<&str>, place: (i64, i64), faults: &[RowFault], raw: &str) {
        let (row, line) = place;
        match self.form {
            ResultForm::JsonLines => {
                let errors: Vec<Json> = faults.iter().map(error).collect();
                let line =
                    json!({ "row": row, "line": line, "outcome": "failed", "errors": errors, "raw": raw });
                self.line(file, line);
            }
            ResultForm::Csv => {
                let (row, line) = (row.to_string(), line.to_string());
                for RowFault { fault, column } in faults {
                    self.cells(&[
                        file.unwrap_or_default(),
                        &row,
                        &line,
                        "failed",
                        "",
                        "",
                        fault.code.as_str(),
                        &fault.message,
                        column.as_deref().unwrap_or_default(),
                        pointer(&fault.pointer),
                        fault.hint.as_deref().unwrap_or_default(),
                        raw,
                    ]);
                }
            }
        }
    }

    pub(super) fn unprocessed(&mut self, file: Option<&str>, row: u64, line: u64, raw: &str) {
        match self.form {
            ResultForm::JsonLines => {
                let line = json!({ "row": row, "line": line, "outcome": "unprocessed", "raw": raw });
                self.line(file, line);
            }
            ResultForm::Csv => {
                let (row, line) = (row.to_string(), line.to_string());
                let file = file.unwrap_or_default();
                self.cells(&[file, &row, &line, "unprocessed", "", "", "", "", "", "", "", raw]);
            }
        }
    }

    fn line(&mut self, file: Option<&str>, mut line: Json) {
        if let Some(file) = file {
            line["file"] = json!(file);
        }
        self.out.extend_from_slice(line.to_string().as_bytes());
        self.out.push(b'\n');
    }

    fn cells(&mut self, cells: &[&str]) {
        for (index, cell) in cells.iter().enumerate() {
            if index > 0 {
                self.out.push(b',');
            }
            if cell.contains([',', '"', '\n', '\r']) {
                self.out.push(b'"');
                self.out.extend_from_slice(cell.replace('"', "\"\"").as_bytes());
                self.out.push(b'"');
            } else {
                self.out.extend_from_slice(cell.as_bytes());
            }
        }
        self.out.extend_from_slice(b"\r\n");
    }
}

/// A fault of a row as the wire has it.
fn error(fault: &RowFault) -> Json {
    let RowFault { fault, column } = fault;
    let mut out = json!({ "code": fault.code, "detail": fault.message });
    if let Some(column) = column {
        out["column"] = json!(column);
    }
    let pointer = pointer(&fault.pointer);
    if !pointer.is_empty() {
        out["pointer"] = json!(pointer);
    }
    if let Some(hint) = &fault.hint {
        out["hint"] = json!(hint);
    }
    if !fault.records.is_empty() {
        out["records"] = json!(fault.records);
    }
    out
}

/// A row is its record: the pointer is into that.
fn pointer(pointer: &str) -> &str {
    match pointer.strip_prefix("/record") {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => rest,
        _ => pointer,
    }
}
