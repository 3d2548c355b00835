//! How far it is: a bar on a terminal, a line now and then elsewhere.

use std::io::{IsTerminal, Write};

use indicatif::{ProgressBar, ProgressStyle};

/// How many lines tell of the whole, where there is no terminal.
const LINES: u64 = 10;

/// Shows how far it is.
#[derive(Debug)]
pub(crate) struct Progress {
    kind: Kind,
    total: u64,
}

#[derive(Debug)]
enum Kind {
    Bar(ProgressBar),
    Lines,
    Silent,
}

impl Progress {
    /// On stderr, of so many records.
    pub(crate) fn new(total: u64) -> Self {
        if !std::io::stderr().is_terminal() {
            return Self { kind: Kind::Lines, total };
        }
        let bar = ProgressBar::new(total);
        // A template that cannot be read leaves the bar as it is.
        if let Ok(style) =
            ProgressStyle::with_template("{wide_bar} {pos}/{len} records, {per_sec}, {eta} left")
        {
            bar.set_style(style);
        }
        Self { kind: Kind::Bar(bar), total }
    }

    /// Shown to nobody.
    pub(crate) fn silent() -> Self {
        Self { kind: Kind::Silent, total: 0 }
    }

    /// So many are dealt with, after so many before.
    pub(super) fn set(&self, before: u64, now: u64) {
        match &self.kind {
            Kind::Bar(bar) => bar.set_position(now),
            Kind::Lines => {
                let part = |records: u64| records.saturating_mul(LINES) / self.total.max(1);
                if part(now) > part(before) {
                    // A stderr that is closed has no reader.
                    let _ = writeln!(std::io::stderr(), "{now} of {} records", self.total);
                }
            }
            Kind::Silent => {}
        }
    }

    /// It is over.
    pub(crate) fn finish(&self) {
        if let Kind::Bar(bar) = &self.kind {
            bar.finish_and_clear();
        }
    }
}
