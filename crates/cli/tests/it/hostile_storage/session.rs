//! Somebody else's session on a PostgreSQL, which holds a lock until it is dropped.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

pub(super) struct Session {
    psql: Child,
}

impl Session {
    /// Locks the row of a tenant.
    pub(super) fn lock(url: &str, tenant: &str) -> Self {
        let mut psql = Command::new("psql");
        psql.args([url, "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1"]);
        let mut psql = psql.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("`psql` runs");
        let lock = format!("begin;\nselect 'locked' from \"{tenant}\".kith_state for update;\n");
        psql.stdin.as_mut().unwrap().write_all(lock.as_bytes()).unwrap();
        let mut line = String::new();
        BufReader::new(psql.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line.trim(), "locked", "the row of `{tenant}` is locked");
        Self { psql }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // At the end of its input it undoes what it began, and ends.
        drop(self.psql.stdin.take());
        let _ = self.psql.wait();
    }
}
