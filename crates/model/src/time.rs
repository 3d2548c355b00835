//! Points in time and calendar days, as values: the clock is elsewhere.

use std::fmt;

use jiff::civil;
use serde::{Deserialize, Serialize};

/// A point in time: microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

/// A calendar day: days since 1970-01-01.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Date(pub i32);

impl Timestamp {
    /// 0001-01-01T00:00:00Z, the earliest time both databases and RFC 3339 can say.
    pub const MIN: Self = Self(-62_135_596_800_000_000);
    /// 9999-12-30T22:00:00Z, the latest the calendar library can say, less its fraction.
    pub const MAX: Self = Self(253_402_207_200_000_000);

    /// Reads an RFC 3339 time with an offset; digits beyond the microsecond are refused.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if !is_rfc3339_shape(text) {
            return None;
        }
        let parsed: jiff::Timestamp = text.parse().ok()?;
        if parsed.subsec_nanosecond() % 1000 != 0 {
            return None;
        }
        let at = Self(parsed.as_microsecond());
        (Self::MIN..=Self::MAX).contains(&at).then_some(at)
    }

    /// Milliseconds since the epoch, rounded down.
    #[must_use]
    pub fn as_millis(self) -> i64 {
        self.0.div_euclid(1000)
    }
}

/// The library accepts more of ISO 8601 than RFC 3339 does; the wire is the RFC.
fn is_rfc3339_shape(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits = |range: std::ops::Range<usize>| {
        bytes.get(range).is_some_and(|part| part.iter().all(u8::is_ascii_digit))
    };
    let at = |index: usize, any_of: &[u8]| bytes.get(index).is_some_and(|byte| any_of.contains(byte));
    let day = digits(0..4) && at(4, b"-") && digits(5..7) && at(7, b"-") && digits(8..10);
    let clock =
        at(10, b"Tt ") && digits(11..13) && at(13, b":") && digits(14..16) && at(16, b":") && digits(17..19);
    if !day || !clock {
        return false;
    }
    let rest = &text[19..];
    let rest = match rest.strip_prefix('.') {
        Some(fraction) => {
            let end = fraction.bytes().take_while(u8::is_ascii_digit).count();
            if end == 0 {
                return false;
            }
            &fraction[end..]
        }
        None => rest,
    };
    match rest.as_bytes() {
        [b'Z' | b'z'] => true,
        [b'+' | b'-', h1, h2, b':', m1, m2] => [h1, h2, m1, m2].iter().all(|byte| byte.is_ascii_digit()),
        _ => false,
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC with six digits of fraction, so that text order is time order.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_microsecond(self.0) {
            Ok(at) => write!(f, "{at:.6}"),
            Err(_) => write!(f, "{}us", self.0),
        }
    }
}

impl Date {
    /// 0001-01-01.
    pub const MIN: Self = Self(-719_162);
    /// 9999-12-31.
    pub const MAX: Self = Self(2_932_896);

    /// Its first moment in UTC; none for 9999-12-31, which is beyond [`Timestamp::MAX`].
    #[must_use]
    pub fn midnight(self) -> Option<Timestamp> {
        let at = Timestamp(i64::from(self.0) * 86_400_000_000);
        (at <= Timestamp::MAX).then_some(at)
    }

    /// Reads an RFC 3339 `full-date` (`2026-11-23`).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let shape = text.len() == 10
            && text.bytes().enumerate().all(|(index, byte)| match index {
                4 | 7 => byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        if !shape {
            return None;
        }
        let day: civil::Date = text.parse().ok()?;
        let since = day.since(EPOCH).ok()?.get_days();
        let day = Self(since);
        (Self::MIN..=Self::MAX).contains(&day).then_some(day)
    }
}

const EPOCH: civil::Date = civil::date(1970, 1, 1);

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let span = jiff::Span::new().try_days(self.0).ok();
        match span.and_then(|span| EPOCH.checked_add(span).ok()) {
            Some(day) => write!(f, "{day}"),
            None => write!(f, "{}d", self.0),
        }
    }
}
