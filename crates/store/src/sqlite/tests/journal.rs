//! Reading the journal, and the cursors of its consumers.

use kith_model::id::ObjectNo;
use kith_model::journal::{ChangeKind, Position};
use kith_model::time::Timestamp;

use super::desk::{Desk, Journaled, record};
use crate::fixture::{COMPANY, CONTACT};
use crate::query::{Cursor, Entry};

fn updated(object: ObjectNo, number: u128) -> Journaled {
    (ChangeKind::RecordUpdated, object, record(number), 2, Some("{\"new\":{}}"))
}

/// Transactions of one, three and two changes: 1, 2–4, 5–6.
async fn three_transactions() -> Desk {
    let desk = Desk::ready().await;
    let contact = |n| updated(CONTACT, n);
    for changes in
        [vec![contact(1)], vec![contact(1), contact(2), updated(COMPANY, 3)], vec![contact(2), contact(1)]]
    {
        desk.write(&changes, |_| {}).await.unwrap();
    }
    desk
}

fn shape(entries: &[Entry]) -> Vec<(i64, i64, Vec<i64>)> {
    let positions = |entry: &Entry| entry.changes.iter().map(|change| change.position.0).collect();
    entries
        .iter()
        .map(|entry| (entry.transaction.first.0, entry.transaction.last.0, positions(entry)))
        .collect()
}

#[tokio::test]
async fn changes_come_in_whole_transactions() {
    let desk = three_transactions().await;
    let page = async |after, limit| {
        shape(&desk.store.changes(desk.tenant, Position(after), limit).await.unwrap().value)
    };
    let (one, two, three) = ((1, 1, vec![1]), (2, 4, vec![2, 3, 4]), (5, 6, vec![5, 6]));
    assert_eq!(page(0, 100).await, [one.clone(), two.clone(), three.clone()]);
    assert_eq!(page(0, 6).await, [one.clone(), two.clone(), three.clone()]);
    assert_eq!(page(0, 5).await, [one.clone(), two.clone()]);
    assert_eq!(page(0, 3).await, std::slice::from_ref(&one));
    assert_eq!(page(0, 1).await, [one]);
    assert_eq!(page(1, 1).await, [two]);
    assert_eq!(page(2, 1).await, [(2, 4, vec![3, 4])]);
    assert_eq!(page(2, 3).await, [(2, 4, vec![3, 4])]);
    assert_eq!(page(2, 4).await, [(2, 4, vec![3, 4]), three]);
    assert_eq!(page(6, 10).await, []);
    assert_eq!(page(1_000, 10).await, []);
}

#[tokio::test]
async fn a_change_comes_back_with_its_transaction() {
    let desk = three_transactions().await;
    let seen = desk.store.history(desk.tenant, record(2), Position(0), 10).await.unwrap();
    let positions: Vec<_> =
        seen.value.iter().map(|(transaction, change)| (transaction.first.0, change.position.0)).collect();
    assert_eq!(positions, [(2, 3), (5, 5)]);
    let (transaction, change) = &seen.value[0];
    assert_eq!(transaction.trace.as_deref(), Some("00-abc"));
    assert_eq!((change.kind, change.object, change.version), (ChangeKind::RecordUpdated, Some(CONTACT), 2));
    assert_eq!(change.diff.as_deref(), Some("{\"new\":{}}"));
    assert_eq!(seen.state.last_position, Position(6));
    let later = desk.store.history(desk.tenant, record(1), Position(1), 1).await.unwrap();
    assert_eq!(later.value[0].1.position, Position(2));
}

#[tokio::test]
async fn transactions_are_found_by_any_of_their_positions() {
    let desk = three_transactions().await;
    let positions = [6, 3, 2, 4, 0, 77].map(Position).to_vec();
    let found = desk.store.transactions(desk.tenant, positions).await.unwrap().value;
    assert_eq!(found.iter().map(|transaction| transaction.first.0).collect::<Vec<_>>(), [2, 5]);
}

#[tokio::test]
async fn cursors_move_only_from_where_they_are_expected() {
    let desk = Desk::ready().await;
    let put = async |position, expect: Option<i64>| {
        let cursor =
            Cursor { name: "sink".to_owned(), position: Position(position), updated_at: Timestamp(position) };
        desk.store.put_cursor(desk.tenant, cursor, expect.map(Position)).await.unwrap()
    };
    assert!(!put(5, Some(4)).await);
    assert!(put(5, Some(0)).await);
    assert!(!put(6, Some(0)).await);
    assert!(put(6, Some(5)).await);
    assert!(put(2, None).await);
    let kept = Cursor { name: "sink".to_owned(), position: Position(2), updated_at: Timestamp(2) };
    assert_eq!(desk.store.cursor(desk.tenant, "sink").await.unwrap().value.as_ref(), Some(&kept));
    assert_eq!(desk.store.cursors(desk.tenant).await.unwrap().value, [kept]);
    assert!(desk.store.delete_cursor(desk.tenant, "sink").await.unwrap());
    assert!(!desk.store.delete_cursor(desk.tenant, "sink").await.unwrap());
    assert_eq!(desk.store.cursor(desk.tenant, "sink").await.unwrap().value, None);
}

#[tokio::test]
async fn changes_of_some_objects_come_in_whole_transactions() {
    let desk = three_transactions().await;
    let page = async |objects: &[ObjectNo], after, limit| {
        let seen =
            desk.store.changes_of(desk.tenant, objects.to_vec(), Position(after), limit).await.unwrap();
        (shape(&seen.value.entries), seen.value.end.0)
    };
    let contacts = [(2, 4, vec![2, 3]), (5, 6, vec![5, 6])];
    let (both, one) = ([CONTACT, COMPANY], [CONTACT]);
    assert_eq!(page(&one, 1, 100).await, (contacts.to_vec(), 6));
    assert_eq!(page(&one, 1, 1).await, (contacts[..1].to_vec(), 4));
    assert_eq!(page(&one, 1, 3).await, (contacts.to_vec(), 6));
    assert_eq!(page(&one, 2, 1).await, (vec![(2, 4, vec![3])], 4));
    assert_eq!(page(&one, 3, 1).await, (vec![(5, 6, vec![5, 6])], 6));
    assert_eq!(page(&[COMPANY], 1, 1).await, (vec![(2, 4, vec![4])], 4));
    assert_eq!(page(&[COMPANY], 4, 1).await, (vec![], 6));
    assert_eq!(page(&both, 2, 2).await, (vec![(2, 4, vec![3, 4])], 4));
    assert_eq!(page(&both, 6, 10).await, (vec![], 6));
    assert_eq!(page(&[ObjectNo(99)], 0, 10).await, (vec![], 6));
    assert_eq!(page(&both, 1_000, 10).await, (vec![], 6));
}

#[tokio::test]
async fn a_stretch_ends_even_if_changes_lie_far_apart() {
    let desk = Desk::ready().await;
    let contacts = |count: u128| (0..count).map(|n| updated(CONTACT, n)).collect::<Vec<_>>();
    desk.write(&[updated(COMPANY, 1)], |_| {}).await.unwrap();
    for _ in 0..6 {
        desk.write(&contacts(1_000), |_| {}).await.unwrap();
    }
    let mut last = contacts(3);
    last.insert(1, updated(COMPANY, 2));
    desk.write(&last, |_| {}).await.unwrap();
    let page = async |after, limit| {
        let seen = desk.store.changes_of(desk.tenant, vec![COMPANY], Position(after), limit).await.unwrap();
        (shape(&seen.value.entries), seen.value.end.0)
    };
    assert_eq!(page(0, 100).await, (vec![(1, 1, vec![1])], 5_000));
    assert_eq!(page(5_000, 100).await, (vec![(6_002, 6_005, vec![6_003])], 6_005));
    assert_eq!(page(0, 1).await, (vec![(1, 1, vec![1])], 1));
    assert_eq!(page(6_003, 100).await, (vec![], 6_005));
}
