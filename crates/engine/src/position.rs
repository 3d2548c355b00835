//! Positions as callers write them: `42`, or `42:history_…` to be sure of the history.

use std::str::FromStr;

use kith_model::fault::{Code, Fault};
use kith_model::id::HistoryId;
use kith_model::journal::{Position, TenantState};

/// A position, and the history it is of when the caller said so.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct PositionText {
    /// The position.
    pub position: Position,
    /// The history.
    pub history: Option<HistoryId>,
}

/// What `Kith-Min-Position` asks of a read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct AtLeast(pub Option<PositionText>);

impl FromStr for PositionText {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        let malformed = || {
            let message = "a position is a whole number from 0, such as `42` or `42:history_01h455vb4pex5vsknk084sn02q`";
            Fault::new(Code::InvalidParameter, message)
        };
        let (number, history) = match text.split_once(':') {
            Some((number, history)) => (number, Some(history.parse().map_err(|_| malformed())?)),
            None => (text, None),
        };
        if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(malformed());
        }
        let position = Position(number.parse().map_err(|_| malformed())?);
        Ok(Self { position, history })
    }
}

impl PositionText {
    /// Refuses a position of another history.
    pub(crate) fn check_history(&self, state: &TenantState) -> Result<(), Fault> {
        match self.history {
            Some(history) if history != state.history => Err(history_changed(
                format!("position {} is of another history of this tenant", self.position),
                state,
            )),
            _ => Ok(()),
        }
    }

    /// Refuses a position that the journal cannot go on from.
    pub(crate) fn check_kept(&self, state: &TenantState) -> Result<(), Fault> {
        self.check_history(state)?;
        if self.position > state.last_position {
            let message =
                format!("position {} is beyond the last position, {}", self.position, state.last_position);
            return Err(history_changed(message, state));
        }
        if self.position.next() < state.first_position {
            let message = format!(
                "changes up to position {} were removed by the journal's retention",
                state.first_position.0 - 1
            );
            let hint = "read the records anew, then follow the changes from the position of that read";
            return Err(Fault::new(Code::PositionExpired, message).hint(hint));
        }
        Ok(())
    }
}

/// That something is of another history than the tenant's present one.
pub(crate) fn history_changed(message: String, state: &TenantState) -> Fault {
    Fault::new(Code::HistoryChanged, message).hint(format!(
        "the history is now {}: read the records anew, then follow the changes from the position of that read",
        state.history
    ))
}
