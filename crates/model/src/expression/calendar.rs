//! Days, times and lengths of time. Everything is in UTC, or at a fixed offset that the
//! expression names.

use jiff::civil;
use jiff::tz::Offset;

use super::trouble::Trouble;
use crate::time::{Date, Timestamp};

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

/// What can be asked of a date or a time.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Part {
    /// The year.
    FullYear,
    /// The month, from 0 as in CEL.
    Month,
    /// The day of the month, from 1.
    Date,
    /// The day of the month, from 0 as in CEL.
    DayOfMonth,
    /// The day of the week, from 0 for Sunday.
    DayOfWeek,
    /// The day of the year, from 0 as in CEL.
    DayOfYear,
    /// The hour; all hours of a duration.
    Hours,
    /// The minute; all minutes of a duration.
    Minutes,
    /// The second; all seconds of a duration.
    Seconds,
    /// The millisecond of the second; all milliseconds of a duration.
    Milliseconds,
}

/// A part of a day.
pub(super) fn part_of_day(part: Part, day: Date) -> Option<i64> {
    civil_day(day).and_then(|day| part_of(part, day.to_datetime(civil::Time::midnight())))
}

/// A part of a time at an offset in seconds.
pub(super) fn part_of_time(part: Part, at: Timestamp, offset: i64) -> Option<i64> {
    civil_time(at, offset).and_then(|time| part_of(part, time))
}

/// A part of a duration: how many of the unit there are in it, without the fraction.
pub(super) fn part_of_duration(part: Part, micros: i64) -> Option<i64> {
    match part {
        Part::Hours => Some(micros / (3600 * SECOND)),
        Part::Minutes => Some(micros / (60 * SECOND)),
        Part::Seconds => Some(micros / SECOND),
        Part::Milliseconds => Some(micros / 1000),
        _ => None,
    }
}

fn part_of(part: Part, time: civil::DateTime) -> Option<i64> {
    Some(match part {
        Part::FullYear => i64::from(time.year()),
        Part::Month => i64::from(time.month()) - 1,
        Part::Date => i64::from(time.day()),
        Part::DayOfMonth => i64::from(time.day()) - 1,
        Part::DayOfWeek => i64::from(time.weekday().to_sunday_zero_offset()),
        Part::DayOfYear => i64::from(time.day_of_year()) - 1,
        Part::Hours => i64::from(time.hour()),
        Part::Minutes => i64::from(time.minute()),
        Part::Seconds => i64::from(time.second()),
        Part::Milliseconds => i64::from(time.millisecond()),
    })
}

const EPOCH: civil::Date = civil::date(1970, 1, 1);

fn civil_day(day: Date) -> Option<civil::Date> {
    EPOCH.checked_add(jiff::Span::new().try_days(day.0).ok()?).ok()
}

fn civil_time(at: Timestamp, offset: i64) -> Option<civil::DateTime> {
    let moment = jiff::Timestamp::from_microsecond(at.0).ok()?;
    let offset = Offset::from_seconds(i32::try_from(offset).ok()?).ok()?;
    Some(offset.to_datetime(moment))
}

/// The day of a time at an offset.
pub(super) fn day_of(at: Timestamp, offset: i64) -> Result<Date, Trouble> {
    let days = at.0.checked_add(offset * SECOND).ok_or(Trouble::Calendar)?.div_euclid(DAY);
    date(days)
}

/// The beginning of a day.
pub(super) fn midnight(day: Date) -> Result<Timestamp, Trouble> {
    time(i64::from(day.0) * DAY)
}

/// A day so many days on.
pub(super) fn add_days(day: Date, days: i64) -> Result<Date, Trouble> {
    date(i64::from(day.0).checked_add(days).ok_or(Trouble::Calendar)?)
}

/// A time so many days of 24 hours on.
pub(super) fn add_days_to_time(at: Timestamp, days: i64) -> Result<Timestamp, Trouble> {
    add_duration(at, days.checked_mul(DAY).ok_or(Trouble::Calendar)?)
}

/// A day so many months on; the last of the month where the day does not exist.
pub(super) fn add_months(day: Date, months: i64) -> Result<Date, Trouble> {
    let moved = civil_day(day).and_then(|day| {
        let span = jiff::Span::new().try_months(months).ok()?;
        Some(day.checked_add(span).ok()?.since(EPOCH).ok()?.get_days())
    });
    date(i64::from(moved.ok_or(Trouble::Calendar)?))
}

/// The same time of the day so many months on, in UTC.
pub(super) fn add_months_to_time(at: Timestamp, months: i64) -> Result<Timestamp, Trouble> {
    let day = date(at.0.div_euclid(DAY))?;
    let moved = add_months(day, months)?;
    time(i64::from(moved.0) * DAY + at.0.rem_euclid(DAY))
}

/// A time so much later.
pub(super) fn add_duration(at: Timestamp, micros: i64) -> Result<Timestamp, Trouble> {
    time(at.0.checked_add(micros).ok_or(Trouble::Calendar)?)
}

fn date(days: i64) -> Result<Date, Trouble> {
    let day = i32::try_from(days).map(Date).ok();
    day.filter(|day| (Date::MIN..=Date::MAX).contains(day)).ok_or(Trouble::Calendar)
}

fn time(micros: i64) -> Result<Timestamp, Trouble> {
    let at = Timestamp(micros);
    if (Timestamp::MIN..=Timestamp::MAX).contains(&at) { Ok(at) } else { Err(Trouble::Calendar) }
}

/// Reads a duration as CEL writes it: `36h`, `1h30m`, `-1.5s`, `250ms`. Days are not
/// among the units: a day on the calendar is not always 24 hours.
pub(super) fn parse_duration(text: &str) -> Option<i64> {
    const UNITS: [(&str, i64); 5] =
        [("h", 3600 * SECOND), ("ms", 1000), ("us", 1), ("m", 60 * SECOND), ("s", SECOND)];
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let mut total = 0_i128;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, tail) = rest.split_at(end);
        let (unit, micros) = UNITS.into_iter().find(|(unit, _)| tail.starts_with(unit))?;
        let amount = crate::decimal::Decimal::parse(number, 6).ok()?;
        let scaled = i128::from(amount.unscaled()) * i128::from(micros);
        if scaled % 1_000_000 != 0 {
            return None;
        }
        total += scaled / 1_000_000;
        rest = &tail[unit.len()..];
    }
    i64::try_from(sign * total).ok()
}

/// Reads a fixed offset from UTC, in seconds: `UTC`, `Z`, `+02:00`.
pub(super) fn parse_offset(text: &str) -> Option<i64> {
    if matches!(text, "UTC" | "Z") {
        return Some(0);
    }
    let (sign, clock) = match text.split_at_checked(1)? {
        ("+", clock) => (1, clock),
        ("-", clock) => (-1, clock),
        _ => return None,
    };
    let (hours, minutes) = clock.split_once(':')?;
    let two = |digits: &str, most: i64| {
        let shape = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
        digits.parse().ok().filter(|number: &i64| shape && *number <= most)
    };
    Some(sign * (two(hours, 18)? * 3600 + two(minutes, 59)? * 60))
}

#[cfg(test)]
mod tests {
    use super::{Part, add_months, parse_duration, parse_offset, part_of_time};
    use crate::time::{Date, Timestamp};

    #[test]
    fn reads_durations_and_offsets() {
        for (text, wanted) in [
            ("36h", Some(129_600_000_000)),
            ("1h30m", Some(5_400_000_000)),
            ("-1.5s", Some(-1_500_000)),
            ("250ms", Some(250_000)),
            ("7us", Some(7)),
            ("0.5us", None),
            ("1d", None),
            ("", None),
            ("-", None),
            ("h", None),
            ("1", None),
            ("99999999999999h", None),
        ] {
            assert_eq!(parse_duration(text), wanted, "{text}");
        }
        for (text, wanted) in [
            ("UTC", Some(0)),
            ("+02:00", Some(7200)),
            ("-05:30", Some(-19_800)),
            ("+2:00", None),
            ("Europe/Berlin", None),
            ("+19:00", None),
            ("", None),
        ] {
            assert_eq!(parse_offset(text), wanted, "{text}");
        }
    }

    #[test]
    fn months_end_where_they_end() {
        let day = |text: &str| Date::parse(text).unwrap();
        assert_eq!(add_months(day("2024-01-31"), 1), Ok(day("2024-02-29")));
        assert_eq!(add_months(day("2024-03-31"), -13), Ok(day("2023-02-28")));
        assert!(add_months(day("9999-12-31"), 1).is_err());
        assert!(add_months(day("2024-01-31"), i64::MAX).is_err());
    }

    #[test]
    fn an_offset_moves_the_clock() {
        let at = Timestamp::parse("2026-12-31T23:30:00Z").unwrap();
        assert_eq!(part_of_time(Part::FullYear, at, 3600), Some(2027));
        assert_eq!(part_of_time(Part::Hours, at, 3600), Some(0));
        assert_eq!(part_of_time(Part::DayOfWeek, at, 0), Some(4));
    }
}
