//! The people of a company.

use serde_json::{Value as Json, json};

use super::calendar::Day;
use super::company::Company;
use super::row::{Label, Scene};
use super::words::{FIRST, JOBS, LAST};
use crate::random::Random;

/// Somebody of a company.
#[derive(Clone, Debug)]
pub(super) struct Person {
    /// The contact.
    pub(super) label: Label,
    /// First name.
    pub(super) first: &'static str,
    /// Last name.
    pub(super) last: &'static str,
    /// E-mail address.
    pub(super) email: String,
    /// What they do.
    pub(super) title: &'static str,
    /// Since when we know them.
    pub(super) since: Day,
}

/// Makes up the contacts at a company, a few of them twice.
pub(super) fn staff(scene: &mut Scene<'_>, company: &Company) -> Vec<Person> {
    let count = scene.random.weighted(&[0, 20, 25, 22, 15, 11, 7]);
    let mut people: Vec<Person> = Vec::new();
    for _ in 0..count {
        let mut person = somebody(&mut scene.random);
        person.email = company.address(&person);
        if people.iter().any(|other| other.email == person.email) {
            continue;
        }
        // The first is the one through whom we know the company.
        person.since = match people.is_empty() {
            true => company.since,
            false => company.since.between(scene.yesterday(), &mut scene.random),
        };
        let chief = people.first().map(|chief| chief.label.clone());
        person.label = write(scene, company, &person, chief);
        if scene.random.percent(3) {
            again(scene, company, &person);
        }
        people.push(person);
    }
    people
}

/// Somebody who is nobody's contact yet.
pub(super) fn somebody(random: &mut Random) -> Person {
    Person {
        label: Label::default(),
        first: random.one(&FIRST),
        last: random.one(&LAST),
        email: String::new(),
        title: JOBS[random.index(JOBS.len())].0,
        since: Day(0),
    }
}

fn write(scene: &mut Scene<'_>, company: &Company, person: &Person, chief: Option<Label>) -> Label {
    let random = &mut scene.random;
    let department = JOBS.iter().find(|(title, _)| *title == person.title).map(|(_, department)| *department);
    // A few were typed in haste.
    let last = if random.percent(2) { person.last.to_uppercase() } else { person.last.to_owned() };
    let first = (!random.percent(2)).then_some(person.first);
    let (phone, mobile) = (random.percent(80), random.percent(45));
    let birthday = random.percent(20).then(|| {
        let age = random.between(22 * 365, 62 * 365);
        scene.today.plus(-i32::try_from(age).unwrap_or_default()).text()
    });
    let record = json!({
        "first_name": first,
        "last_name": last,
        "email": (!random.percent(3)).then(|| person.email.clone()),
        "phone": phone.then(|| company.place.phone(random)),
        "mobile": mobile.then(|| company.place.phone(random)),
        "title": person.title,
        "department": department,
        "company": company.label.json(),
        "reports_to": chief.filter(|_| random.percent(60)).map(|chief| chief.json()),
        "account_manager": company.manager,
        "city": company.place.city,
        "region": company.place.region,
        "country": company.place.country,
        "birthday": birthday,
        "do_not_contact": random.percent(3),
    });
    let at = scene.at_work(person.since);
    scene.add("contact", at, record)
}

/// The same person once more, as another colleague wrote them down.
fn again(scene: &mut Scene<'_>, company: &Company, person: &Person) {
    let day = person.since.between(scene.yesterday(), &mut scene.random);
    let at = scene.at_work(day);
    let initial: String = person.first.chars().take(1).collect();
    let record = match scene.random.below(3) {
        // The same address, and the name shortened.
        0 => {
            let email = person.email.to_uppercase();
            json!({ "first_name": format!("{initial}."), "last_name": person.last, "email": email })
        }
        // The same address, and first and last name in one.
        1 => json!({ "last_name": format!("{} {}", person.first, person.last), "email": person.email }),
        // A slip in the name, at the same company.
        _ => json!({
            "first_name": person.first,
            "last_name": slip(person.last),
            "title": person.title,
            "company": company.label.json(),
        }),
    };
    scene.add("contact", at, record);
}

/// A name with its last two letters the wrong way round.
fn slip(name: &str) -> String {
    let mut letters: Vec<char> = name.chars().collect();
    let length = letters.len();
    if length > 3 {
        letters.swap(length - 2, length - 1);
    }
    letters.into_iter().collect()
}

/// The value of a reference to somebody whom we knew on a day, if there is anybody.
pub(super) fn anyone(people: &[Person], day: Day, random: &mut Random) -> Option<Json> {
    let known = people.iter().filter(|person| person.since <= day).count();
    let lot = random.index(known);
    people.iter().filter(|person| person.since <= day).nth(lot).map(|person| person.label.json())
}

#[cfg(test)]
mod tests {
    use super::slip;

    #[test]
    fn slips() {
        assert_eq!(slip("Hansen"), "Hansne");
        assert_eq!(slip("Kim"), "Kim");
    }
}
