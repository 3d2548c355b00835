//! Why an operation was not carried out: faults for the caller, a source for us.

use std::time::Duration;

use kith_model::fault::{Code, Fault, Faults};
use kith_model::limits;
use kith_store::{Error as StoreError, WriteError};

/// The engine's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

type Source = Box<dyn std::error::Error + Send + Sync>;

/// Why an operation was not carried out.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.summary())]
pub struct Error {
    faults: Faults,
    /// Whether the database refused what was to be written.
    is_refused: bool,
    #[source]
    source: Option<Source>,
}

impl Error {
    /// Everything that is wrong; never empty.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// Whether the database refused what was to be written, by a constraint that the
    /// decision did not know of.
    pub(crate) fn is_refused(&self) -> bool {
        self.is_refused
    }

    /// When a retry may help.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        let code = self.faults.first().map(|fault| fault.code)?;
        matches!(code, Code::Overloaded | Code::Unavailable | Code::StorageFull)
            .then_some(Duration::from_secs(1))
    }

    /// The error of an operation that stood alone, not in a batch: its pointers lead
    /// into the body itself.
    #[must_use]
    pub fn for_single(mut self) -> Self {
        for fault in &mut self.faults {
            for prefix in ["/operations/0/record", "/operations/0"] {
                if let Some(rest) = fault.pointer.strip_prefix(prefix)
                    && (rest.is_empty() || rest.starts_with('/'))
                {
                    fault.pointer = rest.to_owned();
                    break;
                }
            }
        }
        self
    }

    /// A fault of Kith itself, with what caused it.
    pub(crate) fn internal(source: impl Into<Source>) -> Self {
        Self {
            faults: vec![Fault::new(Code::Internal, "a fault of Kith itself")],
            source: Some(source.into()),
            is_refused: false,
        }
    }

    /// Stored data that cannot be read.
    pub(crate) fn corrupt(what: &str) -> Self {
        Self::internal(format!("stored data cannot be read: {what}"))
    }

    fn summary(&self) -> &str {
        self.faults.first().map_or("no fault", |fault| fault.message.as_str())
    }

    /// The same faults for another caller of the same batch; the source stays behind.
    pub(crate) fn share(&self) -> Self {
        Self { faults: self.faults.clone(), source: None, is_refused: self.is_refused }
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        Self { faults: vec![fault], source: None, is_refused: false }
    }
}

impl From<Faults> for Error {
    fn from(mut faults: Faults) -> Self {
        let Some(first) = faults.first() else { return Self::internal("a refusal without a fault") };
        let unlisted = faults.len().saturating_sub(limits::FAULTS_MAX);
        if unlisted > 0 {
            let more = Fault::new(first.code, format!("{unlisted} more faults are not listed"));
            faults.truncate(limits::FAULTS_MAX);
            faults.push(more);
        }
        Self { faults, source: None, is_refused: false }
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        let fault = match &error {
            StoreError::NoTenant => Fault::new(Code::NotFound, "no such tenant"),
            StoreError::NameTaken => {
                Fault::new(Code::AlreadyExists, "something of that name exists").at("name")
            }
            StoreError::StorageFull(_) => Fault::new(Code::StorageFull, "the disk is full")
                .hint("nothing was written; free some space and retry"),
            StoreError::Unavailable(_) => Fault::new(Code::Unavailable, "the database is not available")
                .hint("nothing was written; retry"),
            StoreError::Timeout(_) => Fault::new(Code::Timeout, "the statement took too long"),
            StoreError::Unknown(_) => {
                Fault::new(Code::Unavailable, "it is not known whether the write was committed")
                    .hint("retry with the same Idempotency-Key: it is carried out once")
            }
            StoreError::SchemaChanged => {
                Fault::new(Code::Unavailable, "the schema changes faster than it can be read")
            }
            StoreError::NewerLayout { .. } => {
                Fault::new(Code::Unavailable, "the data were written by a later release than this node runs")
                    .hint("nothing was written; upgrade this node")
            }
            StoreError::Database(_) | StoreError::Corrupt(_) => {
                Fault::new(Code::Internal, "a fault of Kith itself")
            }
        };
        Self { faults: vec![fault], source: Some(Box::new(error)), is_refused: false }
    }
}

impl From<WriteError> for Error {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Conflict(fault) => fault.into(),
            WriteError::Store(error) => error.into(),
            WriteError::Refused { .. } => Self { is_refused: true, ..Self::internal(error) },
        }
    }
}
