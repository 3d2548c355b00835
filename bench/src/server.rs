//! The real program as a process of its own.

use std::fs::File;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::bench::{Bench, Place};
use crate::client::Client;
use crate::http::{Connection, head};

/// The administrator's token of every server here.
const ADMIN_TOKEN: &str = "administrator-of-the-benchmark";

/// How long a start may take before something is wrong.
const START: Duration = Duration::from_secs(60);

/// How long a stop may take before something is wrong.
const STOP: Duration = Duration::from_secs(60);

/// What the log's end shows of a server that does not start.
const LOG_LINES: usize = 10;

/// A running server; killed when it is dropped.
pub(crate) struct Server {
    child: Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// From the start of the process to the first `200` of `/readyz`.
    pub(crate) ready: Duration,
}

impl Server {
    /// Starts the only node of a place.
    pub(crate) async fn start(bench: &Bench, place: &Place) -> Result<Self> {
        Self::start_node(bench, place, 1).await
    }

    /// Starts one of several nodes.
    pub(crate) async fn start_node(bench: &Bench, place: &Place, node: u32) -> Result<Self> {
        let folder = place.data_dir(node);
        std::fs::create_dir_all(&folder).context("making a data folder")?;
        let log = folder.join("kith.log");
        let mut command = Command::new(&bench.kith);
        command.arg("serve").arg("--data-dir").arg(&folder).args(["--listen", "127.0.0.1:0"]);
        if let Some(url) = &place.url {
            command.args(["--database", url]);
        }
        command.env("KITH_ADMIN_TOKEN", ADMIN_TOKEN).stdin(Stdio::null()).stdout(Stdio::piped());
        command.stderr(File::create(&log).context("making a log")?).kill_on_drop(true);
        let started = Instant::now();
        let mut child = command.spawn().context("starting kith")?;
        let starting = tokio::time::timeout(START, ready(&mut child)).await;
        match starting.context("kith does not start in time").flatten() {
            Ok(address) => Ok(Self { child, address, ready: started.elapsed() }),
            Err(error) => Err(error.context(format!("kith does not start: {}", last_lines(&log)))),
        }
    }

    /// The administrator.
    pub(crate) async fn admin(&self) -> Result<Client> {
        Client::open(self.address, ADMIN_TOKEN).await
    }

    /// Its process.
    pub(crate) fn process(&self) -> Result<u32> {
        self.child.id().context("kith has ended by itself")
    }

    /// What it holds of the machine's memory, in KiB.
    pub(crate) fn memory_kib(&self) -> Result<u64> {
        self.memory("VmRSS:")
    }

    /// The most that it has held of it since its start, in KiB.
    pub(crate) fn memory_most_kib(&self) -> Result<u64> {
        self.memory("VmHWM:")
    }

    fn memory(&self, name: &str) -> Result<u64> {
        let id = self.process()?;
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).context("looking at kith")?;
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let number = line.and_then(|line| line.split_whitespace().next());
        number.and_then(|number| number.parse().ok()).context("the memory of kith")
    }

    /// Asks it to stop and waits until it has.
    pub(crate) async fn stop(mut self) -> Result<()> {
        let id = self.process()?;
        let asked = Command::new("kill").args(["-TERM", &id.to_string()]).status().await;
        ensure!(asked.context("sending a signal")?.success(), "kith cannot be stopped");
        let ended = tokio::time::timeout(STOP, self.child.wait()).await;
        let status = ended.context("kith does not stop in time")?.context("waiting for kith")?;
        ensure!(status.success(), "kith ended with {status}");
        Ok(())
    }
}

/// Waits until it answers that it is ready.
async fn ready(child: &mut Child) -> Result<SocketAddr> {
    let stdout = child.stdout.take().context("stdout is not piped")?;
    let mut lines = BufReader::new(stdout).lines();
    let address = loop {
        let Some(line) = lines.next_line().await.context("reading what kith says")? else {
            bail!("it ended");
        };
        let url = line.split_whitespace().find_map(|word| word.strip_prefix("http://"));
        if let Some(address) = url {
            break address.parse().context("the address of kith")?;
        }
    };
    // The rest of what it says is of no use here, but it wants to be read.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    let mut connection = Connection::open(address).await?;
    let request = head("GET", "/readyz", ADMIN_TOKEN, 0);
    loop {
        if connection.send(&request).await?.status == 200 {
            return Ok(address);
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

fn last_lines(log: &PathBuf) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(LOG_LINES)..].join("\n")
}
