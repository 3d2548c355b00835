//! What customers ask and complain about.

use serde_json::json;

use super::calendar::{Day, later};
use super::company::Company;
use super::deal::{Deal, State};
use super::person::{Person, anyone};
use super::row::Scene;
use super::sayings::{CASES, RESOLUTIONS};

/// Hours until a case is closed.
const HOURS: [u64; 9] = [1, 2, 4, 8, 20, 28, 50, 100, 240];

/// Makes up the cases of a company that has bought, from then on.
pub(super) fn all(scene: &mut Scene<'_>, company: &Company, people: &[Person], deals: &[Deal]) {
    let won = deals.iter().filter_map(|deal| match deal.state {
        State::Won(day) => Some(day),
        State::Open(_) | State::Lost(_) => None,
    });
    let Some(since) = won.min() else { return };
    for _ in 0..scene.random.weighted(&[30, 30, 20, 12, 8]) {
        one(scene, company, people, since);
    }
}

fn one(scene: &mut Scene<'_>, company: &Company, people: &[Person], since: Day) {
    let yesterday = scene.yesterday();
    let is_open = scene.random.percent(18);
    // Those that are open were opened lately.
    let from = if is_open { since.max(scene.today.plus(-12)) } else { since };
    let opened = from.between(yesterday.plus(-1).max(from), &mut scene.random);
    let opened_at = scene.at_work(opened);
    let random = &mut scene.random;
    let (subject, kind, reason) = CASES[random.index(CASES.len())];
    let hours = HOURS[random.index(HOURS.len())];
    let closed_at = later(opened_at, hours, yesterday.at_work(random).max(opened_at));
    let status = match is_open {
        true => random.one(&["new", "working", "working", "waiting", "escalated"]),
        false => "closed",
    };
    let priority = ["low", "medium", "high"][random.weighted(&[25, 55, 20])];
    let resolution = random.one(&RESOLUTIONS);
    let record = json!({
        "subject": subject,
        "company": company.label.json(),
        "contact": anyone(people, opened, random),
        "status": status,
        "priority": priority,
        "origin": random.one(&["phone", "email", "email", "web", "chat"]),
        "kind": kind,
        "reason": reason,
        "assignee": scene.known.user(random),
        "opened_at": opened_at.to_string(),
        "closed_at": (!is_open).then(|| closed_at.to_string()),
        "resolution": (!is_open).then_some(resolution),
    });
    scene.add("case", opened_at, record);
    if !is_open {
        scene.change(closed_at);
    }
}
