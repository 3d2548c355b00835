//! SQL lives in `store`. Elsewhere a statement in a string literal is a second door to
//! the data; tests and the benchmark look behind the door on purpose.

use super::literals::strings;
use super::{File, Finding};

const MAY: [&str; 4] = ["crates/store/", "crates/testing/", "bench/", "xtask/"];

/// What a statement begins with, and what stands further on in it.
const STATEMENTS: [(&str, &str); 10] = [
    ("select ", " from "),
    ("insert into ", ""),
    ("update ", " set "),
    ("delete from ", " where "),
    ("create table ", ""),
    ("create index ", ""),
    ("create unique index ", ""),
    ("alter table ", ""),
    ("drop table ", ""),
    ("pragma ", ""),
];

pub(super) fn check(file: &File) -> Vec<Finding> {
    if !file.is("rs") || MAY.iter().any(|folder| file.path.starts_with(folder)) {
        return Vec::new();
    }
    let found = strings(&file.text).into_iter().filter(|(_, literal)| is_statement(literal));
    found.map(|(line, _)| Finding::new(&file.path, line, "SQL lives in `crates/store`")).collect()
}

fn is_statement(literal: &str) -> bool {
    let text = literal.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    STATEMENTS.iter().any(|(begins, goes_on)| text.starts_with(begins) && text.contains(goes_on))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(path: &str, text: &str) -> Vec<usize> {
        check(&File { path: path.into(), text: text.into() }).iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn finds_statements_outside_of_the_store() {
        let text = "//! a\nlet a = \"select a\n  from b\";\nlet b = \"INSERT INTO b values (1)\";\n";
        assert_eq!(lines("crates/api/src/a.rs", text), [2, 4]);
        assert_eq!(lines("crates/store/src/a.rs", text), [] as [usize; 0]);
    }

    #[test]
    fn knows_prose() {
        let text = "//! a\nlet a = \"select one of the options\";\n// select a from b\n";
        assert_eq!(lines("crates/api/src/a.rs", text), [] as [usize; 0]);
    }
}
