//! The deals of a company, from their first day to where they stand.

use serde_json::{Value as Json, json};

use super::amount::{self, dollars};
use super::basis::Pipeline;
use super::calendar::Day;
use super::company::{Company, Standing};
use super::person::{Person, anyone};
use super::row::{Label, Scene};
use super::sayings::{NEXT, REASONS, SOURCES, SUBJECTS};
use super::{activity, note};

/// Days that sales take.
const CYCLES: [u64; 9] = [12, 18, 25, 35, 45, 60, 80, 110, 150];

/// A deal of the scene.
#[derive(Clone, Debug)]
pub(super) struct Deal {
    /// The record.
    pub(super) label: Label,
    /// When it began.
    pub(super) started: Day,
    /// What it has come to.
    pub(super) state: State,
}

/// What a deal has come to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum State {
    /// It is in this stage of its pipeline.
    Open(usize),
    /// It was won on this day.
    Won(Day),
    /// It was lost on this day.
    Lost(Day),
}

/// Makes up the deals of a company.
pub(super) fn all(scene: &mut Scene<'_>, company: &Company, people: &[Person]) -> Vec<Deal> {
    let count = match company.standing {
        Standing::Customer => scene.random.between(1, 5),
        Standing::Prospect => scene.random.between(1, 2),
        Standing::Quiet => 0,
    };
    let mut deals = Vec::new();
    for number in 0..count {
        let is_first_of_customer = number == 0 && company.standing == Standing::Customer;
        deals.push(one(scene, company, people, is_first_of_customer));
    }
    deals
}

fn one(scene: &mut Scene<'_>, company: &Company, people: &[Person], must_win: bool) -> Deal {
    let random = &mut scene.random;
    let cycle = i32::try_from(CYCLES[random.index(CYCLES.len())]).unwrap_or_default();
    let yesterday = scene.today.plus(-1);
    // What made a company a customer is over.
    let latest = if must_win { scene.today.plus(-cycle - 2).max(company.since) } else { yesterday };
    let started = company.since.between(latest, random);
    let is_renewal = !must_win && company.standing == Standing::Customer && random.percent(35);
    let pipeline = scene.known.pipelines.get(usize::from(is_renewal)).cloned().unwrap_or_default();
    let end = started.plus(cycle);
    let wins = must_win || (company.standing == Standing::Customer && random.percent(58));
    let is_over = end <= yesterday && (must_win || !random.percent(5));
    let state = match (is_over, wins) {
        (true, true) => State::Won(end),
        (true, false) => State::Lost(end),
        (false, _) => State::Open(stage(&pipeline, scene.today.since(started), cycle)),
    };
    let about = if is_renewal { "renewal of the support plan" } else { random.one(&SUBJECTS) };
    let lines = lines(scene);
    let worth = match (&lines[..], scene.random.percent(3) && matches!(state, State::Open(_))) {
        // Nobody has asked yet.
        ([], true) => None,
        ([], false) => Some(amount::rounded(amount::deal(&mut scene.random)) * 100),
        (lines, _) => Some(lines.iter().map(Line::cents).sum()),
    };
    let draft = Draft { company, people, pipeline: &pipeline, started, end, state, about, worth };
    let label = write(scene, &draft);
    let deal = Deal { label, started, state };
    for line in &lines {
        line.write(scene, &deal);
    }
    activity::of_deal(scene, company, people, &deal);
    note::about_deal(scene, &deal);
    deal
}

/// The stage that a deal is in after some of the days it will take.
fn stage(pipeline: &Pipeline, days: i32, cycle: i32) -> usize {
    let open = i32::try_from(pipeline.stages.len()).unwrap_or_default() - 2;
    let at = days.saturating_mul(open) / cycle.max(1);
    usize::try_from(at.clamp(0, (open - 1).max(0))).unwrap_or_default()
}

/// A deal before it is written.
struct Draft<'d> {
    company: &'d Company,
    people: &'d [Person],
    pipeline: &'d Pipeline,
    started: Day,
    end: Day,
    state: State,
    about: &'static str,
    /// In cents.
    worth: Option<u64>,
}

fn write(scene: &mut Scene<'_>, draft: &Draft<'_>) -> Label {
    let &Draft { company, people, pipeline, started, end, state, about, worth } = draft;
    let stages = &pipeline.stages;
    let last = stages.len().saturating_sub(1);
    let (stage, closed) = match state {
        State::Open(stage) => (stage, None),
        State::Won(day) => (last.saturating_sub(1), Some(day)),
        State::Lost(day) => (last, Some(day)),
    };
    let random = &mut scene.random;
    let is_open = closed.is_none();
    let record = json!({
        "name": format!("{}: {about}", company.name),
        "company": company.label.json(),
        "contact": anyone(people, started, random),
        "pipeline": pipeline.id,
        "stage": stages.get(stage),
        "amount": worth.map(dollars),
        "started_on": started.text(),
        // Some of those that are open should have closed by now.
        "expected_on": end.plus(i32::try_from(random.below(12)).unwrap_or_default()).text(),
        "closed_on": closed.map(Day::text),
        "source": random.one(&SOURCES),
        "assignee": company.manager,
        "campaign": campaign(scene, started),
        "next_step": is_open.then(|| scene.random.one(&NEXT)),
        "lost_because": matches!(state, State::Lost(_)).then(|| scene.random.one(&REASONS)),
    });
    let at = scene.at_work(started);
    let label = scene.add("deal", at, record);
    let changed = match closed {
        Some(day) => scene.at_work(day),
        None => started.between(scene.yesterday(), &mut scene.random).at_work(&mut scene.random),
    };
    scene.change(changed);
    label
}

/// A campaign that was before the deal began, for one in five.
fn campaign(scene: &mut Scene<'_>, started: Day) -> Option<String> {
    let known = scene.known;
    let lot = scene.random.index(known.campaigns.len());
    let campaign = known.campaigns.get(lot).filter(|campaign| campaign.starts <= started);
    campaign.filter(|_| scene.random.percent(30)).map(|campaign| campaign.id.clone())
}

/// A product in a deal.
#[derive(Debug)]
struct Line {
    product: String,
    /// In dollars.
    price: u64,
    quantity: u64,
    /// Percent.
    discount: u64,
}

/// The products of a deal, for nine in ten.
fn lines(scene: &mut Scene<'_>) -> Vec<Line> {
    let random = &mut scene.random;
    if scene.known.products.is_empty() || random.percent(10) {
        return Vec::new();
    }
    let count = random.between(1, 4);
    let share = amount::deal(random) / count;
    let line = |_| {
        let product = &scene.known.products[random.index(scene.known.products.len())];
        let quantity = (share * random.between(60, 140) / 100 / product.price.max(1)).clamp(1, 5_000);
        let discount = [0, 0, 0, 0, 5, 10, 15][random.index(7)];
        Line { product: product.id.clone(), price: product.price, quantity, discount }
    };
    (0..count).map(line).collect()
}

impl Line {
    /// What it is worth: the price has no cents, so nothing is to be rounded.
    fn cents(&self) -> u64 {
        self.price * self.quantity * (100 - self.discount)
    }

    fn write(&self, scene: &mut Scene<'_>, deal: &Deal) {
        let record: Json = json!({
            "deal": deal.label.json(),
            "product": self.product,
            "quantity": self.quantity.to_string(),
            "unit_price": dollars(self.price * 100),
            "discount": self.discount.to_string(),
        });
        let at = scene.at_work(deal.started);
        scene.add("deal_line", at, record);
    }
}
