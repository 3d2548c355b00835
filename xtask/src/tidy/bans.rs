//! One crate of ours per outside library, one version of each library, all of them from
//! the one public registry.

use std::collections::{BTreeMap, BTreeSet};

use super::Finding;
use super::deny::Deny;
use super::tree::Packages;

pub(super) fn check(deny: &Deny, packages: &Packages) -> Vec<Finding> {
    let mut messages = fences(deny, packages);
    messages.extend(duplicates(deny, packages));
    messages.extend(sources(packages));
    messages.into_iter().map(|message| Finding::new("deny.toml", 0, message)).collect()
}

fn fences(deny: &Deny, packages: &Packages) -> Vec<String> {
    let mut messages = Vec::new();
    for (fenced, wrappers) in &deny.fences {
        for package in packages.dependents(fenced).filter(|package| !wrappers.contains(&package.name)) {
            messages.push(format!("`{fenced}` is fenced: `{}` must not depend on it", package.name));
        }
    }
    messages
}

/// A skip names one version (`name@1.2`), so that a third one is found again; a skip
/// that is no longer needed is found as well.
fn duplicates(deny: &Deny, packages: &Packages) -> Vec<String> {
    let mut versions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for package in &packages.0 {
        versions.entry(&package.name).or_default().insert(&package.version);
    }
    let mut unused: BTreeSet<&str> = deny.skip.iter().map(String::as_str).collect();
    let mut messages = Vec::new();
    for (name, versions) in versions.iter().filter(|(_, versions)| versions.len() > 1) {
        let known = |version: &&&str| deny.skip.iter().find(|skip| matches(skip, name, version));
        for version in versions {
            if let Some(skip) = known(&version) {
                unused.remove(skip.as_str());
            }
        }
        let left: Vec<_> = versions.iter().filter(|version| known(version).is_none()).copied().collect();
        if left.len() > 1 {
            messages.push(format!("`{name}` is there in versions {}", left.join(", ")));
        }
    }
    messages.extend(unused.iter().map(|skip| format!("skip `{skip}` is no longer needed")));
    messages
}

/// `hashbrown@0.15` is every 0.15.x.
fn matches(skip: &str, name: &str, version: &str) -> bool {
    let Some((skipped, wanted)) = skip.split_once('@') else { return false };
    let rest = version.strip_prefix(wanted);
    skipped == name && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn sources(packages: &Packages) -> Vec<String> {
    let mut messages = Vec::new();
    let mut registries: BTreeMap<&str, &str> = BTreeMap::new();
    for package in &packages.0 {
        match package.source.as_deref() {
            None => {}
            Some(source) if source.starts_with("registry+") => {
                registries.entry(source).or_insert(&package.name);
            }
            Some(source) => messages.push(format!("`{}` comes from `{source}`", package.name)),
        }
    }
    if registries.len() > 1 {
        let list: Vec<_> =
            registries.iter().map(|(source, name)| format!("`{name}` from {source}")).collect();
        messages.push(format!("packages come from more than one registry: {}", list.join(", ")));
    }
    messages
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::tree::Package;

    fn package(name: &str, version: &str, depends_on: &[&str], source: &str) -> Package {
        Package {
            name: name.into(),
            version: version.into(),
            source: Some(source.into()),
            depends_on: depends_on.iter().map(|on| (*on).to_owned()).collect(),
            ..Package::default()
        }
    }

    #[test]
    fn keeps_fences() {
        let fences_of = vec![("axum".to_owned(), vec!["kith-api".to_owned()])];
        let deny = Deny { fences: fences_of, ..Deny::default() };
        let inside = Packages(vec![package("kith-api", "1.0.0", &["axum"], "registry+a")]);
        assert_eq!(fences(&deny, &inside), [] as [&str; 0]);
        let outside = Packages(vec![package("kith-cli", "1.0.0", &["axum"], "registry+a")]);
        assert_eq!(fences(&deny, &outside), ["`axum` is fenced: `kith-cli` must not depend on it"]);
    }

    #[test]
    fn finds_second_versions_and_idle_skips() {
        let two = Packages(vec![
            package("h", "0.15.2", &[], "registry+a"),
            package("h", "0.16.0", &[], "registry+a"),
        ]);
        assert_eq!(duplicates(&Deny::default(), &two), ["`h` is there in versions 0.15.2, 0.16.0"]);
        let skip =
            |names: &[&str]| Deny { skip: names.iter().map(|n| (*n).into()).collect(), ..Deny::default() };
        assert_eq!(duplicates(&skip(&["h@0.15"]), &two), [] as [&str; 0]);
        assert_eq!(duplicates(&skip(&["h@0.15", "h@0.1"]), &two), ["skip `h@0.1` is no longer needed"]);
    }

    #[test]
    fn knows_one_registry() {
        let one = Packages(vec![
            package("a", "1.0.0", &[], "registry+a"),
            package("b", "1.0.0", &[], "registry+a"),
        ]);
        assert_eq!(sources(&one), [] as [&str; 0]);
        let more =
            Packages(vec![package("a", "1.0.0", &[], "git+x"), package("b", "1.0.0", &[], "registry+a")]);
        assert_eq!(sources(&more).len(), 1);
    }
}
