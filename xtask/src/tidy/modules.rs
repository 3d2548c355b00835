//! A module says what it owns, and its name says something: no drawer for odds and ends.

use super::{File, Finding};

const SAY_NOTHING: [&str; 10] =
    ["utils", "util", "common", "helpers", "helper", "types", "manager", "managers", "misc", "shared"];

pub(super) fn check(file: &File) -> Vec<Finding> {
    if !file.is("rs") {
        return Vec::new();
    }
    let mut findings = Vec::new();
    if !file.text.starts_with("//!") {
        findings.push(Finding::new(&file.path, 1, "a module begins with `//!`: what it owns"));
    }
    let parts = file.path.trim_end_matches(".rs").split('/');
    for part in parts.filter(|part| SAY_NOTHING.contains(part)) {
        findings.push(Finding::new(&file.path, 0, format!("`{part}` names nothing: find the noun")));
    }
    for (number, line) in file.lines() {
        if let Some(name) = inline_module(line).filter(|name| SAY_NOTHING.contains(name)) {
            findings.push(Finding::new(&file.path, number, format!("`{name}` names nothing: find the noun")));
        }
    }
    findings
}

/// The name in `mod name {`; a module of its own file is seen by its path.
fn inline_module(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let line = line.strip_prefix("pub ").or_else(|| line.strip_prefix("pub(crate) ")).unwrap_or(line);
    line.strip_prefix("mod ")?.strip_suffix('{').map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(path: &str, text: &str) -> usize {
        check(&File { path: path.into(), text: text.into() }).len()
    }

    #[test]
    fn wants_a_first_line_that_says_what_it_owns() {
        assert_eq!(messages("crates/a/src/lib.rs", "//! Owns a.\n"), 0);
        assert_eq!(messages("crates/a/src/lib.rs", "use b;\n"), 1);
    }

    #[test]
    fn refuses_names_that_say_nothing() {
        assert_eq!(messages("crates/a/src/utils.rs", "//! Owns a.\n"), 1);
        assert_eq!(messages("crates/a/src/common/b.rs", "//! Owns a.\n"), 1);
        assert_eq!(messages("crates/a/src/b.rs", "//! Owns a.\npub mod helpers {\n}\n"), 1);
        assert_eq!(messages("docs/common/a.md", "no module"), 0);
    }
}
