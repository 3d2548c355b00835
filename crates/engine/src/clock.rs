//! The one place that reads the clock and draws randomness. Everything else is given
//! time, ids and seeds.

use kith_model::id::{HistoryId, JobId, OrganizationId, RequestId, TenantId, TokenId};
use kith_model::time::Timestamp;
use uuid::Uuid;

use crate::error::Result;

/// The time now, in microseconds.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the place that reads the clock")]
pub(crate) fn now() -> Timestamp {
    Timestamp(jiff::Timestamp::now().as_microsecond())
}

/// 128 random bits.
pub(crate) fn seed() -> Result<u128> {
    let mut bytes = [0; 16];
    fill(&mut bytes)?;
    Ok(u128::from_le_bytes(bytes))
}

/// Random bytes from the system.
pub(crate) fn fill(bytes: &mut [u8]) -> Result<()> {
    getrandom::fill(bytes).map_err(crate::error::Error::internal)
}

/// A UUIDv7 of now (RFC 9562).
fn uuid(at: Timestamp) -> Result<Uuid> {
    let random = seed()? & ((1 << 74) - 1);
    let millis = u128::from(at.as_millis().unsigned_abs() & 0xffff_ffff_ffff);
    let (high, low) = (random >> 62, random & ((1 << 62) - 1));
    Ok(Uuid::from_u128((millis << 80) | (7 << 76) | (high << 64) | (2 << 62) | low))
}

/// Makes an id of each kind that the engine itself gives out.
pub(crate) fn token_id(at: Timestamp) -> Result<TokenId> {
    uuid(at).map(TokenId)
}

pub(crate) fn tenant_id(at: Timestamp) -> Result<TenantId> {
    uuid(at).map(TenantId)
}

pub(crate) fn organization_id(at: Timestamp) -> Result<OrganizationId> {
    uuid(at).map(OrganizationId)
}

pub(crate) fn history_id(at: Timestamp) -> Result<HistoryId> {
    uuid(at).map(HistoryId)
}

pub(crate) fn request_id(at: Timestamp) -> Result<RequestId> {
    uuid(at).map(RequestId)
}

pub(crate) fn job_id(at: Timestamp) -> Result<JobId> {
    uuid(at).map(JobId)
}
