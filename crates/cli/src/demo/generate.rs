//! All records of a demo, batch by batch, so that any number of them needs no more memory
//! than one batch.

use super::basis::{Basis, Known};
use super::calendar::Day;
use super::row::Row;
use super::{company, lead};

/// Records at which a batch is full; with a scene, or what is left over, it stays within
/// what a batch may have.
const BATCH: usize = 600;

/// More than a scene has.
const SCENE_MAX: u64 = 200;

/// Scenes of stray leads are counted from here, beyond every company's.
const STRAY: u64 = 1 << 40;

/// Makes up the records that follow the basis.
#[derive(Debug)]
pub(crate) struct Scenes<'k> {
    seed: u64,
    today: Day,
    known: &'k Known,
    number: u64,
    left: u64,
}

impl<'k> Scenes<'k> {
    /// The records that make a demo of this size, in all, with those of its basis.
    pub(crate) fn new(size: u64, seed: u64, today: Day, basis: &Basis, known: &'k Known) -> Self {
        Self { seed, today, known, number: 0, left: size.saturating_sub(basis.count()) }
    }

    /// The next batch: scenes, each of which refers to itself only. None at the end.
    pub(crate) fn next_batch(&mut self) -> Option<Vec<Vec<Row>>> {
        let (mut batch, mut count) = (Vec::new(), 0);
        while count < BATCH && self.left > 0 {
            let mut scene = company::scene(self.seed, self.number, self.today, self.known);
            self.number += 1;
            let length = u64::try_from(scene.len()).unwrap_or(u64::MAX);
            let rest = self.left.saturating_sub(length);
            if length > self.left {
                scene = self.strays(self.left);
                self.left = 0;
            } else if rest < SCENE_MAX {
                // The last scene takes along what is left over, or that would be a batch
                // that nothing tells from one that was not sent yet.
                scene.extend(self.strays(rest));
                self.left = 0;
            } else {
                self.left = rest;
            }
            count += scene.len();
            batch.push(scene);
        }
        (!batch.is_empty()).then_some(batch)
    }

    fn strays(&self, count: u64) -> Vec<Row> {
        lead::stray(self.seed, STRAY + self.number, self.today, self.known, count)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashMap, HashSet};

    use serde_json::Value as Json;

    use super::*;

    const TODAY: &str = "2026-11-23";

    fn today() -> Day {
        Day::parse(TODAY).unwrap()
    }

    fn basis(size: u64, seed: u64) -> (Basis, Known) {
        let basis = Basis::new(size, seed, today());
        let ids = |count: usize| (0..count).map(|number| format!("id{number}")).collect::<Vec<_>>();
        let (known, stages) = basis.known(&ids(basis.operations().len()));
        assert_eq!(u64::try_from(basis.operations().len() + stages.len()).unwrap(), basis.count());
        (basis, known.with_stages(&ids(stages.len())))
    }

    fn rows(size: u64, seed: u64) -> Vec<Vec<Vec<Row>>> {
        let (basis, known) = basis(size, seed);
        let mut scenes = Scenes::new(size, seed, today(), &basis, &known);
        std::iter::from_fn(|| scenes.next_batch()).collect()
    }

    #[test]
    fn makes_as_many_as_are_asked_for_in_batches_that_are_taken() {
        for size in [300, 1_234, 30_000] {
            let batches = rows(size, 1);
            let counts: Vec<usize> = batches.iter().map(|batch| batch.iter().map(Vec::len).sum()).collect();
            assert!(counts.iter().all(|count| *count <= 1_000), "{counts:?}");
            let (basis, _) = basis(size, 1);
            assert_eq!(u64::try_from(counts.iter().sum::<usize>()).unwrap(), size - basis.count());
            assert!(batches.iter().flatten().all(|scene| scene.len() < 400));
        }
    }

    #[test]
    fn is_the_same_for_the_same_seed() {
        assert_eq!(rows(1_500, 7), rows(1_500, 7));
        assert_ne!(rows(1_500, 7), rows(1_500, 8));
        // A greater one begins like a smaller one.
        let (basis, known) = basis(3_000, 1);
        let scene = |number| company::scene(1, number, today(), &known);
        let first = Scenes::new(3_000, 1, today(), &basis, &known).next_batch().unwrap();
        assert_eq!(first[5], scene(5));
    }

    #[test]
    fn refers_within_the_scene_to_what_comes_before() {
        for scene in rows(5_000, 3).into_iter().flatten() {
            let mut seen: HashMap<String, Row> = HashMap::new();
            for row in scene {
                for (name, value) in row.record.as_object().unwrap() {
                    if let Some(label) = value["$ref"].as_str() {
                        let other = &seen[label];
                        // Days are compared: what belongs together is of one day at the earliest.
                        let is_before = other.at.to_string()[..10] <= row.at.to_string()[..10];
                        assert!(
                            is_before || name.starts_with("converted") || name == "reports_to",
                            "{row:?} {other:?}"
                        );
                    }
                }
                assert!(row.changed >= row.at, "{row:?}");
                assert!(seen.insert(row.label.clone(), row).is_none());
            }
        }
    }

    #[test]
    fn gives_every_company_a_domain_of_its_own() {
        let (_, known) = basis(3_000, 1);
        let mut seen = HashSet::new();
        for number in 0..4_000 {
            for row in company::scene(1, number, today(), &known) {
                if let Some(domain) = row.record["domain"].as_str() {
                    assert!(seen.insert(domain.to_owned()), "{domain}");
                    let zone = domain.rsplit_once("example.").unwrap().1;
                    assert!(["com", "org", "net"].contains(&zone), "{domain}");
                }
            }
        }
        assert_ne!(company::name(1, 5).1, company::name(2, 5).1);
        assert_ne!(company::name(1, 5).1, company::name(1, 5 + 64 * 48 * 24).1);
    }

    #[test]
    fn has_proportions_that_make_sense() {
        let rows: Vec<Row> = rows(40_000, 1).into_iter().flatten().flatten().collect();
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        rows.iter().for_each(|row| *counts.entry(row.object).or_default() += 1);
        let of = |object: &str| counts[object];
        assert!(of("contact") > 2 * of("company") && of("activity") > 4 * of("deal"), "{counts:?}");
        assert!(of("deal_line") > of("deal") && of("lead") > of("deal") / 2, "{counts:?}");
        let deals: Vec<&Json> =
            rows.iter().filter(|row| row.object == "deal").map(|row| &row.record).collect();
        let closed = deals.iter().filter(|deal| deal["closed_on"].is_string()).count();
        let lost = deals.iter().filter(|deal| deal["lost_because"].is_string()).count();
        assert!((50..90).contains(&(closed * 100 / deals.len())), "{closed} of {}", deals.len());
        assert!((20..60).contains(&(lost * 100 / closed)), "{lost} of {closed}");
        for deal in deals {
            let day = |name: &str| deal[name].as_str().unwrap_or(TODAY).to_owned();
            assert!(day("started_on") <= day("closed_on") && day("closed_on").as_str() <= TODAY, "{deal}");
        }
        // Nothing was done before today was over, and little is due long after.
        for row in rows.iter().filter(|row| row.object == "activity") {
            assert!(row.record["done_at"].as_str().unwrap_or_default() < TODAY, "{row:?}");
        }
    }
}
