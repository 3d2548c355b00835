//! What can go wrong in a store, by meaning. Each variant says whether a retry helps.

use kith_model::fault::Fault;

/// A store's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

type Source = Box<dyn std::error::Error + Send + Sync>;

/// Why a store could not do what it was told.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The tenant's schema is not at the version of the catalog that was handed in:
    /// load the definitions anew and ask again.
    #[error("the schema has moved on")]
    SchemaChanged,
    /// No such tenant in this store.
    #[error("no such tenant")]
    NoTenant,
    /// Something of that name exists.
    #[error("the name is taken")]
    NameTaken,
    /// The disk is full. A retry helps once there is room.
    #[error("the disk is full")]
    StorageFull(#[source] Source),
    /// The database cannot be reached, or no connection came free in time. A retry helps.
    #[error("the database is not available")]
    Unavailable(#[source] Source),
    /// The statement ran into its time limit.
    #[error("the statement took too long")]
    Timeout(#[source] Source),
    /// The connection broke while a commit was under way: it may or may not have
    /// happened. A retry with the same idempotency key finds out.
    #[error("it is not known whether the write was committed")]
    Unknown(#[source] Source),
    /// The tables were made by a later release than this program can work with. A retry
    /// helps on a node that runs it.
    #[error("the tables have layout {version}, of a later release of kith: this one knows {known}")]
    NewerLayout {
        /// The layout of the tables.
        version: i64,
        /// The layout that this program makes.
        known: i64,
    },
    /// Anything else; a retry does not help.
    #[error("the database refused")]
    Database(#[source] Source),
    /// Something stored cannot be read back.
    #[error("stored data cannot be read: {0}")]
    Corrupt(String),
}

/// Why a merged write was not committed. It is undone in every case.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The database refused a row: a unique key, a reference or a check, by the name of
    /// its constraint. Decide afresh; if it is refused again, halve the batch.
    #[error("the database refused the write: `{constraint}`")]
    Refused {
        /// The constraint's name, as far as the database says it.
        constraint: String,
        /// What the database said.
        #[source]
        source: Source,
    },
    /// A step of a schema change found data in its way.
    #[error("the data do not allow the change")]
    Conflict(Fault),
    /// The store itself failed.
    #[error(transparent)]
    Store(#[from] Error),
}
