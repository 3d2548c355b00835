//! What is left to do has an issue, by number: `TODO(#12)`.

use super::{File, Finding};

/// Put together, or this file would find itself.
const MARKS: [&str; 2] = [concat!("TO", "DO"), concat!("FIX", "ME")];

const SOURCES: [&str; 7] = ["rs", "ts", "py", "sh", "toml", "sql", "md"];

pub(super) fn check(file: &File) -> Vec<Finding> {
    if !SOURCES.iter().any(|extension| file.is(extension)) || file.path == "xtask/src/tidy/todo.rs" {
        return Vec::new();
    }
    let lines = file.lines().filter(|(_, line)| MARKS.iter().any(|mark| is_homeless(line, mark)));
    lines.map(|(number, _)| Finding::new(&file.path, number, "give it an issue's number: `(#12)`")).collect()
}

/// Whether the mark stands in the line as a word, without a number behind it.
fn is_homeless(line: &str, mark: &str) -> bool {
    let Some(start) = line.find(mark) else { return false };
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let rest = &line[start + mark.len()..];
    if line[..start].ends_with(is_word) || rest.starts_with(is_word) {
        return false;
    }
    let number = rest.strip_prefix("(#").and_then(|rest| rest.split_once(')'));
    !number.is_some_and(|(digits, _)| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wants_a_number() {
        assert!(is_homeless("// TODO: later", MARKS[0]));
        assert!(is_homeless("// TODO(me): later", MARKS[0]));
        assert!(!is_homeless("// TODO(#12): later", MARKS[0]));
        assert!(!is_homeless("const TODO_LIST: u8", MARKS[0]));
    }
}
