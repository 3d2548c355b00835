//! Leads: some have become what a company is to us now, most have not.

use serde_json::json;

use super::basis::Known;
use super::calendar::Day;
use super::company::{self, Company};
use super::deal::Deal;
use super::person::{Person, somebody};
use super::places::Place;
use super::row::{Row, Scene};
use super::sayings::SOURCES;
use super::words::ascii;
use crate::random::Random;

/// Leads work for companies whose numbers begin here: none of them is one of ours.
const NAMES: u64 = 30_000;

/// Makes up the leads around a company.
pub(super) fn all(scene: &mut Scene<'_>, company: &Company, people: &[Person], deals: &[Deal]) {
    if let (Some(person), Some(deal)) = (people.first(), deals.first())
        && scene.random.percent(45)
    {
        converted(scene, company, person, deal);
    }
    for _ in 0..scene.random.weighted(&[40, 40, 20]) {
        open(scene, company.manager.clone());
    }
}

/// So many leads that belong to nobody.
pub(super) fn stray(seed: u64, number: u64, today: Day, known: &Known, count: u64) -> Vec<Row> {
    let mut scene = Scene::new(Random::part(seed, number), number, today, known);
    for _ in 0..count {
        let assignee = known.user(&mut scene.random).to_owned();
        open(&mut scene, assignee);
    }
    scene.into_rows()
}

/// The lead that a contact, its company and its first deal have come from.
fn converted(scene: &mut Scene<'_>, company: &Company, person: &Person, deal: &Deal) {
    let converted_at = scene.at_work(deal.started);
    let record = json!({
        "first_name": person.first,
        "last_name": person.last,
        "email": person.email,
        "title": person.title,
        "company_name": company.name,
        "company_domain": company.domain,
        "industry": company.industry,
        "employees": company.employees,
        "city": company.place.city,
        "country": company.place.country,
        "status": "converted",
        "source": scene.random.one(&SOURCES),
        "assignee": company.manager,
        "converted_at": converted_at.to_string(),
        "converted_company": company.label.json(),
        "converted_contact": person.label.json(),
        "converted_deal": deal.label.json(),
    });
    let at = scene.at_work(company.since);
    scene.add("lead", at.min(converted_at), record);
    scene.change(converted_at);
}

/// Somebody who may become a customer.
fn open(scene: &mut Scene<'_>, assignee: String) {
    let random = &mut scene.random;
    let person = somebody(random);
    let (name, domain, industry, _) = company::name(super::SEED, NAMES + random.below(NAMES));
    let place = Place::any(random);
    let status = ["new", "working", "nurturing", "unqualified"][random.weighted(&[30, 30, 25, 15])];
    // Who is new came lately.
    let days = if status == "new" { 21 } else { 400 };
    let day = scene.today.plus(-days).between(scene.today.plus(-1), random);
    let (with_email, with_phone, with_company) = (random.percent(85), random.percent(60), random.percent(80));
    let email = format!("{}.{}@{domain}", ascii(person.first), ascii(person.last));
    let record = json!({
        "first_name": (!random.percent(8)).then_some(person.first),
        "last_name": person.last,
        "email": with_email.then_some(email),
        "phone": with_phone.then(|| place.phone(random)),
        "title": random.percent(60).then_some(person.title),
        "company_name": with_company.then_some(name),
        "company_domain": with_company.then_some(domain),
        "industry": random.percent(50).then_some(industry),
        "city": place.city,
        "country": place.country,
        "status": status,
        "source": random.one(&SOURCES),
        "assignee": assignee,
    });
    let at = scene.at_work(day);
    scene.add("lead", at, record);
}
