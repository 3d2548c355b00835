//! A small disk: a file system in memory of a few megabytes, gone with its owner.

use std::path::{Path, PathBuf};
use std::process::Command;

use kith_testing::postgres::Postgres;
use tempfile::TempDir;

use crate::report::report;

/// Enough for an empty tenant, and soon full.
const SIZE: &str = "12m";

/// What is kept aside, to be given back when the disk was full.
const SPARE: usize = 4 * 1024 * 1024;

pub(super) struct Disk {
    folder: TempDir,
}

impl Disk {
    /// Mounts one. Without the right to, the test is not run, and says so; in CI it must.
    pub(super) fn mount() -> Option<Self> {
        let folder = TempDir::new().unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={SIZE},mode=0777"), "tmpfs"]).arg(folder.path());
        let output = mount.output().expect("`mount` can be run");
        if output.status.success() {
            return Some(Self { folder });
        }
        let reason = String::from_utf8_lossy(&output.stderr).into_owned();
        let is_ci = ["CI", "KITH_CI_CACHE"].iter().any(|name| std::env::var_os(name).is_some());
        assert!(!is_ci, "in CI the full disk is tested, and no small one can be mounted: {reason}");
        report(&format!("NOT RUN: no small disk can be mounted, which needs root: {reason}"));
        None
    }

    /// A folder on it.
    pub(super) fn folder(&self) -> TempDir {
        TempDir::new_in(self.folder.path()).unwrap()
    }

    /// Takes some of its room, to be given back.
    pub(super) fn take_spare(&self) {
        std::fs::write(self.spare(), vec![1; SPARE]).unwrap();
    }

    pub(super) fn give_spare(&self) {
        std::fs::remove_file(self.spare()).unwrap();
    }

    fn spare(&self) -> PathBuf {
        self.folder.path().join("spare")
    }

    /// Has the tables of a database made on it from now on.
    pub(super) fn hold_tables_of(&self, postgres: &Postgres, url: &str) {
        let place = self.folder.path().join("tables");
        std::fs::create_dir(&place).unwrap();
        give_to_postgres(&place);
        let name = url.rsplit('=').next().unwrap();
        execute(&postgres.url(), &format!("create tablespace small location '{}'", place.display()));
        execute(&postgres.url(), &format!("alter database {name} set default_tablespace = small"));
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: whoever still has a file open there keeps it until it is closed.
        let unmounted = Command::new("umount").arg("-l").arg(self.folder.path()).status();
        assert!(
            std::thread::panicking() || unmounted.is_ok_and(|status| status.success()),
            "the disk is unmounted"
        );
    }
}

/// The folder must belong to the server's account, which is another when we are root.
fn give_to_postgres(folder: &Path) {
    for parent in folder.ancestors().skip(1).take(2) {
        let opened = Command::new("chmod").arg("a+x").arg(parent).status();
        assert!(opened.is_ok_and(|status| status.success()));
    }
    let given = Command::new("chown").arg("postgres").arg(folder).status();
    assert!(given.is_ok_and(|status| status.success()), "the folder can be given to `postgres`");
}

fn execute(url: &str, sql: &str) {
    let output =
        Command::new("psql").args([url, "-v", "ON_ERROR_STOP=1", "-c", sql]).output().expect("`psql` runs");
    assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
}
