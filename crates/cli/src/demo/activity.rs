//! What was done in a deal, in the order in which sales are made, and what is to be done.

use serde_json::json;

use super::calendar::Day;
use super::company::Company;
use super::deal::{Deal, State};
use super::person::{Person, anyone};
use super::row::Scene;
use super::sayings::{LOST, NEXT, STEPS, Step, WON};

/// Makes up the activities of a deal: steps on the way, an end, a task if it is open.
pub(super) fn of_deal(scene: &mut Scene<'_>, company: &Company, people: &[Person], deal: &Deal) {
    let (last, ending, most) = match deal.state {
        State::Open(stage) => (scene.yesterday(), &[][..], (stage + 1) * 2),
        State::Won(day) => (day, &WON[..], STEPS.len()),
        State::Lost(day) => (day, &LOST[..], STEPS.len() - 2),
    };
    let fewest = u64::try_from(most / 2).unwrap_or_default();
    let count = scene.random.between(fewest, u64::try_from(most).unwrap_or_default());
    let steps = usize::try_from(count).unwrap_or_default().min(STEPS.len());
    let span = last.since(deal.started).max(0);
    for number in 0..steps {
        // Spread over the steps of a sale, and over its days.
        let step = STEPS[number * STEPS.len() / steps.max(1) * most / STEPS.len()];
        let number = i32::try_from(number).unwrap_or_default();
        let day = deal.started.plus(span.saturating_mul(number) / i32::try_from(steps.max(1)).unwrap_or(1));
        done(scene, company, people, deal, step, day);
    }
    for step in ending {
        done(scene, company, people, deal, *step, last);
    }
    if matches!(deal.state, State::Open(_)) && scene.random.percent(85) {
        task(scene, company, deal);
    }
}

fn done(scene: &mut Scene<'_>, company: &Company, people: &[Person], deal: &Deal, step: Step, day: Day) {
    let (kind, subject, minutes) = step;
    let at = scene.at_work(day);
    let with_person = scene.random.percent(25).then(|| anyone(people, day, &mut scene.random)).flatten();
    let record = json!({
        "subject": subject,
        "kind": kind,
        "about": with_person.unwrap_or_else(|| deal.label.json()),
        "assignee": company.manager,
        "due_at": at.to_string(),
        "done_at": at.to_string(),
        "minutes": minutes + scene.random.below(minutes),
    });
    scene.add("activity", at, record);
}

/// What is to be done next; some of it is late.
fn task(scene: &mut Scene<'_>, company: &Company, deal: &Deal) {
    let days = i32::try_from(scene.random.below(18)).unwrap_or_default() - 4;
    let due = scene.at_work(scene.today.plus(days));
    let at = scene.at_work(scene.yesterday());
    let record = json!({
        "subject": scene.random.one(&NEXT),
        "kind": "task",
        "about": deal.label.json(),
        "assignee": company.manager,
        "due_at": due.to_string(),
        "priority": scene.random.one(&["low", "normal", "normal", "high"]),
    });
    scene.add("activity", at, record);
}
