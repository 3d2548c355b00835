//! Arrows between our crates point one way: cli → api → engine → store → model. A new
//! arrow is a design change and is drawn here, in a change of its own. Tests of any
//! crate may use `kith-testing`.

use super::Finding;
use super::tree::Packages;

/// Each crate with those of ours that it may depend on; `None` for all of them.
const ARROWS: [(&str, Option<&[&str]>); 9] = [
    ("kith-model", Some(&[])),
    ("kith-store", Some(&["kith-model"])),
    ("kith-format", Some(&["kith-model"])),
    ("kith-engine", Some(&["kith-format", "kith-store", "kith-model"])),
    ("kith-api", Some(&["kith-engine", "kith-model"])),
    ("kith-cli", Some(&["kith-api", "kith-engine", "kith-store", "kith-model"])),
    ("kith-testing", None),
    ("kith-bench", None),
    ("xtask", Some(&[])),
];

const TESTING: &str = "kith-testing";

pub(super) fn check(packages: &Packages) -> Vec<Finding> {
    let ours: Vec<_> = packages.0.iter().filter(|package| package.source.is_none()).collect();
    let is_ours = |name: &&String| ours.iter().any(|package| package.name == **name);
    let mut findings = Vec::new();
    for package in &ours {
        let Some((_, may)) = ARROWS.iter().find(|(name, _)| *name == package.name) else {
            findings.push(finding(format!("`{}` is a new crate: draw its arrows in tidy", package.name)));
            continue;
        };
        let Some(may) = may else { continue };
        let tests_with = package.tests_with.iter().filter(|on| *on != TESTING);
        let on_ours = package.depends_on.iter().chain(tests_with).filter(is_ours);
        for on in on_ours.filter(|on| !may.contains(&on.as_str())) {
            findings.push(finding(format!("`{}` must not depend on `{on}`", package.name)));
        }
    }
    findings
}

fn finding(message: String) -> Finding {
    Finding::new("Cargo.toml", 0, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::tree::Package;

    fn ours(name: &str, depends_on: &[&str]) -> Package {
        let depends_on = depends_on.iter().map(|on| (*on).to_owned()).collect();
        Package { name: name.to_owned(), depends_on, ..Package::default() }
    }

    #[test]
    fn refuses_an_arrow_upwards() {
        let model = ours("kith-model", &[]);
        let right = Packages(vec![ours("kith-store", &["kith-model", "serde"]), model]);
        assert_eq!(check(&right), []);
        let wrong = Packages(vec![ours("kith-model", &["kith-store"]), ours("kith-store", &[])]);
        assert_eq!(check(&wrong), [finding("`kith-model` must not depend on `kith-store`".into())]);
    }

    #[test]
    fn lets_tests_use_the_harness() {
        let mut api = ours("kith-api", &["kith-engine"]);
        api.tests_with.push(TESTING.to_owned());
        let others = [ours("kith-engine", &[]), ours(TESTING, &["kith-api"])];
        assert_eq!(check(&Packages(std::iter::once(api).chain(others).collect())), []);
        let wrong = Packages(vec![ours("kith-api", &[TESTING]), ours(TESTING, &[])]);
        assert_eq!(check(&wrong).len(), 1);
    }

    #[test]
    fn wants_the_arrows_of_a_new_crate() {
        assert_eq!(check(&Packages(vec![ours("kith-new", &[])])).len(), 1);
    }
}
