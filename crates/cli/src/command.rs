//! The command line: global flags, the list of commands, and the way into each.

use clap::{Args, Parser, Subcommand};

use crate::batch::Batch;
use crate::bench::Bench;
use crate::changes::Changes;
use crate::completions::Completions;
use crate::config::Config;
use crate::context::Context;
use crate::cursor::Cursor;
use crate::demo::Demo;
use crate::duplicates::Duplicates;
use crate::exit::Failure;
use crate::export::Export;
use crate::field::Field;
use crate::import::Import;
use crate::job::Job;
use crate::limits::Limits;
use crate::load::Load;
use crate::object::Object;
use crate::record::Record;
use crate::schema::Schema;
use crate::serve::Serve;
use crate::tenant::Tenant;
use crate::token::Token;
use crate::whoami::Whoami;

const AFTER_HELP: &str = "\
Exit codes:
  0  done
  1  refused by the server (a 4xx that is none of those below)
  2  wrong usage: arguments, input that is not JSON, the profile file
  3  not found
  4  in conflict with what is stored, or a precondition failed (409, 412)
  5  the server failed, or could not be reached or started
  6  a verification found faults
  7  the schema has drifted from its file
  8  a load is done, and some of its rows were refused
  9  a job failed, or was canceled
  130  interrupted (Ctrl-C)

Example:
  kith serve &
  export KITH_TOKEN=$(cat kith-data/admin-token)
  kith tenant create acme";

/// A CRM whose primary contract is its API: the server and its command line.
#[derive(Debug, Parser)]
#[command(name = "kith", version, after_help = AFTER_HELP, propagate_version = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    connection: Connection,
    #[command(subcommand)]
    command: Command,
}

/// Which server, and as whom. Flags win over the environment, which wins over the profile.
#[derive(Debug, Args)]
#[command(next_help_heading = "Connection")]
pub(crate) struct Connection {
    /// Address of the server [default: the profile's, then http://127.0.0.1:7800].
    #[arg(long, global = true, env = "KITH_URL")]
    pub(crate) url: Option<String>,
    /// Token of a tenant or of an administrator.
    #[arg(long, global = true, env = "KITH_TOKEN", hide_env_values = true)]
    pub(crate) token: Option<String>,
    /// Tenant to work in (id or name); only an administrator's token needs it.
    #[arg(long, global = true, env = "KITH_TENANT")]
    pub(crate) tenant: Option<String>,
    /// Profile to take what is not given here from [default: default].
    #[arg(long, global = true, env = "KITH_PROFILE")]
    pub(crate) profile: Option<String>,
    /// Print the server's JSON, on one line, in place of text for people.
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(Serve),
    /// Create, list, read, change and verify tenants.
    #[command(subcommand)]
    Tenant(Tenant),
    /// Create, list and revoke a tenant's tokens.
    #[command(subcommand)]
    Token(Token),
    /// Read the schema, and change it by a file: pull, plan, apply, check, roll back.
    #[command(subcommand)]
    Schema(Schema),
    /// Create, list, read, change and drop objects.
    #[command(subcommand)]
    Object(Object),
    /// Create and drop fields of an object.
    #[command(subcommand)]
    Field(Field),
    /// Create, read, list, change, delete, restore and merge records.
    #[command(subcommand)]
    Record(Record),
    /// Find records that are likely to stand for the same thing.
    #[command(subcommand)]
    Duplicates(Duplicates),
    Batch(Batch),
    Load(Load),
    Import(Import),
    Export(Export),
    /// Jobs: long work on files of rows, step by step.
    #[command(subcommand)]
    Job(Job),
    Changes(Changes),
    /// Named cursors that the server keeps for readers of the change stream.
    #[command(subcommand)]
    Cursor(Cursor),
    Whoami(Whoami),
    Limits(Limits),
    Demo(Demo),
    Bench(Bench),
    /// Profiles: servers and tokens under a name.
    #[command(subcommand)]
    Config(Config),
    Completions(Completions),
}

/// Runs what the command line says.
///
/// # Errors
/// The failure whose exit code the process ends with.
pub(crate) fn run(cli: Cli) -> Result<(), Failure> {
    match cli.command {
        Command::Serve(serve) => serve.run(),
        Command::Config(config) => config.run(&cli.connection),
        Command::Completions(completions) => completions.run(),
        Command::Tenant(command) => client(&cli.connection, async |ctx| command.run(ctx).await),
        Command::Token(command) => client(&cli.connection, async |ctx| command.run(ctx).await),
        Command::Schema(command) => client(&cli.connection, async |ctx| command.run(ctx).await),
        Command::Object(command) => client(&cli.connection, async |ctx| command.run(ctx).await),
        Command::Field(command) => client(&cli.connection, async |ctx| command.run(ctx).await),
        Command::Record(command) => client(&cli.connection, async |ctx| command.run(ctx).await),
        Command::Duplicates(command) => client(&cli.connection, async |ctx| command.run(ctx).await),
        Command::Batch(command) => client(&cli.connection, async |ctx| command.run(ctx).await),
        Command::Load(command) => client(&cli.connection, async |ctx| command.run(ctx).await),
        Command::Import(command) => client(&cli.connection, async |ctx| command.run(ctx).await),
        Command::Export(command) => client(&cli.connection, async |ctx| command.run(ctx).await),
        Command::Job(command) => client(&cli.connection, async |ctx| command.run(ctx).await),
        Command::Changes(command) => client(&cli.connection, async |ctx| command.run(ctx).await),
        Command::Cursor(command) => client(&cli.connection, async |ctx| command.run(ctx).await),
        Command::Whoami(command) => client(&cli.connection, async |ctx| command.run(ctx).await),
        Command::Limits(command) => client(&cli.connection, async |ctx| command.run(ctx).await),
        Command::Demo(command) => client(&cli.connection, async |ctx| command.run(ctx).await),
        Command::Bench(command) => load(&cli.connection, async |ctx| command.run(ctx).await),
    }
}

/// Runs a command that talks to a server; one thread is plenty for it.
fn client(
    connection: &Connection,
    command: impl AsyncFnOnce(&Context) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let context = Context::new(connection)?;
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::local)?;
    runtime.block_on(command(&context))
}

/// Runs a command that puts a server under load, for which one thread is not enough.
fn load(
    connection: &Connection,
    command: impl AsyncFnOnce(&Context) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let context = Context::new(connection)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Failure::local)?;
    runtime.block_on(command(&context))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Cli;

    #[test]
    fn is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn shows_an_example_for_every_command() {
        fn check(command: &clap::Command, path: &str) {
            if command.get_subcommands().next().is_none() {
                let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
                assert!(help.contains("Example:\n  kith "), "`{path}` has no example");
            }
            for child in command.get_subcommands() {
                check(child, &format!("{path} {}", child.get_name()));
            }
        }
        check(&Cli::command(), "kith");
    }
}
