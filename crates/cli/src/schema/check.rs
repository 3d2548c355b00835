//! `kith schema check`.

use clap::Args;
use serde_json::json;

use super::plan::Aim;
use super::render;
use crate::context::Context;
use crate::exit::Failure;

/// Tell whether the server has the schema of a file: exit code 0 if so, 7 if they differ.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kith schema check schema.yaml")]
pub(crate) struct Check {
    /// The file; - for stdin.
    file: String,
}

impl Check {
    pub(super) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        let aim = Aim::of(Some(&self.file), None)?;
        let plan = aim.send(ctx, "plan", aim.body()).await?;
        let steps = plan["steps"].as_array().map_or(0, Vec::len);
        if steps == 0 {
            let same = json!({"version": plan["version"], "drift": false, "steps": []});
            return ctx
                .output
                .done(&format!("no drift: the server has it, at version {}", plan["version"]), &same);
        }
        let differ = json!({"version": plan["version"], "drift": true, "steps": plan["steps"]});
        ctx.output.done(&render::steps(&plan), &differ)?;
        Err(Failure::Drift(steps))
    }
}
