//! Which tables and columns contacts and companies are kept in, as Kith itself says.

use anyhow::{Context, Result};
use serde_json::Value as Json;

use crate::client::text;
use crate::crm::Crm;

/// The tables and columns that baselines use.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    /// The table of contacts.
    pub(crate) contact: Table,
    /// The table of companies.
    pub(crate) company: Table,
    /// Where in a contact's columns is what differs.
    pub(crate) places: Places,
    /// The column of companies that counts contacts.
    pub(crate) contacts: String,
}

/// A table's name and columns.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    /// Its name.
    pub(crate) name: String,
    /// Its columns, in order.
    pub(crate) columns: Vec<String>,
    fields: Vec<String>,
}

/// Indexes into a contact's columns.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Places {
    /// Its id.
    pub(crate) id: usize,
    /// When it was created.
    pub(crate) created_at: usize,
    /// When it was changed.
    pub(crate) updated_at: usize,
    /// Which position set its fields.
    pub(crate) provenance: usize,
    /// Its name.
    pub(crate) name: usize,
    /// Its e-mail address.
    pub(crate) email: usize,
    /// Its company.
    pub(crate) company: usize,
    /// Its city.
    pub(crate) city: usize,
    /// Its score.
    pub(crate) score: usize,
}

impl Layout {
    /// From what Kith says of its storage.
    pub(crate) fn of(crm: &Crm) -> Result<Self> {
        let (contact, company) = (Table::of(&crm.contact_storage)?, Table::of(&crm.company_storage)?);
        let places = Places {
            id: contact.place("id")?,
            created_at: contact.place("created_at")?,
            updated_at: contact.place("updated_at")?,
            provenance: contact.place("provenance")?,
            name: contact.place("name")?,
            email: contact.place("email")?,
            company: contact.place("company")?,
            city: contact.place("city")?,
            score: contact.place("score")?,
        };
        let contacts = company.columns[company.place("contacts")?].clone();
        Ok(Self { contact, company, places, contacts })
    }
}

impl Table {
    fn of(storage: &Json) -> Result<Self> {
        let listed = storage["columns"].as_array().context("a storage lacks `columns`")?;
        let (mut columns, mut fields) = (Vec::new(), Vec::new());
        for column in listed {
            let name = text(column, "/name")?;
            columns.push(name.to_owned());
            // What every record has belongs to no field.
            fields.push(column["field"].as_str().unwrap_or(name).to_owned());
        }
        Ok(Self { name: text(storage, "/table")?.to_owned(), columns, fields })
    }

    fn place(&self, field: &str) -> Result<usize> {
        let place = self.fields.iter().position(|each| each == field);
        place.with_context(|| format!("`{}` has no column for `{field}`", self.name))
    }
}
