//! The objects that a benchmark works on, and the records it makes: contacts of twelve
//! fields, at companies that count them.

use serde_json::{Value as Json, json};

use crate::random::Random;

/// How its objects are described, by which leftovers are known.
pub(super) const DESCRIPTION: &str = "made by `kith bench`, which drops it at its end";

const CITIES: [&str; 8] =
    ["Hamburg", "Toronto", "Chicago", "Bangkok", "Nairobi", "Caracas", "Jakarta", "Cologne"];

const NOTES: &str = "Met at the fair in spring. Wants an offer for the second quarter, prefers to be called in \
the morning, and asked for a reference from the same trade.";

/// The company as an object.
pub(super) fn company_object(name: &str) -> Json {
    json!({
        "name": name,
        "description": DESCRIPTION,
        "fields": [{"name": "name", "type": "text", "required": true}],
    })
}

/// The contact as an object.
pub(super) fn contact_object(name: &str, company: &str) -> Json {
    json!({
        "name": name,
        "description": DESCRIPTION,
        "fields": [
            {"name": "name", "type": "text", "required": true},
            {"name": "email", "type": "email", "unique": true},
            {"name": "phone", "type": "phone"},
            {"name": "title", "type": "text"},
            {"name": "company", "type": "reference", "to": [company], "on_delete": "clear"},
            {"name": "city", "type": "text", "indexed": true},
            {"name": "country", "type": "select", "options": ["CA", "DE", "US"]},
            {"name": "score", "type": "integer", "indexed": true},
            {"name": "amount", "type": "currency"},
            {"name": "active", "type": "boolean"},
            {"name": "birthday", "type": "date"},
            {"name": "notes", "type": "long_text"},
        ],
    })
}

/// The field of a company that counts its contacts.
pub(super) fn count_field(contact: &str) -> Json {
    json!({"name": "contacts", "type": "rollup", "function": "count", "from": contact, "via": "company"})
}

/// A contact; the number makes its address its own.
pub(super) fn contact(number: u64, company: &str, random: &mut Random) -> Json {
    json!({
        "name": format!("Ada Lovelace {number:010}"),
        "email": format!("ada.lovelace.{number:010}@example.com"),
        "phone": "+49309018200",
        "title": "Head of Procurement",
        "company": company,
        "city": city(random),
        "country": "DE",
        "score": random.below(100),
        "amount": {"amount": "1234.50", "currency": "EUR"},
        "active": true,
        "birthday": "1985-12-10",
        "notes": NOTES,
    })
}

/// The first line of a file of contacts.
pub(super) const CSV_HEADER: &str =
    "name,email,phone,title,company,city,country,score,amount,active,birthday,notes\n";

/// Adds a contact to a file. Only its notes have a comma.
pub(super) fn csv(contact: &Json, file: &mut String) {
    let text = |name: &str| contact[name].as_str().unwrap_or_default();
    let amount = &contact["amount"];
    let cells = [
        text("name"),
        text("email"),
        text("phone"),
        text("title"),
        text("company"),
        text("city"),
        text("country"),
        &contact["score"].to_string(),
        &format!(
            "{} {}",
            amount["amount"].as_str().unwrap_or_default(),
            amount["currency"].as_str().unwrap_or_default()
        ),
        "true",
        text("birthday"),
        &format!("\"{}\"\n", text("notes")),
    ];
    file.push_str(&cells.join(","));
}

/// One of the cities.
pub(super) fn city(random: &mut Random) -> &'static str {
    CITIES[random.index(CITIES.len())]
}
