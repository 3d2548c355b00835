//! An exception from a lint ends when its reason does: `#[expect]` with a reason, never
//! the attribute that stays silent for ever.

use super::{File, Finding};

/// Put together, or this file would find itself.
const SILENT: [&str; 2] = [concat!("#[", "allow("), concat!("#![", "allow(")];

pub(super) fn check(file: &File) -> Vec<Finding> {
    if !file.is("rs") {
        return Vec::new();
    }
    let silent = |line: &str| SILENT.iter().any(|attribute| line.contains(attribute));
    let lines = file.lines().filter(|(_, line)| silent(line));
    lines
        .map(|(number, _)| Finding::new(&file.path, number, "use `#[expect(lint, reason = \"…\")]`"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_silent_attribute() {
        let text = format!("//! a\n{}dead_code)]\n#[expect(dead_code, reason = \"b\")]\n", SILENT[0]);
        let findings = check(&File { path: "a.rs".into(), text });
        assert_eq!(findings.iter().map(|finding| finding.line).collect::<Vec<_>>(), [2]);
    }
}
