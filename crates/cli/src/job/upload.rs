//! `kith job upload`.

use clap::Args;

use super::send::send;
use super::source::{Kind, Source};
use crate::context::Context;
use crate::exit::Failure;

/// Send a file to a job, in parts and compressed on its way.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kith job upload job_01kapv6d3meq9tf1yr9kq6zv3b contacts.csv")]
pub(crate) struct Upload {
    /// The job's id.
    job: String,
    /// The file; - for stdin. One that ends in .gz or .zst is sent as it is.
    file: String,
    /// The file's name in the job.
    #[arg(long, default_value = "data")]
    name: String,
    /// What the file is, where its name does not say it.
    #[arg(long)]
    format: Option<Kind>,
}

impl Upload {
    pub(super) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        let source = Source::new(&self.file, self.format);
        let sent = send(ctx, &self.job, &self.name, &source).await?;
        ctx.output.done(&format!("sent {} bytes in {} parts", sent["bytes"], sent["parts"]), &sent)
    }
}
