//! Exact arithmetic: 128 bits while a number is made, 18 digits when it is done.

use std::cmp::Ordering;

use super::trouble::Trouble;
use crate::decimal::{DIGITS_MAX, Decimal};

/// An integer or a decimal: `unscaled / 10^scale`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Number {
    unscaled: i128,
    scale: u8,
}

impl From<Decimal> for Number {
    fn from(decimal: Decimal) -> Self {
        Self { unscaled: i128::from(decimal.unscaled()), scale: decimal.scale() }
    }
}

/// Ten to the power; exponents are at most 36, where it fits.
fn power(exponent: u8) -> i128 {
    10_i128.pow(u32::from(exponent.min(2 * DIGITS_MAX)))
}

impl Number {
    /// A whole number.
    pub(super) fn of(integer: i64) -> Self {
        Self { unscaled: i128::from(integer), scale: 0 }
    }

    /// Which of two is greater, whatever their scales.
    pub(super) fn compare(self, other: Self) -> Ordering {
        // 64 bits times 10^18 fit 128 bits.
        let scale = self.scale.max(other.scale);
        (self.unscaled * power(scale - self.scale)).cmp(&(other.unscaled * power(scale - other.scale)))
    }

    fn aligned(self, other: Self) -> (i128, i128, u8) {
        let scale = self.scale.max(other.scale);
        (self.unscaled * power(scale - self.scale), other.unscaled * power(scale - other.scale), scale)
    }

    /// The sum, at the larger of the scales.
    pub(super) fn plus(self, other: Self) -> Result<Decimal, Trouble> {
        let (one, other, scale) = self.aligned(other);
        decimal(one + other, scale)
    }

    /// The difference, at the larger of the scales.
    pub(super) fn minus(self, other: Self) -> Result<Decimal, Trouble> {
        let (one, other, scale) = self.aligned(other);
        decimal(one - other, scale)
    }

    /// The product, at the sum of the scales.
    pub(super) fn times(self, other: Self) -> Result<Decimal, Trouble> {
        // Each side has at most 64 bits.
        decimal(self.unscaled * other.unscaled, self.scale + other.scale)
    }

    /// The quotient rounded half to even at a scale that is not below either side's;
    /// `None` for a division by zero.
    pub(super) fn over(self, other: Self, scale: u8) -> Result<Option<Decimal>, Trouble> {
        if other.unscaled == 0 {
            return Ok(None);
        }
        let exponent = other.scale + scale - self.scale;
        // What does not fit 128 bits, divided by 64 bits, has more than 18 digits.
        let raised = self.unscaled.checked_mul(power(exponent)).ok_or(Trouble::Digits)?;
        decimal(divide_half_even(raised, other.unscaled), scale).map(Some)
    }

    /// The same number at another scale, rounded half to even if that is smaller.
    pub(super) fn at_scale(self, scale: u8) -> Result<Decimal, Trouble> {
        if scale >= self.scale {
            return decimal(self.unscaled * power(scale - self.scale), scale);
        }
        decimal(divide_half_even(self.unscaled, power(self.scale - scale)), scale)
    }

    /// The nearest integer, half to even.
    pub(super) fn rounded(self) -> i64 {
        whole(divide_half_even(self.unscaled, power(self.scale)))
    }

    /// The greatest integer that is not greater.
    pub(super) fn floor(self) -> i64 {
        whole(self.unscaled.div_euclid(power(self.scale)))
    }

    /// The least integer that is not less.
    pub(super) fn ceiling(self) -> i64 {
        whole(-(-self.unscaled).div_euclid(power(self.scale)))
    }

    /// The integer without the fraction.
    pub(super) fn truncated(self) -> i64 {
        whole(self.unscaled / power(self.scale))
    }
}

/// A decimal has fewer digits than 64 bits, and an integer is its own.
fn whole(number: i128) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn decimal(unscaled: i128, scale: u8) -> Result<Decimal, Trouble> {
    Decimal::from_wide(unscaled, scale).map_err(|_| Trouble::Digits)
}

/// The quotient rounded to the nearest integer; halves go to the even one.
fn divide_half_even(number: i128, by: i128) -> i128 {
    let (quotient, rest) = (number.div_euclid(by), number.rem_euclid(by));
    // `div_euclid` leaves a rest from 0 on, so the quotient is below (or, for a negative
    // divisor, above) the exact one.
    let step = by.signum();
    match (2 * rest).cmp(&by.abs()) {
        Ordering::Less => quotient,
        Ordering::Greater => quotient + step,
        Ordering::Equal if quotient % 2 == 0 => quotient,
        Ordering::Equal => quotient + step,
    }
}

#[cfg(test)]
mod tests {
    use super::{Number, divide_half_even};
    use crate::decimal::Decimal;
    use crate::expression::trouble::Trouble;

    fn number(text: &str, scale: u8) -> Number {
        Number::from(Decimal::parse(text, scale).unwrap())
    }

    #[test]
    fn divides_half_to_even_with_every_sign() {
        for (number, by, wanted) in [
            (5, 2, 2),
            (7, 2, 4),
            (-5, 2, -2),
            (-7, 2, -4),
            (5, -2, -2),
            (7, -2, -4),
            (-5, -2, 2),
            (1, 3, 0),
            (2, 3, 1),
            (-2, 3, -1),
        ] {
            assert_eq!(divide_half_even(number, by), wanted, "{number} / {by}");
        }
    }

    #[test]
    fn computes_exactly_or_not_at_all() {
        let (a, b) = (number("0.10", 2), number("0.2", 1));
        assert_eq!(a.plus(b).unwrap().to_string(), "0.30");
        assert_eq!(a.minus(b).unwrap().to_string(), "-0.10");
        assert_eq!(a.times(b).unwrap().to_string(), "0.020");
        assert_eq!(a.over(b, 6).unwrap().unwrap().to_string(), "0.500000");
        assert_eq!(a.over(Number::of(0), 6).unwrap(), None);
        let large = number("999999999999999999", 0);
        assert_eq!(large.plus(Number::of(1)), Err(Trouble::Digits));
        assert_eq!(large.times(large), Err(Trouble::Digits));
        assert_eq!(large.over(number("0.000000000000000001", 18), 18), Err(Trouble::Digits));
        assert_eq!(Number::of(i64::MIN).at_scale(0), Err(Trouble::Digits));
    }

    #[test]
    fn rounds_towards_where_it_says() {
        for (text, rounded, floor, ceiling, truncated) in [
            ("2.5", 2, 2, 3, 2),
            ("3.5", 4, 3, 4, 3),
            ("-2.5", -2, -3, -2, -2),
            ("-0.4", 0, -1, 0, 0),
            ("7.0", 7, 7, 7, 7),
        ] {
            let number = number(text, 1);
            let all = (number.rounded(), number.floor(), number.ceiling(), number.truncated());
            assert_eq!(all, (rounded, floor, ceiling, truncated), "{text}");
        }
        assert_eq!(number("1.25", 2).at_scale(1).unwrap().to_string(), "1.2");
        assert_eq!(Number::of(i64::MIN).truncated(), i64::MIN);
    }
}
