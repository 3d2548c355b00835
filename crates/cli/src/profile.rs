//! The profile file: servers and tokens under a name, readable by its owner alone.

use std::collections::BTreeMap;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

use crate::exit::Failure;

/// The profile that is used when none is named.
pub(crate) const DEFAULT: &str = "default";

/// All profiles, with the file they come from.
#[derive(Debug)]
pub(crate) struct Profiles {
    path: Option<PathBuf>,
    profiles: BTreeMap<String, Profile>,
}

/// One profile. What it leaves out has to be given otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Profile {
    /// Address of the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) url: Option<String>,
    /// Token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) token: Option<String>,
    /// Tenant, for an administrator's token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tenant: Option<String>,
}

impl Profiles {
    /// Reads the file at `$KITH_CONFIG`, or `kith/profiles.toml` in the user's
    /// configuration folder; a file that is not there has no profiles.
    ///
    /// # Errors
    /// When it is there and cannot be read.
    pub(crate) fn load() -> Result<Self, Failure> {
        let path = default_path();
        let profiles = path.as_deref().map(read).transpose()?.unwrap_or_default();
        Ok(Self { path, profiles })
    }

    /// The profile of this name; without a name the default one, which may be missing.
    ///
    /// # Errors
    /// When there is none of the name that was given.
    pub(crate) fn choose(&self, name: Option<&str>) -> Result<Profile, Failure> {
        match (self.profiles.get(name.unwrap_or(DEFAULT)), name) {
            (Some(profile), _) => Ok(profile.clone()),
            (None, None) => Ok(Profile::default()),
            (None, Some(name)) => {
                let known: Vec<&str> = self.profiles.keys().map(String::as_str).collect();
                let place = self.path.as_deref().unwrap_or(Path::new("profiles.toml")).display();
                let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                Err(Failure::usage(format!("no profile `{name}` in `{place}` (there: {known})")))
            }
        }
    }

    /// All profiles by name.
    pub(crate) fn all(&self) -> &BTreeMap<String, Profile> {
        &self.profiles
    }

    /// Where the file is, or would be.
    pub(crate) fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Sets a profile.
    pub(crate) fn set(&mut self, name: String, profile: Profile) {
        self.profiles.insert(name, profile);
    }

    /// Removes a profile; answers whether there was one.
    pub(crate) fn remove(&mut self, name: &str) -> bool {
        self.profiles.remove(name).is_some()
    }

    /// Writes the file, whole or not at all, with mode 0600.
    ///
    /// # Errors
    /// When there is no place for it, or it cannot be written.
    pub(crate) fn save(&self) -> Result<(), Failure> {
        let path = self
            .path
            .as_deref()
            .ok_or_else(|| Failure::usage("no place for a profile file: set KITH_CONFIG or HOME"))?;
        write(path, &self.profiles)
            .with_context(|| format!("`{}` cannot be written", path.display()))
            .map_err(Failure::Local)
    }
}

fn default_path() -> Option<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    variable("KITH_CONFIG").or_else(|| {
        let folder =
            variable("XDG_CONFIG_HOME").or_else(|| variable("HOME").map(|home| home.join(".config")))?;
        Some(folder.join("kith").join("profiles.toml"))
    })
}

fn read(path: &Path) -> Result<BTreeMap<String, Profile>, Failure> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(error) => {
            return Err(Failure::usage(format!("`{}` cannot be read: {error}", path.display())));
        }
    };
    toml::from_str(&text).map_err(|error| {
        Failure::usage(format!("`{}` is not a profile file: {}", path.display(), error.message()))
    })
}

fn write(path: &Path, profiles: &BTreeMap<String, Profile>) -> anyhow::Result<()> {
    let text = toml::to_string(profiles)?;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let draft = path.with_extension("toml.new");
    let mut file =
        std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&draft, path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::{Profile, Profiles, read};

    #[test]
    fn keeps_what_was_set_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/profiles.toml");
        let mut profiles = Profiles { path: Some(path.clone()), profiles: read(&path).unwrap() };
        let profile = Profile { url: Some("http://h:1".into()), ..Profile::default() };
        profiles.set("work".into(), profile.clone());
        profiles.save().unwrap();
        assert_eq!(read(&path).unwrap()["work"], profile);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(profiles.choose(Some("work")).unwrap(), profile);
        assert_eq!(profiles.choose(None).unwrap(), Profile::default());
        assert!(profiles.choose(Some("home")).is_err());
    }
}
