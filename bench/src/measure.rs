//! The measurements, one a file, under the names that `--only` takes.

mod batches;
mod catalog;
mod computed;
mod creates;
mod export;
mod fields;
mod load;
mod nodes;
mod plan;
mod reads;
mod starts;
mod stream;

use anyhow::Result;
use clap::ValueEnum;

use crate::bench::{Bench, Engine};
use crate::report::Figure;

/// Keep-alive connections of a load that does not say otherwise.
const CONNECTIONS: u64 = 64;

/// What can be measured.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum Measurement {
    /// Durable creates over HTTP, beside the raw database.
    Creates,
    /// Reads by id over HTTP, beside the raw database.
    Reads,
    /// Batches of 1,000 creates over HTTP, beside the raw database.
    Batches,
    /// From commit to the event at a client.
    Stream,
    /// Start, memory and first requests with many tenants.
    Starts,
    /// What requests notice of a field that is added.
    Fields,
    /// Filling a computed field that is added to many records.
    Computed,
    /// Planning a schema of many objects.
    Plan,
    /// Memory of a catalog of many objects, and virtual computed fields.
    Catalog,
    /// Two nodes on one tenant.
    Nodes,
    /// A file of contacts loaded in one job, beside the raw database.
    Load,
    /// All contacts written to files.
    Export,
}

impl Measurement {
    /// As `--only` takes it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Creates => "creates",
            Self::Reads => "reads",
            Self::Batches => "batches",
            Self::Stream => "stream",
            Self::Starts => "starts",
            Self::Fields => "fields",
            Self::Computed => "computed",
            Self::Plan => "plan",
            Self::Catalog => "catalog",
            Self::Nodes => "nodes",
            Self::Load => "load",
            Self::Export => "export",
        }
    }

    /// As the report calls it.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Creates => "durable creates",
            Self::Reads => "reads by id",
            Self::Batches => "batches of 1,000 creates",
            Self::Stream => "commit to event",
            Self::Starts => "start, memory, cold tenants",
            Self::Fields => "adding a field",
            Self::Computed => "filling a computed field",
            Self::Plan => "planning a schema",
            Self::Catalog => "a catalog and virtual fields",
            Self::Nodes => "two nodes on one tenant",
            Self::Load => "loading a file",
            Self::Export => "exporting records",
        }
    }

    /// An embedded database has one node.
    pub(crate) fn is_possible(self, engine: Engine) -> bool {
        self != Self::Nodes || engine == Engine::Postgres
    }
}

/// Measures on a fresh database.
pub(crate) async fn run(bench: &Bench, engine: Engine, measurement: Measurement) -> Result<Vec<Figure>> {
    match measurement {
        Measurement::Creates => creates::measure(bench, engine).await,
        Measurement::Reads => reads::measure(bench, engine).await,
        Measurement::Batches => batches::measure(bench, engine).await,
        Measurement::Stream => stream::measure(bench, engine).await,
        Measurement::Starts => starts::measure(bench, engine).await,
        Measurement::Fields => fields::measure(bench, engine).await,
        Measurement::Computed => computed::measure(bench, engine).await,
        Measurement::Plan => plan::measure(bench, engine).await,
        Measurement::Catalog => catalog::measure(bench, engine).await,
        Measurement::Nodes => nodes::measure(bench).await,
        Measurement::Load => load::measure(bench, engine).await,
        Measurement::Export => export::measure(bench, engine).await,
    }
}
