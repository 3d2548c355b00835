//! How long a plan takes for a schema of many objects: all of it from nothing, and one
//! change of it when everything is there.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use serde_json::{Value as Json, json};

use crate::bench::{Bench, Engine};
use crate::client::Client;
use crate::crm::Crm;
use crate::latency::Latency;
use crate::report::Figure;
use crate::server::Server;

/// Fields of each object.
pub(super) const FIELDS: u32 = 20;

/// Plans for one figure: as many as there is time for, and at least so many.
const PLANS_MIN: u64 = 5;

pub(super) async fn measure(bench: &Bench, engine: Engine) -> Result<Vec<Figure>> {
    let place = bench.place(engine)?;
    let server = Server::start(bench, &place).await?;
    let crm = Crm::create(&server, "plan").await?;
    let mut client = crm.client(&server).await?;
    // A document is the whole schema: companies and contacts are part of it.
    let own = client.get("/v1/schema").await?["objects"].clone();
    let mut document = json!({ "objects": own });
    if let Some(objects) = document["objects"].as_array_mut() {
        objects.extend((2..bench.objects).map(object));
    }
    let mut body = json!({ "document": document });
    let first = plans(&mut client, &body, bench.time).await?;
    let plan = client.ask("/v1/schema/plan", &body).await?;
    let steps = plan["steps"].as_array().map_or(0, Vec::len);
    ensure!(steps + 2 >= usize::try_from(bench.objects)?, "the plan has {steps} steps only");
    body["plan"] = plan["id"].clone();
    let start = Instant::now();
    client.ask("/v1/schema/apply", &body).await?;
    let applied = start.elapsed();

    let mut body = json!({ "document": body["document"] });
    let nothing = plans(&mut client, &body, bench.time).await?;
    let last = body["document"]["objects"].as_array_mut().and_then(|objects| objects.last_mut());
    if let Some(fields) = last.and_then(|object| object["fields"].as_array_mut()) {
        fields.push(json!({"name": "added", "type": "text"}));
    }
    let one = plans(&mut client, &body, bench.time).await?;
    server.stop().await?;

    let mut figures = vec![
        Figure::count(format!("objects of {FIELDS} fields"), u64::from(bench.objects)),
        Figure::micros("applying all of them at once", u64::try_from(applied.as_micros())?),
    ];
    let limit = Some(200);
    figures.extend(Figure::latency("planning them from nothing", &first, limit));
    figures.extend(Figure::latency("planning, nothing to do", &nothing, limit));
    figures.extend(Figure::latency("planning one more field", &one, limit));
    Ok(figures)
}

async fn plans(client: &mut Client, body: &Json, time: Duration) -> Result<Latency> {
    let mut latency = Latency::new()?;
    let start = Instant::now();
    while start.elapsed() < time || latency.count() < PLANS_MIN {
        let asked = Instant::now();
        client.ask("/v1/schema/plan", body).await?;
        latency.record(asked.elapsed());
    }
    Ok(latency)
}

/// An object that refers to the one before it.
pub(super) fn object(number: u32) -> Json {
    let kinds = ["text", "integer", "boolean", "date", "email"];
    let fields = kinds.iter().cycle().zip(1..FIELDS);
    let mut fields: Vec<Json> =
        fields.map(|(kind, field)| json!({"name": format!("field{field}"), "type": kind})).collect();
    let target = if number == 2 { "company".to_owned() } else { format!("object{}", number - 1) };
    fields.push(json!({"name": "parent", "type": "reference", "to": [target]}));
    json!({"name": format!("object{number}"), "fields": fields})
}
