//! `deny.toml`, read strictly: the part of cargo-deny's format that says which licences
//! we accept, whom a crate is fenced to, and which second versions are known.

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail};
use toml::{Table, Value};

use super::Tree;

const PATH: &str = "deny.toml";

/// What `deny.toml` says.
#[derive(Debug, Default)]
pub(super) struct Deny {
    /// The platforms that count.
    pub(super) targets: Vec<String>,
    /// SPDX ids of the licences we accept.
    pub(super) licences: BTreeSet<String>,
    /// Fenced crates, each with the only packages that may depend on it.
    pub(super) fences: Vec<(String, Vec<String>)>,
    /// Crates of which a second version is known and borne.
    pub(super) skip: BTreeSet<String>,
}

impl Deny {
    /// Reads it.
    pub(super) fn read(tree: &Tree) -> Result<Self> {
        let file = tree.file(PATH).with_context(|| format!("there is no `{PATH}`"))?;
        Self::parse(&file.text).with_context(|| format!("reading `{PATH}`"))
    }

    fn parse(text: &str) -> Result<Self> {
        let mut deny = Self::default();
        for (section, members) in text.parse::<Table>()? {
            let members = members.as_table().cloned().context("sections are tables")?;
            for (member, value) in members {
                deny.take(&section, &member, &value).with_context(|| format!("`{section}.{member}`"))?;
            }
        }
        Ok(deny)
    }

    fn take(&mut self, section: &str, member: &str, value: &Value) -> Result<()> {
        match (section, member) {
            ("graph", "targets") => self.targets = strings(value)?,
            ("licenses", "allow") => self.licences = strings(value)?.into_iter().collect(),
            ("bans", "deny") => {
                for ban in tables(value)? {
                    let name = ban.get("crate").and_then(Value::as_str).context("a ban names its `crate`")?;
                    let wrappers = ban.get("wrappers").map_or(Ok(Vec::new()), strings)?;
                    self.fences.push((name.to_owned(), wrappers));
                }
            }
            ("bans", "skip") => {
                for known in tables(value)? {
                    let name =
                        known.get("crate").and_then(Value::as_str).context("a skip names its `crate`")?;
                    known.get("reason").and_then(Value::as_str).context("a skip has a `reason`")?;
                    self.skip.insert(name.to_owned());
                }
            }
            ("bans", "multiple-versions") | ("sources", "unknown-registry" | "unknown-git")
                if value.as_str() == Some("deny") => {}
            _ => bail!("not a member, or not a value, that `cargo xtask tidy` knows"),
        }
        Ok(())
    }
}

fn strings(value: &Value) -> Result<Vec<String>> {
    let list = value.as_array().context("a list is wanted")?;
    list.iter().map(|item| item.as_str().map(str::to_owned).context("a list of strings is wanted")).collect()
}

fn tables(value: &Value) -> Result<Vec<&Table>> {
    let list = value.as_array().context("a list is wanted")?;
    list.iter().map(|item| item.as_table().context("a list of tables is wanted")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_knows_and_refuses_the_rest() {
        let deny = Deny::parse(
            "[licenses]\nallow = [\"MIT\"]\n[bans]\nmultiple-versions = \"deny\"\n\
             deny = [{ crate = \"axum\", wrappers = [\"kith-api\"] }]\n\
             skip = [{ crate = \"hashbrown@0.15\", reason = \"old\" }]\n",
        )
        .unwrap();
        assert_eq!(deny.fences, [("axum".to_owned(), vec!["kith-api".to_owned()])]);
        assert!(deny.licences.contains("MIT") && deny.skip.contains("hashbrown@0.15"));
        assert!(Deny::parse("[bans]\nmultiple-versions = \"warn\"\n").is_err());
        assert!(Deny::parse("[bans]\nskip = [{ crate = \"a@1\" }]\n").is_err());
        assert!(Deny::parse("[advisories]\nversion = 2\n").is_err());
    }
}
