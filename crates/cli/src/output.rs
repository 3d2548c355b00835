//! Answers on stdout: JSON on one line for programs, aligned text for people.

use std::io::Write;

use serde_json::Value as Json;

use crate::exit::Failure;

/// Widest cell of a table but in its last column, in characters; `--json` shows the whole.
const CELL_WIDTH_MAX: usize = 48;

/// Where answers go, and in which form.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    json: bool,
}

impl Output {
    /// An output of JSON or of text.
    pub(crate) fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether programs read it.
    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    /// One document: its members, one a line.
    ///
    /// # Errors
    /// When stdout cannot be written to.
    pub(crate) fn document(&self, document: &Json) -> Result<(), Failure> {
        if self.json {
            return self.json_line(document);
        }
        let Some(members) = document.as_object() else {
            return self.text(&cell(document));
        };
        let width = members.keys().map(|name| name.chars().count()).max().unwrap_or_default();
        let lines: Vec<String> =
            members.iter().map(|(name, value)| format!("{name:<width$}  {}", cell(value))).collect();
        self.text(&lines.join("\n"))
    }

    /// A page `{"data", "next_cursor"}` as a table of these columns, or of all members of
    /// its rows when none are named.
    ///
    /// # Errors
    /// When stdout cannot be written to.
    pub(crate) fn page(&self, page: &Json, columns: &[&str]) -> Result<(), Failure> {
        if self.json {
            return self.json_line(page);
        }
        self.table(page["data"].as_array().map_or(&[], Vec::as_slice), columns)?;
        if let Some(count) = page["count"].as_i64() {
            let _ = writeln!(std::io::stderr(), "in all: {count}");
        }
        if let Some(cursor) = page["next_cursor"].as_str() {
            // A hint for people that must not get into a pipe.
            let _ = writeln!(std::io::stderr(), "more: --cursor {cursor}");
        }
        Ok(())
    }

    /// Rows as an aligned table with a head.
    ///
    /// # Errors
    /// When stdout cannot be written to.
    pub(crate) fn table(&self, rows: &[Json], columns: &[&str]) -> Result<(), Failure> {
        let columns: Vec<&str> = if columns.is_empty() {
            rows.first()
                .and_then(Json::as_object)
                .map(|row| row.keys().map(String::as_str).collect())
                .unwrap_or_default()
        } else {
            columns.to_vec()
        };
        if rows.is_empty() {
            return Ok(());
        }
        let head: Vec<String> = columns.iter().map(|name| name.to_uppercase()).collect();
        let body = rows.iter().map(|row| cells(row, &columns));
        self.text(&aligned(std::iter::once(head).chain(body).collect()))
    }

    /// A deed that has no document: a sentence for people, `json` for programs.
    ///
    /// # Errors
    /// When stdout cannot be written to.
    pub(crate) fn done(&self, sentence: &str, json: &Json) -> Result<(), Failure> {
        if self.json { self.json_line(json) } else { self.text(sentence) }
    }

    /// One JSON document on one line, whatever form was chosen.
    ///
    /// # Errors
    /// When stdout cannot be written to.
    pub(crate) fn json_line(&self, document: &Json) -> Result<(), Failure> {
        self.text(&document.to_string())
    }

    /// Text, with a line end.
    ///
    /// # Errors
    /// When stdout cannot be written to.
    pub(crate) fn text(&self, text: &str) -> Result<(), Failure> {
        let mut stdout = std::io::stdout().lock();
        writeln!(stdout, "{text}").and_then(|()| stdout.flush()).map_err(|error| match error.kind() {
            std::io::ErrorKind::BrokenPipe => Failure::Closed,
            _ => Failure::local(error),
        })
    }
}

/// A value as people read it: text bare, null as a dash, the rest as JSON.
fn cell(value: &Json) -> String {
    match value {
        Json::Null => "-".to_owned(),
        Json::String(text) => text.replace('\n', "\\n"),
        other => other.to_string(),
    }
}

/// A row's cells: the last one whole, since nothing has to line up behind it.
fn cells(row: &Json, columns: &[&str]) -> Vec<String> {
    let mut cells: Vec<String> = columns.iter().map(|name| shortened(&row[*name])).collect();
    if let (Some(last), Some(name)) = (cells.last_mut(), columns.last()) {
        *last = cell(&row[*name]);
    }
    cells
}

fn shortened(value: &Json) -> String {
    let text = cell(value);
    if text.chars().count() <= CELL_WIDTH_MAX {
        return text;
    }
    let mut short: String = text.chars().take(CELL_WIDTH_MAX - 1).collect();
    short.push('…');
    short
}

fn aligned(rows: Vec<Vec<String>>) -> String {
    let mut widths = Vec::new();
    for row in &rows {
        widths.resize(row.len(), 0);
        for (width, text) in widths.iter_mut().zip(row) {
            *width = text.chars().count().max(*width);
        }
    }
    let line = |row: Vec<String>| {
        let cells =
            row.into_iter().zip(&widths).map(|(text, width)| format!("{text:<width$}", width = *width));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.into_iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{aligned, shortened};

    #[test]
    fn aligns_columns() {
        let rows = [["id", "name"], ["1", "Ada"], ["22", "B"]];
        let rows = rows.map(|row| row.map(str::to_owned).to_vec()).to_vec();
        assert_eq!(aligned(rows), "id  name\n1   Ada\n22  B");
    }

    #[test]
    fn shortens_long_cells() {
        assert_eq!(shortened(&json!("x".repeat(60))).chars().count(), 48);
        assert_eq!(shortened(&json!(null)), "-");
    }
}
