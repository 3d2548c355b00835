//! Two nodes that write to one tenant of one PostgreSQL, beside one node; and that the
//! order of what they wrote is one order.

use anyhow::{Context, Result, ensure};
use tokio_postgres::NoTls;

use super::CONNECTIONS;
use crate::bench::{Bench, Engine, Place};
use crate::crm::Crm;
use crate::load;
use crate::raw::layout::Layout;
use crate::report::Figure;
use crate::server::Server;

pub(super) async fn measure(bench: &Bench) -> Result<Vec<Figure>> {
    let place = bench.place(Engine::Postgres)?;
    let first = Server::start_node(bench, &place, 1).await?;
    let (single, double) = (Crm::create(&first, "single").await?, Crm::create(&first, "double").await?);
    let one =
        load::closed(&[first.address], single.creates(CONNECTIONS)?, bench.warm_up(), bench.time).await?;
    let second = Server::start_node(bench, &place, 2).await?;
    let nodes = [first.address, second.address];
    let two = load::closed(&nodes, double.creates(CONNECTIONS)?, bench.warm_up(), bench.time).await?;
    second.stop().await?;
    first.stop().await?;
    let faults = faults(&place, &double).await?;

    let (one, two, latency) = (one.rate(1), two.rate(1), two.latency);
    let mut figures = vec![
        Figure::rate(format!("one node, {CONNECTIONS} connections"), one),
        Figure::rate(format!("two nodes, {} connections each", CONNECTIONS / 2), two),
        Figure::ratio("two nodes / one node", two, one).at_least(70),
        Figure::count("faults in order and roll-ups", faults).at_most(0),
    ];
    figures.extend(Figure::latency("two nodes", &latency, None));
    Ok(figures)
}

/// What is wrong in the journal of a tenant or in its roll-ups: gaps between positions,
/// times or ids out of order, counts that are not so.
async fn faults(place: &Place, crm: &Crm) -> Result<u64> {
    let url = place.url.as_deref().context("there is no PostgreSQL")?;
    let (client, connection) =
        tokio_postgres::connect(url, NoTls).await.context("connecting to PostgreSQL")?;
    tokio::spawn(async move {
        // Its end is seen by whoever waits for an answer.
        let _ = connection.await;
    });
    let Layout { contact, company, places, contacts } = Layout::of(crm)?;
    let (schema, reference) = (format!("\"{}\"", crm.tenant), &contact.columns[places.company]);
    let checks = [
        format!("select abs(count(*) - max(position)) + abs(min(position) - 1) from {schema}.kith_changes"),
        format!(
            "select count(*) from (select first_position, at, lag(last_position) over o as last, lag(at) over o as before \
             from {schema}.kith_transactions window o as (order by first_position)) as t \
             where first_position <> last + 1 or at <= before"
        ),
        format!(
            "select count(*) from (select record_id, lag(record_id) over (order by position) as before \
             from {schema}.kith_changes where kind = 'record.created') as t \
             where record_id <= before"
        ),
        format!(
            "select count(*) from {schema}.{} as c where {contacts} <> \
             (select count(*) from {schema}.{} where {reference} = c.id)",
            company.name, contact.name
        ),
    ];
    let mut faults = 0;
    for check in checks {
        let row = client.query_one(&check, &[]).await.with_context(|| format!("checking: {check}"))?;
        faults += row.try_get::<_, i64>(0)?;
    }
    let written = format!("select count(*) from {schema}.{}", contact.name);
    let written: i64 = client.query_one(&written, &[]).await?.try_get(0)?;
    ensure!(written > 1, "nothing was written");
    Ok(u64::try_from(faults)?)
}
