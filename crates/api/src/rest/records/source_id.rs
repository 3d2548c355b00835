//! A source id as the last segments of a path.

use kith_model::fault::{Code, Fault};
use kith_model::source::SourceId;

/// Reads `{system}/{source_object}/{source_id}`.
///
/// # Errors
/// `invalid_parameter`, at the segment that cannot be a part of one.
pub(super) fn of([system, source_object, source_id]: [String; 3]) -> Result<SourceId, Fault> {
    SourceId::new(&system, &source_object, &source_id).map_err(|fault| {
        let segment = match fault.pointer.as_str() {
            "/object" => "source_object",
            "/id" => "source_id",
            _ => "system",
        };
        Fault { code: Code::InvalidParameter, ..fault }.at(segment)
    })
}
