//! Dates and times as files write them, by the formats of `strptime`.

use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::Offset;
use jiff::{Timestamp as Instant, civil};

use super::mapping::TimeRule;
use crate::time::{Date, Timestamp};

/// 2024-03-05T16:07:08.123456Z: no two of its parts are alike, so a format that reads
/// back what it wrote of it holds all that is needed.
const SAMPLE_MICROSECONDS: i64 = 1_709_654_828_123_456;

/// What a format lacks, or that it is none.
pub(super) fn date_problem(format: &str) -> Option<String> {
    let problem = || format!("`{format}` is not a format for a date");
    match sample(format) {
        Some(parts) if has_day(&parts) => None,
        _ => Some(problem()),
    }
}

/// What a format lacks, or that it is none.
pub(super) fn time_problem(rule: &TimeRule) -> Option<String> {
    let format = &rule.format;
    let Some(parts) = sample(format) else {
        return Some(format!("`{format}` is not a format for a time"));
    };
    let has_offset = parts.offset().is_some() || parts.timestamp().is_some();
    if parts.timestamp().is_none() && !has_day(&parts) {
        return Some(format!("`{format}` does not say the day"));
    }
    match (has_offset, rule.offset_seconds) {
        (false, None) => Some(format!("`{format}` has no offset from UTC")),
        (true, Some(_)) => Some(format!("`{format}` says the offset from UTC already")),
        _ => None,
    }
}

fn has_day(parts: &BrokenDownTime) -> bool {
    parts.to_date().is_ok_and(|day| day == civil::date(2024, 3, 5))
}

fn sample(format: &str) -> Option<BrokenDownTime> {
    let at = Instant::from_microsecond(SAMPLE_MICROSECONDS).ok()?;
    let at = at.to_zoned_datetime(jiff::tz::TimeZone::UTC);
    let text = BrokenDownTime::from(&at).to_string(format).ok()?;
    BrokenDownTime::parse(format, &text).ok()
}

/// Reads a date.
pub(super) fn date(format: &str, text: &str) -> Option<Date> {
    let day = BrokenDownTime::parse(format, text).ok()?.to_date().ok()?;
    Date::parse(&day.to_string())
}

/// Reads a time.
pub(super) fn time(rule: &TimeRule, text: &str) -> Option<Timestamp> {
    let mut parts = BrokenDownTime::parse(&rule.format, text).ok()?;
    if let Some(seconds) = rule.offset_seconds {
        parts.set_offset(Some(Offset::from_seconds(seconds).ok()?));
        if parts.hour().is_none() {
            parts.set_hour(Some(0)).ok()?;
        }
    }
    let at = parts.to_timestamp().ok()?;
    if at.subsec_nanosecond() % 1000 != 0 {
        return None;
    }
    Some(Timestamp(at.as_microsecond())).filter(|at| (Timestamp::MIN..=Timestamp::MAX).contains(at))
}

/// Reads an offset such as `+01:00` or `Z`: seconds east of UTC.
pub(super) fn offset(text: &str) -> Option<i32> {
    if matches!(text, "Z" | "z" | "UTC") {
        return Some(0);
    }
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':')?;
    let part = |text: &str, max: i32| {
        let is_plain = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<i32>().ok().filter(|number| is_plain && *number <= max)
    };
    Some(sign * (part(hours, 23)? * 3600 + part(minutes, 59)? * 60))
}
