//! What long tests say of their run: shown when they fail, or with `--nocapture`.

/// Says one line.
#[expect(clippy::print_stdout, reason = "the test harness keeps it, and shows it when it is wanted")]
pub(crate) fn report(line: &str) {
    println!("{line}");
}
