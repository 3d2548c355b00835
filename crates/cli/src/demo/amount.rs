//! Amounts of money: many small ones and few large ones, as sales are. Whole numbers
//! throughout; the logarithms are in a table.

use serde_json::{Value as Json, json};

use crate::random::Random;

/// What deals are worth at each of 32 steps of likelihood, in dollars: the quantiles of a
/// log-normal distribution with a median of 12,000 and a deviation of 1.2.
const DEALS: [u64; 32] = [
    900, 1_700, 2_400, 3_000, 3_600, 4_300, 4_900, 5_600, 6_300, 7_000, 7_700, 8_500, 9_300, 10_200, 11_100,
    12_000, 13_000, 14_100, 15_300, 16_600, 18_100, 19_800, 21_700, 23_900, 26_500, 29_700, 33_700, 38_900,
    46_200, 57_500, 79_000, 155_000,
];

/// An amount in dollars.
pub(super) fn dollars(cents: u64) -> Json {
    json!({ "amount": format!("{}.{:02}", cents / 100, cents % 100), "currency": "USD" })
}

/// What a deal may be worth, in dollars.
pub(super) fn deal(random: &mut Random) -> u64 {
    let step = random.index(DEALS.len() - 1);
    let worth = random.between(DEALS[step], DEALS[step + 1]);
    // One in two hundred is of another size altogether.
    if random.below(200) == 0 { worth * 8 } else { worth }
}

/// To two significant digits, as estimates are.
pub(super) fn rounded(amount: u64) -> u64 {
    let mut unit = 1;
    while amount / unit >= 100 {
        unit *= 10;
    }
    amount / unit * unit
}

#[cfg(test)]
mod tests {
    use super::{deal, rounded};
    use crate::random::Random;

    #[test]
    fn has_many_small_and_few_large_deals() {
        let mut random = Random::new(3);
        let mut worth: Vec<u64> = (0..10_000).map(|_| deal(&mut random)).collect();
        worth.sort_unstable();
        let mean = worth.iter().sum::<u64>() / 10_000;
        assert!((11_000..14_000).contains(&worth[5_000]), "{}", worth[5_000]);
        assert!(mean > worth[5_000] * 3 / 2, "{mean}");
        assert_eq!((rounded(12_345), rounded(99), rounded(7)), (12_000, 99, 7));
    }
}
