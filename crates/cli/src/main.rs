//! The binary `kith`: the server, and the commands that are clients of its HTTP API.
//!
//! It holds no rule of its own: `serve` puts store, engine and API together, and every
//! other command is a request that any program could send.

mod batch;
mod bench;
mod changes;
mod client;
mod command;
mod completions;
mod config;
mod context;
mod cursor;
mod demo;
mod duplicates;
mod exit;
mod export;
mod field;
mod import;
mod input;
mod job;
mod limits;
mod load;
mod object;
mod output;
mod profile;
mod random;
mod record;
mod schema;
mod serve;
mod tenant;
mod token;
mod whoami;

use std::process::ExitCode;

use clap::Parser;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = command::Cli::parse();
    match command::run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}
