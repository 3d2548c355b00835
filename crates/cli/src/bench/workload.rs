//! The workloads, by name.

use std::sync::Arc;

use clap::ValueEnum;

use super::deed::Deeds;
use super::ground::Ground;
use super::load::{self, Measured, Pace};
use super::mix::Mix;
use super::stop::Stop;
use super::{deed::Deed, lag};
use crate::exit::Failure;

/// What is measured.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(super) enum Workload {
    /// A contact of twelve fields is made with each request.
    Creates,
    /// A record is read by its id.
    Reads,
    /// Two fields of a record are changed.
    Updates,
    /// A page of 50 records is listed, by a field or by last change.
    Lists,
    /// A job loads a file of contacts, see --rows.
    Bulk,
    /// From the answer to a writer until the event at a client that follows the stream.
    Lag,
    /// Several of these at once, see --mix.
    Mixed,
}

impl Workload {
    /// All of them, in the order in which they are measured.
    pub(super) const ALL: [Self; 7] =
        [Self::Creates, Self::Reads, Self::Updates, Self::Lists, Self::Bulk, Self::Lag, Self::Mixed];

    /// Its name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Creates => "creates",
            Self::Reads => "reads",
            Self::Updates => "updates",
            Self::Lists => "lists",
            Self::Bulk => "bulk",
            Self::Lag => "lag",
            Self::Mixed => "mixed",
        }
    }

    /// Whether there must be records before it begins.
    pub(super) fn needs_records(self, mix: &Mix) -> bool {
        match self {
            Self::Creates | Self::Bulk | Self::Lag => false,
            Self::Reads | Self::Updates | Self::Lists => true,
            Self::Mixed => mix.needs_records(),
        }
    }

    /// Measures it.
    ///
    /// # Errors
    /// When it cannot even begin; requests that fail are counted.
    pub(super) async fn measure(
        self,
        ground: &Arc<Ground>,
        pace: Pace,
        mix: &Mix,
        stop: &Stop,
    ) -> Result<Measured, Failure> {
        let deeds = match self {
            Self::Creates => Deeds::One(Deed::Create),
            Self::Reads => Deeds::One(Deed::Read),
            Self::Updates => Deeds::One(Deed::Update),
            Self::Lists => Deeds::One(Deed::List),
            Self::Bulk => Deeds::One(Deed::Load),
            Self::Mixed => Deeds::Mixed(mix.clone()),
            Self::Lag => return lag::measure(ground, pace, stop).await,
        };
        load::run(ground, &deeds, pace, stop, None).await
    }
}
