//! Averages: the exact sum and count, and what they are rounded to.

use super::{Average, Currency};
use crate::decimal::Decimal;

impl Average {
    /// The average of so many values that come to a sum, rounded half to even, at a scale
    /// that is not less than that of the sum; `None` when there are none, or when it has
    /// too many digits.
    #[must_use]
    pub fn of(sum: Decimal, count: i64, scale: u8, currency: Option<Currency>) -> Option<Self> {
        let more = u32::from(scale.checked_sub(sum.scale())?);
        let wide = i128::from(sum.unscaled()).checked_mul(10_i128.checked_pow(more)?)?;
        let rounded =
            Some(i128::from(count)).filter(|count| *count > 0).map(|count| half_even(wide, count))?;
        let value = Decimal::from_wide(rounded, scale).ok()?;
        Some(Self { sum, count, value, currency })
    }
}

/// A quotient, rounded half to even.
fn half_even(dividend: i128, divisor: i128) -> i128 {
    let (below, rest) = (dividend.div_euclid(divisor), dividend.rem_euclid(divisor));
    let is_up = match (2 * rest).cmp(&divisor) {
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Equal => below.rem_euclid(2) == 1,
        std::cmp::Ordering::Greater => true,
    };
    below + i128::from(is_up)
}

#[cfg(test)]
mod tests {
    use super::Average;
    use crate::decimal::Decimal;

    #[test]
    fn rounds_half_to_even() {
        let average = |sum: &str, count, scale| {
            let sum = Decimal::parse(sum, 2).expect(sum);
            Average::of(sum, count, scale, None).map(|average| average.value.to_string())
        };
        for (sum, count, scale, wanted) in [
            ("10.00", 3, 4, "3.3333"),
            ("0.01", 2, 2, "0.00"),
            ("0.03", 2, 2, "0.02"),
            ("0.05", 2, 2, "0.02"),
            ("-0.01", 2, 2, "0.00"),
            ("-0.03", 2, 2, "-0.02"),
            ("-0.05", 2, 2, "-0.02"),
            ("-0.05", 3, 2, "-0.02"),
            ("0.05", 3, 2, "0.02"),
            ("12.50", 1, 4, "12.5000"),
        ] {
            assert_eq!(average(sum, count, scale).as_deref(), Some(wanted), "{sum} / {count}");
        }
        assert_eq!(average("0.00", 0, 4), None);
        assert_eq!(average("9999999999999999.99", 1, 4), None);
        assert_eq!(average("9999999999999999.99", 1000, 4).as_deref(), Some("10000000000000.0000"));
    }
}
