//! Tidy checks: the rules of the house that neither rustc, rustfmt nor clippy can see.
//! Each check is a file here, reads a [`Tree`] and answers [`Finding`]s; none of them
//! changes anything.

mod arrows;
mod attributes;
mod bans;
mod codes;
mod deny;
mod length;
mod licences;
mod links;
mod literals;
mod manifest;
mod modules;
mod private_paths;
mod sql;
mod todo;
mod tree;

use std::fmt;

use anyhow::Result;

pub(crate) use tree::{File, Tree};

/// Something that is not as it should be.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    /// Where, relative to the root of the repository.
    pub(crate) path: String,
    /// On which line, from 1; 0 for the whole file.
    pub(crate) line: usize,
    /// What, and what to do about it.
    pub(crate) message: String,
}

impl Finding {
    fn new(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, message: message.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.path, self.message),
            line => write!(f, "{}:{line}: {}", self.path, self.message),
        }
    }
}

/// Runs every check.
///
/// # Errors
/// When a manifest or `deny.toml` cannot be read; findings are not errors.
pub(crate) fn check(tree: &Tree) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for file in &tree.files {
        findings.extend(length::check(file));
        findings.extend(modules::check(file));
        findings.extend(attributes::check(file));
        findings.extend(todo::check(file));
        findings.extend(private_paths::check(file));
        findings.extend(sql::check(file));
    }
    findings.extend(links::check(tree));
    findings.extend(codes::check(tree));
    findings.extend(manifest::check(tree)?);
    let deny = deny::Deny::read(tree)?;
    let packages = tree::Packages::of_workspace(&deny.targets)?;
    findings.extend(arrows::check(&packages));
    findings.extend(bans::check(&deny, &packages));
    findings.extend(licences::check(&deny, &packages));
    findings.sort();
    Ok(findings)
}
