//! Many writers on the same few parents: at the end all must be as the records that are
//! left say.

use kith_testing::{Server, Tenant, each_db, field, object};
use serde_json::{Value as Json, json};

use crate::dice::Dice;

each_db!(is_exact_when_many_move_records_about, is_exact_when_transactions_take_the_furthest);

const WRITERS: usize = 32;

/// Rooms have boxes, boxes have marbles; each knows the least, the greatest and the mean.
async fn define(tenant: &Tenant) {
    tenant.define(object("room")).await;
    tenant.define(object("bin").field(field::reference("room", &["room"]))).await;
    let marble = object("marble")
        .field(field::reference("bin", &["bin"]).on_delete("cascade"))
        .field(field::integer("size"))
        .field(field::boolean("clear"));
    tenant.define(marble).await;
    for (name, function) in [("least", "min"), ("greatest", "max"), ("mean", "avg")] {
        tenant.create_field("bin", field::rollup(name, function, "marble", "bin", "size")).created().await;
    }
    let clear =
        field::rollup("clearest", "max", "marble", "bin", "size").set("where", json!("clear == true"));
    tenant.create_field("bin", clear).created().await;
    for (name, function) in [("least", "min"), ("greatest", "max")] {
        tenant.create_field("room", field::rollup(name, function, "bin", "room", "greatest")).created().await;
    }
}

struct World {
    room: String,
    bins: Vec<String>,
}

async fn world(tenant: &Tenant) -> World {
    define(tenant).await;
    let room = tenant.make("room", json!({})).await;
    let mut bins = Vec::new();
    for _ in 0..3 {
        bins.push(tenant.make("bin", json!({"room": room})).await);
    }
    World { room, bins }
}

async fn is_exact_when_many_move_records_about(server: Server) {
    let tenant = server.tenant().await;
    let world = world(&tenant).await;
    let mut dice = Dice::new(7);
    let write = |mut dice: Dice| {
        let (tenant, bins) = (tenant.clone(), world.bins.clone());
        tokio::spawn(async move {
            let mut own: Vec<String> = Vec::new();
            for _ in 0..12 {
                let values = json!({
                    "bin": dice.pick(&bins), "size": dice.below(20), "clear": dice.chance(50),
                });
                match (dice.below(6), own.pop()) {
                    (0 | 1, Some(marble)) => {
                        tenant.patch("marble", &marble, values).ok().await;
                        own.push(marble);
                    }
                    (2, Some(marble)) => tenant.delete("marble", &marble).done().await,
                    (3, Some(marble)) => {
                        tenant.delete("marble", &marble).done().await;
                        tenant.restore("marble", &marble).ok().await;
                        own.push(marble);
                    }
                    (_, before) => {
                        own.extend(before);
                        own.push(tenant.make("marble", values).await);
                    }
                }
            }
        })
    };
    let writers: Vec<_> = (0..WRITERS).map(|_| write(dice.split())).collect();
    for writer in writers {
        writer.await.unwrap();
    }
    expect_exact(&tenant, &world).await;
}

/// Each transaction takes the few greatest that it knows of, so that batches touch more
/// of them than are asked for at first.
async fn is_exact_when_transactions_take_the_furthest(server: Server) {
    let tenant = server.tenant().await;
    let world = world(&tenant).await;
    let create = |size: usize| {
        let record = json!({"bin": world.bins[size % 2], "size": size, "clear": size.is_multiple_of(3)});
        json!({"op": "create", "object": "marble", "record": record})
    };
    let made = tenant.batch((0..600).map(create).collect()).ok().await;
    let ids: Vec<String> =
        (0..600).map(|size| made["results"][size]["id"].as_str().unwrap().to_owned()).collect();
    let take = |ids: Vec<String>, turn: usize| {
        let (tenant, to) = (tenant.clone(), world.bins[2].clone());
        tokio::spawn(async move {
            let operation = |id: &String| match turn % 3 {
                0 => json!({"op": "delete", "object": "marble", "id": id}),
                1 => json!({"op": "update", "object": "marble", "id": id, "record": {"bin": to}}),
                _ => {
                    json!({"op": "update", "object": "marble", "id": id, "record": {"size": turn, "clear": null}})
                }
            };
            tenant.batch(ids.iter().map(operation).collect()).ok().await;
        })
    };
    let chunks = ids[100..].chunks(8).rev().enumerate();
    let takers: Vec<_> = chunks.map(|(turn, ids)| take(ids.to_vec(), turn)).collect();
    for taker in takers {
        taker.await.unwrap();
    }
    expect_exact(&tenant, &world).await;
}

async fn expect_exact(tenant: &Tenant, world: &World) {
    let mut marbles: Vec<Json> = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let call = tenant.list("marble").query("limit", 500);
        let call = match &cursor {
            Some(cursor) => call.query("cursor", cursor),
            None => call,
        };
        let page = call.expect(200).await;
        marbles.extend_from_slice(page.data());
        cursor = page.json()["next_cursor"].as_str().map(str::to_owned);
        if cursor.is_none() {
            break;
        }
    }
    let mut tops = Vec::new();
    for bin in &world.bins {
        let inside = marbles.iter().filter(|marble| marble["bin"] == json!(bin));
        let sizes: Vec<i64> = inside.clone().map(|marble| marble["size"].as_i64().unwrap()).collect();
        let clear = inside.filter(|marble| marble["clear"] == true).map(|marble| marble["size"].as_i64());
        let found = tenant.get("bin", bin).ok().await;
        assert_eq!(found["least"], json!(sizes.iter().min()));
        assert_eq!(found["greatest"], json!(sizes.iter().max()));
        assert_eq!(found["clearest"], json!(clear.max().flatten()));
        assert_eq!(found["mean"].is_null(), sizes.is_empty());
        tops.extend(sizes.iter().max().copied());
    }
    let room = tenant.get("room", &world.room).ok().await;
    assert_eq!([&room["least"], &room["greatest"]], [&json!(tops.iter().min()), &json!(tops.iter().max())]);
}
