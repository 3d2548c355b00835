//! Full disks, slow reads, the log, and what is left of deleted data.

use std::sync::Arc;
use std::time::Duration;

use kith_model::id::RecordId;
use kith_model::journal::{ChangeKind, Position};
use kith_model::record::Trashed;

use super::desk::{Desk, record, row, text};
use crate::error::{Error, WriteError};
use crate::fixture::{COMPANY, CONTACT};
use crate::sqlite::housekeeper::copy_log;

/// Something large to write: a deleted record of a megabyte.
fn large(id: RecordId) -> Arc<Trashed> {
    let document = "x".repeat(1 << 20).into_boxed_str();
    Arc::new(Trashed { object: CONTACT, id, group: Position(1), root: id, document })
}

#[tokio::test]
async fn a_full_disk_refuses_the_write_and_no_more() {
    let desk = Desk::ready().await;
    let lease = desk.store.registry().lease(desk.tenant).await.unwrap();
    let limit = async |pages: u32| {
        let permit = lease.wait_to_write().await.unwrap();
        let writer = lease.take_writer().unwrap();
        writer.raw().execute_batch(&format!("pragma max_page_count = {pages}")).unwrap();
        lease.put_writer(writer);
        drop(permit);
    };
    limit(100).await;
    let full = desk.write(&[], |merged| merged.trash.push(large(record(1)))).await;
    assert!(matches!(full, Err(WriteError::Store(Error::StorageFull(_)))), "{full:?}");
    limit(1_000_000).await;
    desk.write(&[], |merged| merged.trash.push(large(record(1)))).await.unwrap();
    assert_eq!(desk.store.trash(desk.tenant, CONTACT, None, 9).await.unwrap().value.len(), 1);
}

#[tokio::test]
async fn a_read_that_takes_too_long_is_interrupted() {
    let desk = Desk::ready().await;
    let endless = "with recursive n (i) as (select 1 union all select i + 1 from n) select count(*) from n";
    let slow = desk.store.read(desk.tenant, |snapshot| {
        snapshot.connection().limit(Duration::from_millis(20));
        snapshot.all(endless, &[], |_| Ok(()))
    });
    let slow = slow.await;
    assert!(matches!(slow, Err(Error::Timeout(_))), "{slow:?}");
    assert_eq!(desk.state().await.schema_version.0, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reads_see_one_snapshot_beside_a_writer() {
    let desk = Arc::new(Desk::ready().await);
    let rounds = 50;
    let readers: Vec<_> = (0..8)
        .map(|_| {
            let desk = Arc::clone(&desk);
            tokio::spawn(async move {
                loop {
                    let seen = desk.store.changes(desk.tenant, Position(0), 1_000).await.unwrap();
                    let last = seen.value.last().map_or(Position(0), |entry| entry.transaction.last);
                    assert_eq!(last, seen.state.last_position);
                    if last.0 == rounds * 3 {
                        break;
                    }
                }
            })
        })
        .collect();
    for n in 0..rounds {
        let id = record(u128::try_from(n).unwrap() + 1);
        let change = (ChangeKind::RecordUpdated, COMPANY, id, 1, None);
        let company = row(desk.object(COMPANY), id, &[(1, text(&n.to_string()))]);
        desk.write(&[change, change, change], |merged| merged.inserts.push((COMPANY, vec![company])))
            .await
            .unwrap();
    }
    for reader in readers {
        reader.await.unwrap();
    }
}

#[tokio::test]
async fn a_checkpoint_lets_the_log_begin_anew() {
    let desk = Desk::ready().await;
    desk.write(&[], |merged| merged.trash.push(large(record(1)))).await.unwrap();
    let pages = async || {
        let lease = desk.store.registry().lease(desk.tenant).await.unwrap();
        let connection = lease.connect_to_log().unwrap();
        let copied = copy_log(&connection, &lease).unwrap();
        let look = "pragma wal_checkpoint(passive)";
        (copied, connection.raw().query_row(look, [], |row| row.get::<_, i32>(1)).unwrap())
    };
    let (copied, before) = pages().await;
    assert!(copied == before && before > 250, "{before}");
    desk.write(&[(ChangeKind::RecordCreated, CONTACT, record(9), 1, None)], |_| {}).await.unwrap();
    let (copied, after) = pages().await;
    assert!(copied == after && after < 20, "{after}");
}

#[tokio::test]
async fn what_is_purged_is_overwritten() {
    let desk = Desk::ready().await;
    let secret = "secret-5b1f".repeat(3);
    let company = row(desk.object(COMPANY), record(1), &[(1, text(&secret))]);
    desk.insert(COMPANY, vec![company]).await.unwrap();
    desk.write(&[], |merged| merged.deletes.push((COMPANY, vec![record(1)]))).await.unwrap();
    let Desk { dir, store, tenant, .. } = desk;
    drop(store);
    let bytes = std::fs::read(dir.path().join("tenants").join(format!("{tenant}.db"))).unwrap();
    let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
    assert!(!found);
}
