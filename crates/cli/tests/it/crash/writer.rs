//! A client that writes: it owns its records, so it knows what each must be, and sends
//! a write whose answer was lost again under the same idempotency key.

mod actions;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use kith_testing::Response;
use reqwest::Method;
use serde_json::{Map, Value as Json};

use super::requests::{Write, read, send};
use super::site::Door;
use crate::dice::Dice;

/// Answers remembered to be asked for again.
const REMEMBERED: usize = 40;

/// What one client was promised.
#[derive(Default)]
pub(super) struct Ledger {
    pub(super) acks: Vec<Ack>,
    pub(super) records: BTreeMap<String, Mine>,
    /// Requests that had to be sent again.
    pub(super) repeated: usize,
    /// Those of them that had been done, though the answer was lost.
    pub(super) replayed: usize,
}

/// A transaction that was acknowledged: its last position, and what it changed by name.
pub(super) struct Ack {
    pub(super) position: i64,
    pub(super) changes: Vec<(&'static str, String)>,
}

/// A record as the client left it.
#[derive(Clone, Debug)]
pub(super) struct Mine {
    pub(super) object: &'static str,
    pub(super) version: i64,
    pub(super) fields: Map<String, Json>,
    pub(super) place: Place,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Place {
    Live,
    /// In the trash, by the deletion of this record.
    Trash(String),
    Purged,
}

/// An answer that must come again to the same request.
struct Kept {
    write: Write,
    position: i64,
    status: u16,
    body: String,
    about: Vec<String>,
}

pub(super) struct Writer {
    number: usize,
    door: Door,
    dice: Dice,
    companies: Vec<String>,
    ledger: Ledger,
    kept: Vec<Kept>,
    count: i64,
    /// A field of deals that this client added.
    extra: Option<String>,
}

impl Writer {
    pub(super) fn new(number: usize, door: Door, dice: Dice, companies: Vec<String>) -> Self {
        Self {
            number,
            door,
            dice,
            companies,
            ledger: Ledger::default(),
            kept: Vec::new(),
            count: 0,
            extra: None,
        }
    }

    /// Writes until it is told that it is done.
    pub(super) async fn work(mut self, done: Arc<AtomicBool>) -> Ledger {
        while !done.load(Ordering::Relaxed) {
            match self.dice.below(20) {
                0..=3 => self.create_contact().await,
                4..=6 => self.create_deal().await,
                7..=9 => self.change_deal().await,
                10 => self.change_contact().await,
                11 => self.upsert_contact().await,
                12 => self.delete().await,
                13 => self.restore().await,
                14 => self.purge().await,
                15..=16 => self.batch().await,
                17 => self.refused_batch().await,
                18 => self.ask_again().await,
                // One of them is enough: a schema change holds up everybody.
                19 if self.number == 0 => self.change_schema().await,
                _ => self.look().await,
            }
        }
        self.ledger
    }

    /// A number that this client never used.
    fn fresh(&mut self) -> i64 {
        self.count += 1;
        self.count
    }

    async fn write(&mut self, method: Method, path: String, body: Option<Json>) -> (Write, Response) {
        let count = self.fresh();
        let key = format!("writer-{}-{count}", self.number);
        let write = Write { method, path, body, key };
        let answer = send(&mut self.door, &write).await;
        if answer.lost > 0 {
            self.ledger.repeated += 1;
            self.ledger.replayed += usize::from(answer.response.is_replayed());
        } else {
            assert!(!answer.response.is_replayed(), "a new key has no answer yet\n{:?}", answer.response);
        }
        (write, answer.response)
    }

    /// Sends a write that must be done, and notes what was promised.
    async fn done(&mut self, method: Method, path: String, body: Option<Json>) -> Response {
        let (write, response) = self.write(method, path, body).await;
        assert!(response.status() < 300, "{write:?}\n{response:?}");
        let (position, status) = (response.position(), response.status());
        let body = response.text().to_owned();
        if self.kept.len() == REMEMBERED {
            self.kept.remove(0);
        }
        self.kept.push(Kept { write, position, status, body, about: Vec::new() });
        response
    }

    /// Notes what the last write did.
    fn acknowledge(&mut self, position: i64, changes: Vec<(&'static str, String)>) {
        if let Some(kept) = self.kept.last_mut() {
            kept.about = changes.iter().map(|(_, id)| id.clone()).collect();
        }
        self.ledger.acks.push(Ack { position, changes });
    }

    fn live(&mut self, object: &str) -> Option<String> {
        self.some(|mine| mine.object == object && mine.place == Place::Live)
    }

    fn some(&mut self, is_it: impl Fn(&Mine) -> bool) -> Option<String> {
        let ids: Vec<&String> =
            self.ledger.records.iter().filter(|(_, mine)| is_it(mine)).map(|(id, _)| id).collect();
        if ids.is_empty() { None } else { Some((*self.dice.pick(&ids)).clone()) }
    }

    fn mine(&mut self, id: &str) -> &mut Mine {
        self.ledger.records.get_mut(id).unwrap()
    }

    /// Sends a request again that was answered long ago: the same answer comes, and
    /// nothing is done.
    async fn ask_again(&mut self) {
        if self.kept.is_empty() {
            return;
        }
        let Kept { write, position, status, body, about } =
            self.kept.remove(self.dice.below(self.kept.len()));
        let is_purged =
            |id: &String| self.ledger.records.get(id).is_some_and(|mine| mine.place == Place::Purged);
        let erased = about.iter().any(is_purged) && write.method != Method::DELETE;
        let answer = send(&mut self.door, &write).await.response;
        if erased {
            answer.expect_problem(410, "answer_erased");
            return;
        }
        if write.method == Method::DELETE && answer.status() == 410 {
            return;
        }
        assert!(answer.is_replayed(), "{write:?}\n{answer:?}");
        assert_eq!((answer.status(), answer.position(), answer.text()), (status, position, body.as_str()));
    }

    /// Reads a record: what was acknowledged is there, whatever was killed since.
    async fn look(&mut self) {
        let Some(id) = self.some(|_| true) else { return };
        let mine = self.ledger.records[&id].clone();
        let answer = read(&mut self.door, &format!("/v1/records/{}/{id}", mine.object)).await;
        if mine.place == Place::Live {
            let found = (answer.status(), answer.json()["version"].as_i64());
            assert_eq!(found, (200, Some(mine.version)), "{mine:?}\n{answer:?}");
        } else {
            assert_eq!(answer.status(), 404, "{mine:?}\n{answer:?}");
        }
    }
}
