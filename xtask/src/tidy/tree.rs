//! What is checked: the files git knows of (tracked, or new and not ignored), and the
//! packages cargo resolves.

use std::collections::{BTreeMap, BTreeSet};
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
    /// Names of the packages it depends on directly, build scripts included.
    pub(crate) depends_on: Vec<String>,
    /// Names of the packages that only its tests depend on.
    pub(crate) tests_with: Vec<String>,
}

/// Every package that is built, tests included, for the targets that count.
#[derive(Debug)]
pub(crate) struct Packages(pub(crate) Vec<Package>);

impl Packages {
    /// Asks cargo.
    pub(crate) fn of_workspace(targets: &[String]) -> Result<Self> {
        let mut metadata = cargo("metadata");
        metadata.args(["--format-version", "1"]);
        let mut tree = cargo("tree");
        tree.args(["--workspace", "--prefix", "none", "--edges", "normal,build,dev", "--format", "{p}"]);
        for target in targets {
            metadata.args(["--filter-platform", target]);
            tree.args(["--target", target]);
        }
        let metadata: Json =
            serde_json::from_str(&run(&mut metadata)?).context("reading cargo's metadata")?;
        let mut packages = Self::of_metadata(&metadata);
        packages.keep_built(&run(&mut tree)?);
        Ok(packages)
    }

    /// The metadata also knows what an optional feature would bring; the tree does not.
    fn keep_built(&mut self, tree: &str) {
        let built: BTreeSet<(&str, &str)> = tree.lines().filter_map(named).collect();
        self.0.retain(|package| built.contains(&(package.name.as_str(), package.version.as_str())));
    }

    fn of_metadata(metadata: &Json) -> Self {
        let text = |json: &Json| json.as_str().map(str::to_owned);
        let mut packages: BTreeMap<String, Package> = BTreeMap::new();
        for package in list(&metadata["packages"]) {
            let read = Package {
                name: text(&package["name"]).unwrap_or_default(),
                version: text(&package["version"]).unwrap_or_default(),
                licence: text(&package["license"]),
                source: text(&package["source"]),
                ..Package::default()
            };
            packages.insert(text(&package["id"]).unwrap_or_default(), read);
        }
        for node in list(&metadata["resolve"]["nodes"]) {
            let name = |dep: &Json| packages.get(dep["pkg"].as_str()?).map(|package| package.name.clone());
            let (tests_with, depends_on) =
                list(&node["deps"]).into_iter().partition::<Vec<_>, _>(is_for_tests);
            let tests_with = tests_with.iter().filter_map(name).collect();
            let depends_on = depends_on.iter().filter_map(name).collect();
            if let Some(package) = packages.get_mut(node["id"].as_str().unwrap_or_default()) {
                package.tests_with = tests_with;
                package.depends_on = depends_on;
            }
        }
        Self(packages.into_values().collect())
    }

    /// The packages that depend on one of this name, if only in tests.
    pub(crate) fn dependents<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Package> {
        let depends = move |package: &Package| {
            package.depends_on.iter().chain(&package.tests_with).any(|on| on == name)
        };
        self.0.iter().filter(move |package| depends(package))
    }
}

fn list(json: &Json) -> Vec<Json> {
    json.as_array().cloned().unwrap_or_default()
}

fn is_for_tests(dependency: &Json) -> bool {
    let kinds = list(&dependency["dep_kinds"]);
    !kinds.is_empty() && kinds.iter().all(|kind| kind["kind"] == "dev")
}

/// Name and version of a line such as `axum v0.8.9 (*)`.
fn named(line: &str) -> Option<(&str, &str)> {
    let mut words = line.split(' ');
    Some((words.next()?, words.next()?.strip_prefix('v')?))
}

fn cargo(command: &str) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root()).args([command, "--locked"]);
    cargo
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
    fn reads_packages_with_what_they_depend_on() {
        let metadata = serde_json::json!({
            "packages": [
                {"id": "a", "name": "a", "version": "1.0.0", "license": "MIT", "source": null},
                {"id": "b", "name": "b", "version": "2.0.0", "license": null, "source": "registry+x"},
                {"id": "c", "name": "c", "version": "3.0.0", "license": null, "source": "registry+x"},
                {"id": "d", "name": "elsewhere", "version": "2.0.0"},
            ],
            "resolve": {"nodes": [
                {"id": "a", "deps": [
                    {"pkg": "b", "dep_kinds": [{"kind": null}, {"kind": "dev"}]},
                    {"pkg": "c", "dep_kinds": [{"kind": "dev"}]},
                ]},
                {"id": "b", "deps": []},
            ]},
        });
        let mut packages = Packages::of_metadata(&metadata);
        packages.keep_built("a v1.0.0 (/a)\nb v2.0.0\nc v3.0.0 (*)\n");
        assert_eq!(packages.0.len(), 3);
        assert_eq!(packages.dependents("c").map(|package| package.name.as_str()).collect::<Vec<_>>(), ["a"]);
        assert_eq!(packages.0[0].depends_on, ["b"]);
        assert_eq!(packages.0[0].tests_with, ["c"]);
        assert_eq!(packages.0[1].source.as_deref(), Some("registry+x"));
    }
}
