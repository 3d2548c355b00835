//! The data folder: what it holds, who owns it, who may look into it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use kith_model::id::TenantId;

use super::error::{from_io, unavailable};
use crate::error::Result;

/// The ending of a tenant's file while it is being made.
const UNFINISHED: &str = "new";

/// The data folder, locked for this process as long as this lives.
pub(super) struct Folder {
    dir: PathBuf,
    /// Unlocked when it is closed.
    _lock: File,
}

impl Folder {
    /// Makes the folder if need be and takes it for this process.
    pub(super) fn take(dir: &Path) -> Result<Self> {
        make_private_dir(dir).map_err(from_io)?;
        let dir = dir.canonicalize().map_err(from_io)?;
        make_private_dir(&dir.join("tenants")).map_err(from_io)?;
        let path = dir.join("kith.lock");
        make_private_file(&path).map_err(from_io)?;
        let lock = OpenOptions::new().write(true).open(&path).map_err(from_io)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { dir, _lock: lock }),
            Err(TryLockError::WouldBlock) => {
                Err(unavailable(format!("another process uses the data folder `{}`", dir.display())))
            }
            Err(TryLockError::Error(error)) => Err(from_io(error)),
        }
    }

    /// The file of the control tables.
    pub(super) fn control(&self) -> PathBuf {
        self.dir.join("control.db")
    }

    /// A tenant's file.
    pub(super) fn tenant(&self, id: TenantId) -> PathBuf {
        self.tenants().join(format!("{id}.db"))
    }

    /// A tenant's file while it is being made.
    pub(super) fn unfinished(&self, id: TenantId) -> PathBuf {
        self.tenants().join(format!("{id}.{UNFINISHED}"))
    }

    /// The folder of the files of a tenant's jobs.
    pub(super) fn files(&self, id: TenantId) -> PathBuf {
        self.tenants().join(format!("{id}.files"))
    }

    /// Makes a rename in the tenants' folder last.
    pub(super) fn sync_tenants(&self) -> io::Result<()> {
        File::open(self.tenants())?.sync_all()
    }

    /// Removes what a crash left of tenants that were being made.
    pub(super) fn sweep(&self) -> Result<()> {
        for entry in fs::read_dir(self.tenants()).map_err(from_io)? {
            let path = entry.map_err(from_io)?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            // The database itself and what SQLite puts beside it: `….new-journal`.
            if name.rsplit_once('.').is_some_and(|(_, ending)| ending.starts_with(UNFINISHED)) {
                fs::remove_file(&path).map_err(from_io)?;
            }
        }
        Ok(())
    }

    fn tenants(&self) -> PathBuf {
        self.dir.join("tenants")
    }
}

/// Makes an empty file that only its owner can read; SQLite gives the files that it
/// puts beside it the same mode. Nothing happens if it is there.
pub(super) fn make_private_file(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

pub(super) fn make_private_dir(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}
