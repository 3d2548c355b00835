//! Ids for new records: UUIDv7 (RFC 9562), made under the tenant's lock from the
//! transaction's time, so that the order of ids is the order of creation.

use uuid::Uuid;

use crate::id::RecordId;
use crate::journal::Position;
use crate::time::Timestamp;

/// Makes the ids of one batch.
#[derive(Debug)]
pub(super) struct Mint {
    at: Timestamp,
    count: u64,
    random: u128,
}

impl Mint {
    pub(super) fn new(seed: u128) -> Self {
        Self { at: Timestamp(0), count: 0, random: seed | 1 }
    }

    /// Begins a transaction; no two of a tenant have the same time.
    pub(super) fn begin(&mut self, at: Timestamp) {
        self.at = at;
        self.count = 0;
    }

    /// The next id: 48 bits of milliseconds, 12 bits that hold the microseconds within
    /// (RFC 9562, method 3), 20 bits that count within the transaction, 42 random bits.
    pub(super) fn next(&mut self) -> RecordId {
        let count = u128::from(self.count & 0xf_ffff);
        self.count += 1;
        self.id(self.at, count)
    }

    /// The id of a record that was made at an earlier time elsewhere: the same shape, with
    /// the bits of that time. In place of the count stand the low bits of the position that
    /// makes it, so that records of one moment have the order in which they are brought in,
    /// over all the transactions that bring them.
    pub(super) fn past(&mut self, at: Timestamp, position: Position) -> RecordId {
        let count = u128::from(position.0.unsigned_abs() & 0xf_ffff);
        self.id(at, count)
    }

    fn id(&mut self, at: Timestamp, count: u128) -> RecordId {
        let micros = u128::from(at.0.rem_euclid(1000).unsigned_abs());
        let millis = u128::from(at.as_millis().unsigned_abs() & 0xffff_ffff_ffff);
        let random = self.step() & ((1 << 42) - 1);
        let bits = (millis << 80) | (7 << 76) | ((micros * 4) << 64) | (2 << 62) | (count << 42) | random;
        RecordId(Uuid::from_u128(bits))
    }

    /// Permuted congruential generator (O'Neill 2014, `PCG XSL RR 128/64`): ids need to
    /// be distinct, not secret; the seed comes from the system's generator.
    fn step(&mut self) -> u128 {
        self.random = self
            .random
            .wrapping_mul(0x2360_ed05_1fc6_5da4_4385_df64_9fcc_f645)
            .wrapping_add(0x5851_f42d_4c95_7f2d_1405_7b7e_f767_814f);
        let folded = (self.random >> 64) ^ (self.random & u128::from(u64::MAX));
        let rotation = u32::try_from(self.random >> 122).unwrap_or(0);
        u128::from(u64::try_from(folded).unwrap_or(0).rotate_right(rotation))
    }
}

#[cfg(test)]
mod tests {
    use super::{Mint, Position, Timestamp};

    #[test]
    fn ids_of_the_past_are_in_order_of_their_time_and_then_of_their_coming() {
        let mut mint = Mint::new(7);
        mint.begin(Timestamp(1_790_000_000_000_000));
        let now = mint.next();
        let mut last = None;
        for at in [0, 1, 999, 1_000, 1_300_000_000_000_000] {
            for position in 1..100 {
                // Another transaction begins the count again.
                mint.begin(Timestamp(1_790_000_000_000_000 + position));
                let id = mint.past(Timestamp(at), Position(position));
                assert!(Some(id) > last && id < now, "{id:?}");
                assert_eq!(id.0.get_version_num(), 7);
                last = Some(id);
            }
        }
    }

    #[test]
    fn ids_are_version_7_and_in_order_of_creation() {
        let mut mint = Mint::new(42);
        let mut last = None;
        for at in [1_790_000_000_000_000, 1_790_000_000_000_001, 1_790_000_000_000_999, 1_790_000_000_001_000]
        {
            mint.begin(Timestamp(at));
            for _ in 0..1000 {
                let id = mint.next();
                assert_eq!(id.0.get_version_num(), 7);
                assert!(Some(id) > last, "{id:?} does not follow {last:?}");
                last = Some(id);
            }
        }
    }
}
