//! Rows of every kind of column, written and read back; refusals; the journal.

use std::sync::Arc;

use kith_model::decide::{AnswerWrite, CounterWrite, Found, Key, TokenWrite};
use kith_model::decimal::Decimal;
use kith_model::id::{FieldNo, KeyNo, TokenId};
use kith_model::journal::{ChangeKind, Position};
use kith_model::record::{Row, Trashed};
use kith_model::right::Rights;
use kith_model::time::{Date, Timestamp};
use kith_model::value::{Currency, Link, Money, Value};
use kith_store::WriteError;
use uuid::Uuid;

use crate::world::{
    COMPANY, COMPANY_OF, CONTACT, EMAIL, FEE, NOTE, World, company_row, contact_row, id, row, text,
};

fn decimal(unscaled: i64, scale: u8) -> Decimal {
    Decimal::new(unscaled, scale).unwrap()
}

/// A contact with a value in every field.
fn full(number: u128, email: &str) -> Row {
    row(
        id(number),
        vec![
            text(email),
            Value::Link(Link { object: COMPANY, id: id(1) }),
            Value::Money(Money { amount: decimal(-1210, 2), currency: Currency(*b"EUR") }),
            Value::Decimal(decimal(999_999_999_999_999_999, 4)),
            Value::Integer(i64::MIN),
            Value::Boolean(false),
            Value::Date(Date::MIN),
            Value::Datetime(Timestamp::MAX),
            text("b"),
            Value::List(vec!["a".into(), "b".into()]),
            Value::Json("{\"a\":[1,null,\"é\"],\"b\":{}}".into()),
        ],
    )
}

async fn load(world: &World, keys: &[Key]) -> Vec<Found> {
    let (mut writing, _) = world.store.grant(world.tenant).await.unwrap();
    let found = writing.load(&world.catalog, keys).await.unwrap();
    writing.rollback().await;
    found
}

#[tokio::test]
async fn rows_of_every_kind_come_back_as_they_went() {
    let world = World::new().await;
    world.insert(COMPANY, vec![company_row(1, "ACME")]).await.unwrap();
    world.insert(CONTACT, vec![full(2, "Ada@example.com"), contact_row(3, "z")]).await.unwrap();
    assert_eq!(world.row(CONTACT, id(2)).await.unwrap(), full(2, "Ada@example.com"));
    assert_eq!(world.row(CONTACT, id(3)).await.unwrap(), contact_row(3, "z"));
    assert_eq!(world.row(CONTACT, id(4)).await, None);
}

#[tokio::test]
async fn updates_write_their_columns_only() {
    let world = World::new().await;
    world.insert(COMPANY, vec![company_row(1, "ACME")]).await.unwrap();
    world
        .insert(CONTACT, vec![full(2, "ada"), full(3, "bob")].into_iter().map(unranked).collect())
        .await
        .unwrap();
    let mut changed = unranked(full(2, "eve"));
    changed.values[FEE] = Value::Null;
    world.update(CONTACT, vec![changed.clone()], &world.columns(CONTACT, FEE)).await.unwrap();
    changed.values[EMAIL] = text("ada");
    assert_eq!(world.row(CONTACT, id(2)).await.unwrap(), changed);
    assert_eq!(world.row(CONTACT, id(3)).await.unwrap(), unranked(full(3, "bob")));
}

/// Without a value of the key `rank`.
fn unranked(mut row: Row) -> Row {
    row.values[3] = Value::Null;
    row
}

#[tokio::test]
async fn parked_rows_swap_their_unique_values() {
    let world = World::new().await;
    world.insert(COMPANY, vec![company_row(1, "ACME")]).await.unwrap();
    world.insert(CONTACT, vec![full(2, "ada"), unranked(full(3, "bob"))]).await.unwrap();
    let (one, two) = (full(2, "bob"), unranked(full(3, "ada")));
    let changes = [(ChangeKind::RecordUpdated, CONTACT, id(2)), (ChangeKind::RecordUpdated, CONTACT, id(3))];
    let columns: Arc<[usize]> = world.columns(CONTACT, EMAIL).into();
    world
        .write(&changes, |merged| {
            merged.parks.push((CONTACT, vec![id(2), id(3)]));
            let updates = [&one, &two].map(|row| kith_model::decide::RowUpdate {
                row: Arc::new(row.clone()),
                columns: Arc::clone(&columns),
            });
            merged.updates.push((CONTACT, updates.into()));
        })
        .await
        .unwrap();
    // Also the key that no update names is as it was.
    assert_eq!(world.row(CONTACT, id(2)).await.unwrap(), one);
    assert_eq!(world.row(CONTACT, id(3)).await.unwrap(), two);
}

fn constraint(refused: Result<Position, WriteError>) -> String {
    match refused {
        Err(WriteError::Refused { constraint, .. }) => constraint,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn refusals_name_their_constraint_and_leave_nothing() {
    let world = World::new().await;
    world.insert(CONTACT, vec![contact_row(2, "ada")]).await.unwrap();
    let before = world.store.state(world.tenant).await.unwrap();
    let taken = world.insert(CONTACT, vec![contact_row(3, "new"), contact_row(4, "ADA")]).await;
    assert_eq!(constraint(taken), "kith_k11");
    let mut dangling = contact_row(5, "eve");
    dangling.values[COMPANY_OF] = Value::Link(Link { object: COMPANY, id: id(99) });
    assert_eq!(constraint(world.insert(CONTACT, vec![dangling]).await), "kith_f3_1");
    assert_eq!(constraint(world.insert(CONTACT, vec![contact_row(2, "x")]).await), "kith_p2");
    assert_eq!(world.store.state(world.tenant).await.unwrap(), before);
    assert_eq!(world.row(CONTACT, id(3)).await, None);
    // The connections are as good as before.
    world.insert(CONTACT, vec![contact_row(3, "new")]).await.unwrap();
}

#[tokio::test]
async fn loads_answer_in_the_order_of_the_keys() {
    let world = World::new().await;
    world.insert(COMPANY, vec![company_row(1, "ACME")]).await.unwrap();
    world.insert(CONTACT, vec![full(3, "straße"), unranked(full(2, "ada"))]).await.unwrap();
    let note = |number: u128, object, to| row(id(number), vec![Value::Link(Link { object, id: id(to) })]);
    world.insert(NOTE, vec![note(7, CONTACT, 2), note(6, COMPANY, 1)]).await.unwrap();
    let children = |to: u128| Key::Children { object: CONTACT, field: FieldNo(3), to: COMPANY, id: id(to) };
    let email = |text: &str| Key::Unique(CONTACT, KeyNo(11), vec![Value::Text(text.into())]);
    let about = |object, to| Key::Unique(NOTE, KeyNo(21), vec![Value::Link(Link { object, id: id(to) })]);
    let rank = vec![Value::Decimal(decimal(999_999_999_999_999_999, 4)), Value::Date(Date::MIN)];
    let found = load(
        &world,
        &[
            email("strasse"),
            Key::Row(CONTACT, id(2)),
            children(1),
            email("nobody"),
            Key::Row(CONTACT, id(99)),
            about(CONTACT, 2),
            about(COMPANY, 1),
            about(COMPANY, 2),
            children(9),
            Key::Unique(CONTACT, KeyNo(12), rank),
            Key::Row(CONTACT, id(2)),
            Key::AnyRecord(COMPANY),
            Key::Counter(FieldNo(1)),
        ],
    )
    .await;
    let ada = Found::Row(Some(Arc::new(unranked(full(2, "ada")))));
    assert_eq!(
        found,
        [
            Found::Record(Some(id(3))),
            ada.clone(),
            Found::Records(vec![id(2), id(3)]),
            Found::Record(None),
            Found::Row(None),
            Found::Record(Some(id(7))),
            Found::Record(Some(id(6))),
            Found::Record(None),
            Found::Records(vec![]),
            Found::Record(Some(id(3))),
            ada,
            Found::Exists(true),
            Found::Counter(1),
        ]
    );
}

const TOKEN: TokenId = TokenId(Uuid::from_u128(77));

/// What is asked of the trash and of what is kept beside the records.
fn kept_keys() -> [Key; 7] {
    [
        Key::Trash(id(2)),
        Key::TrashGroup { group: Position(6), root: id(3) },
        Key::Counter(FieldNo(9)),
        Key::Answer("key".into()),
        Key::Token(TOKEN),
        Key::Row(CONTACT, id(2)),
        Key::AnyRecord(CONTACT),
    ]
}

fn trashed(number: u128) -> Arc<Trashed> {
    let (object, group, root) = (CONTACT, Position(6), id(3));
    Arc::new(Trashed { object, id: id(number), group, root, document: "{\"fields\":{}}".into() })
}

/// Contacts 2 and 3, deleted in a transaction that also leaves one of everything else.
async fn with_trash() -> World {
    let world = World::new().await;
    world.insert(CONTACT, vec![contact_row(2, "ada"), contact_row(3, "bob")]).await.unwrap();
    let changes = [(ChangeKind::RecordDeleted, CONTACT, id(2)), (ChangeKind::RecordDeleted, CONTACT, id(3))];
    let last = world
        .write(&changes, |merged| {
            merged.deletes.push((CONTACT, vec![id(2), id(3)]));
            merged.trash = vec![trashed(3), trashed(2)];
            merged.counters.push(CounterWrite { field: FieldNo(9), next: 42 });
            merged.answers.push(AnswerWrite {
                key: "key".into(),
                request: [7; 32],
                first: Position(6),
                last: Position(7),
                at: Timestamp(5),
                body: "{}".into(),
                unchanged: Vec::new(),
            });
            let (name, at) = ("ci".to_owned(), Timestamp(4));
            merged.tokens.push(TokenWrite::Create {
                id: TOKEN,
                name,
                rights: Rights::ALL,
                hash: [9; 32],
                at,
            });
        })
        .await
        .unwrap();
    assert_eq!(last, Position(7));
    world
}

#[tokio::test]
async fn trash_answers_counters_and_tokens_are_kept() {
    let world = with_trash().await;
    let found = load(&world, &kept_keys()).await;
    assert_eq!(found[0], Found::Trashed(Some(trashed(2))));
    assert_eq!(found[1], Found::Group(vec![trashed(2), trashed(3)]));
    assert_eq!(found[2], Found::Counter(42));
    let Found::Answer(Some(answer)) = &found[3] else { panic!("{:?}", found[3]) };
    assert_eq!((answer.request, answer.position, answer.body.as_deref()), ([7; 32], Position(7), Some("{}")));
    assert_eq!(found[4..], [Found::Exists(true), Found::Row(None), Found::Exists(true)]);
    let token = world.store.token(world.tenant, [9; 32]).await.unwrap().value.unwrap();
    assert_eq!((token.id, token.name.as_str(), token.created_at), (TOKEN, "ci", Timestamp(4)));
    assert_eq!(world.store.tokens(world.tenant, None, 9).await.unwrap().value, [token]);
    let page = world.store.trash(world.tenant, CONTACT, Some(id(2)), 9).await.unwrap().value;
    assert_eq!(page, [trashed(3).as_ref().clone()]);
    assert_eq!(world.store.forget_answers(world.tenant, Timestamp(5), 9).await.unwrap(), 0);
    assert_eq!(world.store.forget_answers(world.tenant, Timestamp(6), 9).await.unwrap(), 1);
}

#[tokio::test]
async fn what_is_erased_is_gone_and_only_that() {
    let world = with_trash().await;
    let changes = [(ChangeKind::RecordPurged, CONTACT, id(2))];
    world
        .write(&changes, |merged| {
            merged.untrash = vec![id(2)];
            merged.erase = vec![id(2)];
            merged.changes[0].diff = None;
            merged.tokens.push(TokenWrite::Revoke { id: TOKEN, at: Timestamp(9) });
            merged.counters.push(CounterWrite { field: FieldNo(9), next: 43 });
        })
        .await
        .unwrap();
    let found = load(&world, &kept_keys()).await;
    assert_eq!(found[0], Found::Trashed(None));
    assert_eq!(found[2], Found::Counter(43));
    let Found::Answer(Some(answer)) = &found[3] else { panic!("{:?}", found[3]) };
    assert_eq!(answer.body, None);
    assert_eq!(found[4], Found::Exists(false));
    assert_eq!(world.store.token(world.tenant, [9; 32]).await.unwrap().value, None);
    let history = |number| world.store.history(world.tenant, id(number), Position(0), 10);
    let erased = history(2).await.unwrap().value;
    assert!(erased.len() == 3 && erased.iter().all(|(_, change)| change.diff.is_none()), "{erased:?}");
    assert!(history(3).await.unwrap().value.iter().all(|(_, change)| change.diff.is_some()));
}
