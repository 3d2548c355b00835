//! How a command fails: what is said on stderr, and the exit code that says it to
//! programs. The codes are documented in `kith --help`.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::ExitCode;

use crate::client::Problem;

/// Why a command did not do what it was told.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The server answered with a problem.
    Refused(Box<Problem>),
    /// What the user gave cannot be used.
    Usage(String),
    /// The server cannot be reached, or could not be started.
    Unreachable(anyhow::Error),
    /// Something on this machine went wrong.
    Local(anyhow::Error),
    /// A verification found this many faults; they have been printed.
    Faults(u64),
    /// The server's schema is not the file's; the steps between them have been printed.
    Drift(usize),
    /// So many of the requests of a benchmark failed; they have been printed.
    Errors(u64),
    /// A load is done, but so many rows were refused; the first have been printed.
    Rows(u64),
    /// A job did not come to a good end, and why.
    Job(String),
    /// The user ended it; what there was to clean up is cleaned up.
    Interrupted,
    /// Nobody reads the output any more: not worth a word.
    Closed,
}

impl Failure {
    /// A failure of this machine.
    pub(crate) fn local(error: impl Into<anyhow::Error>) -> Self {
        Self::Local(error.into())
    }

    /// Wrong usage.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::Usage(message.into())
    }

    /// Says it on stderr and gives the exit code.
    pub(crate) fn report(&self) -> ExitCode {
        let text = self.message();
        if !text.is_empty() {
            // A stderr that is closed leaves nobody to tell.
            let _ = writeln!(std::io::stderr(), "{}", text.trim_end());
        }
        ExitCode::from(self.code())
    }

    /// What is said of it.
    pub(crate) fn message(&self) -> String {
        match self {
            Self::Refused(problem) => describe(problem),
            Self::Usage(message) => format!("error: {message}"),
            Self::Unreachable(error) | Self::Local(error) => format!("error: {error:#}"),
            Self::Faults(count) => format!("error: the verification found {count} faults"),
            Self::Drift(steps) => format!("error: the schema has drifted: {steps} steps from the file"),
            Self::Errors(count) => format!("error: {count} requests failed"),
            Self::Rows(count) => format!("error: {count} rows were refused"),
            Self::Job(why) => format!("error: {why}"),
            Self::Interrupted => "interrupted".to_owned(),
            Self::Closed => String::new(),
        }
    }

    fn code(&self) -> u8 {
        match self {
            Self::Refused(problem) => match problem.status {
                404 => 3,
                409 | 412 => 4,
                400..=499 => 1,
                _ => 5,
            },
            Self::Usage(_) => 2,
            Self::Unreachable(_) | Self::Local(_) => 5,
            Self::Faults(_) => 6,
            Self::Drift(_) => 7,
            Self::Errors(_) => 1,
            Self::Rows(_) => 8,
            Self::Job(_) => 9,
            Self::Interrupted => 130,
            Self::Closed => 0,
        }
    }
}

/// The problem's faults, each with its pointer, its hint and the records in the way.
fn describe(problem: &Problem) -> String {
    let mut text = format!("error: {} ({})\n", problem.summary(), problem.code);
    for fault in &problem.errors {
        let (place, detail) = (&fault.pointer, &fault.detail);
        // Writing to a `String` cannot fail.
        let _ = match (place.is_empty(), detail == problem.summary()) {
            (true, true) => Ok(()),
            (false, true) => writeln!(text, "  at {place}"),
            (true, false) => writeln!(text, "  {detail}"),
            (false, false) => writeln!(text, "  at {place}: {detail}"),
        };
        if let Some(hint) = &fault.hint {
            let _ = writeln!(text, "    hint: {hint}");
        }
        if !fault.records.is_empty() {
            let _ = writeln!(text, "    records: {}", fault.records.join(", "));
        }
    }
    text.push_str(own_hint(problem));
    if problem.status >= 500 && !problem.instance.is_empty() {
        let _ = writeln!(text, "  request: {}", problem.instance);
    }
    text
}

/// What the server cannot know: how this program is told what it lacks.
fn own_hint(problem: &Problem) -> &'static str {
    if problem.status == 401 {
        return "    hint: give a token with --token, KITH_TOKEN or a profile (`kith config set-profile --help`)\n";
    }
    if problem.errors.iter().any(|fault| fault.pointer == "/Kith-Tenant") {
        return "    hint: name the tenant with --tenant, KITH_TENANT or a profile\n";
    }
    ""
}
