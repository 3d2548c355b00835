//! What all else refers to: teams, users, products, pipelines with their stages, and
//! campaigns. There are few of them, each with a unique key, so they are written by it
//! and are there once, however often the demo is made.

use serde_json::{Value as Json, json};

use super::amount::dollars;
use super::calendar::{Day, HISTORY};
use super::row::stamps;
use super::sayings::CAMPAIGNS;
use super::words::{FIRST, LAST, PRODUCTS, SIZES, ascii};
use crate::random::Random;

/// A stage: its name, how likely it wins, and what it comes to.
type Stage = (&'static str, u8, &'static str);

/// Pipelines, each with its stages in order; the last two win and lose.
const PIPELINES: [(&str, &[Stage]); 2] = [
    (
        "New business",
        &[
            ("Qualification", 10, "open"),
            ("Needs", 25, "open"),
            ("Proposal", 50, "open"),
            ("Negotiation", 75, "open"),
            ("Won", 100, "won"),
            ("Lost", 0, "lost"),
        ],
    ),
    (
        "Renewals",
        &[
            ("Contacted", 40, "open"),
            ("Offer sent", 70, "open"),
            ("Renewed", 100, "won"),
            ("Not renewed", 0, "lost"),
        ],
    ),
];

const TEAMS: [&str; 8] = [
    "Sales North",
    "Sales South",
    "Sales West",
    "Sales East",
    "Key accounts",
    "Partners",
    "Customer service",
    "Renewals",
];

/// How many there are of each.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Basis {
    seed: u64,
    today: Day,
    teams: usize,
    users: usize,
    products: usize,
    campaigns: usize,
}

/// A product as deals use it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Product {
    /// Its id.
    pub(super) id: String,
    /// What one costs, in dollars.
    pub(super) price: u64,
}

/// A pipeline as deals use it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Pipeline {
    /// Its id.
    pub(super) id: String,
    /// The ids of its stages, in order.
    pub(super) stages: Vec<String>,
}

/// A campaign as its members use it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Campaign {
    /// Its id.
    pub(super) id: String,
    /// When it begins.
    pub(super) starts: Day,
    /// When it ends.
    pub(super) ends: Day,
}

/// What there is, with its ids.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Known {
    /// Ids of users.
    pub(super) users: Vec<String>,
    /// Products.
    pub(super) products: Vec<Product>,
    /// Pipelines: new business, and renewals.
    pub(super) pipelines: Vec<Pipeline>,
    /// Campaigns.
    pub(super) campaigns: Vec<Campaign>,
}

impl Basis {
    /// For a demo of this size.
    pub(crate) fn new(size: u64, seed: u64, today: Day) -> Self {
        let one_in = |records: u64, low: usize, high: usize| {
            usize::try_from(size / records).unwrap_or(high).clamp(low, high)
        };
        Self {
            seed,
            today,
            teams: one_in(800, 2, TEAMS.len()),
            users: one_in(150, 4, 200),
            products: one_in(100, 6, PRODUCTS.len() * SIZES.len()),
            campaigns: one_in(300, 2, 24),
        }
    }

    /// How many records it has.
    pub(crate) fn count(&self) -> u64 {
        let stages: usize = PIPELINES.iter().map(|(_, stages)| stages.len()).sum();
        let count = self.teams + self.users + self.products + PIPELINES.len() + stages + self.campaigns;
        u64::try_from(count).unwrap_or_default()
    }

    /// When all of it came to be, where that may be said.
    pub(crate) fn stamps(&self) -> Json {
        let at = self.today.plus(-HISTORY).at_work(&mut Random::new(self.seed));
        stamps(at, at)
    }

    /// The operations that make all but the stages; their answers are in this order.
    pub(crate) fn operations(&self) -> Vec<Json> {
        let mut random = Random::part(self.seed, u64::MAX);
        let mut operations = Vec::new();
        for (number, name) in TEAMS.iter().take(self.teams).enumerate() {
            operations.push(upsert("team", json!({ "name": name }), json!({}), &format!("team{number}")));
        }
        for number in 0..self.users {
            operations.push(self.user(number, &mut random));
        }
        operations.extend((0..self.products).map(product));
        for (name, _) in PIPELINES {
            operations.push(upsert("pipeline", json!({ "name": name }), json!({}), ""));
        }
        operations.extend((0..self.campaigns).map(|number| self.campaign(number, &mut random)));
        operations
    }

    /// What is known once those were answered with these ids, and the operations that
    /// make the stages.
    pub(crate) fn known(&self, ids: &[String]) -> (Known, Vec<Json>) {
        let mut ids = ids.iter().skip(self.teams).cloned();
        let users = ids.by_ref().take(self.users).collect();
        let products = (0..self.products).zip(ids.by_ref());
        let products = products.map(|(number, id)| Product { id, price: offer(number).2 }).collect();
        let pipelines = ids.by_ref().take(PIPELINES.len()).map(|id| Pipeline { id, stages: Vec::new() });
        let pipelines: Vec<Pipeline> = pipelines.collect();
        let campaigns = (0..self.campaigns).zip(ids).map(|(number, id)| {
            let (starts, ends) = self.period(number);
            Campaign { id, starts, ends }
        });
        let campaigns = campaigns.collect();
        let mut operations = Vec::new();
        for ((_, stages), pipeline) in PIPELINES.iter().zip(&pipelines) {
            for (position, (name, probability, outcome)) in stages.iter().enumerate() {
                let record = json!({ "position": position, "probability": probability, "outcome": outcome });
                operations.push(upsert(
                    "stage",
                    json!({ "pipeline": pipeline.id, "name": name }),
                    record,
                    "",
                ));
            }
        }
        (Known { users, products, pipelines, campaigns }, operations)
    }

    fn user(&self, number: usize, random: &mut Random) -> Json {
        let (first, last) = (random.one(&FIRST), random.one(&LAST));
        let again = if number < 50 { String::new() } else { number.to_string() };
        let email = format!("{}.{}{again}@sales.example.com", ascii(first), ascii(last));
        let leads = number < self.teams;
        let title = match leads {
            true => "Head of team",
            false => random.one(&["Account manager", "Sales engineer", "Inside sales"]),
        };
        let mut record = json!({
            "name": format!("{first} {last}"),
            "title": title,
            "team": { "$ref": format!("team{}", number % self.teams) },
            "active": leads || !random.percent(6),
        });
        if !leads {
            record["manager"] = json!({ "$ref": format!("user{}", number % self.teams) });
        }
        upsert("user", json!({ "email": email }), record, &format!("user{number}"))
    }

    fn campaign(&self, number: usize, random: &mut Random) -> Json {
        let (starts, ends) = self.period(number);
        let (name, kind) = CAMPAIGNS[number % CAMPAIGNS.len()];
        let month: String = starts.text().chars().take(7).collect();
        let budget = random.between(20, 400) * 100;
        let (status, cost) = match () {
            () if starts > self.today => ("planned", None),
            () if ends >= self.today => ("running", None),
            () => ("completed", Some(dollars(budget * random.between(80, 115)))),
        };
        let mut record = json!({
            "kind": kind,
            "status": status,
            "starts_on": starts.text(),
            "ends_on": ends.text(),
            "budget": dollars(budget * 100),
        });
        if let Some(cost) = cost {
            record["actual_cost"] = cost;
        }
        upsert("campaign", json!({ "name": format!("{name}, {month}") }), record, "")
    }

    /// When a campaign is: they are spread over the history, and the last is yet to come.
    fn period(&self, number: usize) -> (Day, Day) {
        let count = i32::try_from(self.campaigns).unwrap_or(1).max(2);
        let number = i32::try_from(number).unwrap_or_default();
        let starts = self.today.plus((HISTORY + 20) * (number + 1) / count - HISTORY);
        (starts, starts.plus(14 + number % 3 * 15))
    }
}

impl Known {
    /// Takes the ids of the stages, in the order in which they were made.
    pub(crate) fn with_stages(mut self, ids: &[String]) -> Self {
        let mut ids = ids.iter().cloned();
        for ((_, stages), pipeline) in PIPELINES.iter().zip(&mut self.pipelines) {
            pipeline.stages = ids.by_ref().take(stages.len()).collect();
        }
        self
    }

    /// Somebody who works here.
    pub(super) fn user(&self, random: &mut Random) -> &str {
        self.users.get(random.index(self.users.len())).map_or("", String::as_str)
    }
}

/// A product's series, what it is, and its price in dollars.
fn offer(number: usize) -> (&'static str, &'static str, u64) {
    let (series, what, price) = PRODUCTS[number % PRODUCTS.len()];
    let size = u64::try_from(number / PRODUCTS.len()).unwrap_or_default();
    (series, what, price * (size + 1) * (size + 2) / 2)
}

fn product(number: usize) -> Json {
    let (series, what, price) = offer(number);
    let size = SIZES[number / PRODUCTS.len() % SIZES.len()];
    let record = json!({
        "name": format!("{series} {what} {size}"),
        "series": series,
        "price": dollars(price * 100),
    });
    upsert("product", json!({ "code": format!("{}-{:03}", series.to_uppercase(), number + 1) }), record, "")
}

fn upsert(object: &str, by: Json, record: Json, label: &str) -> Json {
    let mut operation = json!({ "op": "upsert", "object": object, "by": by, "record": record });
    if !label.is_empty() {
        operation["as"] = json!(label);
    }
    operation
}
