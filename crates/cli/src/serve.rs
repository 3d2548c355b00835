//! `kith serve`: puts store, engine and API together and runs until it is told to stop.

mod banner;
mod database;
mod demo;
mod logging;
mod signals;
mod token;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::pin;

use anyhow::Context as _;
use clap::Args;
use kith_engine::Engine;
use tokio::net::TcpListener;

use crate::exit::Failure;

/// Blocking threads at most. On SQLite every lane that is at work and every read takes
/// one; more than this is more than the disk and the cores can use at once.
const BLOCKING_THREADS_MAX: usize = 64;

/// File descriptors asked of the system: 10,000 connections, and seven for each of the
/// tenants that are open on SQLite. Less is served with what there is.
const FILES_WANTED: u64 = 16_384;

/// Run the server.
///
/// The first start makes the data folder and an administrator's token, in the file
/// `admin-token` in it. KITH_ADMIN_TOKEN sets one of your own (at least 20 characters).
#[derive(Debug, Args)]
#[command(after_help = "Example:
  kith serve --demo
  kith serve --data-dir /var/lib/kith --listen 0.0.0.0:7800
  kith serve --database postgres://kith@localhost/kith")]
pub(crate) struct Serve {
    /// Folder for the data and the administrator's token; with --database, for the token alone.
    #[arg(long, env = "KITH_DATA_DIR", value_name = "DIR", default_value = "kith-data")]
    data_dir: PathBuf,
    /// Address to listen on; port 0 takes any that is free.
    #[arg(long, env = "KITH_LISTEN", value_name = "ADDR", default_value = "127.0.0.1:7800")]
    listen: String,
    /// PostgreSQL to keep the data in, in place of the embedded database.
    #[arg(long, env = "KITH_DATABASE", value_name = "postgres://…", hide_env_values = true)]
    database: Option<String>,
    /// Days for which journals keep what changed, where the tenant does not say otherwise
    /// [default: for ever].
    #[arg(long, env = "KITH_RETENTION_DAYS", value_name = "N")]
    retention_days: Option<u32>,
    /// Make a tenant `demo` with a few thousand invented records, if there is none yet.
    #[arg(long)]
    demo: bool,
    /// Form of the log on stderr.
    #[arg(long, env = "KITH_LOG_FORMAT", value_enum, default_value_t = logging::Format::Text)]
    log_format: logging::Format,
    /// What is logged: error, warn, info, debug, trace, or a filter such as info,kith_store=debug.
    #[arg(long, env = "KITH_LOG_LEVEL", value_name = "LEVEL", default_value = "info")]
    log_level: String,
    /// An administrator's token to use, in place of one that is made (at least 20 characters).
    #[arg(skip = std::env::var("KITH_ADMIN_TOKEN").ok().filter(|token| !token.is_empty()))]
    admin_token: Option<String>,
}

impl Serve {
    pub(crate) fn run(self) -> Result<(), Failure> {
        logging::start(self.log_format, &self.log_level)?;
        if let Err(error) = rlimit::increase_nofile_limit(FILES_WANTED) {
            tracing::warn!(error = %error, "the limit on open files stays as it is");
        }
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .max_blocking_threads(BLOCKING_THREADS_MAX)
            .enable_all()
            .build()
            .map_err(Failure::local)?;
        runtime.block_on(self.serve())
    }

    async fn serve(self) -> Result<(), Failure> {
        // Before anything is begun: a signal that comes while starting is not lost.
        let stop = signals::Stop::listen()?;
        let listener = listen(&self.listen).await?;
        let address = listener.local_addr().map_err(Failure::local)?;
        token::make_folder(&self.data_dir)?;
        let store = database::open(self.database.as_deref(), &self.data_dir).await?;
        let options = kith_engine::Options { retention_days: self.retention_days, ..Default::default() };
        let engine = Engine::start(store, options)
            .await
            .context("the engine cannot start")
            .map_err(Failure::Unreachable)?;
        let token = token::ensure(&engine, &self.data_dir, self.admin_token.clone()).await?;
        tracing::info!(address = %address, database = self.database_name(), "serving");
        let options = kith_api::Options::default();
        let mut serving = pin!(kith_api::serve(listener, engine.clone(), options, stop.received()));
        // The demo is made by requests, which the server answers meanwhile.
        let served = tokio::select! {
            served = &mut serving => served,
            announced = self.announce(address, &token) => {
                announced?;
                serving.await
            }
        };
        served.context("the server stopped").map_err(Failure::Unreachable)?;
        engine.shutdown().await;
        tracing::info!("stopped");
        Ok(())
    }

    /// Says on stdout where the server is, and what to try; with the demo, once it is there.
    async fn announce(&self, address: SocketAddr, token: &token::Place) -> Result<(), Failure> {
        if !self.demo {
            return banner::print(address, token);
        }
        match self.make_demo(address, token).await {
            Ok(demo::Demo::Ready(path)) => banner::print_demo(address, token, &path),
            Ok(demo::Demo::Foreign) => {
                tracing::warn!("there is a tenant `demo` that --demo has not made: it is left alone");
                banner::print(address, token)
            }
            Err(failure) => {
                let reason = failure.message();
                tracing::error!(reason, "the demo is not complete; the next start goes on with it");
                banner::print(address, token)
            }
        }
    }

    async fn make_demo(&self, address: SocketAddr, token: &token::Place) -> Result<demo::Demo, Failure> {
        let Some(admin) = token.read(self.admin_token.as_deref()) else {
            return Err(Failure::usage(
                "--demo needs the administrator's token: give it in KITH_ADMIN_TOKEN",
            ));
        };
        demo::ensure(address, &self.data_dir, &admin).await
    }

    fn database_name(&self) -> &'static str {
        if self.database.is_some() { "postgres" } else { "sqlite" }
    }
}

async fn listen(address: &str) -> Result<TcpListener, Failure> {
    let listening = TcpListener::bind(address).await;
    listening.map_err(|error| {
        let hint = match error.kind() {
            std::io::ErrorKind::AddrInUse => " (another program listens there; choose with --listen)",
            std::io::ErrorKind::InvalidInput => " (expected host:port, such as 127.0.0.1:7800)",
            _ => "",
        };
        Failure::Unreachable(anyhow::anyhow!("cannot listen on `{address}`: {error}{hint}"))
    })
}

/// How a server is reached from this machine.
fn local_url(address: SocketAddr) -> String {
    let host = match address {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => "127.0.0.1".to_owned(),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => "[::1]".to_owned(),
        SocketAddr::V4(v4) => v4.ip().to_string(),
        SocketAddr::V6(v6) => format!("[{}]", v6.ip()),
    };
    format!("http://{host}:{}", address.port())
}
