//! Under which match keys records are filed, against what their rules make of them.

use std::collections::BTreeSet;

use kith_model::id::MatchingNo;
use kith_model::matching::{MatchKey, record_keys};
use kith_store::VerifyPage;

use super::object::Comparison;

/// Compares the match keys of a stretch: none too many, and, of rules by which all
/// records are filed, none too few.
pub(super) fn compare(comparison: &mut Comparison<'_>, page: &VerifyPage) {
    let object = comparison.object;
    let wanted: BTreeSet<MatchKey> =
        page.rows.iter().flat_map(|row| record_keys(object, row.id, &row.values)).collect();
    let filed: BTreeSet<MatchKey> = page.filed.iter().cloned().collect();
    for key in filed.difference(&wanted) {
        comparison.fault(key.record, "it is filed under a match key that is not its own");
    }
    let ready: BTreeSet<MatchingNo> =
        object.matching.iter().filter(|rule| rule.state.is_ready()).map(|rule| rule.number).collect();
    for key in wanted.difference(&filed).filter(|key| ready.contains(&key.matching)) {
        comparison.fault(key.record, "it is not filed under its match keys");
    }
}
