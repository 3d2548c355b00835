//! Schema changes on tables with data.

use kith_model::catalog::{Definition, FieldKind, Key, Table};
use kith_model::decimal::Decimal;
use kith_model::fault::{Code, Fault};
use kith_model::id::{FieldNo, format_typeid};
use kith_model::journal::SchemaVersion;
use kith_model::schema::{Condition, Step};
use kith_model::value::{Link, Value};

use super::desk::{Desk, record, row, text};
use crate::error::WriteError;
use crate::fixture::{self, COMPANY, CONTACT, DEAL, field, key};

fn boxed(definition: &Definition) -> Box<Definition> {
    Box::new(definition.clone())
}

fn conflict(result: Result<(), WriteError>) -> Fault {
    match result {
        Err(WriteError::Conflict(fault)) => fault,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn definitions_are_loaded_from_a_version_on() {
    let mut desk = Desk::ready().await;
    let renamed = Definition { label: "Firm".to_owned(), ..fixture::company() };
    desk.change(Vec::new(), vec![renamed.clone()]).await.unwrap();
    let since = async |version| {
        let seen = desk.store.definitions(desk.tenant, SchemaVersion(version)).await.unwrap();
        seen.value.into_iter().map(|definition| definition.number).collect::<Vec<_>>()
    };
    assert_eq!(since(0).await, [COMPANY, CONTACT, DEAL]);
    assert_eq!(since(1).await, [COMPANY]);
    assert_eq!(since(2).await, []);
    let (mut writing, state) = desk.store.grant(desk.tenant).await.unwrap();
    let loaded = writing.definitions(SchemaVersion(1)).await.unwrap();
    assert_eq!(loaded, [Definition { schema_version: state.schema_version, ..renamed }]);
}

#[tokio::test]
async fn fields_of_every_kind_are_added_and_dropped() {
    let mut desk = Desk::ready().await;
    for (object, without) in [(fixture::contact(), CONTACT), (fixture::deal(), DEAL)] {
        let bare = Definition { fields: Vec::new(), keys: Vec::new(), ..object.clone() };
        let mut steps: Vec<Step> = object
            .keys
            .iter()
            .map(|key| Step::DropKey { object: boxed(&object), key: key.clone() })
            .collect();
        let table = Table::of(&object);
        steps.extend(
            table
                .fold(0)
                .map(|fold| Step::DropFold { object: boxed(&object), column: table.columns[fold].clone() }),
        );
        let drop = |field: &kith_model::catalog::Field| Step::DropField {
            object: boxed(&object),
            field: field.number,
        };
        steps.extend(object.fields.iter().map(drop));
        desk.change(steps, vec![bare]).await.unwrap();
        let sql = format!("select group_concat(name) from pragma_table_info('{}')", table.name);
        assert_eq!(
            desk.look(&sql),
            ["id,version,created_at,updated_at,created_by,updated_by,owner,provenance"]
        );

        let mut steps: Vec<Step> = object
            .fields
            .iter()
            .map(|field| Step::AddField { object: boxed(&object), field: field.number })
            .collect();
        steps.extend(
            table.fold(0).map(|_| Step::AddFold { object: boxed(&object), field: object.fields[0].number }),
        );
        steps.extend(
            object.keys.iter().map(|key| Step::CreateKey { object: boxed(&object), key: key.clone() }),
        );
        desk.change(steps, vec![object.clone()]).await.unwrap();
        desk.insert(without, vec![row(desk.object(without), record(50 + u128::from(without.0)), &[])])
            .await
            .unwrap();
    }
    assert_eq!(desk.look("select \"table\" from pragma_foreign_key_check"), Vec::<String>::new());
    assert_eq!(desk.look("select integrity_check from pragma_integrity_check"), ["ok"]);
}

#[tokio::test]
async fn a_reference_gains_a_target_and_still_holds_one() {
    let mut desk = Desk::ready().await;
    let mut deal = fixture::deal();
    deal.fields[2].kind = fixture::reference(&[COMPANY, CONTACT, DEAL]);
    let step = Step::AddTarget { object: boxed(&deal), field: FieldNo(22), target: DEAL };
    desk.change(vec![step], vec![deal]).await.unwrap();
    let link = |n| Value::Link(Link { object: DEAL, id: record(n) });
    desk.insert(DEAL, vec![row(desk.object(DEAL), record(1), &[(22, link(1))])]).await.unwrap();
    let path = desk.dir.path().join("tenants").join(format!("{}.db", desk.tenant));
    let file = rusqlite::Connection::open(path).unwrap();
    let both = file.execute("update deal_3 set party_22_2 = id", []).unwrap_err();
    assert!(both.to_string().contains("kith_c22_3"), "{both}");
}

#[tokio::test]
async fn an_object_goes_with_its_trash_and_its_counters() {
    let mut desk = Desk::ready().await;
    desk.insert(CONTACT, vec![row(desk.object(CONTACT), record(1), &[])]).await.unwrap();
    let gone = kith_model::record::Trashed {
        object: CONTACT,
        id: record(2),
        group: kith_model::journal::Position(1),
        root: record(2),
        document: "{}".into(),
    };
    desk.write(&[], |merged| {
        merged.trash.push(gone.into());
        merged.counters.push(kith_model::decide::CounterWrite { field: FieldNo(15), next: 2 });
    })
    .await
    .unwrap();
    let mut deal = fixture::deal();
    let dropped_party = Step::DropField { object: boxed(&deal), field: FieldNo(22) };
    deal.fields.remove(2);
    let dropped = Definition { dropped: true, ..fixture::contact() };
    let steps = vec![dropped_party, Step::DropTable(boxed(&fixture::contact()))];
    desk.change(steps, vec![deal, dropped]).await.unwrap();
    for table in ["kith_trash", "kith_counters", "sqlite_schema where name = 'contact_2'"] {
        assert_eq!(desk.look(&format!("select count(*) || '' from {table}")), ["0"], "{table}");
    }
}

#[tokio::test]
async fn checks_name_the_records_in_the_way_and_undo_the_change() {
    let mut desk = Desk::ready().await;
    let contact = fixture::contact();
    let rows = (1..=12).map(|n| {
        row(desk.object(CONTACT), record(n), &[(13, Value::List(vec!["b".into()])), (7, Value::Integer(5))])
    });
    desk.insert(CONTACT, rows.collect()).await.unwrap();
    let refuse = |found| Step::Refuse { object: boxed(&contact), found, message: "no".to_owned() };
    let fails = [
        Condition::AnyRecord,
        Condition::Null(FieldNo(6)),
        Condition::HasOption(FieldNo(13), "b".to_owned()),
        Condition::OutsideIntegers(FieldNo(7), Some(6), None),
    ];
    for found in fails {
        let add = Step::AddField {
            object: boxed(&Definition { fields: vec![field(99, "x", fixture::text())], ..contact.clone() }),
            field: FieldNo(99),
        };
        let fault = conflict(desk.change(vec![add, refuse(found)], Vec::new()).await);
        assert_eq!((fault.code, fault.message.as_str(), fault.records.len()), (Code::DataConflict, "no", 10));
        assert_eq!(fault.records[0], format_typeid("contact", record(1).0));
    }
    let passes = [
        Condition::HasOption(FieldNo(13), "a".to_owned()),
        Condition::HasOption(FieldNo(12), "won".to_owned()),
        Condition::OutsideIntegers(FieldNo(7), Some(5), Some(5)),
        Condition::LongerThan(FieldNo(11), 0),
    ];
    desk.change(passes.into_iter().map(refuse).collect(), Vec::new()).await.unwrap();
    assert_eq!(
        desk.look("select name from pragma_table_info('contact_2') where name = 'x_99'"),
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn a_unique_key_needs_unique_data() {
    let mut desk = Desk::ready().await;
    let rows = [(1, "A"), (2, "a"), (3, "ß"), (4, "SS"), (5, "b")];
    let rows = rows.map(|(n, notes)| row(desk.object(COMPANY), record(n), &[(1, text(notes))]));
    desk.insert(COMPANY, rows.to_vec()).await.unwrap();
    let by_name = Key { case_insensitive: true, ..key(9, "name_ci", &[1]) };
    let mut company = fixture::company();
    company.keys.push(by_name.clone());
    let steps = vec![
        Step::AddFold { object: boxed(&company), field: FieldNo(1) },
        Step::CreateKey { object: boxed(&company), key: by_name },
    ];
    let fault = conflict(desk.change(steps.clone(), vec![company.clone()]).await);
    assert_eq!(fault.code, Code::DataConflict);
    assert_eq!(fault.records, [1, 2, 3, 4].map(|n| format_typeid("company", record(n).0)));
    desk.write(&[], |merged| merged.deletes.push((COMPANY, vec![record(2), record(4)]))).await.unwrap();
    desk.change(steps, vec![company]).await.unwrap();
    assert_eq!(desk.look("select name_1_fold from company_1 order by id"), ["a", "ss", "b"]);
}

#[tokio::test]
async fn a_new_rollup_is_computed_exactly_or_refused() {
    let mut desk = Desk::ready().await;
    let most = 999_999_999_999_999_999;
    let companies = (1..=3).map(|n| row(desk.object(COMPANY), record(n), &[]));
    desk.insert(COMPANY, companies.collect()).await.unwrap();
    let link = |n| Value::Link(Link { object: COMPANY, id: record(n) });
    let mut number = 10;
    let mut contact = |ages: &[i64], company| {
        let row = |age: &i64| {
            number += 1;
            row(desk.object(CONTACT), record(number), &[(7, Value::Integer(*age)), (6, link(company))])
        };
        ages.iter().map(row).collect::<Vec<_>>()
    };
    let (many, least) = (contact(&[most; 12], 1), contact(&[-most; 12], 1));
    desk.insert(CONTACT, [many, least, contact(&[most, -1], 2)].concat()).await.unwrap();

    let mut company = fixture::company();
    company.fields.push(field(30, "sum", fixture::sum(CONTACT, 6, 7, 0, None)));
    company.fields.push(field(31, "count", fixture::count(CONTACT, 6)));
    let fill = |company: &Definition, number| {
        [
            Step::AddField { object: boxed(company), field: FieldNo(number) },
            Step::FillRollup {
                object: boxed(company),
                field: FieldNo(number),
                from: boxed(&fixture::contact()),
            },
        ]
    };
    desk.change([fill(&company, 30), fill(&company, 31)].concat(), vec![company.clone()]).await.unwrap();
    let seen = async |desk: &Desk, n| {
        let row =
            desk.store.row(desk.tenant, &desk.catalog, COMPANY, record(n)).await.unwrap().value.unwrap();
        row.values[4..6].to_vec()
    };
    let sum = |unscaled| Value::Decimal(Decimal::new(unscaled, 0).unwrap());
    assert_eq!(seen(&desk, 1).await, [sum(0), Value::Integer(24)]);
    assert_eq!(seen(&desk, 2).await, [sum(most - 1), Value::Integer(2)]);
    assert_eq!(seen(&desk, 3).await, [sum(0), Value::Integer(0)]);

    let more = row(desk.object(CONTACT), record(99), &[(7, Value::Integer(2)), (6, link(2))]);
    desk.insert(CONTACT, vec![more]).await.unwrap();
    company.fields.push(field(32, "again", fixture::sum(CONTACT, 6, 7, 0, None)));
    let fault = conflict(desk.change(fill(&company, 32).to_vec(), vec![company.clone()]).await);
    assert_eq!((fault.code, fault.records), (Code::OutOfRange, vec![format_typeid("company", record(2).0)]));
    assert!(fault.message.contains("`again`"), "{}", fault.message);
}

#[tokio::test]
async fn many_objects_open_in_time() {
    let mut desk = Desk::empty().await;
    let definitions: Vec<Definition> = (1..=300)
        .map(|n| {
            let fields =
                (0..10).map(|f| field(n * 100 + f, "text", FieldKind::Text { max_length: 10 })).collect();
            Definition { number: kith_model::id::ObjectNo(n), fields, keys: Vec::new(), ..fixture::company() }
        })
        .collect();
    let steps = definitions.iter().map(|each| Step::CreateTable(boxed(each))).collect();
    desk.change(steps, definitions).await.unwrap();
    let desk = desk.reopened().await;
    let start = std::time::Instant::now();
    desk.state().await;
    assert!(start.elapsed().as_millis() < 500, "{:?}", start.elapsed());
}
