//! Asking before something is done.

use std::io::{BufRead, IsTerminal, Write};

use crate::exit::Failure;

/// Shows what would be done on stderr, and asks. Where nobody can answer, it says how to
/// agree beforehand.
pub(super) fn confirmed(what: &str, question: &str) -> Result<bool, Failure> {
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        return Err(Failure::usage(
            "nobody can be asked here: pass --yes, or --plan with the plan that was seen",
        ));
    }
    let mut stderr = std::io::stderr();
    let _ = write!(stderr, "{}\n\n{question} [y/N] ", what.trim_end());
    let _ = stderr.flush();
    let mut answer = String::new();
    stdin.lock().read_line(&mut answer).map_err(Failure::local)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}
