//! Reading records.

mod alias;
mod by_source;
pub(crate) mod get;
mod group;
mod history;
mod list;
mod provenance;
mod timeline;
mod trash;

pub use by_source::by_source;
pub use get::get;
pub use group::{GroupRequest, group};
pub use history::history;
pub use list::{ListRequest, RecordPage, list};
pub use provenance::provenance;
pub use timeline::timeline;
pub use trash::trash;

use kith_model::fault::{Code, Fault};
use kith_model::limits;

/// The size of a page: what the caller asks for, within the limit.
///
/// # Errors
/// `invalid_parameter`, for none or too many.
pub(crate) fn page_size(limit: Option<u32>) -> Result<u32, Fault> {
    match limit {
        None => Ok(limits::PAGE_DEFAULT),
        Some(limit) if (1..=limits::PAGE_MAX).contains(&limit) => Ok(limit),
        Some(_) => {
            let message = format!("`limit` is a whole number from 1 to {}", limits::PAGE_MAX);
            Err(Fault::new(Code::InvalidParameter, message).at("limit"))
        }
    }
}
