//! What the workload `mixed` is made of.

use std::str::FromStr;

use super::deed::Deed;
use crate::random::Random;

/// Kinds of requests, each with its weight.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Mix(Vec<(Deed, u64)>);

impl Mix {
    /// The next kind.
    pub(super) fn next(&self, random: &mut Random) -> Deed {
        let weights: Vec<u64> = self.0.iter().map(|(_, weight)| *weight).collect();
        self.0[random.weighted(&weights)].0
    }

    /// Whether there must be records for it.
    pub(super) fn needs_records(&self) -> bool {
        self.0.iter().any(|(deed, _)| !matches!(deed, Deed::Create | Deed::Load))
    }
}

impl FromStr for Mix {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts: Vec<(Deed, u64)> = Vec::new();
        for part in text.split(',') {
            let (name, weight) =
                part.split_once('=').ok_or_else(|| format!("`{part}` is not like `reads=6`"))?;
            let deed = Deed::ALL.into_iter().find(|deed| deed.name() == name.trim()).ok_or_else(|| {
                let names = Deed::ALL.map(Deed::name).join(", ");
                format!("`{name}` is none of {names}")
            })?;
            let weight = weight.trim().parse().ok().filter(|weight| (1..=1_000_000).contains(weight));
            let weight = weight.ok_or_else(|| format!("`{part}`: a weight is a number from 1 to 1000000"))?;
            if parts.iter().any(|(known, _)| *known == deed) {
                return Err(format!("`{name}` stands twice"));
            }
            parts.push((deed, weight));
        }
        Ok(Self(parts))
    }
}

#[cfg(test)]
mod tests {
    use super::{Deed, Mix};

    #[test]
    fn reads_weights_and_says_what_is_wrong() {
        let mix: Mix = "creates=1, reads=6".parse().unwrap();
        assert_eq!(mix, Mix(vec![(Deed::Create, 1), (Deed::Read, 6)]));
        assert!(mix.needs_records());
        for wrong in ["", "reads", "reads=0", "reads=x", "raeds=1", "reads=1,reads=2", "lag=1"] {
            assert!(wrong.parse::<Mix>().is_err(), "{wrong}");
        }
    }
}
