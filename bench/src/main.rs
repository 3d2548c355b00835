//! What Kith costs over the database beneath it: the raw database and the real server,
//! measured in one run, with what was promised beside what was found.
//!
//! It knows Kith as its users do, through HTTP; only the baselines look at the tables.

mod bench;
mod client;
mod contact;
mod crm;
mod http;
mod job;
mod latency;
mod load;
mod machine;
mod measure;
mod options;
mod random;
mod raw;
mod report;
mod requests;
mod server;
mod sse;

use std::io::Write;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Parser;

use crate::bench::Bench;
use crate::options::Options;
use crate::report::{Report, Section};

fn main() -> ExitCode {
    let options = Options::parse();
    match run(&options) {
        Ok(code) => code,
        Err(error) => {
            // Without a stderr there is nobody to tell.
            let _ = writeln!(std::io::stderr(), "kith-bench: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// One thread for all load: it shares the machine with what it measures.
fn run(options: &Options) -> Result<ExitCode> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().context("starting a runtime")?;
    runtime.block_on(async {
        tokio::select! {
            done = measure(options) => done,
            // Everything that was started ends with the future that is given up here.
            _ = tokio::signal::ctrl_c() => bail!("interrupted"),
        }
    })
}

/// Fails only when nothing can be measured; a measurement that fails is in the report.
async fn measure(options: &Options) -> Result<ExitCode> {
    let bench = Bench::new(options)?;
    let mut report = Report::new(machine::describe(&bench)?);
    write(&report.heading())?;
    for engine in options.engines() {
        for measurement in options.measurements(engine) {
            progress(&format!("measuring {} on {} …", measurement.title(), engine.name()))?;
            let figures = measure::run(&bench, engine, measurement).await;
            let section =
                Section { engine, measurement, figures: figures.map_err(|error| format!("{error:#}")) };
            write(&section.table())?;
            report.sections.push(section);
        }
    }
    if let Some(path) = &options.json {
        let text = serde_json::to_string_pretty(&report.json())?;
        std::fs::write(path, text + "\n").with_context(|| format!("writing `{}`", path.display()))?;
    }
    write(&report.summary())?;
    Ok(if report.has_failed() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn write(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).context("writing to stdout")
}

fn progress(text: &str) -> Result<()> {
    writeln!(std::io::stderr(), "{text}").context("writing to stderr")
}
