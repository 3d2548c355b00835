//! What is checked: the files git knows of (tracked, or new and not ignored), and the
//! packages cargo resolves.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::Value as Json;

/// A text file of the repository.
#[derive(Debug)]
pub(crate) struct File {
    /// Its path from the root, with `/`.
    pub(crate) path: String,
    /// What it says.
    pub(crate) text: String,
}

impl File {
    /// Whether its name ends so.
    pub(crate) fn is(&self, extension: &str) -> bool {
        Path::new(&self.path).extension().is_some_and(|is| is == extension)
    }

    /// Its lines, numbered from 1.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }
}

/// The repository as text.
#[derive(Debug)]
pub(crate) struct Tree {
    /// Where it is.
    pub(crate) root: PathBuf,
    /// Its text files, by path.
    pub(crate) files: Vec<File>,
}

impl Tree {
    /// Reads the repository this program was built in.
    pub(crate) fn read() -> Result<Self> {
        let root = root();
        let listing = run(Command::new("git").current_dir(&root).args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ]))?;
        let mut files = Vec::new();
        for path in listing.split('\0').filter(|path| !path.is_empty()) {
            // A file that git still lists but that was removed is no file.
            let Ok(bytes) = std::fs::read(root.join(path)) else { continue };
            if let Ok(text) = String::from_utf8(bytes) {
                files.push(File { path: path.to_owned(), text });
            }
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        files.dedup_by(|a, b| a.path == b.path);
        Ok(Self { root, files })
    }

    /// The file at a path.
    pub(crate) fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    #[cfg(test)]
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let file = |(path, text): &(&str, &str)| File { path: (*path).into(), text: (*text).into() };
        Self { root: PathBuf::from("/nowhere"), files: files.iter().map(file).collect() }
    }
}

/// A package of the workspace or one it depends on.
#[derive(Debug, Default)]
pub(crate) struct Package {
    /// Its name.
    pub(crate) name: String,
    /// Its version.
    pub(crate) version: String,
    /// SPDX expression, if its manifest has one.
    pub(crate) licence: Option<String>,
    /// Where it comes from; `None` for a member of the workspace.
    pub(crate) source: Option<String>,
    /// Names of the packages it depends on directly, tests and build scripts included.
    pub(crate) depends_on: Vec<String>,
}

/// Every package cargo resolves for the targets that are built.
#[derive(Debug)]
pub(crate) struct Packages(pub(crate) Vec<Package>);

impl Packages {
    /// Asks cargo.
    pub(crate) fn of_workspace(targets: &[String]) -> Result<Self> {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.current_dir(root()).args(["metadata", "--format-version", "1", "--locked"]);
        for target in targets {
            cargo.args(["--filter-platform", target]);
        }
        let metadata: Json = serde_json::from_str(&run(&mut cargo)?).context("reading cargo's metadata")?;
        Ok(Self::of_metadata(&metadata))
    }

    fn of_metadata(metadata: &Json) -> Self {
        let text = |json: &Json| json.as_str().map(str::to_owned);
        let list = |json: &Json| json.as_array().cloned().unwrap_or_default();
        let mut packages: BTreeMap<String, Package> = BTreeMap::new();
        for package in list(&metadata["packages"]) {
            let read = Package {
                name: text(&package["name"]).unwrap_or_default(),
                version: text(&package["version"]).unwrap_or_default(),
                licence: text(&package["license"]),
                source: text(&package["source"]),
                depends_on: Vec::new(),
            };
            packages.insert(text(&package["id"]).unwrap_or_default(), read);
        }
        // `packages` also lists what other platforms need; `resolve` does not.
        let mut resolved = Vec::new();
        for node in list(&metadata["resolve"]["nodes"]) {
            let names = |dep: &Json| packages.get(dep["pkg"].as_str()?).map(|package| package.name.clone());
            let depends_on = list(&node["deps"]).iter().filter_map(names).collect();
            if let Some(package) = packages.get(node["id"].as_str().unwrap_or_default()) {
                resolved.push(Package {
                    name: package.name.clone(),
                    version: package.version.clone(),
                    licence: package.licence.clone(),
                    source: package.source.clone(),
                    depends_on,
                });
            }
        }
        Self(resolved)
    }

    /// The packages that depend on one of this name.
    pub(crate) fn dependents<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Package> {
        self.0.iter().filter(move |package| package.depends_on.iter().any(|on| on == name))
    }
}

fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

fn run(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("starting {command:?}"))?;
    ensure!(
        output.status.success(),
        "{command:?} failed: {}",
        String::from_utf8_lossy(&output.stderr).trim()
    );
    String::from_utf8(output.stdout).with_context(|| format!("{command:?} did not write UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_packages_with_whom_they_depend_on() {
        let metadata = serde_json::json!({
            "packages": [
                {"id": "a", "name": "a", "version": "1.0.0", "license": "MIT", "source": null},
                {"id": "b", "name": "b", "version": "2.0.0", "license": null, "source": "registry+x"},
                {"id": "c", "name": "elsewhere", "version": "2.0.0"},
            ],
            "resolve": {"nodes": [
                {"id": "a", "deps": [{"pkg": "b"}]},
                {"id": "b", "deps": []},
            ]},
        });
        let packages = Packages::of_metadata(&metadata);
        assert_eq!(packages.0.len(), 2);
        assert_eq!(packages.dependents("b").map(|package| package.name.as_str()).collect::<Vec<_>>(), ["a"]);
        assert_eq!(packages.0[1].source.as_deref(), Some("registry+x"));
    }
}
