//! `kith schema plan`.

use clap::Args;
use serde_json::{Value as Json, json};

use super::file::File;
use super::render;
use crate::context::Context;
use crate::exit::Failure;

/// Show what applying a file would do, step by step. Nothing is changed.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kith schema plan schema.yaml")]
pub(crate) struct Plan {
    /// The file; - for stdin.
    #[arg(required_unless_present = "template", conflicts_with = "template")]
    file: Option<String>,
    /// A template of Kith's, added to what there is, in place of a file.
    #[arg(long)]
    template: Option<String>,
}

impl Plan {
    pub(super) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        let aim = Aim::of(self.file.as_deref(), self.template)?;
        let plan = aim.send(ctx, "plan", aim.body()).await?;
        ctx.output.done(&render::plan(&plan), &plan)
    }
}

/// Where a plan leads.
pub(super) enum Aim {
    File(File),
    Body(Json),
}

impl Aim {
    /// A file or a template; clap sees to it that one of them is given.
    pub(super) fn of(file: Option<&str>, template: Option<String>) -> Result<Self, Failure> {
        match template {
            Some(name) => Ok(Self::Body(json!({ "template": name }))),
            None => Ok(Self::File(File::read(file.unwrap_or("-"))?)),
        }
    }

    /// The body that asks for it.
    pub(super) fn body(&self) -> Json {
        match self {
            Self::File(file) => file.body(),
            Self::Body(body) => body.clone(),
        }
    }

    /// Posts a body to `/v1/schema/…`.
    pub(super) async fn send(&self, ctx: &Context, verb: &str, body: Json) -> Result<Json, Failure> {
        let call = ctx.client.post(&["schema", verb], body);
        match self {
            Self::File(file) => file.send(call).await,
            Self::Body(_) => call.send().await,
        }
    }
}
