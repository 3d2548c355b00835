//! What other requests notice when a field is added to a tenant with many objects:
//! the longest wait of any of them.

use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::{Value as Json, json};

use crate::bench::{Bench, Engine};
use crate::client::Client;
use crate::crm::Crm;
use crate::latency::Latency;
use crate::load::{self, Outcome, Requests};
use crate::report::Figure;
use crate::requests::{CreateContacts, ReadContacts};
use crate::server::Server;

/// Fields of each object.
const FIELDS: u32 = 20;

/// Reads, and as many creates, a second.
const RATE: u64 = 500;

/// Connections of either.
const CONNECTIONS: u64 = 16;

/// Contacts that are read.
const CONTACTS: usize = 1_000;

/// Between two fields.
const PAUSE: Duration = Duration::from_millis(100);

pub(super) async fn measure(bench: &Bench, engine: Engine) -> Result<Vec<Figure>> {
    let place = bench.place(engine)?;
    let server = Server::start(bench, &place).await?;
    let crm = Crm::create(&server, "fields").await?;
    let ids = crm.fill(&server, CONTACTS).await?.into();
    let mut client = crm.client(&server).await?;
    // Companies and contacts are two of the objects.
    for number in 2..bench.objects {
        client.post("/v1/schema/objects", &object(number)).await?;
    }

    let reads = || (0..CONNECTIONS).map(|seed| ReadContacts::new(&crm.token, &ids, seed)).collect();
    let quiet = loads(bench, &server, reads(), crm.creates(CONNECTIONS)?).await?;
    let mut adding = Latency::new()?;
    let busy = {
        let load = loads(bench, &server, reads(), crm.creates(CONNECTIONS)?);
        tokio::select! {
            busy = load => busy?,
            ended = add_fields(&mut client, bench.objects, &mut adding) => {
                ended?;
                anyhow::bail!("there are no more fields to add")
            }
        }
    };
    server.stop().await?;

    let mut figures = vec![
        Figure::count(format!("objects of {FIELDS} fields"), u64::from(bench.objects)),
        Figure::count("fields added meanwhile", adding.count()),
        Figure::micros("adding a field, p50", adding.p50()),
        Figure::micros("adding a field, max", adding.max()),
        Figure::micros("longest read, nothing added", quiet.0.max()),
        Figure::micros("longest create, nothing added", quiet.1.max()),
    ];
    figures.extend(Figure::latency("reads meanwhile", &busy.0, None));
    figures.extend(Figure::latency("creates meanwhile", &busy.1, None));
    let longest = u64::max(busy.0.max(), busy.1.max());
    figures.push(Figure::micros("longest wait of any request meanwhile", longest).below_ms(50));
    Ok(figures)
}

fn object(number: u32) -> Json {
    let kinds = ["text", "integer", "boolean", "date", "email"];
    let fields = kinds.iter().cycle().zip(0..FIELDS);
    let fields: Vec<Json> =
        fields.map(|(kind, field)| json!({"name": format!("field{field}"), "type": kind})).collect();
    json!({"name": format!("object{number}"), "fields": fields})
}

/// Reads and creates at the same time.
async fn loads(
    bench: &Bench,
    server: &Server,
    reads: Vec<ReadContacts>,
    creates: Vec<CreateContacts>,
) -> Result<(Latency, Latency)> {
    let (reads, creates) = futures_util::try_join!(
        load::open(server.address, reads, RATE, bench.warm_up(), bench.time),
        load::open(server.address, creates, RATE, bench.warm_up(), bench.time),
    )?;
    Ok((latency(reads), latency(creates)))
}

fn latency<R: Requests>(outcome: Outcome<R>) -> Latency {
    outcome.latency
}

/// Adds fields until it is stopped: mostly to objects that nobody uses, now and then to
/// the one that is written and read.
async fn add_fields(client: &mut Client, objects: u32, adding: &mut Latency) -> Result<()> {
    for round in 0..u32::MAX {
        let object = match round % 4 {
            3 => "contact".to_owned(),
            _ => format!("object{}", 2 + round % objects.saturating_sub(2).max(1)),
        };
        let object = if objects > 2 { object } else { "contact".to_owned() };
        let field = json!({"name": format!("added{round}"), "type": "text"});
        let start = Instant::now();
        client.post(&format!("/v1/schema/objects/{object}/fields"), &field).await?;
        adding.record(start.elapsed());
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}
