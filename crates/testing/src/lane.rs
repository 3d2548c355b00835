//! A tenant's lane from the inside: kept from writing, or filled to its bound.

use std::pin::pin;
use std::task::{Context, Waker};

use kith_engine::{Engine, Request, submit};
use kith_model::journal::Origin;
use kith_model::limits::LANE_QUEUE_MAX;
use kith_model::operation::Work;
use kith_store::{Store, Transaction};

use crate::tenant::Tenant;

/// A tenant's row, locked as by a write that takes its time.
pub struct Held(Transaction);

impl Held {
    /// Locks a tenant's row.
    pub(crate) async fn of(store: &Store, tenant: &Tenant) -> Self {
        let id = tenant.id().parse().expect("a tenant's id");
        let (transaction, _) = store.grant(id).await.expect("nobody else writes for long");
        Self(transaction)
    }

    /// Lets others write; nothing was.
    pub async fn release(self) {
        self.0.rollback().await;
    }
}

/// Fills a lane's queue with as many submissions as may wait. Their callers give up at
/// once, so nothing of it is ever done; but who is in the queue stays until its turn.
pub(crate) async fn fill(engine: &Engine, tenant: &Tenant) {
    let token = tenant.caller().token().expect("a tenant's caller has a token");
    let identity = engine.identify(token).await.expect("the token is known");
    let session = engine.session(&identity, None).await.expect("the tenant is there");
    let nobody = "token_01h455vb4pex5vsknk084sn02q".parse().expect("an id");
    for _ in 0..LANE_QUEUE_MAX {
        let work = Work::RevokeToken(nobody);
        let request = Request { work, origin: Origin::Rest, trace: None, idempotency: None };
        // The first poll puts it into the queue.
        let mut submission = pin!(submit(&session, request));
        let answer = submission.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(answer.is_pending(), "nothing is answered while the tenant is held");
    }
}
