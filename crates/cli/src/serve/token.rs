//! The administrator's token: given, or made at the first start and kept in a file that
//! only its owner can read.

use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use kith_engine::Engine;

use crate::exit::Failure;

/// Name of the token's file in the data folder.
const FILE: &str = "admin-token";

/// Where the administrator's token is to be found.
#[derive(Debug)]
pub(super) enum Place {
    /// In the environment variable it was given by.
    Environment,
    /// In this file.
    File(PathBuf),
    /// Not on this machine: it was made elsewhere, or its file is gone.
    Elsewhere,
}

impl Place {
    /// The token, where it is to be found; `given` is that of the environment.
    pub(super) fn read(&self, given: Option<&str>) -> Option<String> {
        match self {
            Self::Environment => given.map(str::to_owned),
            Self::File(path) => std::fs::read_to_string(path).ok().map(|text| text.trim().to_owned()),
            Self::Elsewhere => None,
        }
    }
}

/// Makes the data folder, for its owner alone.
///
/// # Errors
/// When it cannot be made.
pub(super) fn make_folder(data_dir: &Path) -> Result<(), Failure> {
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(data_dir)
        .with_context(|| format!("the data folder `{}` cannot be made", data_dir.display()))
        .map_err(Failure::Unreachable)
}

/// Registers the token that was given, or makes one at the first start and writes it to
/// its file.
///
/// # Errors
/// When the engine refuses it or the file cannot be written.
pub(super) async fn ensure(
    engine: &Engine,
    data_dir: &Path,
    given: Option<String>,
) -> Result<Place, Failure> {
    let is_given = given.is_some();
    let made = engine
        .bootstrap(given)
        .await
        .context("the administrator's token cannot be registered")
        .map_err(Failure::Unreachable)?;
    if is_given {
        return Ok(Place::Environment);
    }
    let path = data_dir.join(FILE);
    if let Some(token) = made {
        write(&path, &token)
            .with_context(|| format!("`{}` cannot be written", path.display()))
            .map_err(Failure::Unreachable)?;
    }
    Ok(if path.exists() { Place::File(path) } else { Place::Elsewhere })
}

/// Writes a token to a file that only its owner can read, all of it or nothing.
///
/// # Errors
/// When it cannot be written.
pub(super) fn write(path: &Path, token: &str) -> std::io::Result<()> {
    let draft = path.with_extension("new");
    let mut file =
        std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
    file.write_all(token.as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    std::fs::rename(&draft, path)
}
