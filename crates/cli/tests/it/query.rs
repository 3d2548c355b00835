//! The query language: which records a condition gives, and in which order they come.

mod group;

use std::cmp::Ordering;

use kith_testing::{Call, Server, Tenant, each_db, field, object};
use serde_json::{Value as Json, json};

each_db!(
    gives_the_records_for_which_a_condition_is_true,
    reads_behind_references,
    takes_part_with_equality_and_null,
    orders_by_anything_and_pages_through_it,
    pages_while_others_write,
    knows_the_time,
    counts_when_asked,
    says_where_a_condition_is_wrong,
    takes_values_for_nothing_else,
    takes_every_condition_of_its_documentation,
);

/// Companies with parents, and deals with gaps; all values that order depends on come
/// more than once.
async fn tenant(server: &Server) -> Tenant {
    let tenant = server.tenant().await;
    let company = object("company")
        .field(field::text("name").required())
        .field(field::text("industry").indexed())
        .field(field::reference("parent", &["company"]));
    tenant.define(company).await;
    let person = object("person").field(field::text("name")).field(field::text("email").indexed());
    tenant.define(person).await;
    let deal = object("deal")
        .field(field::text("name"))
        .field(field::integer("seats").indexed())
        .field(field::currency("amount"))
        .field(field::date("closed_on").indexed())
        .field(field::select("stage", &["new", "open", "won"]).indexed())
        .field(field::multi_select("tags", &["hot", "cold"]))
        .field(field::boolean("urgent"))
        .field(field::reference("company", &["company"]))
        .field(field::reference("about", &["company", "person"]));
    tenant.define(deal).await;
    let holding = tenant.make("company", json!({"name": "Holding", "industry": "finance"})).await;
    let works = json!({"name": "Works", "industry": "steel", "parent": holding});
    let works = tenant.make("company", works).await;
    let shop = tenant.make("company", json!({"name": "Shop"})).await;
    let ada = tenant.make("person", json!({"name": "Ada", "email": "ada@example.org"})).await;
    let companies = [Json::from(works.as_str()), Json::from(shop.as_str()), Json::Null];
    let abouts = [Json::from(holding), Json::from(ada), Json::Null];
    let tags = [json!([]), json!(["hot"]), json!(["hot", "cold"])];
    let stages = [json!("new"), json!("open"), json!("won"), Json::Null];
    let operations: Json = (0..24_usize)
        .map(|n| {
            let amount = json!({"amount": format!("{}.50", n * 7 % 5), "currency": (["EUR", "USD"][n % 2])});
            let record = json!({
                "name": format!("deal {n}"),
                "seats": if n % 4 == 0 { Json::Null } else { json!(n % 5) },
                "amount": if n % 6 == 0 { Json::Null } else { amount },
                "closed_on": if n % 3 == 0 { Json::Null } else { json!(format!("2026-11-{:02}", 1 + n % 4)) },
                "stage": stages[n % 4],
                "tags": (tags[n % 3]),
                "urgent": n % 2 == 0,
                "company": companies[n % 3],
                "about": abouts[n / 2 % 3],
            });
            json!({"op": "create", "object": "deal", "record": record})
        })
        .collect();
    tenant.batch(operations).ok().await;
    tenant
}

async fn everything(tenant: &Tenant) -> Vec<Json> {
    tenant.list("deal").query("limit", 500).expect(200).await.data().to_vec()
}

async fn names(call: Call) -> Vec<String> {
    call.expect(200).await.data().iter().map(|record| record["name"].as_str().unwrap().to_owned()).collect()
}

fn money(record: &Json) -> Option<(i64, &str)> {
    let amount = record["amount"]["amount"].as_str()?;
    Some((amount.replace('.', "").parse().unwrap(), record["amount"]["currency"].as_str()?))
}

type Holds = fn(&Json) -> bool;

async fn gives_the_records_for_which_a_condition_is_true(server: Server) {
    let tenant = tenant(&server).await;
    let deals = everything(&tenant).await;
    let conditions: [(&str, Holds); 12] = [
        ("stage == 'won'", |deal| deal["stage"] == "won"),
        ("stage != 'won'", |deal| deal["stage"] != "won"),
        ("stage == null && seats > 1", |deal| deal["stage"].is_null() && deal["seats"].as_i64() > Some(1)),
        ("seats in [1, 3] || urgent", |deal| {
            [Some(1), Some(3)].contains(&deal["seats"].as_i64()) || deal["urgent"] == true
        }),
        ("!(seats < 3)", |deal| deal["seats"].as_i64() >= Some(3)),
        ("'cold' in tags", |deal| deal["tags"].as_array().unwrap().contains(&json!("cold"))),
        ("size(tags) == 0", |deal| deal["tags"].as_array().unwrap().is_empty()),
        ("amount == money(2.5, 'EUR')", |deal| money(deal) == Some((250, "EUR"))),
        ("amount.amount >= 2.5 && amount.currency == 'USD'", |deal| {
            money(deal).is_some_and(|(amount, currency)| amount >= 250 && currency == "USD")
        }),
        ("closed_on > date('2026-11-02')", |deal| deal["closed_on"].as_str() > Some("2026-11-02")),
        ("name.startsWith('deal 1') && name.endsWith('3')", |deal| deal["name"] == "deal 13"),
        ("null", |_| false),
    ];
    for (condition, holds) in conditions {
        let expected: Vec<&Json> = deals.iter().filter(|deal| holds(deal)).collect();
        let page = tenant.list("deal").query("where", condition).expect(200).await;
        assert_eq!(page.data().iter().collect::<Vec<_>>(), expected, "{condition}");
    }
}

async fn reads_behind_references(server: Server) {
    let tenant = tenant(&server).await;
    let deals = everything(&tenant).await;
    let count = |holds: &dyn Fn(usize) -> bool| (0..deals.len()).filter(|n| holds(*n)).count();
    let conditions: [(&str, usize); 8] = [
        ("company.industry == 'steel'", count(&|n| n % 3 == 0)),
        ("company.parent.industry == 'finance'", count(&|n| n % 3 == 0)),
        ("company.industry == null", count(&|n| n % 3 != 0)),
        ("company != null && company.industry == null", count(&|n| n % 3 == 1)),
        ("company.parent.name.startsWith('Hold') && stage == 'new'", count(&|n| n % 12 == 0)),
        ("about.name == 'Ada'", count(&|n| n / 2 % 3 == 1)),
        ("about.name == 'Holding' || about.name == 'Ada'", count(&|n| n / 2 % 3 != 2)),
        ("company.name + '/' + about.name == 'Works/Ada'", count(&|n| n % 3 == 0 && n / 2 % 3 == 1)),
    ];
    for (condition, expected) in conditions {
        let page = tenant.list("deal").query("where", condition).expect(200).await;
        assert_eq!(page.data().len(), expected, "{condition}");
    }
    let works = tenant.list("company").query("name", "Works").expect(200).await;
    let id = works.data()[0]["parent"].as_str().unwrap().to_owned();
    let page = tenant.list("deal").query("where", format!("company.parent == '{id}'")).expect(200).await;
    assert_eq!(page.data().len(), 8);
}

async fn takes_part_with_equality_and_null(server: Server) {
    let tenant = tenant(&server).await;
    let call =
        tenant.list("deal").query("stage", "open").query("is_null", "closed_on").query("where", "urgent");
    assert_eq!(names(call).await, Vec::<String>::new());
    let call = tenant.list("deal").query("stage", "open").query("is_null", "closed_on");
    assert_eq!(
        names(call.query("where", "seats > 3 || company.industry == 'steel'")).await,
        ["deal 9", "deal 21"]
    );
}

/// A value as an order has it: null is less than everything.
fn key(record: &Json, path: &str) -> Vec<(u8, i64, String)> {
    let of = |value: &Json| match value {
        Json::Null => (0, 0, String::new()),
        Json::Number(number) => (1, number.as_i64().unwrap(), String::new()),
        Json::Bool(truth) => (1, i64::from(*truth), String::new()),
        other => (1, 0, other.as_str().unwrap().to_owned()),
    };
    match path {
        "amount" => match money(record) {
            Some((amount, currency)) => vec![(1, amount, String::new()), (1, 0, currency.to_owned())],
            None => vec![(0, 0, String::new()); 2],
        },
        "company.name" | "company.industry" | "about.name" => vec![of(&record["~"][path])],
        path => vec![of(&record[path])],
    }
}

/// How an order puts two records.
fn compare(order: &str, one: &Json, other: &Json) -> Ordering {
    let mut last_way = Ordering::Less;
    for part in order.split(',') {
        let (rest, nulls) = part.split_once(':').map_or((part, None), |(rest, nulls)| (rest, Some(nulls)));
        let (path, descending) = rest.strip_prefix('-').map_or((rest, false), |path| (path, true));
        last_way = if descending { Ordering::Greater } else { Ordering::Less };
        for (one, other) in key(one, path).into_iter().zip(key(other, path)) {
            let nulls_first = nulls.map_or(!descending, |nulls| nulls == "nulls_first");
            let way = match (one.0, other.0) {
                (0, 0) => Ordering::Equal,
                (0, _) => {
                    if nulls_first {
                        Ordering::Less
                    } else {
                        Ordering::Greater
                    }
                }
                (_, 0) => {
                    if nulls_first {
                        Ordering::Greater
                    } else {
                        Ordering::Less
                    }
                }
                _ if descending => other.cmp(&one),
                _ => one.cmp(&other),
            };
            if way != Ordering::Equal {
                return way;
            }
        }
    }
    let by_id = one["id"].as_str().cmp(&other["id"].as_str());
    if last_way == Ordering::Less { by_id } else { by_id.reverse() }
}

/// The deals, each with what is behind its references under `~`.
async fn deals_with_names(tenant: &Tenant) -> Vec<Json> {
    let mut behind = std::collections::HashMap::new();
    for object in ["company", "person"] {
        for record in tenant.list(object).expect(200).await.data() {
            behind.insert(record["id"].as_str().unwrap().to_owned(), record.clone());
        }
    }
    let mut deals = everything(tenant).await;
    for deal in &mut deals {
        let of = |field: &str, name: &str| {
            let found = deal[field].as_str().and_then(|id| behind.get(id));
            found.map_or(Json::Null, |record| record[name].clone())
        };
        deal["~"] = json!({
            "company.name": of("company", "name"),
            "company.industry": of("company", "industry"),
            "about.name": of("about", "name"),
        });
    }
    deals
}

async fn orders_by_anything_and_pages_through_it(server: Server) {
    let tenant = tenant(&server).await;
    let deals = deals_with_names(&tenant).await;
    for order in [
        "seats",
        "-seats",
        "seats:nulls_last",
        "-seats:nulls_first",
        "name",
        "-amount,name",
        "amount:nulls_last,-seats",
        "stage,-closed_on,seats",
        "-stage:nulls_first,closed_on:nulls_last",
        "urgent,-company.name",
        "company.industry,-seats:nulls_first,urgent",
        "-company.industry:nulls_first,company.name",
        "closed_on,company.name,-updated_at",
        "-urgent,-id,seats",
        "-version,name",
        "created_by,-name",
    ] {
        let mut expected = deals.clone();
        expected.sort_by(|one, other| compare(order, one, other));
        let expected: Vec<&str> = expected.iter().map(|deal| deal["name"].as_str().unwrap()).collect();
        for limit in [1, 5, 24] {
            let (mut found, mut cursor) = (Vec::new(), None::<String>);
            loop {
                let mut call = tenant.list("deal").query("order", order).query("limit", limit);
                if let Some(cursor) = &cursor {
                    call = call.query("cursor", cursor);
                }
                let page = call.expect(200).await;
                found.extend(page.data().iter().map(|deal| deal["name"].as_str().unwrap().to_owned()));
                match page.json()["next_cursor"].as_str() {
                    Some(next) => cursor = Some(next.to_owned()),
                    None => break,
                }
                assert!(found.len() <= deals.len(), "{order} repeats records");
            }
            assert_eq!(found, expected, "{order}, {limit} a page");
        }
    }
}

async fn pages_while_others_write(server: Server) {
    let tenant = tenant(&server).await;
    let (mut found, mut cursor) = (Vec::new(), None::<String>);
    for round in 0.. {
        let mut call = tenant.list("deal").query("order", "-seats,name").query("limit", 4);
        if let Some(cursor) = &cursor {
            call = call.query("cursor", cursor);
        }
        let page = call.expect(200).await;
        found.extend(page.data().iter().map(|deal| deal["name"].as_str().unwrap().to_owned()));
        tenant.make("deal", json!({"name": format!("new {round}"), "seats": round % 5})).await;
        match page.json()["next_cursor"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => break,
        }
    }
    // Those that were there throughout come exactly once.
    found.retain(|name| name.starts_with("deal"));
    found.sort();
    let mut expected: Vec<String> = (0..24).map(|n| format!("deal {n}")).collect();
    expected.sort();
    assert_eq!(found, expected);
}

async fn knows_the_time(server: Server) {
    let tenant = tenant(&server).await;
    for (condition, expected) in [
        ("created_at <= now() && created_at > now() - duration('1h')", 24),
        ("created_at > now() + duration('1h')", 0),
        ("closed_on < add_days(date('2020-01-01'), 1)", 0),
        ("closed_on >= add_months(date('2026-10-01'), 1)", 16),
        ("today() > date('2020-01-01')", 24),
    ] {
        let page = tenant.list("deal").query("where", condition).expect(200).await;
        assert_eq!(page.data().len(), expected, "{condition}");
    }
}

async fn counts_when_asked(server: Server) {
    let tenant = tenant(&server).await;
    let page =
        tenant.list("deal").query("where", "urgent").query("limit", 5).query("count", "exact").ok().await;
    assert_eq!((page["data"].as_array().unwrap().len(), &page["count"]), (5, &json!(12)));
    let page =
        tenant.list("deal").query("where", "company.industry == 'steel'").query("count", "exact").ok().await;
    assert_eq!(page["count"], 8);
    assert_eq!(tenant.list("deal").ok().await.get("count"), None);
}

async fn says_where_a_condition_is_wrong(server: Server) {
    let tenant = tenant(&server).await;
    for (condition, says) in [
        ("stagee == 'won'", "stagee"),
        ("stage == 'wonn'", "wonn"),
        ("seats", "true or false"),
        ("seats == ", "end"),
        ("company.industri == 'steel'", "industri"),
        ("amount * 2 > amount", "money"),
        ("upper(name) == 'A'", "databases cannot decide"),
    ] {
        let refused = tenant.list("deal").query("where", condition).expect(422).await;
        let error = &refused.json()["errors"][0];
        assert_eq!(
            (error["code"].as_str(), error["pointer"].as_str()),
            (Some("invalid_expression"), Some("/where"))
        );
        let text = error.to_string();
        assert!(text.contains(says), "{condition}: {text}");
    }
    for order in ["stagee", "company", "seats,seats", "size(name)", "tags", "a,b,c,d,e,f,g,h,i"] {
        let refused = tenant.list("deal").query("order", order).expect(400).await;
        assert_eq!(refused.json()["errors"][0]["pointer"], "/order", "{order}");
    }
    let page = tenant.list("deal").query("order", "seats").query("limit", 2).ok().await;
    let cursor = page["next_cursor"].as_str().unwrap().to_owned();
    for (name, value) in [("order", "-seats"), ("order", "name")] {
        tenant.list("deal").query(name, value).query("cursor", &cursor).expect(400).await;
    }
    tenant
        .list("deal")
        .query("order", "seats")
        .query("where", "urgent")
        .query("cursor", cursor)
        .expect(400)
        .await;
}

async fn takes_values_for_nothing_else(server: Server) {
    let tenant = tenant(&server).await;
    for text in [
        "'; drop table deal_3; --",
        "a\" or 1=1 --",
        "$1",
        "?1",
        "{kith_state}",
        "\\",
        "%",
        "x' or 'a'='a",
        "🦀",
    ] {
        let quoted = text.replace('\\', "\\\\").replace('\'', "\\'");
        let page = tenant.list("deal").query("where", format!("name == '{quoted}'")).expect(200).await;
        assert!(page.data().is_empty(), "{text}");
    }
    assert_eq!(everything(&tenant).await.len(), 24);
}

async fn takes_every_condition_of_its_documentation(server: Server) {
    let tenant = tenant(&server).await;
    let documentation = include_str!("../../../../docs/query.md");
    let (_, conditions) = documentation.split_once("## Conditions").unwrap();
    let (conditions, _) = conditions.split_once("## Order").unwrap();
    let rows = conditions.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
    let mut count = 0;
    for (condition, _) in rows {
        tenant.list("deal").query("where", condition.replace("\\|", "|")).expect(200).await;
        count += 1;
    }
    assert!(count >= 15, "only {count} conditions were found");
}
