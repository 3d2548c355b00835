//! Numbers that look random and are the same for the same seed: what is made up from
//! them can be made again.

/// A generator (splitmix64).
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    /// The sequence of a seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The sequence of one part of what a seed makes: it does not depend on the others.
    pub(crate) fn part(seed: u64, part: u64) -> Self {
        let mut mixed = Self(seed ^ part.wrapping_mul(0xd1b5_4a32_d192_ed03));
        Self(mixed.number())
    }

    /// The next number.
    pub(crate) fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below a bound; zero when the bound is.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.number() % bound.max(1)
    }

    /// A number from one to another, both included.
    pub(crate) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high.saturating_sub(low) + 1)
    }

    /// Whether something comes about that does so often of a hundred times.
    pub(crate) fn percent(&mut self, often: u64) -> bool {
        self.below(100) < often
    }

    /// A place in a list of this length.
    pub(crate) fn index(&mut self, length: usize) -> usize {
        let bound = u64::try_from(length).unwrap_or(u64::MAX);
        usize::try_from(self.below(bound)).unwrap_or_default()
    }

    /// One of a list that is not empty.
    pub(crate) fn one<'l, T: ?Sized>(&mut self, of: &'l [&'l T]) -> &'l T {
        of[self.index(of.len())]
    }

    /// The place in a list of weights that the lot falls on.
    pub(crate) fn weighted(&mut self, weights: &[u64]) -> usize {
        let mut lot = self.below(weights.iter().sum());
        for (place, weight) in weights.iter().enumerate() {
            match lot.checked_sub(*weight) {
                Some(rest) => lot = rest,
                None => return place,
            }
        }
        0
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn is_the_same_for_the_same_seed() {
        let numbers =
            |seed| std::iter::repeat_with(|| 0).scan(Random::new(seed), |random, _| Some(random.number()));
        assert!(numbers(1).take(9).eq(numbers(1).take(9)));
        assert!(!numbers(1).take(9).eq(numbers(2).take(9)));
        assert_ne!(Random::part(1, 2).number(), Random::part(1, 3).number());
    }

    #[test]
    fn falls_on_places_by_their_weight() {
        let (mut random, mut found) = (Random::new(5), [0_u32; 3]);
        for _ in 0..1000 {
            found[random.weighted(&[1, 0, 9])] += 1;
        }
        assert!(found[1] == 0 && found[0] > 50 && found[2] > 800, "{found:?}");
    }
}
