//! JSON that a command is given: on the command line, in a file, or on stdin.

use std::io::Read;

use serde_json::Value as Json;

use crate::exit::Failure;

/// What an input argument means, for the help texts.
pub(crate) const HELP: &str = "JSON text, the path of a file, or - for stdin";

/// Reads a JSON document from an input argument.
///
/// # Errors
/// When there is nothing to read there, or it is not JSON.
pub(crate) fn read(argument: &str) -> Result<Json, Failure> {
    let (text, place) = match argument {
        "-" => (stdin()?, "stdin".to_owned()),
        inline if inline.trim_start().starts_with(['{', '[']) => {
            (inline.to_owned(), "the argument".to_owned())
        }
        path => (file(path)?, format!("`{path}`")),
    };
    serde_json::from_str(&text).map_err(|error| Failure::usage(format!("{place} is not JSON: {error}")))
}

/// Reads the text of a file, or of stdin for `-`.
///
/// # Errors
/// When there is nothing to read there.
pub(crate) fn text(path: &str) -> Result<String, Failure> {
    match path {
        "-" => stdin(),
        path => std::fs::read_to_string(path)
            .map_err(|error| Failure::usage(format!("`{path}` cannot be read: {error}"))),
    }
}

fn stdin() -> Result<String, Failure> {
    let mut text = String::new();
    std::io::stdin()
        .read_to_string(&mut text)
        .map_err(|error| Failure::usage(format!("stdin cannot be read: {error}")))?;
    Ok(text)
}

fn file(path: &str) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| {
        Failure::usage(format!("`{path}` cannot be read: {error} (JSON text begins with a brace or bracket)"))
    })
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn reads_json_from_the_argument_and_from_a_file() {
        assert_eq!(read(r#" {"a": 1}"#).unwrap(), serde_json::json!({"a": 1}));
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "[1, 2]").unwrap();
        assert_eq!(read(file.path().to_str().unwrap()).unwrap(), serde_json::json!([1, 2]));
        assert!(read("{").is_err());
        assert!(read("no-such-file").is_err());
    }
}
