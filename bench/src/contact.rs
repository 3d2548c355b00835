//! The contacts that are written: one text with a few places that differ from contact
//! to contact, so that making the next one costs next to nothing.

use anyhow::{Result, ensure};
use serde_json::{Value as Json, json};

use crate::http::find;
use crate::random::Random;

/// Names of one length: a place in a text is as long for all of them.
pub(crate) const CITIES: [&str; 8] =
    ["Hamburg", "Toronto", "Chicago", "Bangkok", "Nairobi", "Caracas", "Jakarta", "Cologne"];

/// Digits of a contact's number.
const DIGITS: usize = 10;

const NOTES: &str = "Met at the fair in spring. Wants an offer for the second quarter, prefers to be called in \
the morning, and asked for a reference from the same trade.";

/// What differs between contacts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Contact {
    /// Makes name and e-mail address unique.
    pub(crate) number: u64,
    /// Which of the companies.
    pub(crate) company: usize,
    /// Which of [`CITIES`].
    pub(crate) city: usize,
    /// Two digits.
    pub(crate) score: u8,
}

/// The contact that every tenant has from the beginning, and texts are made from.
pub(crate) const SAMPLE: Contact = Contact { number: 0, company: 0, city: 0, score: 50 };

impl Contact {
    /// The contact with this number, at one of so many companies.
    pub(crate) fn new(number: u64, companies: usize, random: &mut Random) -> Self {
        let (company, city) = (random.below(companies), random.below(CITIES.len()));
        let score = 10 + u8::try_from(random.below(90)).unwrap_or(0);
        Self { number, company, city, score }
    }

    /// Its name.
    pub(crate) fn name(&self) -> String {
        format!("Ada Lovelace {:0DIGITS$}", self.number)
    }

    /// Its e-mail address.
    pub(crate) fn email(&self) -> String {
        format!("ada.lovelace.{:0DIGITS$}@example.com", self.number)
    }

    /// The record as it is sent.
    pub(crate) fn json(&self, companies: &[String]) -> Json {
        json!({
            "name": self.name(),
            "email": self.email(),
            "phone": "+49309018200",
            "title": "Head of Procurement",
            "company": companies[self.company],
            "city": CITIES[self.city],
            "country": "DE",
            "score": self.score,
            "amount": {"amount": "1234.50", "currency": "EUR"},
            "active": true,
            "birthday": "1985-12-10",
            "notes": NOTES,
        })
    }

    /// The record as a row of a file, with its end of line.
    pub(crate) fn csv(&self, companies: &[String]) -> String {
        format!(
            "{},{},+49309018200,Head of Procurement,{},{},DE,{},1234.50 EUR,true,1985-12-10,\"{NOTES}\"\r\n",
            self.name(),
            self.email(),
            companies[self.company],
            CITIES[self.city],
            self.score,
        )
    }
}

/// A text about a contact, with the places that differ.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    text: Vec<u8>,
    places: Vec<(usize, Part)>,
}

#[derive(Clone, Copy, Debug)]
enum Part {
    Number,
    Company,
    City,
    Score,
}

impl Template {
    /// From a text about [`SAMPLE`].
    pub(crate) fn new(text: impl Into<Vec<u8>>, companies: &[String]) -> Result<Self> {
        let text = text.into();
        let mut places = Vec::new();
        let number = format!("{:0DIGITS$}", SAMPLE.number);
        let score = format!(":{}", SAMPLE.score);
        let parts = [
            (Part::Number, number.as_str(), 0, 2),
            (Part::Company, &companies[SAMPLE.company], 0, 1),
            (Part::City, CITIES[SAMPLE.city], 0, 1),
            (Part::Score, &score, 1, 1),
        ];
        for (part, value, skip, times) in parts {
            let found = occurrences(&text, value.as_bytes());
            ensure!(found.len() == times, "`{value}` occurs {} times, not {times}", found.len());
            places.extend(found.into_iter().map(|at| (at + skip, part)));
        }
        Ok(Self { text, places })
    }

    /// Bytes it always has.
    pub(crate) fn length(&self) -> usize {
        self.text.len()
    }

    /// Appends the text about a contact.
    pub(crate) fn write(&self, contact: &Contact, companies: &[String], out: &mut Vec<u8>) {
        let base = out.len();
        out.extend_from_slice(&self.text);
        for (at, part) in &self.places {
            let rest = &mut out[base + at..];
            match part {
                Part::Number => digits(contact.number, &mut rest[..DIGITS]),
                Part::Company => put(&companies[contact.company], rest),
                Part::City => put(CITIES[contact.city], rest),
                Part::Score => digits(contact.score.into(), &mut rest[..2]),
            }
        }
    }
}

fn put(text: &str, place: &mut [u8]) {
    place[..text.len()].copy_from_slice(text.as_bytes());
}

fn digits(mut number: u64, place: &mut [u8]) {
    for digit in place.iter_mut().rev() {
        *digit = b"0123456789"[usize::try_from(number % 10).unwrap_or(0)];
        number /= 10;
    }
}

fn occurrences(text: &[u8], of: &[u8]) -> Vec<usize> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = find(&text[from..], of) {
        found.push(from + at);
        from += at + of.len();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{Contact, SAMPLE, Template};

    #[test]
    fn a_template_writes_what_the_contact_is() {
        let companies = ["company_a".to_owned(), "company_b".to_owned()];
        let template = Template::new(SAMPLE.json(&companies).to_string(), &companies).unwrap();
        let contact = Contact { number: 12_345, company: 1, city: 3, score: 17 };
        let mut text = Vec::new();
        template.write(&contact, &companies, &mut text);
        assert_eq!(String::from_utf8(text).unwrap(), contact.json(&companies).to_string());
    }
}
