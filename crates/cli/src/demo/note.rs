//! Notes.

use serde_json::{Value as Json, json};

use super::calendar::Day;
use super::company::Company;
use super::deal::Deal;
use super::row::Scene;
use super::sayings::NOTES;

/// Perhaps a note about a company.
pub(super) fn about_company(scene: &mut Scene<'_>, company: &Company) {
    if scene.random.percent(40) {
        write(scene, company.label.json(), company.since);
    }
}

/// Perhaps a note about a deal.
pub(super) fn about_deal(scene: &mut Scene<'_>, deal: &Deal) {
    if scene.random.percent(50) {
        write(scene, deal.label.json(), deal.started);
    }
}

fn write(scene: &mut Scene<'_>, about: Json, since: Day) {
    let day = since.between(scene.yesterday(), &mut scene.random);
    let at = scene.at_work(day);
    let body = scene.random.one(&NOTES);
    scene.add("note", at, json!({ "body": body, "about": about }));
}
