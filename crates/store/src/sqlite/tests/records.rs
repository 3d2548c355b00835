//! Loading, writing and reading records.

use std::sync::Arc;

use kith_model::decide::{Answer, AnswerWrite, CounterWrite, Found, Key, TokenWrite};
use kith_model::decimal::Decimal;
use kith_model::id::{FieldNo, KeyNo, TokenId};
use kith_model::journal::{ChangeKind, Position};
use kith_model::record::{Row, Trashed};
use kith_model::right::Rights;
use kith_model::time::{Date, Timestamp};
use kith_model::value::{Currency, Link, Money, Value};
use uuid::Uuid;

use super::desk::{Desk, record, row, text, whole};
use crate::error::{Error, WriteError};
use crate::fixture::{COMPANY, CONTACT, DEAL};
use crate::query::{Direction, Filter, List, Order};

fn euros(cents: i64) -> Value {
    Value::Money(Money { amount: Decimal::new(cents, 2).unwrap(), currency: Currency(*b"EUR") })
}

fn link(object: kith_model::id::ObjectNo, number: u128) -> Value {
    Value::Link(Link { object, id: record(number) })
}

/// A contact with a value in every field.
fn everything(desk: &Desk, number: u128) -> Arc<Row> {
    let values = [
        (5, text("Ada@Example.org")),
        (6, link(COMPANY, 1)),
        (7, Value::Integer(-36)),
        (8, Value::Boolean(true)),
        (9, Value::Date(Date::parse("1815-12-10").unwrap())),
        (10, Value::Datetime(Timestamp(-1))),
        (11, text("zwei\nZeilen — äöü 💡")),
        (12, text("won")),
        (13, Value::List(vec!["a".into(), "c".into()])),
        (14, Value::Json("{\"a\":[1,null]}".into())),
        (15, Value::Integer(7)),
        (16, link(CONTACT, number)),
    ];
    row(desk.object(CONTACT), record(number), &values)
}

async fn with_company(desk: &Desk) {
    desk.insert(COMPANY, vec![row(desk.object(COMPANY), record(1), &[(1, text("Acme"))])]).await.unwrap();
}

#[tokio::test]
async fn a_row_comes_back_as_it_was_written() {
    let desk = Desk::ready().await;
    with_company(&desk).await;
    let ada = everything(&desk, 2);
    let empty = row(desk.object(CONTACT), record(3), &[]);
    desk.insert(CONTACT, vec![Arc::clone(&ada), Arc::clone(&empty)]).await.unwrap();
    let deal =
        [(20, euros(1210)), (22, link(CONTACT, 2)), (23, Value::Decimal(Decimal::new(-5, 4).unwrap()))];
    let deal = row(desk.object(DEAL), record(4), &deal);
    desk.insert(DEAL, vec![Arc::clone(&deal)]).await.unwrap();

    let desk = desk.reopened().await;
    for (object, wanted) in [(CONTACT, ada), (CONTACT, empty), (DEAL, deal)] {
        let seen = desk.store.row(desk.tenant, &desk.catalog, object, wanted.id).await.unwrap();
        assert_eq!(seen.value.as_ref(), Some(wanted.as_ref()));
        assert_eq!(seen.state.last_position, Position(4));
        assert_eq!(desk.found(Key::Row(object, wanted.id)).await, Found::Row(Some(wanted)));
    }
    let missing = desk.store.row(desk.tenant, &desk.catalog, DEAL, record(99)).await.unwrap();
    assert_eq!(missing.value, None);
}

#[tokio::test]
async fn a_read_under_an_old_catalog_is_told_so() {
    let mut desk = Desk::ready().await;
    let old = Arc::clone(&desk.catalog);
    desk.change(Vec::new(), Vec::new()).await.unwrap();
    let stale = desk.store.row(desk.tenant, &old, CONTACT, record(1)).await;
    assert!(matches!(stale, Err(Error::SchemaChanged)), "{stale:?}");
    assert!(desk.store.row(desk.tenant, &desk.catalog, CONTACT, record(1)).await.is_ok());
}

#[tokio::test]
async fn keys_are_answered_in_their_order() {
    let desk = Desk::ready().await;
    with_company(&desk).await;
    desk.insert(CONTACT, vec![everything(&desk, 2)]).await.unwrap();
    let deals =
        (10..13).map(|n| row(desk.object(DEAL), record(n), &[(20, euros(n as i64)), (22, link(COMPANY, 1))]));
    desk.insert(DEAL, deals.collect()).await.unwrap();
    let children = |field| Key::Children { object: DEAL, field: FieldNo(field), to: COMPANY, id: record(1) };
    let keys = [
        Key::Unique(CONTACT, KeyNo(2), vec![text("ada@example.org")]),
        Key::Unique(CONTACT, KeyNo(2), vec![text("Ada@Example.org")]),
        Key::Unique(DEAL, KeyNo(4), vec![euros(11)]),
        children(22),
        children(21),
        Key::Counter(FieldNo(15)),
        Key::AnyRecord(CONTACT),
        Key::Answer("k".into()),
        Key::Token(TokenId(Uuid::from_u128(1))),
        Key::Trash(record(1)),
    ];
    let (mut writing, _) = desk.store.grant(desk.tenant).await.unwrap();
    let found = writing.load(&desk.catalog, &keys).await.unwrap();
    let wanted = [
        Found::Record(Some(record(2))),
        Found::Record(None),
        Found::Record(Some(record(11))),
        Found::Records(vec![record(10), record(11), record(12)]),
        Found::Records(Vec::new()),
        Found::Counter(1),
        Found::Exists(true),
        Found::Answer(None),
        Found::Exists(false),
        Found::Trashed(None),
    ];
    assert_eq!(found, wanted);
}

#[tokio::test]
async fn broken_constraints_refuse_the_whole_write() {
    let desk = Desk::ready().await;
    with_company(&desk).await;
    desk.insert(CONTACT, vec![everything(&desk, 2)]).await.unwrap();
    let before = desk.state().await;
    let refused = async |object, row| match desk.insert(object, vec![row]).await {
        Err(WriteError::Refused { constraint, .. }) => constraint,
        other => panic!("{other:?}"),
    };
    let twin = row(desk.object(CONTACT), record(3), &[(5, text("ADA@example.ORG"))]);
    assert_eq!(refused(CONTACT, twin).await, "contact_2.email_5_fold");
    let dangling = row(desk.object(DEAL), record(4), &[(22, link(CONTACT, 99))]);
    assert!(refused(DEAL, dangling).await.contains("FOREIGN KEY"));
    let twice = row(desk.object(COMPANY), record(1), &[]);
    assert_eq!(refused(COMPANY, twice).await, "company_1.id");
    assert_eq!(desk.state().await, before);
    assert_eq!(desk.look("select count(*) || '' from kith_changes"), ["2"]);
}

#[tokio::test]
async fn a_reference_may_precede_its_target_within_a_write() {
    let desk = Desk::ready().await;
    let deal = row(desk.object(DEAL), record(4), &[(21, link(COMPANY, 5))]);
    let company = row(desk.object(COMPANY), record(5), &[]);
    desk.write(&[], |merged| merged.inserts = vec![(DEAL, vec![deal]), (COMPANY, vec![company])])
        .await
        .unwrap();
    let gone = desk.write(&[], |merged| merged.deletes = vec![(COMPANY, vec![record(5)])]).await;
    assert!(matches!(gone, Err(WriteError::Refused { .. })), "{gone:?}");
    desk.write(&[], |merged| merged.deletes = vec![(COMPANY, vec![record(5)]), (DEAL, vec![record(4)])])
        .await
        .unwrap();
}

#[tokio::test]
async fn unique_values_change_hands_in_one_write() {
    let desk = Desk::ready().await;
    let named = |n, name: &str| row(desk.object(COMPANY), record(n), &[(1, text(name))]);
    desk.insert(COMPANY, vec![named(1, "left"), named(2, "right")]).await.unwrap();
    let object = desk.object(COMPANY);
    let swap = vec![whole(object, named(1, "right")), whole(object, named(2, "left"))];
    desk.write(&[], |merged| {
        merged.parks.push((COMPANY, vec![record(1), record(2)]));
        merged.updates.push((COMPANY, swap));
    })
    .await
    .unwrap();
    assert_eq!(desk.look("select name_1 from company_1 order by id"), ["right", "left"]);
}

#[tokio::test]
async fn lists_are_filtered_ordered_and_paged() {
    let desk = Desk::ready().await;
    with_company(&desk).await;
    let contacts = (1..=5).map(|n| {
        let mut contact =
            row(desk.object(CONTACT), record(n), &[(12, text(if n % 2 == 0 { "won" } else { "new" }))]);
        let changed = Arc::make_mut(&mut contact);
        changed.updated_at = Timestamp(100 - i64::try_from(n / 2).unwrap());
        changed.values[1] = if n < 3 { link(COMPANY, 1) } else { Value::Null };
        contact
    });
    desk.insert(CONTACT, contacts.collect()).await.unwrap();
    let base = List {
        object: CONTACT,
        filters: Vec::new(),
        order: Order::Created,
        direction: Direction::Ascending,
        after: None,
        limit: 10,
    };
    let ids = async |list: List| {
        let seen = desk.store.list(desk.tenant, &desk.catalog, list).await.unwrap();
        seen.value.into_iter().map(|row| row.id.0.as_u128() & 0xff).collect::<Vec<_>>()
    };
    assert_eq!(ids(base.clone()).await, [1, 2, 3, 4, 5]);
    let after = Some((Timestamp(98), record(4)));
    assert_eq!(ids(List { after, limit: 1, ..base.clone() }).await, [5]);
    assert_eq!(ids(List { after, direction: Direction::Descending, ..base.clone() }).await, [3, 2, 1]);
    let updated = List { order: Order::Updated, ..base.clone() };
    assert_eq!(ids(updated.clone()).await, [4, 5, 2, 3, 1]);
    assert_eq!(ids(List { after, limit: 2, ..updated.clone() }).await, [5, 2]);
    assert_eq!(ids(List { direction: Direction::Descending, ..updated }).await, [1, 3, 2, 5, 4]);
    let filters = vec![Filter::Equals(7, text("won")), Filter::Equals(1, Value::Null)];
    assert_eq!(ids(List { filters, ..base.clone() }).await, [4]);
    assert_eq!(ids(List { filters: vec![Filter::Equals(1, link(COMPANY, 1))], ..base }).await, [1, 2]);
}

#[tokio::test]
async fn the_trash_keeps_groups() {
    let desk = Desk::ready().await;
    let trashed = |n: u128, root: u128| Trashed {
        object: CONTACT,
        id: record(n),
        group: Position(9),
        root: record(root),
        document: "{}".into(),
    };
    let all: Vec<_> = [(1, 1), (2, 1), (3, 3)].map(|(n, root)| Arc::new(trashed(n, root))).into();
    desk.write(&[], |merged| merged.trash.clone_from(&all)).await.unwrap();
    assert_eq!(desk.found(Key::Trash(record(3))).await, Found::Trashed(Some(Arc::clone(&all[2]))));
    let group = Key::TrashGroup { group: Position(9), root: record(1) };
    assert_eq!(desk.found(group).await, Found::Group(all[..2].to_vec()));
    assert_eq!(desk.found(Key::AnyRecord(CONTACT)).await, Found::Exists(true));
    assert_eq!(desk.found(Key::AnyRecord(DEAL)).await, Found::Exists(false));
    desk.write(&[], |merged| merged.untrash = vec![record(1)]).await.unwrap();
    let page = desk.store.trash(desk.tenant, CONTACT, Some(record(1)), 1).await.unwrap();
    assert_eq!(page.value, [trashed(2, 1)]);
    assert_eq!(desk.store.trashed(desk.tenant, record(1)).await.unwrap().value, None);
}

#[tokio::test]
async fn counters_answers_and_tokens_are_kept() {
    let desk = Desk::ready().await;
    let answer = |body: &str| AnswerWrite {
        key: "k".into(),
        request: [3; 32],
        first: Position(1),
        last: Position(1),
        at: Timestamp(50),
        body: body.into(),
        unchanged: Vec::new(),
    };
    let token = TokenId(Uuid::from_u128(7));
    let create = TokenWrite::Create {
        id: token,
        name: "ci".to_owned(),
        rights: Rights::ALL,
        hash: [9; 32],
        at: Timestamp(60),
    };
    for body in ["first", "second"] {
        desk.write(&[(ChangeKind::RecordCreated, CONTACT, record(1), 1, None)], |merged| {
            merged.answers.push(answer(body));
            merged.counters.push(CounterWrite { field: FieldNo(15), next: 42 });
            merged.tokens.extend((body == "first").then(|| create.clone()));
        })
        .await
        .unwrap();
    }
    assert_eq!(desk.found(Key::Counter(FieldNo(15))).await, Found::Counter(42));
    let kept = Answer { request: [3; 32], position: Position(1), body: Some("second".into()) };
    assert_eq!(desk.found(Key::Answer("k".into())).await, Found::Answer(Some(kept)));
    let named = desk.store.token(desk.tenant, [9; 32]).await.unwrap().value.unwrap();
    assert_eq!((named.id, named.name.as_str(), named.created_at), (token, "ci", Timestamp(60)));
    desk.write(&[], |merged| merged.tokens.push(TokenWrite::Revoke { id: token, at: Timestamp(70) }))
        .await
        .unwrap();
    assert_eq!(desk.store.token(desk.tenant, [9; 32]).await.unwrap().value, None);
    assert_eq!(desk.found(Key::Token(token)).await, Found::Exists(false));
    let all = desk.store.tokens(desk.tenant, None, 5).await.unwrap().value;
    assert_eq!(all.iter().map(|token| token.revoked_at).collect::<Vec<_>>(), [Some(Timestamp(70))]);
}

#[tokio::test]
async fn a_dropped_transaction_is_undone() {
    let desk = Desk::ready().await;
    let before = desk.state().await;
    let (writing, _) = desk.store.grant(desk.tenant).await.unwrap();
    drop(writing);
    with_company(&desk).await;
    assert_eq!(desk.state().await.last_position, before.last_position.next());
}
