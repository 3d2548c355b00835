//! Schema changes on tables that hold records.

use kith_model::catalog::{Definition, Field, Key};
use kith_model::fault::{Code, Fault};
use kith_model::id::FieldNo;
use kith_model::schema::{Condition, Step};
use kith_model::value::{Link, Value};
use kith_store::{Error, WriteError};
use serde_json::{Value as Json, json};

use crate::world::{COMPANY, COMPANY_OF, CONTACT, FEE, World, company_row, contact_row, id, text};

fn field(mut document: Json) -> Field {
    let name = document["name"].clone();
    for (member, value) in
        [("first_name", name.clone()), ("label", name), ("classification", json!("internal"))]
    {
        document[member] = value;
    }
    document["required"] = json!(false);
    serde_json::from_value(document).unwrap()
}

fn definition(world: &World, object: kith_model::id::ObjectNo) -> Definition {
    world.catalog.object(object).unwrap().definition().clone()
}

fn conflict(refused: Result<(), WriteError>) -> Fault {
    match refused {
        Err(WriteError::Conflict(fault)) => fault,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_new_rollup_is_filled_and_a_field_dropped() {
    let mut world = World::new().await;
    world.insert(COMPANY, vec![company_row(1, "ACME"), company_row(2, "Empty")]).await.unwrap();
    let mut contacts = vec![contact_row(3, "a"), contact_row(4, "b"), contact_row(5, "c")];
    for (contact, amount) in contacts.iter_mut().zip([100, 250]) {
        contact.values[COMPANY_OF] = Value::Link(Link { object: COMPANY, id: id(1) });
        let amount = kith_model::decimal::Decimal::new(amount, 2).unwrap();
        let currency = kith_model::value::Currency(*b"EUR");
        contact.values[FEE] = Value::Money(kith_model::value::Money { amount, currency });
    }
    world.insert(CONTACT, contacts).await.unwrap();
    let contact = definition(&world, CONTACT);
    let mut object = definition(&world, COMPANY);
    let sum = json!({"number": 20, "name": "fees", "type": "rollup", "function": {"function": "sum", "of": 4, "scale": 2, "currency": "EUR"}, "from": 2, "via": 3});
    let count = json!({"number": 21, "name": "contacts", "type": "rollup", "function": {"function": "count"}, "from": 2, "via": 3});
    object.fields.extend([field(sum), field(count)]);
    let steps = [20, 21]
        .into_iter()
        .flat_map(|number| {
            let (object, field) = (Box::new(object.clone()), FieldNo(number));
            let from = Box::new(contact.clone());
            [Step::AddField { object: object.clone(), field }, Step::FillRollup { object, field, from }]
        })
        .collect();
    world.change(object, steps).await.unwrap();
    let sum = |unscaled| {
        let amount = kith_model::decimal::Decimal::new(unscaled, 2).unwrap();
        Value::Money(kith_model::value::Money { amount, currency: kith_model::value::Currency(*b"EUR") })
    };
    assert_eq!(world.row(COMPANY, id(1)).await.unwrap().values[1..], [sum(350), Value::Integer(2)]);
    assert_eq!(world.row(COMPANY, id(2)).await.unwrap().values[1..], [sum(0), Value::Integer(0)]);
    let page = world.store.verify(world.tenant, &world.catalog, COMPANY, None, 1).await.unwrap().value;
    assert_eq!(page.rollups, [vec![sum(350)], vec![Value::Integer(2)]]);
    assert_eq!((page.rows.len(), page.next), (1, Some(id(1))));
    let page = world.store.verify(world.tenant, &world.catalog, COMPANY, page.next, 5).await.unwrap().value;
    assert_eq!((page.rows.len(), page.history.len(), page.next), (1, 1, None));
    assert_eq!(page.rollups, [vec![sum(0)], vec![Value::Integer(0)]]);

    let before = std::sync::Arc::clone(&world.catalog);
    let was = definition(&world, COMPANY);
    let mut object = was.clone();
    object.fields.remove(1);
    let drop = Step::DropField { object: Box::new(was), field: FieldNo(20) };
    world.change(object, vec![drop]).await.unwrap();
    assert_eq!(world.row(COMPANY, id(1)).await.unwrap().values, [text("ACME"), Value::Integer(2)]);
    let stale = world.store.row(world.tenant, &before, COMPANY, id(1)).await;
    assert!(matches!(stale, Err(Error::SchemaChanged)), "{stale:?}");
}

#[tokio::test]
async fn data_in_the_way_are_named() {
    let mut world = World::new().await;
    world
        .insert(COMPANY, vec![company_row(1, "Ärger"), company_row(2, "ärger"), company_row(3, "x")])
        .await
        .unwrap();
    let mut object = definition(&world, COMPANY);
    let key: Key = serde_json::from_value(
        json!({"number": 1, "name": "name", "fields": [1], "unique": true, "case_insensitive": true}),
    )
    .unwrap();
    object.keys.push(key.clone());
    let boxed = Box::new(object.clone());
    let steps = vec![
        Step::AddFold { object: boxed.clone(), field: FieldNo(1) },
        Step::CreateKey { object: boxed.clone(), key: key.clone() },
    ];
    let fault = conflict(world.change(object.clone(), steps.clone()).await);
    assert_eq!((fault.code, fault.records.len()), (Code::DataConflict, 2), "{fault:?}");
    assert!(fault.records[0].starts_with("company_"), "{fault:?}");
    // Nothing of it stays.
    assert_eq!(world.row(COMPANY, id(1)).await.unwrap(), company_row(1, "Ärger"));
    world.update(COMPANY, vec![company_row(2, "other")], &world.columns(COMPANY, 0)).await.unwrap();
    world.change(object, steps).await.unwrap();
    let taken = world.insert(COMPANY, vec![company_row(4, "OTHER")]).await;
    assert!(matches!(taken, Err(WriteError::Refused { .. })), "{taken:?}");

    let object = definition(&world, COMPANY);
    for (found, met) in [
        (Condition::AnyRecord, 3),
        (Condition::Null(FieldNo(1)), 0),
        (Condition::LongerThan(FieldNo(1), 4), 2),
    ] {
        let step = Step::Refuse { object: Box::new(object.clone()), found, message: "no".to_owned() };
        let refused = world.change(object.clone(), vec![step]).await;
        assert_eq!(
            if met == 0 { refused.map(|()| 0).unwrap() } else { conflict(refused).records.len() },
            met
        );
    }
}

#[tokio::test]
async fn conditions_of_every_kind_are_looked_for() {
    let mut world = World::new().await;
    let mut contact = contact_row(1, "a");
    contact.values[3] = Value::Decimal(kith_model::decimal::Decimal::new(12_345, 4).unwrap());
    contact.values[4] = Value::Integer(7);
    contact.values[8] = text("a");
    contact.values[9] = Value::List(vec!["a".into(), "b".into()]);
    world.insert(CONTACT, vec![contact]).await.unwrap();
    let object = definition(&world, CONTACT);
    for (found, is_met) in [
        (Condition::OutsideIntegers(FieldNo(6), Some(8), None), true),
        (Condition::OutsideIntegers(FieldNo(6), Some(0), Some(7)), false),
        (Condition::OutsideDecimals(FieldNo(5), None, Some(12_344)), true),
        (Condition::OutsideDecimals(FieldNo(5), Some(12_345), Some(12_345)), false),
        (Condition::HasOption(FieldNo(10), "a".to_owned()), true),
        (Condition::HasOption(FieldNo(10), "b".to_owned()), false),
        (Condition::HasOption(FieldNo(11), "b".to_owned()), true),
        (Condition::HasOption(FieldNo(11), "c".to_owned()), false),
        (Condition::Null(FieldNo(4)), true),
    ] {
        let step =
            Step::Refuse { object: Box::new(object.clone()), found: found.clone(), message: String::new() };
        let refused = world.change(object.clone(), vec![step]).await;
        assert_eq!(refused.is_err(), is_met, "{found:?}: {refused:?}");
    }
}

#[tokio::test]
async fn a_target_is_added_and_an_object_dropped() {
    let mut world = World::new().await;
    let mut object = definition(&world, CONTACT);
    let kith_model::catalog::FieldKind::Reference { to, .. } = &mut object.fields[COMPANY_OF].kind else {
        panic!()
    };
    to.push(CONTACT);
    let step = Step::AddTarget { object: Box::new(object.clone()), field: FieldNo(3), target: CONTACT };
    world.change(object, vec![step]).await.unwrap();
    let mut child = contact_row(2, "b");
    child.values[COMPANY_OF] = Value::Link(Link { object: CONTACT, id: id(1) });
    world.insert(CONTACT, vec![contact_row(1, "a"), child.clone()]).await.unwrap();
    assert_eq!(world.row(CONTACT, id(2)).await.unwrap(), child);

    let mut object = definition(&world, crate::world::NOTE);
    object.dropped = true;
    let drop = Step::DropTable(Box::new(object.clone()));
    let before = std::sync::Arc::clone(&world.catalog);
    world.change(object, vec![drop]).await.unwrap();
    let gone = world.store.row(world.tenant, &before, crate::world::NOTE, id(1)).await;
    assert!(matches!(gone, Err(Error::SchemaChanged)), "{gone:?}");
    let all = world.store.definitions(world.tenant, kith_model::journal::SchemaVersion(3)).await.unwrap();
    assert_eq!(all.value.len(), 2);
}
