//! A company with what belongs to it: the scene that a demo is made of.

use serde_json::{Value as Json, json};

use super::amount::dollars;
use super::basis::Known;
use super::calendar::{Day, HISTORY};
use super::person::Person;
use super::places::Place;
use super::row::{Label, Row, Scene};
use super::words::{COMPANY_FIRST, COMPANY_SECOND, TRADES, ascii};
use super::{case, deal, lead, member, note, person};
use crate::random::Random;

/// Names that there are.
const NAMES: u64 = 64 * 48 * 24;

/// Goes through all of them before one comes again: it has no factor in common with
/// their number.
const STRIDE: u64 = 40_507;

/// People that companies of different sizes employ.
const EMPLOYEES: [u64; 10] = [3, 8, 15, 30, 60, 120, 250, 600, 1_500, 6_000];

/// What a company is to us.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Standing {
    /// It has bought.
    Customer,
    /// It may.
    Prospect,
    /// Nothing happens.
    Quiet,
}

/// A company of the scene.
#[derive(Clone, Debug)]
pub(super) struct Company {
    /// The record.
    pub(super) label: Label,
    /// Its name.
    pub(super) name: String,
    /// The domain of its addresses.
    pub(super) domain: String,
    /// What it does.
    pub(super) industry: &'static str,
    /// Who employs how many.
    pub(super) employees: u64,
    /// Where it is.
    pub(super) place: Place,
    /// Who looks after it.
    pub(super) manager: String,
    /// Since when we know it.
    pub(super) since: Day,
    /// What it is to us.
    pub(super) standing: Standing,
}

/// The records of a company and all that belongs to it. They depend on the seed, the
/// number and the day, and on nothing that was made before.
pub(super) fn scene(seed: u64, number: u64, today: Day, known: &Known) -> Vec<Row> {
    let mut scene = Scene::new(Random::part(seed, number), number, today, known);
    let company = head(&mut scene, seed, number);
    let mut people = person::staff(&mut scene, &company);
    if scene.random.percent(12) {
        let branch = branch(&mut scene, &company);
        people.extend(person::staff(&mut scene, &branch));
    }
    if scene.random.percent(3) {
        again(&mut scene, &company);
    }
    let deals = deal::all(&mut scene, &company, &people);
    lead::all(&mut scene, &company, &people, &deals);
    case::all(&mut scene, &company, &people, &deals);
    note::about_company(&mut scene, &company);
    member::all(&mut scene, &people);
    scene.into_rows()
}

/// An invented name, and the domain that goes with it.
pub(super) fn name(seed: u64, number: u64) -> (String, String, &'static str, &'static str) {
    let lot = (number % NAMES * STRIDE + seed % NAMES * 7_919) % NAMES;
    let at = |index: u64| usize::try_from(index).unwrap_or_default();
    let (first, second) = (COMPANY_FIRST[at(lot / 24 / 48)], COMPANY_SECOND[at(lot / 24 % 48)]);
    let (trade, industry, about) = TRADES[at(lot % 24)];
    // When all names were given, they come again with a number.
    let again = match number / NAMES {
        0 => String::new(),
        round => format!(" {}", round + 1),
    };
    // Another seed has names of its own, though words may be the same.
    let mark = if seed == super::SEED { String::new() } else { format!("s{seed}.") };
    let host = format!("{}{second}-{}{}", ascii(first), ascii(trade), again.trim());
    let zone = ["com", "org", "net"][at(number % 3)];
    (format!("{first}{second} {trade}{again}"), format!("{host}.{mark}example.{zone}"), industry, about)
}

fn head(scene: &mut Scene<'_>, seed: u64, number: u64) -> Company {
    let (name, domain, industry, about) = name(seed, number);
    let standing = match scene.random.weighted(&[38, 47, 15]) {
        0 => Standing::Customer,
        1 => Standing::Prospect,
        _ => Standing::Quiet,
    };
    let (from, until) = match standing {
        Standing::Customer => (HISTORY, 120),
        Standing::Prospect => (300, 7),
        Standing::Quiet => (HISTORY, 30),
    };
    let since = scene.today.plus(-from).between(scene.today.plus(-until), &mut scene.random);
    let place = Place::any(&mut scene.random);
    let size = scene.random.weighted(&[10, 14, 16, 16, 14, 10, 8, 6, 4, 2]);
    let employees = scene.random.between(EMPLOYEES[size], EMPLOYEES[size] * 2);
    let manager = scene.known.user(&mut scene.random).to_owned();
    let description = format!("{name} {about}.");
    let mut company = Company {
        label: Label::default(),
        name,
        domain,
        industry,
        employees,
        place,
        manager,
        since,
        standing,
    };
    company.label = write(scene, &company, None, Some(description));
    company
}

/// Another site of the same company.
fn branch(scene: &mut Scene<'_>, head: &Company) -> Company {
    let place = Place::any(&mut scene.random);
    let mut branch = Company {
        label: Label::default(),
        name: format!("{} {}", head.name, place.city),
        domain: format!("{}.{}", ascii(place.city), head.domain),
        employees: head.employees / 4 + 1,
        place,
        since: head.since.between(scene.yesterday(), &mut scene.random),
        standing: Standing::Quiet,
        ..head.clone()
    };
    let parent = head.label.json();
    branch.label = write(scene, &branch, Some(parent), None);
    branch
}

/// The record of a company: what is said of it, where it is, who looks after it.
fn write(
    scene: &mut Scene<'_>,
    company: &Company,
    parent: Option<Json>,
    description: Option<String>,
) -> Label {
    let random = &mut scene.random;
    let Company { name, domain, industry, employees, place, manager, .. } = company;
    // A few were entered in haste.
    let is_hasty = random.percent(4);
    let phone = (!is_hasty).then(|| place.phone(random));
    let industry = (!random.percent(5)).then_some(*industry);
    let revenue = random.percent(60).then(|| dollars(employees * random.between(60, 220) * 100_000));
    let record = json!({
        "name": if is_hasty { name.to_uppercase() } else { name.clone() },
        "domain": domain,
        "website": format!("https://www.{domain}/"),
        "phone": phone,
        "industry": industry,
        "employees": employees,
        "annual_revenue": revenue,
        "founded": random.between(1890, 2023),
        "street": Place::street(random),
        "city": place.city,
        "postal_code": place.postal_code(random),
        "region": place.region,
        "country": place.country,
        "parent": parent,
        "account_manager": manager,
        "description": description,
    });
    let at = company.since.at_work(random);
    scene.add("company", at, record)
}

/// The same company once more, by somebody who did not look.
fn again(scene: &mut Scene<'_>, company: &Company) {
    let at = company.since.between(scene.yesterday(), &mut scene.random).at_work(&mut scene.random);
    let name = match scene.random.below(3) {
        0 => format!("{}, Inc.", company.name),
        1 => company.name.to_lowercase(),
        _ => company.name.replacen(' ', "-", 1),
    };
    scene.add(
        "company",
        at,
        json!({ "name": name, "city": company.place.city, "country": company.place.country }),
    );
}

impl Company {
    /// Somebody's address there.
    pub(super) fn address(&self, person: &Person) -> String {
        format!("{}.{}@{}", ascii(person.first), ascii(person.last), self.domain)
    }
}
