//! The real binary as a process of its own: to be killed, and to be spoken to.

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::admin::Admin;
use crate::caller::Caller;
use crate::database::Database;

/// How long a start may take before the test has failed.
const START: Duration = Duration::from_secs(30);

/// How long a stop may take before the test has failed.
const STOP: Duration = Duration::from_secs(30);

/// How to start the binary. A test names it with `env!("CARGO_BIN_EXE_kith")`, which
/// only the tests of the package `kith-cli` can, and which makes cargo build it first.
#[derive(Clone, Debug)]
pub struct Starter {
    binary: PathBuf,
    data_dir: PathBuf,
    listen: String,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
}

/// A running server, killed when it is dropped.
#[derive(Debug)]
pub struct Process {
    child: Child,
    url: String,
    banner: String,
    starter: Starter,
}

impl Starter {
    /// Starts `binary serve` with a data folder of its own, on a free port.
    #[must_use]
    pub fn new(binary: impl Into<PathBuf>, data_dir: impl Into<PathBuf>) -> Self {
        Self {
            binary: binary.into(),
            data_dir: data_dir.into(),
            listen: "127.0.0.1:0".to_owned(),
            arguments: Vec::new(),
            environment: Vec::new(),
        }
    }

    /// On this database: PostgreSQL is named to it, the embedded one is in the data folder.
    #[must_use]
    pub fn on(self, database: &Database) -> Self {
        match database {
            Database::Sqlite(_) => self,
            Database::Postgres(url) => self.argument("--database").argument(url),
        }
    }

    /// Adds an argument.
    #[must_use]
    pub fn argument(mut self, argument: &str) -> Self {
        self.arguments.push(argument.to_owned());
        self
    }

    /// Sets a variable of its environment.
    #[must_use]
    pub fn environment(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Listens on this address in place of a free port.
    #[must_use]
    pub fn listen(mut self, address: &str) -> Self {
        address.clone_into(&mut self.listen);
        self
    }

    /// The data folder.
    #[must_use]
    pub fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    /// Starts it and waits until it serves.
    ///
    /// # Panics
    /// When it does not; what it logged is in the message.
    pub async fn start(&self) -> Process {
        self.try_start().await.unwrap_or_else(|log| panic!("the server does not start:\n{log}"))
    }

    /// Starts it and waits until it serves, or ends with what it said on stderr.
    ///
    /// # Errors
    /// What it said on stderr.
    ///
    /// # Panics
    /// When it can neither start nor end.
    pub async fn try_start(&self) -> Result<Process, String> {
        let mut child = self.command().spawn().expect("the binary can be run");
        let stdout = child.stdout.take().expect("stdout is piped");
        let mut lines = BufReader::new(stdout).lines();
        let mut banner = String::new();
        let listening = async {
            while let Ok(Some(line)) = lines.next_line().await {
                banner.push_str(&line);
                banner.push('\n');
                if banner.contains("Try:") && line.is_empty() {
                    break;
                }
            }
        };
        tokio::time::timeout(START, listening).await.expect("the server starts in time");
        let url = banner.split_whitespace().find(|word| word.starts_with("http://")).map(str::to_owned);
        match url {
            Some(url) => Ok(Process { child, url, banner, starter: self.clone() }),
            None => {
                let status = child.wait().await.expect("the process ends");
                Err(format!("{status}\n{}", self.log()))
            }
        }
    }

    fn command(&self) -> Command {
        std::fs::create_dir_all(&self.data_dir).expect("the data folder can be made");
        let log = std::fs::File::options().create(true).append(true).open(self.log_path());
        let mut command = Command::new(&self.binary);
        command
            .arg("serve")
            .arg("--data-dir")
            .arg(&self.data_dir)
            .args(["--listen", &self.listen])
            .args(&self.arguments)
            .env_remove("KITH_ADMIN_TOKEN")
            .envs(self.environment.iter().cloned())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log.expect("a log file can be made"))
            .kill_on_drop(true);
        command
    }

    fn log_path(&self) -> PathBuf {
        self.data_dir.join("test.log")
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.log_path()).unwrap_or_default()
    }
}

impl Process {
    /// Its address.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What it printed on stdout when it began to serve.
    #[must_use]
    pub fn banner(&self) -> &str {
        &self.banner
    }

    /// What it logged so far, over all starts.
    #[must_use]
    pub fn log(&self) -> String {
        self.starter.log()
    }

    /// Its process id.
    ///
    /// # Panics
    /// When it has ended.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id().expect("the process runs")
    }

    /// Somebody without a token.
    ///
    /// # Panics
    /// When no client can be made.
    #[must_use]
    pub fn anonymous(&self) -> Caller {
        let http = reqwest::Client::builder().no_proxy().build().expect("a client is made");
        Caller::new(http, self.url.clone())
    }

    /// The administrator, by the token in the data folder.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn admin(&self) -> Admin {
        Admin::new(self.anonymous().with_token(self.admin_token()))
    }

    /// The token in the data folder.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn admin_token(&self) -> String {
        let path = self.starter.data_dir.join("admin-token");
        std::fs::read_to_string(path).expect("the first start writes the token").trim().to_owned()
    }

    /// Kills it as a power cut would (SIGKILL).
    ///
    /// # Panics
    /// When it cannot be killed.
    pub async fn kill(mut self) {
        self.child.kill().await.expect("the process can be killed");
    }

    /// Asks it to stop (SIGTERM) and waits until it has.
    ///
    /// # Panics
    /// When it does not stop in time.
    pub async fn terminate(mut self) -> ExitStatus {
        let id = self.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &id]).status().await;
        assert!(asked.is_ok_and(|status| status.success()), "a signal can be sent");
        let ended = tokio::time::timeout(STOP, self.child.wait()).await;
        ended.expect("the server stops in time").expect("its end can be seen")
    }
}
