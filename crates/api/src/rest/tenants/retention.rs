//! `retention_days`: how long a journal keeps what changed.

use crate::extract::Members;

/// The days; for ever when it is null or absent. How many are allowed the engine says.
pub(super) fn days(members: &mut Members) -> Option<u32> {
    let days = members.number("retention_days", 1)?;
    Some(u32::try_from(days).unwrap_or(u32::MAX))
}

/// The same where it must be said.
pub(super) fn patch(members: &mut Members) -> Option<u32> {
    if !members.has("retention_days") {
        members.require("retention_days");
    }
    days(members)
}
