//! Checkpoints on a thread of their own, as large as Kith's: without them the log would
//! grow, and in the writer's thread they would cost the baseline a third.

use std::path::Path;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;

use anyhow::{Context, Result};
use rusqlite::Connection;

/// Pages in the log at which it is copied to the file.
const LOG_PAGES: i32 = 20_000;

/// The thread; joined when this is dropped.
pub(super) struct Checkpoints {
    end: Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

impl Checkpoints {
    /// Watches the commits of a connection to this file.
    pub(super) fn start(writer: &mut Connection, path: &Path) -> Result<Self> {
        let connection = super::open(path)?;
        let (due, tasks) = channel::<bool>();
        let thread = std::thread::Builder::new().name("checkpoints".to_owned()).spawn(move || {
            while let Ok(true) = tasks.recv() {
                // One that fails is made up for by the next.
                let _ = connection.query_row("pragma wal_checkpoint(passive)", [], |_| Ok(()));
            }
        });
        let (asked, next) = (due.clone(), AtomicI32::new(LOG_PAGES));
        writer.wal_hook(Some(move |_: &mut _, pages: i32| {
            let at = next.load(Ordering::Relaxed);
            if pages >= at {
                next.store(pages.saturating_add(LOG_PAGES), Ordering::Relaxed);
                let _ = asked.send(true);
            } else if pages < LOG_PAGES {
                // The log began anew.
                next.store(LOG_PAGES, Ordering::Relaxed);
            }
            Ok(())
        }))?;
        Ok(Self { end: due, thread: Some(thread.context("starting a thread for checkpoints")?) })
    }
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        let _ = self.end.send(false);
        if let Some(thread) = self.thread.take() {
            // It does nothing that could panic.
            let _ = thread.join();
        }
    }
}
