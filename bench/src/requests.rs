//! What connections send under load.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Result;
use serde_json::{Value as Json, json};

use crate::contact::{Contact, SAMPLE, Template};
use crate::crm::{BATCH, COMPANIES, Crm};
use crate::http::head;
use crate::load::Requests;
use crate::random::Random;

/// The body of an atomic batch that creates records.
pub(crate) fn create_batch(object: &str, records: Vec<Json>) -> Json {
    let create = |record| json!({"op": "create", "object": object, "record": record});
    json!({"atomic": true, "operations": records.into_iter().map(create).collect::<Vec<_>>()})
}

/// Contacts as they come, each with a number of its own.
#[derive(Clone)]
struct Source {
    companies: Arc<[String]>,
    next: Arc<AtomicU64>,
    random: Random,
}

impl Source {
    fn new(crm: &Crm, seed: u64) -> Self {
        Self { companies: Arc::clone(&crm.companies), next: Arc::clone(&crm.next), random: Random::new(seed) }
    }

    fn contact(&mut self) -> Contact {
        Contact::new(self.next.fetch_add(1, Ordering::Relaxed), COMPANIES, &mut self.random)
    }
}

/// Creates one contact after another.
pub(crate) struct CreateContacts {
    source: Source,
    head: Vec<u8>,
    body: Template,
    request: Vec<u8>,
}

impl CreateContacts {
    /// In a tenant; the seed says which companies.
    pub(crate) fn new(crm: &Crm, seed: u64) -> Result<Self> {
        let body = Template::new(SAMPLE.json(&crm.companies).to_string(), &crm.companies)?;
        let head = head("POST", "/v1/records/contact", &crm.token, body.length());
        Ok(Self { source: Source::new(crm, seed), head, body, request: Vec::new() })
    }

    /// The next contact.
    pub(crate) fn contact(&mut self) -> Contact {
        self.source.contact()
    }
}

impl Requests for CreateContacts {
    fn next(&mut self) -> &[u8] {
        let contact = self.contact();
        self.request.clear();
        self.request.extend_from_slice(&self.head);
        self.body.write(&contact, &self.source.companies, &mut self.request);
        &self.request
    }

    fn status(&self) -> u16 {
        201
    }
}

/// Creates one batch of contacts after another.
pub(crate) struct CreateBatches {
    source: Source,
    head: Vec<u8>,
    operation: Template,
    request: Vec<u8>,
}

const BATCH_BEGIN: &[u8] = b"{\"atomic\":true,\"operations\":[";
const BATCH_END: &[u8] = b"]}";

impl CreateBatches {
    /// In a tenant; the seed says which companies.
    pub(crate) fn new(crm: &Crm, seed: u64) -> Result<Self> {
        let operation = json!({"op": "create", "object": "contact", "record": SAMPLE.json(&crm.companies)});
        let operation = Template::new(operation.to_string(), &crm.companies)?;
        let commas = BATCH - 1;
        let length = BATCH_BEGIN.len() + BATCH * operation.length() + commas + BATCH_END.len();
        let head = head("POST", "/v1/batch", &crm.token, length);
        Ok(Self { source: Source::new(crm, seed), head, operation, request: Vec::new() })
    }
}

impl Requests for CreateBatches {
    fn next(&mut self) -> &[u8] {
        let Self { source, head, operation, request } = self;
        request.clear();
        request.extend_from_slice(head);
        request.extend_from_slice(BATCH_BEGIN);
        for index in 0..BATCH {
            if index > 0 {
                request.push(b',');
            }
            let contact = source.contact();
            operation.write(&contact, &source.companies, request);
        }
        request.extend_from_slice(BATCH_END);
        request
    }

    fn status(&self) -> u16 {
        200
    }
}

/// Reads contacts by their ids, in no order.
pub(crate) struct ReadContacts {
    ids: Arc<[String]>,
    random: Random,
    request: Vec<u8>,
    /// Where the id stands in the request.
    place: usize,
}

const RECORD_PATH: &str = "/v1/records/contact/";

impl ReadContacts {
    /// Of these ids, which are of one length.
    pub(crate) fn new(token: &str, ids: &Arc<[String]>, seed: u64) -> Self {
        let request = head("GET", &format!("{RECORD_PATH}{}", ids[0]), token, 0);
        let place = "GET ".len() + RECORD_PATH.len();
        Self { ids: Arc::clone(ids), random: Random::new(seed), request, place }
    }
}

impl Requests for ReadContacts {
    fn next(&mut self) -> &[u8] {
        let id = &self.ids[self.random.below(self.ids.len())];
        self.request[self.place..self.place + id.len()].copy_from_slice(id.as_bytes());
        &self.request
    }

    fn status(&self) -> u16 {
        200
    }
}
