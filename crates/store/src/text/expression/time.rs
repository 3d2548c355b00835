//! Days and times, in UTC. SQLite has days as text and times as microseconds.

use kith_model::expression::{NodeId, Part};

use super::{Unsupported, Writer, Written};

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;
/// More microseconds than there are before 1970, in whole seconds.
const ABOVE: i64 = 1_000_000_000_000 * SECOND;

impl Writer<'_> {
    /// Days from one date to another.
    pub(super) fn days_between(&mut self, one: NodeId, other: NodeId) -> Written {
        let (one, other) = (self.scalar(one)?, self.scalar(other)?);
        // Midnights are exact in SQLite's days, which are floats.
        Ok(self.either(
            || format!("cast(julianday({one}) - julianday({other}) as integer)"),
            || format!("cast({one} - {other} as bigint)"),
        ))
    }

    /// Microseconds from one time to another.
    pub(super) fn time_between(&mut self, one: NodeId, other: NodeId) -> Written {
        let (one, other) = (self.scalar(one)?, self.scalar(other)?);
        Ok(self.either(
            || format!("({one} - {other})"),
            || format!("cast(extract(epoch from {one} - {other}) * {SECOND} as bigint)"),
        ))
    }

    /// A part of a date.
    pub(super) fn part_of_day(&self, part: Part, day: &str) -> Written {
        let (format, field, less) = calendar(part)?;
        Ok(self.either(
            || format!("(cast(strftime('{format}', {day}) as integer) - {less})"),
            || format!("(cast(extract({field} from {day}) as bigint) - {less})"),
        ))
    }

    /// A part of a time.
    pub(super) fn part_of_time(&self, part: Part, at: &str) -> Written {
        let (unit, around) = match part {
            Part::Hours => (3600 * SECOND, DAY),
            Part::Minutes => (60 * SECOND, 3600 * SECOND),
            Part::Seconds => (SECOND, 60 * SECOND),
            Part::Milliseconds => (1000, SECOND),
            _ => {
                let (format, field, less) = calendar(part)?;
                return Ok(self.either(
                    || format!("(cast({} as integer) - {less})", formatted(format, at)),
                    || format!("(cast(extract({field} from {at} at time zone 'UTC') as bigint) - {less})"),
                ));
            }
        };
        // Microseconds of the day, from 0 on also before 1970.
        let micros = self.either(
            || format!("(({at} % {DAY} + {DAY}) % {DAY})"),
            || {
                format!(
                    "cast(extract(epoch from cast({at} at time zone 'UTC' as time)) * {SECOND} as bigint)"
                )
            },
        );
        Ok(format!("({micros} % {around} / {unit})"))
    }

    /// The day of a time.
    pub(super) fn day_of(&self, at: &str) -> String {
        self.either(|| formatted("%Y-%m-%d", at), || format!("cast({at} at time zone 'UTC' as date)"))
    }
}

/// A time of SQLite in a form of `strftime`, by its whole seconds.
fn formatted(format: &str, at: &str) -> String {
    format!("strftime('{format}', ({at} + {ABOVE}) / {SECOND} - {}, 'unixepoch')", ABOVE / SECOND)
}

/// What SQLite and PostgreSQL call a part of a date, and how much more they count.
fn calendar(part: Part) -> Result<(&'static str, &'static str, i64), Unsupported> {
    Ok(match part {
        Part::FullYear => ("%Y", "year", 0),
        Part::Month => ("%m", "month", 1),
        Part::Date => ("%d", "day", 0),
        Part::DayOfMonth => ("%d", "day", 1),
        Part::DayOfWeek => ("%w", "dow", 0),
        Part::DayOfYear => ("%j", "doy", 1),
        Part::Hours | Part::Minutes | Part::Seconds | Part::Milliseconds => return Err(Unsupported),
    })
}

/// How many of a unit there are in a duration; both divide towards zero.
pub(super) fn part_of_duration(part: Part, micros: &str) -> Written {
    let unit = match part {
        Part::Hours => 3600 * SECOND,
        Part::Minutes => 60 * SECOND,
        Part::Seconds => SECOND,
        Part::Milliseconds => 1000,
        _ => return Err(Unsupported),
    };
    Ok(format!("({micros} / {unit})"))
}
