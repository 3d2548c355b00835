//! `kith schema pull`.

use clap::Args;
use kith_model::{schema, yaml};
use serde_json::Value as Json;

use crate::context::Context;
use crate::exit::Failure;

const HEAD: &str = "\
# The schema, as `kith schema pull` wrote it. What goes without saying is not said.
#   kith schema plan FILE     what changing it would do
#   kith schema apply FILE    change it
#   kith schema check FILE    does the server still have it (exit code 7 if not)
";

/// Write the schema to a file, or to stdout, as YAML that is pleasant to compare.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  kith schema pull schema.yaml")]
pub(crate) struct Pull {
    /// Where to; stdout unless given.
    file: Option<String>,
    /// As it was at this version.
    #[arg(long, value_name = "VERSION")]
    at: Option<u32>,
}

impl Pull {
    pub(super) async fn run(self, ctx: &Context) -> Result<(), Failure> {
        let schema = ctx.client.get(&["schema"]).query_if("version", self.at).send().await?;
        let document = match &schema {
            Json::Object(members) => Json::Object(schema::compact(members)),
            other => other.clone(),
        };
        if ctx.output.is_json() && self.file.is_none() {
            return ctx.output.json_line(&document);
        }
        let text = format!("{HEAD}\n{}", yaml::write(&document));
        match &self.file {
            None => ctx.output.text(text.trim_end()),
            Some(path) => {
                std::fs::write(path, text)
                    .map_err(|error| Failure::usage(format!("`{path}` cannot be written: {error}")))?;
                let sentence = format!("version {} is in {path}", schema["version"]);
                ctx.output.done(&sentence, &serde_json::json!({"version": schema["version"], "file": path}))
            }
        }
    }
}
