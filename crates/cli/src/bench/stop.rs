//! When the user ends a benchmark: it stops sending, and cleans up.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::signal::unix::{SignalKind, signal};

use crate::exit::Failure;

/// Whether the user has asked it to end.
#[derive(Clone, Debug)]
pub(super) struct Stop(Arc<AtomicBool>);

impl Stop {
    /// From now on Ctrl-C (and SIGTERM) ask; a second one ends the process at once.
    ///
    /// # Errors
    /// When the system has no room for a signal handler.
    pub(super) fn listen() -> Result<Self, Failure> {
        let mut interrupt = signal(SignalKind::interrupt()).map_err(Failure::local)?;
        let mut terminate = signal(SignalKind::terminate()).map_err(Failure::local)?;
        let stop = Self(Arc::default());
        let asked = Arc::clone(&stop.0);
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
                if asked.swap(true, Ordering::Relaxed) {
                    std::process::exit(130);
                }
            }
        });
        Ok(stop)
    }

    /// Whether it is to end.
    pub(super) fn is_asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
