//! Every error code has its section in `docs/errors.md`, and every section its code.

use std::collections::BTreeMap;

use super::{Finding, Tree};

const TABLE: &str = "crates/model/src/fault.rs";
const PAGE: &str = "docs/errors.md";

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let codes = tree.file(TABLE).map(|file| codes(&file.text)).unwrap_or_default();
    let sections = tree.file(PAGE).map(|file| sections(&file.text)).unwrap_or_default();
    if codes.is_empty() {
        return vec![Finding::new(TABLE, 0, "the table of codes is not where tidy looks for it")];
    }
    let homeless = codes.iter().filter(|(code, _)| !sections.contains_key(*code));
    let mut findings: Vec<_> = homeless
        .map(|(code, line)| Finding::new(TABLE, *line, format!("`{code}` has no section in `{PAGE}`")))
        .collect();
    let stale = sections.iter().filter(|(code, _)| !codes.contains_key(*code));
    findings
        .extend(stale.map(|(code, line)| Finding::new(PAGE, *line, format!("`{code}` is no error code"))));
    findings
}

/// The codes within `codes! { … Name = "code"; … }`, with their lines.
fn codes(source: &str) -> BTreeMap<&str, usize> {
    let lines = source.lines().enumerate().skip_while(|(_, line)| *line != "codes! {");
    let table = lines.take_while(|(_, line)| *line != "}");
    table
        .filter_map(|(index, line)| {
            let (_, code) = line.split_once(" = \"")?;
            Some((code.strip_suffix("\";")?, index + 1))
        })
        .collect()
}

/// The second-level headings, with their lines.
fn sections(page: &str) -> BTreeMap<&str, usize> {
    let headings =
        page.lines().enumerate().filter_map(|(index, line)| Some((line.strip_prefix("## ")?, index + 1)));
    headings.map(|(heading, line)| (heading.trim().trim_matches('`'), line)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODES: &str =
        "//! a\ncodes! {\n    /// a\n    NotFound = \"not_found\";\n    Gone = \"gone\";\n}\n";

    #[test]
    fn compares_both_ways() {
        let page = "# Errors\n\n## not_found\n\n## `old`\n";
        let findings = check(&Tree::of(&[(TABLE, CODES), (PAGE, page)]));
        assert_eq!(findings.iter().map(|finding| finding.line).collect::<Vec<_>>(), [5, 5]);
    }

    #[test]
    fn says_when_the_table_has_moved() {
        assert_eq!(check(&Tree::of(&[(PAGE, "## a")])).len(), 1);
    }
}
