//! What is printed: a table for people, one document for programs.

use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::{Map, Value as Json, json};

use super::deed::Deed;
use super::ground::Ground;
use super::load::Measured;
use super::tally::Tally;
use super::workload::Workload;
use crate::exit::Failure;
use crate::output::Output;

/// The shares of requests whose times are shown.
const QUANTILES: [(&str, f64); 3] = [("p50_us", 0.5), ("p99_us", 0.99), ("p999_us", 0.999)];

const COLUMNS: [&str; 9] =
    ["workload", "requests", "seconds", "per_second", "p50_ms", "p99_ms", "p99.9_ms", "max_ms", "errors"];

/// What was measured so far.
#[derive(Debug)]
pub(super) struct Report {
    connections: u32,
    rate: Option<u64>,
    results: Vec<Json>,
    errors: u64,
}

impl Report {
    /// Of nothing yet.
    pub(super) fn new(connections: u32, rate: Option<u64>) -> Self {
        Self { connections, rate, results: Vec::new(), errors: 0 }
    }

    /// Adds what a workload came to.
    pub(super) fn add(&mut self, workload: Workload, measured: Measured) {
        let Measured { tally, kinds, elapsed, unsent, writes: _ } = measured;
        self.errors += tally.errors().values().sum::<u64>() + unsent;
        let mut result = figures(workload.name(), &tally, elapsed);
        if unsent > 0 {
            result["errors"]["not_sent_in_time"] = json!(unsent);
        }
        if kinds.len() > 1 {
            let of = |(kind, tally): &(Deed, Tally)| figures(kind.name(), tally, elapsed);
            result["of_which"] = kinds.iter().map(of).collect();
        }
        self.results.push(result);
    }

    /// Requests that failed.
    pub(super) fn errors(&self) -> u64 {
        self.errors
    }

    /// Prints it.
    ///
    /// # Errors
    /// When stdout cannot be written to.
    pub(super) fn print(&self, output: Output, ground: &Ground) -> Result<(), Failure> {
        if output.is_json() {
            let count = |counter: &std::sync::atomic::AtomicU64| counter.load(Ordering::Relaxed);
            return output.json_line(&json!({
                "server": ground.client().address(),
                "connections": self.connections,
                "rate": self.rate,
                "results": self.results,
                "written": { "created": count(&ground.created), "updated": count(&ground.updated) },
            }));
        }
        let mut rows = Vec::new();
        for result in &self.results {
            rows.push(row(result, ""));
            let parts = result["of_which"].as_array().into_iter().flatten();
            rows.extend(parts.map(|part| row(part, "· ")));
        }
        output.table(&rows, &COLUMNS)
    }
}

/// The figures of one tally, times in microseconds.
fn figures(name: &str, tally: &Tally, elapsed: Duration) -> Json {
    let mut figures = Map::new();
    let millis = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
    figures.insert("workload".into(), json!(name));
    figures.insert("requests".into(), json!(tally.count()));
    figures.insert("records".into(), json!(tally.records()));
    figures.insert("milliseconds".into(), json!(millis));
    figures.insert("per_second".into(), json!(tally.records().saturating_mul(1000) / millis.max(1)));
    for (name, share) in QUANTILES {
        figures.insert(name.into(), json!(tally.quantile(share)));
    }
    figures.insert("max_us".into(), json!(tally.max()));
    figures.insert("errors".into(), json!(tally.errors()));
    figures.into()
}

/// One line of the table.
fn row(figures: &Json, before: &str) -> Json {
    let millis = |name: &str| figures[name].as_u64().map(thousandth);
    let errors = figures["errors"].as_object().into_iter().flatten();
    let errors: Vec<String> = errors.map(|(code, count)| format!("{code} {count}")).collect();
    json!({
        "workload": format!("{before}{}", figures["workload"].as_str().unwrap_or_default()),
        "requests": figures["requests"],
        "seconds": figures["milliseconds"].as_u64().map(thousandth),
        "per_second": figures["per_second"],
        "p50_ms": millis("p50_us"),
        "p99_ms": millis("p99_us"),
        "p99.9_ms": millis("p999_us"),
        "max_ms": millis("max_us"),
        "errors": if errors.is_empty() { "none".to_owned() } else { errors.join(", ") },
    })
}

/// So many thousandths, in whole ones.
fn thousandth(count: u64) -> String {
    format!("{}.{:03}", count / 1000, count % 1000)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{figures, row};
    use crate::bench::tally::Tally;

    #[test]
    fn shows_what_was_done_and_what_failed() {
        let mut tally = Tally::new().unwrap();
        for millis in 1..=100 {
            tally.done(Duration::from_millis(millis), 1_000);
        }
        tally.failed("overloaded".to_owned());
        let figures = figures("bulk", &tally, Duration::from_secs(4));
        assert_eq!((&figures["requests"], &figures["per_second"]), (&100.into(), &25_000.into()));
        let row = row(&figures, "");
        assert_eq!(row["errors"], "overloaded 1");
        assert!(row["p99_ms"].as_str().is_some_and(|text| text.starts_with("99.")), "{row}");
    }
}
