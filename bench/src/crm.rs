//! The tenant that everything is measured on: companies that count their contacts, and
//! contacts of twelve fields.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use anyhow::{Context, Result, ensure};
use serde_json::{Value as Json, json};

use crate::client::{Client, text};
use crate::contact::{CITIES, SAMPLE};
use crate::requests::{CreateContacts, create_batch};
use crate::server::Server;

/// Parents that contacts are spread over.
pub(crate) const COMPANIES: usize = 1_000;

/// Records of a batch.
pub(crate) const BATCH: usize = 1_000;

/// A tenant with companies and one contact.
#[derive(Clone)]
pub(crate) struct Crm {
    /// The tenant's id.
    pub(crate) tenant: String,
    /// Its token.
    pub(crate) token: String,
    /// The companies' ids, in order of creation.
    pub(crate) companies: Arc<[String]>,
    /// The number of the next contact.
    pub(crate) next: Arc<AtomicU64>,
    /// How contacts are stored.
    pub(crate) contact_storage: Json,
    /// How companies are stored.
    pub(crate) company_storage: Json,
}

impl Crm {
    /// Makes it.
    pub(crate) async fn create(server: &Server, name: &str) -> Result<Self> {
        let made = server.admin().await?.post("/v1/tenants", &json!({"name": name})).await?;
        let (tenant, token) = (text(&made, "/id")?.to_owned(), text(&made, "/token")?.to_owned());
        let mut client = Client::open(server.address, &token).await?;
        define(&mut client).await?;
        let companies = create_companies(&mut client).await?;
        client.post("/v1/records/contact", &SAMPLE.json(&companies)).await?;
        let contact_storage = client.get("/v1/schema/objects/contact/storage").await?;
        let company_storage = client.get("/v1/schema/objects/company/storage").await?;
        let next = Arc::new(AtomicU64::new(SAMPLE.number + 1));
        Ok(Self { tenant, token, companies, next, contact_storage, company_storage })
    }

    /// Somebody with its token.
    pub(crate) async fn client(&self, server: &Server) -> Result<Client> {
        Client::open(server.address, &self.token).await
    }

    /// What so many connections create contacts with.
    pub(crate) fn creates(&self, connections: u64) -> Result<Vec<CreateContacts>> {
        (0..connections).map(|seed| CreateContacts::new(self, seed)).collect()
    }

    /// Has Kith compare all its tables with its journal.
    pub(crate) async fn verify(&self, server: &Server) -> Result<()> {
        let mut client = self.client(server).await?;
        let mut path = "/v1/verify".to_owned();
        loop {
            let page = client.ask(&path, &json!({})).await?;
            let faults = page["faults"].as_array().context("a page of a check lacks `faults`")?;
            ensure!(faults.is_empty(), "the tenant is not as its journal says: {}", faults[0]);
            match page["next_cursor"].as_str() {
                Some(cursor) => path = format!("/v1/verify?cursor={cursor}"),
                None => return Ok(()),
            }
        }
    }

    /// Makes so many contacts, rounded up to whole batches; their ids.
    pub(crate) async fn fill(&self, server: &Server, contacts: usize) -> Result<Vec<String>> {
        let mut client = self.client(server).await?;
        let mut creates = CreateContacts::new(self, u64::MAX)?;
        let mut all = Vec::with_capacity(contacts);
        while all.len() < contacts {
            let records: Vec<Json> = (0..BATCH).map(|_| creates.contact().json(&self.companies)).collect();
            all.extend(ids(&client.ask("/v1/batch", &create_batch("contact", records)).await?)?);
        }
        Ok(all)
    }
}

async fn define(client: &mut Client) -> Result<()> {
    let company = json!({"name": "company", "fields": [{"name": "name", "type": "text", "required": true}]});
    let contact = json!({
        "name": "contact",
        "fields": [
            {"name": "name", "type": "text", "required": true},
            {"name": "email", "type": "email", "unique": true},
            {"name": "phone", "type": "phone"},
            {"name": "title", "type": "text"},
            {"name": "company", "type": "reference", "to": ["company"]},
            {"name": "city", "type": "text", "indexed": true},
            {"name": "country", "type": "select", "options": ["DE", "FR", "IT", "US"]},
            {"name": "score", "type": "integer", "indexed": true},
            {"name": "amount", "type": "currency"},
            {"name": "active", "type": "boolean"},
            {"name": "birthday", "type": "date"},
            {"name": "notes", "type": "long_text"},
        ],
    });
    let contacts = json!({"name": "contacts", "type": "rollup", "function": "count", "from": "contact", "via": "company"});
    client.post("/v1/schema/objects", &company).await?;
    client.post("/v1/schema/objects", &contact).await?;
    client.post("/v1/schema/objects/company/fields", &contacts).await?;
    Ok(())
}

async fn create_companies(client: &mut Client) -> Result<Arc<[String]>> {
    let records = (0..COMPANIES).map(|number| json!({"name": format!("{} {number}", CITIES[number % 8])}));
    let companies = ids(&client.ask("/v1/batch", &create_batch("company", records.collect())).await?)?;
    ensure!(companies.len() == COMPANIES, "there are {} companies", companies.len());
    Ok(companies.into())
}

/// The ids in the answer to a batch.
fn ids(answer: &Json) -> Result<Vec<String>> {
    let results = answer["results"].as_array().context("an answer to a batch lacks `results`")?;
    results.iter().map(|result| Ok(text(result, "/id")?.to_owned())).collect()
}
