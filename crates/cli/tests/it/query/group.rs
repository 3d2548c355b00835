//! Records counted and added up by what they have in common.

use std::collections::BTreeMap;

use kith_testing::{Server, Tenant, each_db, field, object};
use serde_json::{Value as Json, json};

each_db!(
    measures_all_records_without_groups,
    groups_by_fields_references_and_dates,
    keeps_currencies_apart,
    rounds_averages_half_to_even,
    takes_conditions_before_and_after,
    pages_through_groups_in_any_order,
    refuses_sums_of_too_many_digits,
    says_what_is_wrong,
    answers_records_without_groups,
);

async fn tenant(server: &Server) -> Tenant {
    let tenant = server.tenant().await;
    let company = object("company").field(field::text("name").required()).field(field::text("industry"));
    tenant.define(company).await;
    let deal = object("deal")
        .field(field::text("name"))
        .field(field::integer("seats"))
        .field(field::decimal("rate", 9, 2))
        .field(field::currency("amount"))
        .field(field::date("closed_on"))
        .field(field::datetime("seen_at"))
        .field(field::boolean("urgent"))
        .field(field::select("stage", &["new", "won"]))
        .field(field::reference("company", &["company"]));
    tenant.define(deal).await;
    let works = tenant.make("company", json!({"name": "Works", "industry": "steel"})).await;
    let shop = tenant.make("company", json!({"name": "Shop"})).await;
    let companies = [json!(works), json!(shop), Json::Null];
    let operations: Json = (0..30_usize)
        .map(|n| {
            let amount = json!({"amount": format!("{n}.25"), "currency": (["EUR", "USD"][n % 2])});
            let record = json!({
                "name": format!("deal {n}"),
                "seats": if n % 5 == 0 { Json::Null } else { json!(n) },
                "rate": format!("{}.0{}", n % 3, n % 7),
                "amount": if n % 6 == 0 { Json::Null } else { amount },
                "closed_on": if n % 4 == 0 { Json::Null } else { json!(format!("202{}-{:02}-28", 5 + n % 2, 1 + n % 12)) },
                "seen_at": format!("1969-12-31T23:59:59.{}Z", n % 10),
                "urgent": n % 2 == 0,
                "stage": (["new", "won"][n / 2 % 2]),
                "company": companies[n % 3],
            });
            json!({"op": "create", "object": "deal", "record": record})
        })
        .collect();
    tenant.batch(operations).ok().await;
    tenant
}

async fn ask(tenant: &Tenant, query: Json) -> Vec<Json> {
    let answer = tenant.caller().post("/v1/query", &query).ok().await;
    assert_eq!(answer["next_cursor"], Json::Null, "{query}");
    answer["data"].as_array().unwrap().clone()
}

async fn measures_all_records_without_groups(server: Server) {
    let tenant = tenant(&server).await;
    let measures = json!({
        "deals": "count()", "with_seats": "count(seats)", "companies": "count_distinct(company)",
        "seats": "sum(seats)", "rates": "sum(rate)", "euros": "sum(amount, 'EUR')",
        "first": "min(closed_on)", "last": "max(seen_at)", "most": "max(rate)", "name": "min(name)",
        "won": {"of": "count()", "where": "stage == 'won'"},
        "none": {"of": "sum(seats)", "where": "stage == null"},
        "steel": {"of": "count()", "where": "company.industry == 'steel'"},
    });
    let found = ask(&tenant, json!({"from": "deal", "measures": measures})).await;
    let rates: i64 = (0..30).map(|n| n % 3 * 100 + n % 7).sum();
    let euros: i64 = (0..30).filter(|n| n % 2 == 0 && n % 6 != 0).map(|n| n * 100 + 25).sum();
    let money = |cents: i64| format!("{}.{:02}", cents / 100, cents % 100);
    assert_eq!(
        found,
        [json!({
            "deals": 30, "with_seats": 24, "companies": 2,
            "seats": (0..30).filter(|n| n % 5 != 0).sum::<i64>().to_string(),
            "rates": money(rates),
            "euros": {"amount": money(euros), "currency": "EUR"},
            "first": "2025-03-28", "last": "1969-12-31T23:59:59.900000Z", "most": "2.06", "name": "deal 0",
            "won": 14, "none": null, "steel": 10,
        })]
    );
}

async fn groups_by_fields_references_and_dates(server: Server) {
    let tenant = tenant(&server).await;
    let mut expected: BTreeMap<(Option<&str>, &str), i64> = BTreeMap::new();
    for n in 0..30_usize {
        let industry = [Some("steel"), None, None][n % 3];
        *expected.entry((industry, ["new", "won"][n / 2 % 2])).or_default() += 1;
    }
    let query =
        json!({"from": "deal", "group_by": ["company.industry", "stage"], "measures": {"deals": "count()"}});
    let found = ask(&tenant, query).await;
    let expected: Vec<Json> = expected
        .into_iter()
        .map(|((industry, stage), deals)| json!({"company.industry": industry, "stage": stage, "deals": deals}))
        .collect();
    assert_eq!(found, expected);
    for (part, first, count) in [("year", "2025", 3), ("quarter", "2025-Q1", 9), ("month", "2025-03", 13)] {
        let name = format!("closed_on:{part}");
        let query = json!({"from": "deal", "group_by": [name], "measures": {"deals": "count()"}});
        let found = ask(&tenant, query).await;
        assert_eq!(found[0], json!({name.as_str(): null, "deals": 8}));
        assert_eq!(
            (found[1][&name].as_str(), found.len() <= count),
            (Some(first), true),
            "{part}: {found:?}"
        );
        assert_eq!(found.iter().map(|row| row["deals"].as_i64().unwrap()).sum::<i64>(), 30);
    }
    // A time before 1970 is of the day that it is in.
    let query = json!({"from": "deal", "group_by": ["seen_at:day"], "measures": {"deals": "count()"}});
    assert_eq!(ask(&tenant, query).await, [json!({"seen_at:day": "1969-12-31", "deals": 30})]);
    let query = json!({"from": "deal", "group_by": ["company", "urgent"], "measures": {}});
    let found = ask(&tenant, query).await;
    assert_eq!((found.len(), &found[0]), (6, &json!({"company": null, "urgent": false})));
    assert!(found[5]["company"].as_str().unwrap().starts_with("company_"));
}

async fn keeps_currencies_apart(server: Server) {
    let tenant = tenant(&server).await;
    let query = json!({
        "from": "deal", "where": "amount != null",
        "group_by": ["amount.currency"], "measures": {"sum": "sum(amount)", "most": "max(amount)"},
    });
    let found = ask(&tenant, query).await;
    let rows: Vec<(&str, &str)> = found
        .iter()
        .map(|row| (row["sum"]["currency"].as_str().unwrap(), row["most"]["amount"].as_str().unwrap()))
        .collect();
    assert_eq!(rows, [("EUR", "28.25"), ("USD", "29.25")]);
    let refused =
        tenant.caller().post("/v1/query", &json!({"from": "deal", "measures": {"sum": "sum(amount)"}}));
    let refused = refused.expect(422).await;
    let error = &refused.json()["errors"][0];
    assert_eq!(error["pointer"], "/measures/sum");
    assert!(error["hint"].as_str().unwrap().contains("amount.currency"), "{error}");
}

async fn rounds_averages_half_to_even(server: Server) {
    let tenant = server.tenant().await;
    let thing = object("thing")
        .field(field::integer("number"))
        .field(field::decimal("rate", 9, 8))
        .field(field::text("set"));
    tenant.define(thing).await;
    for (set, numbers) in [
        ("a", vec![1, 2]),
        ("b", vec![1, 0, 0]),
        ("c", vec![-1, 0, 0]),
        ("d", vec![0, 0, 0, 0, 0, 0, 0, 1]),
        ("e", vec![]),
    ] {
        for number in numbers {
            tenant.make("thing", json!({"set": set, "number": number})).await;
        }
        tenant.make("thing", json!({"set": set})).await;
    }
    // Halves of the last digit: to the even one.
    for rate in ["0.00000001", "0.00000002"] {
        tenant.make("thing", json!({"set": "x", "rate": rate})).await;
    }
    for rate in ["0.00000003", "0.00000002"] {
        tenant.make("thing", json!({"set": "y", "rate": rate})).await;
    }
    for rate in ["-0.00000001", "-0.00000002"] {
        tenant.make("thing", json!({"set": "z", "rate": rate})).await;
    }
    let query =
        json!({"from": "thing", "group_by": ["set"], "measures": {"n": "avg(number)", "r": "avg(rate)"}});
    let found = ask(&tenant, query).await;
    let averages: Vec<(Json, Json)> = found.iter().map(|row| (row["n"].clone(), row["r"].clone())).collect();
    let numbers = ["1.500000", "0.333333", "-0.333333", "0.125000"].map(|n| (json!(n), Json::Null));
    let rates = ["0.00000002", "0.00000002", "-0.00000002"].map(|r| (Json::Null, json!(r)));
    assert_eq!(averages, [numbers.to_vec(), vec![(Json::Null, Json::Null)], rates.to_vec()].concat());
}

async fn takes_conditions_before_and_after(server: Server) {
    let tenant = tenant(&server).await;
    let query = json!({
        "from": "deal", "where": "seats > 3", "group_by": ["seats"],
        "measures": {"deals": "count()", "rate": "max(rate)"},
        "having": "rate >= 2.02 && deals == 1", "order": "-rate,seats",
    });
    let found = ask(&tenant, query).await;
    let mut expected: Vec<(i64, i64)> =
        (4..30).filter(|n| n % 5 != 0).map(|n| (n % 3 * 100 + n % 7, n)).collect();
    expected.retain(|(rate, _)| *rate >= 202);
    expected.sort_by_key(|(rate, seats)| (-rate, *seats));
    let seats: Vec<i64> = found.iter().map(|row| row["seats"].as_i64().unwrap()).collect();
    assert_eq!(seats, expected.into_iter().map(|(_, seats)| seats).collect::<Vec<_>>());
}

async fn pages_through_groups_in_any_order(server: Server) {
    let tenant = tenant(&server).await;
    for order in
        ["", "-deals", "company.industry:nulls_last,-seats", "-seats:nulls_first", "deals,-company.industry"]
    {
        let mut query = json!({
            "from": "deal", "group_by": ["seats", "company.industry"], "measures": {"deals": "count()"}, "limit": 500,
        });
        if !order.is_empty() {
            query["order"] = json!(order);
        }
        let all = ask(&tenant, query.clone()).await;
        assert!(all.len() > 20);
        query["limit"] = json!(4);
        let mut found = Vec::new();
        loop {
            let page = tenant.caller().post("/v1/query", &query).ok().await;
            found.extend(page["data"].as_array().unwrap().clone());
            match page["next_cursor"].as_str() {
                Some(cursor) => query["cursor"] = json!(cursor),
                None => break,
            }
            assert!(found.len() <= all.len(), "{order} repeats groups");
        }
        assert_eq!(found, all, "{order}");
    }
}

async fn refuses_sums_of_too_many_digits(server: Server) {
    let tenant = server.tenant().await;
    tenant.define(object("thing").field(field::decimal("rate", 18, 2)).field(field::integer("number"))).await;
    let most = "9999999999999999.99";
    tenant.make("thing", json!({"rate": most, "number": i64::MAX})).await;
    let query = |measure: &str| json!({"from": "thing", "measures": {"sum": measure}});
    assert_eq!(ask(&tenant, query("sum(rate)")).await, [json!({"sum": most})]);
    tenant.make("thing", json!({"rate": "0.01", "number": i64::MAX})).await;
    for measure in ["sum(rate)", "sum(number)", "avg(number)"] {
        let refused = tenant.caller().post("/v1/query", &query(measure)).expect(422).await;
        assert_eq!(refused.json()["code"], "out_of_range", "{measure}");
    }
    assert_eq!(ask(&tenant, query("max(number)")).await, [json!({"sum": i64::MAX})]);
}

async fn says_what_is_wrong(server: Server) {
    let tenant = tenant(&server).await;
    for (query, pointer, says) in [
        (json!({"group_by": ["stagee"]}), "/group_by/0", "stage"),
        (json!({"group_by": ["amount"]}), "/group_by/0", "amount.currency"),
        (json!({"group_by": ["stage:month"]}), "/group_by/0", "no year"),
        (json!({"group_by": ["stage", "stage"]}), "/group_by/1", "twice"),
        (json!({"measures": {"n": "total(seats)"}}), "/measures/n", "no measure"),
        (json!({"measures": {"n": "sum(name)"}}), "/measures/n", "not defined"),
        (json!({"measures": {"n": "sum()"}}), "/measures/n", "wants a value"),
        (json!({"measures": {"n": "sum(seats, 'EUR')"}}), "/measures/n", "only an amount"),
        (json!({"measures": {"Not a name": "count()"}}), "/measures/Not a name", "name"),
        (json!({"measures": {"n": {"of": "count()", "when": "urgent"}}}), "/measures/n", "when"),
        (json!({"measures": {"n": "count()"}, "having": "m > 1"}), "/having", "m"),
        (json!({"measures": {"n": "count()"}, "order": "-m"}), "/order", "neither"),
        (json!({"measures": {"n": "count()"}, "where": "urgentt"}), "/where", "urgent"),
    ] {
        let mut query = query;
        query["from"] = json!("deal");
        let refused = tenant.caller().post("/v1/query", &query).expect(422).await;
        let error = &refused.json()["errors"][0];
        assert_eq!(error["pointer"], pointer, "{query}: {error}");
        assert!(error.to_string().contains(says), "{query}: {error}");
    }
    tenant.caller().post("/v1/query", &json!({"from": "deall", "measures": {}})).expect(404).await;
    tenant.caller().post("/v1/query", &json!({"from": "deal", "groupby": []})).expect(422).await;
}

async fn answers_records_without_groups(server: Server) {
    let tenant = tenant(&server).await;
    let query = json!({"from": "deal", "where": "urgent", "order": "-seats", "limit": 2, "count": true});
    let answer = tenant.caller().post("/v1/query", &query).ok().await;
    let names: Vec<&str> =
        answer["data"].as_array().unwrap().iter().map(|record| record["name"].as_str().unwrap()).collect();
    assert_eq!((names, &answer["count"]), (vec!["deal 28", "deal 26"], &json!(15)));
    let mut next = query;
    next["cursor"] = answer["next_cursor"].clone();
    let answer = tenant.caller().post("/v1/query", &next).ok().await;
    assert_eq!(answer["data"][0]["name"], "deal 24");
}
