//! Processor time that a load takes, of the server and of the generator: together they
//! have the machine's cores and no more.

use std::time::Duration;

use anyhow::Result;

use crate::machine::processor_time;
use crate::report::Figure;
use crate::server::Server;

/// Processor times at the beginning of a load.
pub(crate) struct Effort {
    server: u32,
    before: [Duration; 2],
}

impl Effort {
    /// Looks before a load.
    pub(crate) fn begin(server: &Server) -> Result<Self> {
        let server = server.process()?;
        Ok(Self { server, before: now(server)? })
    }

    /// Looks after it, with so many requests answered in all.
    pub(crate) fn end(self, answered: u64) -> Result<[Figure; 2]> {
        let [kith, own] = now(self.server)?;
        let each = |name, spent: Duration| {
            let micros = u64::try_from(spent.as_micros()).unwrap_or(u64::MAX);
            Figure::micros(name, micros / answered.max(1))
        };
        Ok([
            each("processor time a request, kith", kith.saturating_sub(self.before[0])),
            each("processor time a request, load generator", own.saturating_sub(self.before[1])),
        ])
    }
}

fn now(server: u32) -> Result<[Duration; 2]> {
    Ok([processor_time(server)?, processor_time(std::process::id())?])
}
