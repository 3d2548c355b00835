//! What a test asserts about the journal, and what is checked of it at every test's end.

use serde_json::Value as Json;

use crate::tenant::Tenant;

/// A page of the end check, large enough that most tests need one.
const PAGE: u32 = 500;

impl Tenant {
    /// Where the journal stands now, for [`Tenant::expect_changes`].
    pub async fn mark(&self) -> i64 {
        self.schema().expect(200).await.position()
    }

    /// The transactions after a position, all of them.
    pub async fn transactions(&self, after: i64) -> Vec<Json> {
        let (mut after, mut transactions) = (after, Vec::new());
        loop {
            let page = self.changes(after).query("limit", PAGE).ok().await;
            let reached = page["position"].as_i64().expect("a page says how far it went");
            transactions.extend(page["data"].as_array().expect("a page has data").iter().cloned());
            if reached == after {
                return transactions;
            }
            after = reached;
        }
    }

    /// Expects exactly these changes after a position, each as `type` and `object`.
    pub async fn expect_changes(&self, after: i64, expected: &[&str]) {
        let transactions = self.transactions(after).await;
        let found: Vec<String> = transactions.iter().flat_map(changes_of).map(name_of).collect();
        assert_eq!(found, expected, "the changes after {after}");
    }

    /// Verifies the whole tenant: tables against the journal, roll-ups computed afresh,
    /// and the journal itself, which has no gaps and goes forward in time.
    pub async fn verify(&self) {
        let mut cursor: Option<String> = None;
        loop {
            let mut call = self.caller().call(reqwest::Method::POST, "/v1/verify").query("limit", PAGE);
            if let Some(cursor) = cursor.take() {
                call = call.query("cursor", cursor);
            }
            let page = call.ok().await;
            let faults = page["faults"].as_array().expect("a page of the check has faults");
            assert!(faults.is_empty(), "tenant {} is at fault: {faults:#?}", self.id());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = Some(next.to_owned()),
                None => break,
            }
        }
        self.verify_journal().await;
    }

    async fn verify_journal(&self) {
        let first = self.changes(0).await;
        if first.status() == 410 {
            return; // Retention removed the beginning; what is left is the checker's.
        }
        let (mut position, mut time) = (0, String::new());
        for transaction in self.transactions(0).await {
            let at = transaction["at"].as_str().expect("a transaction has a time").to_owned();
            assert!(at > time, "time stands still at {transaction}");
            assert_eq!(transaction["first_position"], position + 1, "a gap before {transaction}");
            for change in changes_of(&transaction) {
                position += 1;
                assert_eq!(change["position"], position, "a gap within {transaction}");
            }
            assert_eq!(transaction["position"], position, "a transaction ends with its last change");
            time = at;
        }
        assert_eq!(first.position(), position, "the journal ends where answers say it does");
    }
}

fn changes_of(transaction: &Json) -> impl Iterator<Item = &Json> {
    transaction["changes"].as_array().into_iter().flatten()
}

fn name_of(change: &Json) -> String {
    let kind = change["type"].as_str().unwrap_or_default();
    match change["object"].as_str() {
        Some(object) => format!("{kind} {object}"),
        None => kind.to_owned(),
    }
}
