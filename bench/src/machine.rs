//! What it is measured on: without that, figures say nothing.

use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::bench::Bench;

/// Commits of one page each, to see what the disk can do.
const SYNCS: u32 = 200;

/// Linux counts processor time in hundredths of a second, on every machine.
const TICK_MS: u64 = 10;

/// Lines about the machine and the program that is measured.
pub(crate) fn describe(bench: &Bench) -> Result<Vec<(&'static str, String)>> {
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let sync = sync_time(&bench.root)?;
    let built = std::fs::metadata(&bench.kith)?.modified()?.elapsed().unwrap_or_default();
    Ok(vec![
        ("processor", format!("{} × {}", cores, processor())),
        ("memory", format!("{} MB", memory_mb())),
        ("kernel", first_words("/proc/version", 3)),
        ("disk", format!("{} µs to write and sync a page of 4 KiB", sync.as_micros())),
        ("kith", format!("built {} min ago", built.as_secs() / 60)),
        ("time", format!("{} s a figure", bench.time.as_secs())),
    ])
}

/// Whether what is in a folder is lost without power.
pub(crate) fn is_memory(folder: &Path) -> Result<bool> {
    let folder = folder.canonicalize().with_context(|| format!("looking for `{}`", folder.display()))?;
    let mounts = std::fs::read_to_string("/proc/mounts").unwrap_or_default();
    let mounted = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ').skip(1);
        Some((words.next()?, words.next()?))
    });
    let of_folder =
        mounted.filter(|(place, _)| folder.starts_with(place)).max_by_key(|(place, _)| place.len());
    Ok(of_folder.is_some_and(|(_, kind)| matches!(kind, "tmpfs" | "ramfs")))
}

/// Processor time that a process and its threads have taken so far.
pub(crate) fn processor_time(process: u32) -> Result<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).context("looking at a process")?;
    // Behind the name, which may hold anything: the 12th and 13th are user and system time.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks = fields.skip(11).take(2).map(str::parse::<u64>).sum::<Result<u64, _>>();
    Ok(Duration::from_millis(ticks.context("the processor time of a process")? * TICK_MS))
}

/// How long a page takes to reach the disk; the middle one.
fn sync_time(folder: &Path) -> Result<Duration> {
    let mut file = tempfile::tempfile_in(folder).context("making a file")?;
    let mut times = Vec::new();
    for _ in 0..SYNCS {
        let start = Instant::now();
        file.write_all(&[7; 4096]).and_then(|()| file.sync_data()).context("writing to the disk")?;
        times.push(start.elapsed());
    }
    times.sort_unstable();
    Ok(times[times.len() / 2])
}

fn processor() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with("model name"));
    line.and_then(|line| line.split(": ").nth(1)).unwrap_or("unknown processor").to_owned()
}

fn memory_mb() -> u64 {
    let text = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kib = text.split_whitespace().nth(1).and_then(|word| word.parse::<u64>().ok());
    kib.unwrap_or(0) / 1024
}

fn first_words(path: &str, count: usize) -> String {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.split_whitespace().take(count).collect::<Vec<_>>().join(" ")
}
