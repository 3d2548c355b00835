//! Links within the documents lead somewhere: to a file of the repository, and to a
//! heading of it if they name one.

use std::collections::HashSet;

use super::{File, Finding, Tree};

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let pages = tree.files.iter().filter(|file| file.is("md"));
    pages.flat_map(|page| broken(tree, page)).collect()
}

fn broken(tree: &Tree, page: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (line, text) in prose(page) {
        for target in targets(text) {
            if target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
            let path = if path.is_empty() { page.path.clone() } else { join(&page.path, path) };
            if !exists(tree, &path) {
                findings.push(Finding::new(&page.path, line, format!("`{target}`: no such file")));
            } else if !anchor.is_empty() && !has_heading(tree, &path, anchor) {
                findings.push(Finding::new(&page.path, line, format!("`{target}`: no such heading")));
            }
        }
    }
    findings
}

/// The lines outside of code fences.
fn prose(page: &File) -> impl Iterator<Item = (usize, &str)> {
    let mut is_code = false;
    page.lines().filter(move |(_, line)| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence
    })
}

/// What stands in `[…](here)`.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    line.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next())
}

/// A link's path as seen from the root.
fn join(page: &str, link: &str) -> String {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in link.split('/').filter(|part| !part.is_empty() && *part != ".") {
        if part == ".." {
            parts.pop();
        } else {
            parts.push(part);
        }
    }
    parts.join("/")
}

fn exists(tree: &Tree, path: &str) -> bool {
    let folder = format!("{path}/");
    tree.files.iter().any(|file| file.path == path || file.path.starts_with(&folder))
        || tree.root.join(path).exists()
}

fn has_heading(tree: &Tree, path: &str, anchor: &str) -> bool {
    let Some(page) = tree.file(path).filter(|file| file.is("md")) else { return true };
    let headings = prose(page).filter(|(_, line)| line.starts_with('#'));
    let anchors: HashSet<String> = headings.map(|(_, line)| slug(line.trim_start_matches('#'))).collect();
    anchors.contains(anchor)
}

/// A heading's anchor as the forges make it.
fn slug(heading: &str) -> String {
    let kept = heading.trim().chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_links() {
        let index = "# A\n[b](docs/b.md) [c](docs/b.md#the-c) [out](https://example.com/x)\n[here](#a)\n";
        let page = "## The `c`\n[up](../a.md) [gone](gone.md) [no](../a.md#b)\n```\n[code](no.md)\n```\n";
        let findings = check(&Tree::of(&[("a.md", index), ("docs/b.md", page)]));
        let messages: Vec<_> = findings.iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(messages, ["`gone.md`: no such file", "`../a.md#b`: no such heading"]);
    }

    #[test]
    fn makes_anchors_as_the_forges_do() {
        assert_eq!(slug(" GET /v1/changes (long poll)"), "get-v1changes-long-poll");
        assert_eq!(slug(" `not_found`"), "not_found");
    }
}
