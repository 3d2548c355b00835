//! Fields of records evaluated afresh, piece by piece through the lane.

use std::sync::Arc;

use kith_model::id::{FieldNo, ObjectNo, RecordId};
use kith_model::journal::Position;
use kith_model::limits::TASK_TRIES_MAX;
use kith_model::operation::{Fill, Work};

use super::{back_off, is_passing, submit};
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::tenant::Tenant;

/// What a piece came to.
pub(crate) struct Filled {
    /// The position after it.
    pub(crate) position: Position,
    /// Records that had to be passed over, with the reason of the last.
    pub(crate) passed_over: Vec<(RecordId, String)>,
}

/// Fills fields of records. What fails for a moment is tried again; a record that cannot
/// be filled at all is found by halving, and passed over.
///
/// # Errors
/// When nothing can be written for longer than that.
pub(crate) async fn fill(
    engine: &Engine,
    tenant: &Arc<Tenant>,
    object: ObjectNo,
    fields: &[FieldNo],
    records: Vec<RecordId>,
) -> Result<Filled> {
    let mut filled = Filled { position: tenant.head().last_position, passed_over: Vec::new() };
    let mut waiting = vec![records];
    while let Some(records) = waiting.pop() {
        let fill = Fill { object, fields: fields.to_vec(), records: records.clone() };
        match tried(engine, tenant, fill).await {
            Ok(position) => filled.position = position,
            Err(error) if is_passing(&error) => return Err(error),
            Err(error) => match records.as_slice() {
                [] => {}
                [one] => filled.passed_over.push((*one, error.to_string())),
                several => {
                    let (first, second) = several.split_at(several.len() / 2);
                    waiting.extend([second.to_vec(), first.to_vec()]);
                }
            },
        }
    }
    Ok(filled)
}

async fn tried(engine: &Engine, tenant: &Arc<Tenant>, fill: Fill) -> Result<Position, Error> {
    let mut tries = 0;
    loop {
        match submit(engine, tenant, Work::Fill(fill.clone())).await {
            Err(error) if is_passing(&error) && tries < TASK_TRIES_MAX => {
                back_off(tries).await;
                tries += 1;
            }
            answer => return answer,
        }
    }
}
