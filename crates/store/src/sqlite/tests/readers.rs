//! Reading connections after a change of the tables.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::desk::Desk;
use crate::error::Result;
use crate::sqlite::connection::Connection;
use crate::sqlite::readers::Readers;

/// Opens connections to the tenant's file, and counts them.
struct Opener {
    path: std::path::PathBuf,
    opened: AtomicUsize,
}

impl Opener {
    fn of(desk: &Desk) -> Self {
        let path = desk.dir.path().join("tenants").join(format!("{}.db", desk.tenant));
        Self { path, opened: AtomicUsize::new(0) }
    }

    fn open(&self) -> Result<Connection> {
        self.opened.fetch_add(1, Ordering::Relaxed);
        Connection::open(&self.path)
    }
}

#[tokio::test]
async fn connections_behind_the_tables_are_made_ready() {
    let desk = Desk::ready().await;
    let (readers, opener) = (Readers::default(), Opener::of(&desk));
    let one = readers.take(|| opener.open()).unwrap();
    let other = readers.take(|| opener.open()).unwrap();
    assert!(!readers.put(one), "it is as the tables are");
    readers.outdate();
    assert!(readers.put(other), "it was in use when they changed");
    readers.make_ready().unwrap();
    let again = readers.take(|| opener.open()).unwrap();
    assert!(!readers.put(again));
    assert_eq!(opener.opened.load(Ordering::Relaxed), 2, "both go on being used");
}

#[tokio::test]
async fn a_read_makes_its_connection_ready_when_nobody_else_has() {
    let desk = Desk::ready().await;
    let (readers, opener) = (Readers::default(), Opener::of(&desk));
    let reader = readers.take(|| opener.open()).unwrap();
    readers.put(reader);
    readers.outdate();
    let reader = readers.take(|| opener.open()).unwrap();
    assert!(!readers.put(reader), "it is ready now");
    assert_eq!(opener.opened.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_connection_that_cannot_be_opened_keeps_nobody_waiting() {
    let desk = Desk::ready().await;
    let readers = Readers::default();
    let nowhere = desk.dir.path().join("nowhere.db");
    assert!(readers.take(|| Connection::open(&nowhere)).is_err());
    let opener = Opener::of(&desk);
    let reader = readers.take(|| opener.open()).unwrap();
    readers.close(reader);
    readers.clear();
    assert!(readers.take(|| opener.open()).is_ok());
}

#[tokio::test]
async fn who_comes_meanwhile_waits_for_the_connection_that_is_ready() {
    let desk = Desk::ready().await;
    let (readers, opener) = (Arc::new(Readers::default()), Arc::new(Opener::of(&desk)));
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let (readers, opener) = (Arc::clone(&readers), Arc::clone(&opener));
            std::thread::spawn(move || {
                for round in 0..50 {
                    let reader = readers.take(|| opener.open()).unwrap();
                    if round % 10 == 0 {
                        readers.outdate();
                    }
                    readers.put(reader);
                    readers.make_ready().unwrap();
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    assert!(opener.opened.load(Ordering::Relaxed) <= 8, "none was lost");
}
