//! Every third-party package is under a licence we accept.

use super::Finding;
use super::deny::Deny;
use super::tree::Packages;

pub(super) fn check(deny: &Deny, packages: &Packages) -> Vec<Finding> {
    let theirs = packages.0.iter().filter(|package| package.source.is_some());
    let refused = theirs.filter(|package| {
        let licence = package.licence.as_deref().unwrap_or_default();
        !accepts(licence, &|id| deny.licences.contains(id))
    });
    refused
        .map(|package| {
            let licence = package.licence.as_deref().unwrap_or("no licence");
            Finding::new("deny.toml", 0, format!("`{}` is under {licence}", package.name))
        })
        .collect()
}

/// Whether an SPDX expression can be met with the licences we accept. `/` is the old
/// way to write OR; an exception (`WITH`) only gives more, so its licence decides.
fn accepts(expression: &str, accepted: &dyn Fn(&str) -> bool) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    let is_met = any(&mut rest, accepted);
    is_met && rest.is_empty()
}

fn any(words: &mut &[&str], accepted: &dyn Fn(&str) -> bool) -> bool {
    let mut is_met = all(words, accepted);
    while let Some(rest) = words.strip_prefix(&["OR"]) {
        *words = rest;
        is_met |= all(words, accepted);
    }
    is_met
}

fn all(words: &mut &[&str], accepted: &dyn Fn(&str) -> bool) -> bool {
    let mut is_met = one(words, accepted);
    while let Some(rest) = words.strip_prefix(&["AND"]) {
        *words = rest;
        is_met &= one(words, accepted);
    }
    is_met
}

fn one(words: &mut &[&str], accepted: &dyn Fn(&str) -> bool) -> bool {
    let Some((first, rest)) = words.split_first() else { return false };
    *words = rest;
    if *first == "(" {
        let is_met = any(words, accepted);
        let closed = words.strip_prefix(&[")"]);
        *words = closed.unwrap_or(words);
        return is_met && closed.is_some();
    }
    if let [with, _, rest @ ..] = *words
        && *with == "WITH"
    {
        *words = rest;
    }
    accepted(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_expressions() {
        let accepted = |id: &str| matches!(id, "MIT" | "Apache-2.0" | "Unicode-3.0");
        for good in [
            "MIT",
            "MIT OR GPL-3.0",
            "GPL-3.0/MIT",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception",
            "GPL-3.0 OR (MIT AND Apache-2.0)",
        ] {
            assert!(accepts(good, &accepted), "{good}");
        }
        for bad in ["", "GPL-3.0", "MIT AND GPL-3.0", "(MIT", "MIT)"] {
            assert!(!accepts(bad, &accepted), "{bad}");
        }
    }
}
