//! How far something is, as a bar on a terminal. Elsewhere nothing is drawn.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// How often what has no known end shows that it goes on.
const TICK: Duration = Duration::from_millis(120);

/// A bar of bytes; without a total, a count of them.
pub(super) fn bytes(total: Option<u64>) -> ProgressBar {
    match total {
        Some(total) => styled(ProgressBar::new(total), "sending {bar:30} {bytes}/{total_bytes} {eta}"),
        None => styled(ProgressBar::new_spinner(), "sending {spinner} {bytes}"),
    }
}

/// A bar of what is done of a job, which shows its message alone until [`known`].
pub(super) fn done() -> ProgressBar {
    let bar = styled(ProgressBar::new_spinner(), "{msg} {spinner}");
    bar.enable_steady_tick(TICK);
    bar
}

/// Says of how many bytes the job has gone through how many.
pub(super) fn known(bar: &ProgressBar, bytes: u64, total: u64) {
    if bar.length() != Some(total) {
        bar.set_length(total);
        bar.set_style(style("{msg} {bar:30} {bytes}/{total_bytes} {eta}"));
    }
    bar.set_position(bytes);
}

fn styled(bar: ProgressBar, template: &str) -> ProgressBar {
    bar.with_style(style(template))
}

/// A template that is not understood draws the usual bar.
fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
