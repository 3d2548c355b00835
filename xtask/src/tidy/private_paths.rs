//! Nothing in the repository names a place of the machine it was written on.

use super::{File, Finding};

/// Put together, or this file would find itself.
const PRIVATE: [&str; 5] = [
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("/tm", "p/bash"),
    concat!("/tm", "p/kith"),
    concat!(".lib", "rary/"),
];

pub(super) fn check(file: &File) -> Vec<Finding> {
    let found = |(number, line): (usize, &str)| {
        let place = PRIVATE.iter().find(|place| names(line, place))?;
        Some(Finding::new(&file.path, number, format!("`{place}` is a place of one machine")))
    };
    file.lines().filter_map(found).collect()
}

/// `/home/me/x` names `/me/` only as a part; a private place begins a path.
fn names(line: &str, place: &str) -> bool {
    let begins = |at: usize| !line[..at].ends_with(|c: char| c.is_alphanumeric() || "._-*}".contains(c));
    line.match_indices(place).any(|(at, _)| begins(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_a_private_place() {
        let file = |text: String| File { path: "a.md".into(), text };
        assert_eq!(check(&file(format!("see\n`{}main`", PRIVATE[0])))[0].line, 2);
        assert_eq!(check(&file(format!("https://example.com{}", PRIVATE[0]))), []);
    }
}
