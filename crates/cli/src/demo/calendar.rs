//! Days and times of day of what is made up.

use kith_model::time::{Date, Timestamp};

use crate::random::Random;

/// Days of history before the last one: two years.
pub(super) const HISTORY: i32 = 730;

const MINUTE_US: i64 = 60_000_000;
const DAY_MINUTES: i64 = 24 * 60;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A day, and its last moment that has passed for certain.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Day(pub(super) i32);

impl Day {
    /// Reads `2026-11-23`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let date = Date::parse(text)?;
        let room = HISTORY.saturating_mul(4);
        (Date::MIN.0 + room..=Date::MAX.0 - room).contains(&date.0).then_some(Self(date.0))
    }

    /// Reads the day of an HTTP date: `Mon, 23 Nov 2026 17:10:38 GMT`.
    pub(crate) fn of_http(text: &str) -> Option<Self> {
        let mut words = text.split_whitespace().skip(1);
        let (day, month, year) = (words.next()?, words.next()?, words.next()?);
        let month = MONTHS.iter().position(|name| *name == month)? + 1;
        Self::parse(&format!("{year:0>4}-{month:02}-{day:0>2}"))
    }

    /// So many days later.
    pub(super) fn plus(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// Days from another until this one.
    pub(super) fn since(self, other: Self) -> i32 {
        self.0.saturating_sub(other.0)
    }

    /// A time within working hours.
    pub(super) fn at_work(self, random: &mut Random) -> Timestamp {
        let minute = i64::try_from(random.between(8 * 60, 18 * 60)).unwrap_or_default();
        Timestamp((i64::from(self.0) * DAY_MINUTES + minute) * MINUTE_US)
    }

    /// A day between two, both included.
    pub(super) fn between(self, last: Self, random: &mut Random) -> Self {
        let span = u64::try_from(last.since(self)).unwrap_or_default();
        self.plus(i32::try_from(random.between(0, span)).unwrap_or_default())
    }

    /// As it is written.
    pub(super) fn text(self) -> String {
        Date(self.0).to_string()
    }
}

/// So many hours later, but not beyond a time.
pub(super) fn later(at: Timestamp, hours: u64, bound: Timestamp) -> Timestamp {
    let hours = i64::try_from(hours).unwrap_or_default();
    Timestamp((at.0 + hours * 60 * MINUTE_US).min(bound.0))
}

#[cfg(test)]
mod tests {
    use super::Day;

    #[test]
    fn reads_days() {
        let day = Day::parse("2026-11-03").unwrap();
        assert_eq!(Day::of_http("Tue, 03 Nov 2026 17:10:38 GMT"), Some(day));
        assert_eq!(day.plus(30).text(), "2026-12-03");
        assert_eq!(Day::of_http("yesterday"), None);
        assert_eq!(Day::parse("0001-01-01"), None);
    }
}
