//! Exact decimals of at most 18 digits: a scaled 64-bit integer. Nothing here rounds.

use std::fmt;

/// The most digits a decimal may have, before and after the point together: every
/// such number fits a signed 64-bit integer when scaled.
pub const DIGITS_MAX: u8 = 18;

/// `unscaled / 10^scale`, with `scale` at most [`DIGITS_MAX`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Decimal {
    unscaled: i64,
    scale: u8,
}

/// Why a number is not a decimal of the wanted scale.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DecimalError {
    /// Not `-?digits(.digits)?`.
    #[error("not a decimal number such as \"12.10\"")]
    Malformed,
    /// More digits after the point than the field keeps; they are refused, not rounded.
    #[error("more digits after the point than allowed")]
    Scale,
    /// More than [`DIGITS_MAX`] digits, or more than the field's precision.
    #[error("too many digits")]
    Range,
}

const POWERS: [i64; 19] = {
    let mut powers = [1_i64; 19];
    let mut index = 1;
    while index < 19 {
        powers[index] = powers[index - 1] * 10;
        index += 1;
    }
    powers
};

impl Decimal {
    /// Builds a decimal from its scaled integer.
    ///
    /// # Errors
    /// [`DecimalError::Range`] when it has more than [`DIGITS_MAX`] digits.
    pub fn new(unscaled: i64, scale: u8) -> Result<Self, DecimalError> {
        if scale > DIGITS_MAX || unscaled.unsigned_abs() >= POWERS[DIGITS_MAX as usize].unsigned_abs() {
            return Err(DecimalError::Range);
        }
        Ok(Self { unscaled, scale })
    }

    /// Builds a decimal from a 128-bit scaled integer, as sums produce.
    ///
    /// # Errors
    /// [`DecimalError::Range`] when it has more than [`DIGITS_MAX`] digits.
    pub fn from_wide(unscaled: i128, scale: u8) -> Result<Self, DecimalError> {
        i64::try_from(unscaled)
            .map_err(|_| DecimalError::Range)
            .and_then(|unscaled| Self::new(unscaled, scale))
    }

    /// Zero, at a scale.
    #[must_use]
    pub fn zero(scale: u8) -> Self {
        Self { unscaled: 0, scale: scale.min(DIGITS_MAX) }
    }

    /// Reads `-?digits(.digits)?` and brings it to `scale`.
    ///
    /// # Errors
    /// When the text is malformed, has more digits after the point than `scale`
    /// (trailing zeros aside), or more than [`DIGITS_MAX`] digits once scaled.
    pub fn parse(text: &str, scale: u8) -> Result<Self, DecimalError> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !is_digits(whole) || !is_digits(fraction) {
            return Err(DecimalError::Malformed);
        }
        let fraction = fraction.trim_end_matches('0');
        if fraction.len() > usize::from(scale) {
            return Err(DecimalError::Scale);
        }
        let whole = whole.trim_start_matches('0');
        if whole.len() + usize::from(scale) > usize::from(DIGITS_MAX) {
            return Err(DecimalError::Range);
        }
        let mut unscaled = 0_i64;
        for byte in whole.bytes().chain(fraction.bytes()) {
            unscaled = unscaled * 10 + i64::from(byte - b'0');
        }
        unscaled *= POWERS[usize::from(scale) - fraction.len()];
        Self::new(if negative { -unscaled } else { unscaled }, scale)
    }

    /// The scaled integer.
    #[must_use]
    pub fn unscaled(self) -> i64 {
        self.unscaled
    }

    /// How many digits stand after the point.
    #[must_use]
    pub fn scale(self) -> u8 {
        self.scale
    }

    /// Digits before and after the point, leading zeros aside.
    #[must_use]
    pub fn digits(self) -> u8 {
        let magnitude = self.unscaled.unsigned_abs();
        let count = POWERS.iter().take_while(|power| power.unsigned_abs() <= magnitude).count();
        u8::try_from(count).unwrap_or(DIGITS_MAX).max(self.scale)
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.unscaled < 0 { "-" } else { "" };
        let magnitude = self.unscaled.unsigned_abs();
        if self.scale == 0 {
            return write!(f, "{sign}{magnitude}");
        }
        let power = POWERS[usize::from(self.scale)].unsigned_abs();
        let width = usize::from(self.scale);
        write!(f, "{sign}{}.{:0width$}", magnitude / power, magnitude % power)
    }
}

#[cfg(test)]
mod tests {
    use super::{Decimal, DecimalError};

    #[test]
    fn reads_and_writes_at_the_fields_scale() {
        for (text, scale, wanted) in [
            ("12.1", 2, "12.10"),
            ("-0.05", 2, "-0.05"),
            ("0", 0, "0"),
            ("7.000", 0, "7"),
            ("999999999999999999", 0, "999999999999999999"),
            ("9999999999999999.99", 2, "9999999999999999.99"),
            ("-0", 2, "0.00"),
        ] {
            assert_eq!(Decimal::parse(text, scale).expect(text).to_string(), wanted);
        }
    }

    #[test]
    fn refuses_what_it_would_have_to_round() {
        assert_eq!(Decimal::parse("1.234", 2), Err(DecimalError::Scale));
        assert_eq!(Decimal::parse("1000000000000000000", 0), Err(DecimalError::Range));
        for text in ["", "-", ".5", "5.", "1e3", "+1", " 1", "1,0", "٣"] {
            assert_eq!(Decimal::parse(text, 2), Err(DecimalError::Malformed), "{text}");
        }
    }

    #[test]
    fn counts_digits() {
        let digits = |text, scale| Decimal::parse(text, scale).expect(text).digits();
        assert_eq!(digits("0", 0), 0);
        assert_eq!(digits("0.05", 2), 2);
        assert_eq!(digits("123.45", 2), 5);
        assert_eq!(digits("-999999999999999999", 0), 18);
    }
}
