//! Stages: one file gone through once, each row made an operation. A load is one stage, an
//! import several.

use std::collections::HashMap;
use std::sync::Arc;

use kith_format::{Format, RawRow};
use kith_model::catalog::Catalog;
use kith_model::fault::Fault;
use kith_model::id::JobId;
use kith_model::job::RowFault;
use kith_model::operation::RecordOperation;

/// One file gone through once.
pub(crate) struct Stage {
    /// The file's name.
    pub(crate) file: String,
    /// The job that has the file, when it was sent to another one.
    pub(crate) archive: Option<JobId>,
    /// How its rows are written.
    pub(crate) format: Format,
    /// How often it was gone through before: rows are counted the first time only.
    pub(crate) pass: i64,
    /// The object under whose name its rows are counted, if they are.
    pub(crate) counted: Option<String>,
    /// What makes operations of its rows.
    pub(crate) mapper: Box<dyn Mapper>,
}

/// What makes operations of a file's rows.
pub(crate) trait Mapper: Send + Sync {
    /// The mapper under a catalog, with the columns of the file where it names them. It is
    /// asked again whenever the schema has moved on.
    ///
    /// # Errors
    /// Why no row of the file can be mapped: the job fails with that.
    fn under(&self, catalog: &Arc<Catalog>, header: Option<&[String]>) -> Result<Box<dyn Mapping>, Fault>;
}

/// A mapper under a catalog.
pub(crate) trait Mapping: Send + Sync {
    /// The column of the file that each field comes from, by the field's name.
    fn columns(&self) -> Arc<HashMap<String, String>>;

    /// What a row asks for; `None` when there is nothing to do for it in this pass.
    ///
    /// # Errors
    /// Everything that is wrong with the row by itself.
    fn operation(&self, row: RawRow) -> Result<Option<RecordOperation>, Vec<RowFault>>;
}
