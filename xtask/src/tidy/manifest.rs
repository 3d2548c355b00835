//! The workspace's manifest: each third-party line says why it is there, and none is
//! there for nobody.

use anyhow::{Context, Result};
use toml::Table;

use super::{Finding, Tree};

const ROOT: &str = "Cargo.toml";

pub(super) fn check(tree: &Tree) -> Result<Vec<Finding>> {
    let root = tree.file(ROOT).context("the workspace has no manifest")?;
    let mut findings = Vec::new();
    let manifest: Table = root.text.parse().with_context(|| format!("reading `{ROOT}`"))?;
    let dependencies = manifest.get("workspace").and_then(|workspace| workspace.get("dependencies"));
    let members = members(tree)?;
    for name in dependencies.and_then(toml::Value::as_table).into_iter().flat_map(Table::keys) {
        let (line, text) = declaration(&root.text, name);
        if !text.contains("path = ") && !has_reason(text) {
            findings.push(Finding::new(ROOT, line, format!("`{name}` has no reason: `# …` behind it")));
        }
        if !members.iter().any(|member| uses(member, name)) {
            findings.push(Finding::new(ROOT, line, format!("`{name}` is used by no member")));
        }
    }
    Ok(findings)
}

fn members(tree: &Tree) -> Result<Vec<Table>> {
    let manifests = tree.files.iter().filter(|file| file.path.ends_with("/Cargo.toml"));
    manifests.map(|file| file.text.parse().with_context(|| format!("reading `{}`", file.path))).collect()
}

/// The line that declares a dependency of the workspace.
fn declaration<'a>(manifest: &'a str, name: &str) -> (usize, &'a str) {
    let declares =
        |line: &str| line.strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with('='));
    let found = manifest.lines().enumerate().find(|(_, line)| declares(line));
    found.map_or((0, ""), |(index, line)| (index + 1, line))
}

/// Whether a comment follows the value.
fn has_reason(line: &str) -> bool {
    let value_ends = line.rfind(['}', '"']).map_or(0, |at| at + 1);
    let reason = line[value_ends..].split_once('#').map(|(_, reason)| reason.trim());
    // A reason may itself hold quotes; then the comment starts before them.
    reason
        .or_else(|| line.split_once(" # ").map(|(_, reason)| reason.trim()))
        .is_some_and(|it| !it.is_empty())
}

fn uses(member: &Table, name: &str) -> bool {
    let kinds = ["dependencies", "dev-dependencies", "build-dependencies"];
    let lists = |table: &Table| {
        kinds.iter().any(|kind| {
            table.get(*kind).and_then(toml::Value::as_table).is_some_and(|it| it.contains_key(name))
        })
    };
    let platforms = member.get("target").and_then(toml::Value::as_table);
    lists(member)
        || platforms.into_iter().flat_map(Table::values).filter_map(toml::Value::as_table).any(lists)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wants_reasons_and_users() {
        let root = "[workspace.dependencies]\nours = { path = \"a\" }\na = \"1\" # parses \"a\"\nb = { version = \"1\" }\n";
        let member =
            "[dependencies]\nours.workspace = true\n[target.'cfg(unix)'.dependencies]\nb.workspace = true\n";
        let findings = check(&Tree::of(&[(ROOT, root), ("x/Cargo.toml", member)])).unwrap();
        let messages: Vec<_> =
            findings.iter().map(|finding| (finding.line, finding.message.as_str())).collect();
        assert_eq!(messages, [(3, "`a` is used by no member"), (4, "`b` has no reason: `# …` behind it")]);
    }
}
