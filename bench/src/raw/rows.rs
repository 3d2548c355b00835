//! What is in one commit, apart from any database: contacts, parents, journal.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use kith_model::id::parse_typeid;
use serde_json::Value as Json;
use uuid::{Builder, Uuid};

use super::{Journal, Shape};
use crate::contact::{Contact, SAMPLE, Template};
use crate::crm::Crm;
use crate::random::Random;

/// Makes one commit after another.
pub(crate) struct Rows {
    /// The companies' ids as text, for diffs.
    pub(crate) companies: Vec<String>,
    company_ids: Vec<Uuid>,
    /// Contacts of each company.
    counts: Vec<i64>,
    random: Random,
    number: u64,
    /// The last position so far.
    position: i64,
    /// Microseconds of the last transaction, in the database's own count.
    at: i64,
    /// Milliseconds that ids begin with.
    id_ms: u64,
}

/// One commit.
pub(crate) struct Chunk {
    /// The records.
    pub(crate) contacts: Vec<Created>,
    /// The parents with their new counts, each once.
    pub(crate) parents: Vec<(Uuid, i64)>,
    /// First and last position, and time.
    pub(crate) transactions: Vec<(i64, i64, i64)>,
    /// What changed, in order of positions.
    pub(crate) changes: Vec<Change>,
    /// The last position.
    pub(crate) position: i64,
    /// The time of the last transaction.
    pub(crate) at: i64,
}

/// A record that is new.
pub(crate) struct Created {
    /// Its id.
    pub(crate) id: Uuid,
    /// What it says.
    pub(crate) contact: Contact,
    /// The position that created it.
    pub(crate) position: i64,
    /// The time of its transaction.
    pub(crate) at: i64,
}

/// A row of the journal.
pub(crate) struct Change {
    /// Its position.
    pub(crate) position: i64,
    /// The first position of its transaction.
    pub(crate) transaction: i64,
    /// The record that changed.
    pub(crate) record: Uuid,
    /// What happened to it.
    pub(crate) what: What,
}

/// What happened to a record.
#[derive(Clone, Copy)]
pub(crate) enum What {
    /// It was created: which of the contacts.
    Created(usize),
    /// Its count changed.
    Counted {
        /// Before.
        old: i64,
        /// After.
        new: i64,
    },
}

/// Diffs like those of a real contact.
pub(crate) struct Diffs {
    created: Template,
    count_field: String,
}

impl Rows {
    /// Goes on where Kith ended: at the tenant's last position and time, behind the id
    /// of its one contact.
    pub(crate) fn new(crm: &Crm, position: i64, at: i64, sample: Uuid) -> Result<Self> {
        let company_ids: Vec<Uuid> =
            crm.companies.iter().map(|id| Ok(parse_typeid(id)?.1)).collect::<Result<_>>()?;
        let mut counts = vec![0; company_ids.len()];
        counts[SAMPLE.company] = 1;
        let id_ms = sample.as_u64_pair().0 >> 16;
        let companies = crm.companies.to_vec();
        let (random, number) = (Random::new(1), SAMPLE.number);
        Ok(Self { companies, company_ids, counts, random, number, position, at, id_ms })
    }

    /// A company's id.
    pub(crate) fn company_id(&self, company: usize) -> Uuid {
        self.company_ids[company]
    }

    /// The next commit.
    pub(crate) fn chunk(&mut self, shape: Shape) -> Chunk {
        let before = self.counts.clone();
        let (contacts, transactions, changes) = (Vec::new(), Vec::new(), Vec::new());
        let mut chunk = Chunk { contacts, parents: Vec::new(), transactions, changes, position: 0, at: 0 };
        match shape.journal {
            Journal::Singly => (0..shape.chunk).for_each(|_| self.transaction(1, &mut chunk)),
            Journal::Together => self.transaction(shape.chunk, &mut chunk),
        }
        let changed = (0..self.counts.len()).filter(|company| self.counts[*company] != before[*company]);
        chunk.parents = changed.map(|company| (self.company_ids[company], self.counts[company])).collect();
        (chunk.position, chunk.at) = (self.position, self.at);
        chunk
    }

    /// Adds a transaction of so many creates and, at its end, their parents.
    fn transaction(&mut self, creates: usize, chunk: &mut Chunk) {
        self.at += 1;
        let first = self.position + 1;
        let mut parents: BTreeMap<usize, i64> = BTreeMap::new();
        for _ in 0..creates {
            let (id, contact) = self.contact();
            *parents.entry(contact.company).or_default() += 1;
            self.position += 1;
            let what = What::Created(chunk.contacts.len());
            chunk.changes.push(Change { position: self.position, transaction: first, record: id, what });
            chunk.contacts.push(Created { id, contact, position: self.position, at: self.at });
        }
        for (company, more) in parents {
            let old = self.counts[company];
            self.counts[company] += more;
            self.position += 1;
            let (record, what) = (self.company_ids[company], What::Counted { old, new: old + more });
            chunk.changes.push(Change { position: self.position, transaction: first, record, what });
        }
        chunk.transactions.push((first, self.position, self.at));
    }

    fn contact(&mut self) -> (Uuid, Contact) {
        self.number += 1;
        let contact = Contact::new(self.number, self.company_ids.len(), &mut self.random);
        // Ten a millisecond, in order.
        let mut rest = [0; 10];
        rest[..2].copy_from_slice(&(u16::try_from(self.number % 10).unwrap_or(0) << 4).to_be_bytes());
        rest[2..].copy_from_slice(&self.random.number().to_be_bytes());
        (Builder::from_unix_timestamp_millis(self.id_ms + 1 + self.number / 10, &rest).into_uuid(), contact)
    }
}

impl Created {
    /// Which position set its fields, as Kith stores it.
    pub(crate) fn provenance(&self) -> String {
        format!("{{\"*\":{}}}", self.position)
    }
}

impl Diffs {
    /// From the diffs of the contact that is there and of its company.
    pub(crate) fn new(created: &str, derived: &str, crm: &Crm) -> Result<Self> {
        let document: Json = serde_json::from_str(derived).context("the diff of a roll-up")?;
        let fields = document["new"].as_object().context("the diff of a roll-up lacks `new`")?;
        let count_field = fields.keys().next().context("the diff of a roll-up is empty")?.clone();
        let diffs = Self { created: Template::new(created, &crm.companies)?, count_field };
        let again = diffs.text(What::Counted { old: 0, new: 1 }, &[], &[]);
        ensure!(again == derived, "the diff of a roll-up is `{derived}`, not `{again}`");
        Ok(diffs)
    }

    /// The diff of a change.
    pub(crate) fn text(&self, what: What, contacts: &[Created], companies: &[String]) -> String {
        match what {
            What::Created(index) => {
                let mut text = Vec::with_capacity(self.created.length());
                self.created.write(&contacts[index].contact, companies, &mut text);
                String::from_utf8(text).unwrap_or_default()
            }
            What::Counted { old, new } => {
                let field = &self.count_field;
                format!(r#"{{"old":{{"{field}":{old}}},"new":{{"{field}":{new}}}}}"#)
            }
        }
    }
}
