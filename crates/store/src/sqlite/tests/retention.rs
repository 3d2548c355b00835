//! What retention and purges remove, and what the checker sees.

use kith_model::decide::{AnswerWrite, Found, Key};
use kith_model::decimal::Decimal;
use kith_model::journal::{ChangeKind, Position};
use kith_model::record::Trashed;
use kith_model::time::Timestamp;
use kith_model::value::{Currency, Link, Money, Value};

use super::desk::{Desk, Journaled, record, row, text};
use crate::fixture::{COMPANY, CONTACT, DEAL};

fn created(number: u128) -> Journaled {
    (ChangeKind::RecordCreated, CONTACT, record(number), 1, Some("{\"new\":{\"5\":\"ada@example.org\"}}"))
}

fn answer(key: &str, first: i64, last: i64) -> AnswerWrite {
    AnswerWrite {
        key: key.into(),
        request: [0; 32],
        first: Position(first),
        last: Position(last),
        at: Timestamp(first * 10),
        body: "ada@example.org".into(),
        unchanged: Vec::new(),
    }
}

#[tokio::test]
async fn retention_removes_whole_transactions_and_moves_the_first_position() {
    let desk = Desk::ready().await;
    let start = desk.state().await.last_at;
    // Positions 1–2, 3–5 and 6, at 10, 20 and 30 after the start.
    for changes in [vec![created(1), created(2)], vec![created(3), created(4), created(5)], vec![created(6)]]
    {
        desk.write(&changes, |_| {}).await.unwrap();
    }
    let retain = async |after_start, limit| {
        let removed = desk.store.retain(desk.tenant, Timestamp(start.0 + after_start), limit).await.unwrap();
        (removed, desk.state().await.first_position.0)
    };
    assert_eq!(retain(10, 100).await, (0, 1));
    assert_eq!(retain(30, 4).await, (2, 3));
    assert_eq!(retain(30, 1).await, (3, 6));
    assert_eq!(retain(30, 100).await, (0, 6));
    let seen = desk.store.changes(desk.tenant, Position(0), 10).await.unwrap().value;
    assert_eq!(seen.iter().map(|entry| entry.changes[0].position.0).collect::<Vec<_>>(), [6]);
    assert_eq!(desk.store.transactions(desk.tenant, vec![Position(2)]).await.unwrap().value.len(), 1);
    assert_eq!(retain(1_000, 100).await, (1, 7));
    assert_eq!(retain(1_000, 100).await, (0, 7));
    desk.write(&[created(7)], |_| {}).await.unwrap();
    assert_eq!(desk.state().await.last_position, Position(7));
}

#[tokio::test]
async fn a_purge_leaves_nothing_but_the_fact() {
    let desk = Desk::ready().await;
    for (key, number) in [("one", 1), ("two", 2), ("three", 1)] {
        let (_, state) = (key, desk.state().await);
        let at = state.last_position.next().0;
        desk.write(&[created(number)], |merged| merged.answers.push(answer(key, at, at))).await.unwrap();
    }
    let purged = (ChangeKind::RecordPurged, CONTACT, record(1), 2, None);
    desk.write(&[purged], |merged| {
        merged.erase.push(record(1));
        merged.answers.push(answer("purge", 4, 4));
    })
    .await
    .unwrap();
    let bodies = desk.look("select key || ':' || ifnull(body, '-') from kith_answers order by key");
    assert_eq!(bodies, ["one:-", "purge:ada@example.org", "three:-", "two:ada@example.org"]);
    assert_eq!(desk.look("select position || '' from kith_changes where diff is not null"), ["2"]);
    let Found::Answer(Some(kept)) = desk.found(Key::Answer("one".into())).await else { panic!("no answer") };
    assert_eq!((kept.position, kept.body), (Position(1), None));

    assert_eq!(desk.store.forget_answers(desk.tenant, Timestamp(31), 2).await.unwrap(), 2);
    assert_eq!(desk.store.forget_answers(desk.tenant, Timestamp(31), 9).await.unwrap(), 1);
    assert_eq!(desk.look("select key from kith_answers"), ["purge"]);
}

#[tokio::test]
async fn the_checker_sees_table_trash_and_journal() {
    let desk = Desk::ready().await;
    let company = |n, name: &str| row(desk.object(COMPANY), record(n), &[(1, text(name))]);
    desk.insert(COMPANY, vec![company(1, "a"), company(3, "b")]).await.unwrap();
    let link = |n| Value::Link(Link { object: COMPANY, id: record(n) });
    let contacts = [(10, 1, 5), (11, 1, 6), (12, 3, 1)].map(|(n, company, age)| {
        row(desk.object(CONTACT), record(n), &[(6, link(company)), (7, Value::Integer(age))])
    });
    desk.insert(CONTACT, contacts.to_vec()).await.unwrap();
    let money = |unscaled, code: &[u8; 3]| {
        Value::Money(Money { amount: Decimal::new(unscaled, 2).unwrap(), currency: Currency(*code) })
    };
    let most = 999_999_999_999_999_999;
    let deals = [
        (20, 1, money(most, b"EUR")),
        (21, 1, money(-most, b"EUR")),
        (22, 1, money(7, b"USD")),
        (23, 3, money(125, b"EUR")),
    ]
    .map(|(n, company, amount)| row(desk.object(DEAL), record(n), &[(20, amount), (21, link(company))]));
    desk.insert(DEAL, deals.to_vec()).await.unwrap();
    let gone = Trashed {
        object: COMPANY,
        id: record(2),
        group: Position(1),
        root: record(2),
        document: "{}".into(),
    };
    let journaled = (ChangeKind::RecordPurged, COMPANY, record(4), 2, None);
    desk.write(&[journaled], |merged| merged.trash.push(gone.into())).await.unwrap();

    let page = async |after: Option<u128>, limit| {
        desk.store.verify(desk.tenant, &desk.catalog, COMPANY, after.map(record), limit).await.unwrap().value
    };
    let all = page(None, 10).await;
    assert_eq!(all.rows.iter().map(|row| row.id).collect::<Vec<_>>(), [record(1), record(3)]);
    assert_eq!(all.trashed, [record(2)]);
    assert_eq!(
        all.history.iter().map(|(_, change)| change.record).collect::<Vec<_>>(),
        [1, 3, 4].map(|n| Some(record(n)))
    );
    assert_eq!(all.next, None);
    let sum = |unscaled| Value::Decimal(Decimal::new(unscaled, 0).unwrap());
    let wanted = [
        vec![Value::Integer(2), Value::Integer(1)],
        vec![money(0, b"EUR"), money(125, b"EUR")],
        vec![sum(11), sum(1)],
    ];
    assert_eq!(all.rollups, wanted);
    let first = page(None, 2).await;
    assert_eq!((first.rows.len(), first.trashed.len(), first.next), (1, 1, Some(record(2))));
    let second = page(Some(2), 2).await;
    assert_eq!((second.rows.len(), second.history.len(), second.next), (1, 2, Some(record(4))));
    assert_eq!(page(Some(4), 2).await.next, None);
}
