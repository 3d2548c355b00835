//! Chores of the repository, run as `cargo xtask <chore>`. Knows the sources as text
//! and the workspace as cargo describes it, and none of our crates.

mod tidy;

use std::io::Write;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result, bail};

const HELP: &str = "usage: cargo xtask tidy    check what the compiler does not: sizes, arrows, fences, docs";

fn main() -> Result<ExitCode> {
    let mut arguments = std::env::args().skip(1);
    match (arguments.next().as_deref(), arguments.next()) {
        (Some("tidy"), None) => run_tidy(),
        (Some("--help" | "-h" | "help"), None) => {
            writeln!(std::io::stdout(), "{HELP}").context("writing the help")?;
            Ok(ExitCode::SUCCESS)
        }
        _ => bail!(HELP),
    }
}

fn run_tidy() -> Result<ExitCode> {
    let started = Instant::now();
    let tree = tidy::Tree::read()?;
    let findings = tidy::check(&tree)?;
    let mut out = std::io::stdout().lock();
    for finding in &findings {
        writeln!(out, "{finding}").context("writing the findings")?;
    }
    let took = started.elapsed();
    writeln!(out, "tidy: {} files, {} findings, {took:.1?}", tree.files.len(), findings.len())?;
    Ok(if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
