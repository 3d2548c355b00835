//! The file that holds a schema: YAML, or JSON, which is YAML as well. What the server
//! has against it is said with the line and column at which it stands.

use std::fmt::Write as _;

use kith_model::yaml::{self, Document};
use serde_json::{Value as Json, json};

use crate::client::Call;
use crate::exit::Failure;
use crate::input;

/// A schema as it was read, and where from.
pub(super) struct File {
    path: String,
    document: Document,
}

impl File {
    /// Reads a file, or stdin for `-`.
    pub(super) fn read(path: &str) -> Result<Self, Failure> {
        let text = input::text(path)?;
        let document = yaml::read(&text).map_err(|error| {
            let (line, column) = (error.mark.line, error.mark.column);
            Failure::usage(format!("{path}:{line}:{column}: {}", error.message))
        })?;
        if !document.value.is_object() {
            return Err(Failure::usage(format!("{path}:1:1: a schema begins with `objects:`")));
        }
        Ok(Self { path: path.to_owned(), document })
    }

    /// The body that asks for this schema.
    pub(super) fn body(&self) -> Json {
        json!({ "document": self.document.value })
    }

    /// Sends a request that has the schema in it.
    pub(super) async fn send(&self, call: Call<'_>) -> Result<Json, Failure> {
        call.send().await.map_err(|failure| self.placed(failure))
    }

    /// The same failure with lines and columns in place of pointers into the request.
    fn placed(&self, failure: Failure) -> Failure {
        let Failure::Refused(mut problem) = failure else { return failure };
        for fault in &mut problem.errors {
            let Some(pointer) = fault.pointer.strip_prefix("/document") else { continue };
            let Some(mark) = self.document.locate(pointer) else { continue };
            let mut place = String::new();
            // Writing to a `String` cannot fail.
            let _ = write!(place, "{}:{}:{} {pointer}", self.path, mark.line, mark.column);
            fault.pointer = place;
        }
        Failure::Refused(problem)
    }
}
