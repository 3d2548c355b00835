//! What was found, beside what was promised: as a table and as JSON.

use serde_json::{Value as Json, json};

use crate::bench::Engine;
use crate::latency::Latency;
use crate::measure::Measurement;

/// Everything that was measured.
pub(crate) struct Report {
    machine: Vec<(&'static str, String)>,
    /// What was measured, in order.
    pub(crate) sections: Vec<Section>,
}

/// One measurement on one database.
pub(crate) struct Section {
    /// On which database.
    pub(crate) engine: Engine,
    /// What was measured.
    pub(crate) measurement: Measurement,
    /// The figures, or why there are none.
    pub(crate) figures: Result<Vec<Figure>, String>,
}

/// One number.
#[derive(Clone, Debug)]
pub(crate) struct Figure {
    name: String,
    value: u64,
    unit: Unit,
    target: Option<Target>,
}

/// What a number counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Unit {
    PerSecond,
    Nanos,
    Micros,
    Hundredths,
    Kibibytes,
    Count,
}

/// What was promised, in the unit of the figure.
#[derive(Clone, Copy, Debug)]
enum Target {
    AtLeast(u64),
    Below(u64),
    AtMost(u64),
}

impl Figure {
    /// So many a second.
    pub(crate) fn rate(name: impl Into<String>, per_second: u64) -> Self {
        Self { name: name.into(), value: per_second, unit: Unit::PerSecond, target: None }
    }

    /// A time in microseconds.
    pub(crate) fn micros(name: impl Into<String>, micros: u64) -> Self {
        Self { name: name.into(), value: micros, unit: Unit::Micros, target: None }
    }

    /// A time in nanoseconds.
    pub(crate) fn nanos(name: impl Into<String>, nanos: u64) -> Self {
        Self { name: name.into(), value: nanos, unit: Unit::Nanos, target: None }
    }

    /// One rate as a share of another, in hundredths.
    pub(crate) fn ratio(name: impl Into<String>, rate: u64, of: u64) -> Self {
        let value = rate.saturating_mul(100).checked_div(of).unwrap_or(0);
        Self { name: name.into(), value, unit: Unit::Hundredths, target: None }
    }

    /// Memory.
    pub(crate) fn memory(name: impl Into<String>, kibibytes: u64) -> Self {
        Self { name: name.into(), value: kibibytes, unit: Unit::Kibibytes, target: None }
    }

    /// A number of things.
    pub(crate) fn count(name: impl Into<String>, count: u64) -> Self {
        Self { name: name.into(), value: count, unit: Unit::Count, target: None }
    }

    /// The usual points of a distribution; the promise is about the 99th percentile.
    pub(crate) fn latency(name: &str, latency: &Latency, p99_below_ms: Option<u64>) -> Vec<Self> {
        let point = |point: &str, micros| Self::micros(format!("{name}, {point}"), micros);
        let p99 = point("p99", latency.p99());
        vec![
            point("p50", latency.p50()),
            match p99_below_ms {
                Some(limit) => p99.below_ms(limit),
                None => p99,
            },
            point("p99.9", latency.p999()),
            point("max", latency.max()),
        ]
    }

    /// Promised to be at least so much.
    pub(crate) fn at_least(self, target: u64) -> Self {
        Self { target: Some(Target::AtLeast(target)), ..self }
    }

    /// Promised to be below so many milliseconds.
    pub(crate) fn below_ms(self, target: u64) -> Self {
        Self { target: Some(Target::Below(target * 1000)), ..self }
    }

    /// Promised to be below so many megabytes.
    pub(crate) fn below_mb(self, target: u64) -> Self {
        Self { target: Some(Target::Below(target * 1024)), ..self }
    }

    /// Promised to be at most so many.
    pub(crate) fn at_most(self, target: u64) -> Self {
        Self { target: Some(Target::AtMost(target)), ..self }
    }

    fn is_met(&self) -> Option<bool> {
        Some(match self.target? {
            Target::AtLeast(target) => self.value >= target,
            Target::Below(target) => self.value < target,
            Target::AtMost(target) => self.value <= target,
        })
    }

    fn verdict(&self) -> &'static str {
        match self.is_met() {
            Some(true) => "met",
            Some(false) => "NOT MET",
            None => "",
        }
    }

    fn promise(&self) -> String {
        match self.target {
            Some(Target::AtLeast(target)) => format!("at least {}", self.unit.text(target)),
            Some(Target::Below(target)) => format!("below {}", self.unit.text(target)),
            Some(Target::AtMost(target)) => format!("at most {}", self.unit.text(target)),
            None => String::new(),
        }
    }

    fn json(&self) -> Json {
        let target = self.target.map(|target| match target {
            Target::AtLeast(target) => json!({"at_least": target}),
            Target::Below(target) => json!({"below": target}),
            Target::AtMost(target) => json!({"at_most": target}),
        });
        let unit = self.unit.name();
        json!({"name": self.name, "value": self.value, "unit": unit, "target": target, "met": self.is_met()})
    }
}

impl Unit {
    fn name(self) -> &'static str {
        match self {
            Self::PerSecond => "per_second",
            Self::Nanos => "nanoseconds",
            Self::Micros => "microseconds",
            Self::Hundredths => "hundredths",
            Self::Kibibytes => "kibibytes",
            Self::Count => "count",
        }
    }

    fn text(self, value: u64) -> String {
        match self {
            Self::PerSecond => format!("{}/s", grouped(value)),
            Self::Nanos => format!("{} ns", grouped(value)),
            Self::Micros if value < 1000 => format!("{value} µs"),
            Self::Micros => format!("{}.{:02} ms", grouped(value / 1000), value % 1000 / 10),
            Self::Hundredths => format!("{}.{:02}", value / 100, value % 100),
            Self::Kibibytes => format!("{}.{} MB", grouped(value / 1024), value % 1024 * 10 / 1024),
            Self::Count => grouped(value),
        }
    }
}

/// With a comma between thousands.
fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

impl Section {
    /// The figures as lines of a table in Markdown.
    pub(crate) fn table(&self) -> String {
        let title = format!("\n### {}: {}\n\n", self.engine.name(), self.measurement.title());
        let figures = match &self.figures {
            Ok(figures) => figures,
            Err(why) => return format!("{title}FAILED: {why}\n"),
        };
        let head = ["", "found", "promised", ""].map(str::to_owned);
        let lines: Vec<[String; 4]> = figures
            .iter()
            .map(|each| {
                [each.name.clone(), each.unit.text(each.value), each.promise(), each.verdict().to_owned()]
            })
            .collect();
        let width = |column: usize| {
            let cells = lines.iter().chain([&head]).map(|line| line[column].chars().count());
            cells.max().unwrap_or(0).max(3)
        };
        let widths = [0, 1, 2, 3].map(width);
        let row = |[name, found, promised, verdict]: &[String; 4]| {
            let [a, b, c, d] = widths;
            format!("| {name:<a$} | {found:>b$} | {promised:<c$} | {verdict:<d$} |\n")
        };
        let rule = widths.map(|width| "-".repeat(width));
        let mut text = title + &row(&head) + &row(&rule);
        text.extend(lines.iter().map(row));
        text
    }
}

impl Report {
    /// Of nothing yet.
    pub(crate) fn new(machine: Vec<(&'static str, String)>) -> Self {
        Self { machine, sections: Vec::new() }
    }

    /// What it is measured on.
    pub(crate) fn heading(&self) -> String {
        self.machine.iter().map(|(name, what)| format!("{name}: {what}\n")).collect()
    }

    /// Whether a measurement gave no figures.
    pub(crate) fn has_failed(&self) -> bool {
        self.sections.iter().any(|section| section.figures.is_err())
    }

    /// How much of what was promised is so.
    pub(crate) fn summary(&self) -> String {
        let figures = self.sections.iter().flat_map(|section| section.figures.iter().flatten());
        let verdicts: Vec<bool> = figures.filter_map(Figure::is_met).collect();
        let met = verdicts.iter().filter(|is_met| **is_met).count();
        let failed = self.sections.iter().filter(|section| section.figures.is_err()).count();
        format!("\n{met} of {} targets met; {failed} measurements failed\n", verdicts.len())
    }

    /// Everything, for programs.
    pub(crate) fn json(&self) -> Json {
        let machine: serde_json::Map<String, Json> =
            self.machine.iter().map(|(name, what)| ((*name).to_owned(), json!(what))).collect();
        let sections = self.sections.iter().map(|section| {
            let figures = section.figures.as_ref();
            json!({
                "database": section.engine.name(),
                "measurement": section.measurement.name(),
                "title": section.measurement.title(),
                "failed": figures.err(),
                "figures": figures.map(|all| all.iter().map(Figure::json).collect::<Vec<_>>()).unwrap_or_default(),
            })
        });
        json!({"machine": machine, "sections": sections.collect::<Vec<_>>()})
    }
}
