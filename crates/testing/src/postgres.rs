//! A PostgreSQL of the tests' own: started from the installed binaries in a directory
//! of its own, on a Unix socket only, and gone when the process that started it is.
//!
//! Nothing here uses a server that is running already, nor leaves one behind: a shell
//! holds the server, and ends it as soon as this process's end of a pipe is closed,
//! however that comes about.

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

/// The oldest server that Kith works with.
const MAJOR_MIN: u32 = 15;

/// The account that the server runs as when the tests run as root, which it refuses.
const ACCOUNT: &str = "postgres";

/// A Unix socket's path ends at 107 bytes; the server appends `/.s.PGSQL.5432`.
const DIRECTORY_MAX: usize = 107 - "/.s.PGSQL.5432".len();

const START_TIMEOUT: Duration = Duration::from_secs(60);

/// Starts the server at each line it reads, and ends it when there are no more. The
/// wait makes a killed server's process disappear, which the next one insists on.
const KEEPER: &str = r#"
directory=$1
shift
server=
while read -r line; do
  if [ -n "$server" ]; then wait "$server"; fi
  "$@" >>"$directory/log" 2>&1 </dev/null &
  server=$!
done
if [ -n "$server" ]; then
  kill -QUIT "$server" 2>/dev/null
  wait "$server"
fi
rm -rf "$directory"
"#;

/// How a server is set up.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Whether commits reach the disk (they do not by default). Without it tests are faster, and nothing is lost
    /// as long as the machine itself keeps running: a killed server loses nothing either.
    pub fsync: bool,
    /// Further settings of `postgresql.conf`.
    pub more: Vec<(String, String)>,
}

/// A running server.
#[derive(Debug)]
pub struct Postgres {
    programs: PathBuf,
    directory: PathBuf,
    keeper: Mutex<Child>,
    databases: AtomicU32,
}

/// The server that the tests of one process share; each takes a database of its own.
///
/// # Panics
/// When there is no PostgreSQL to start.
pub fn shared() -> &'static Postgres {
    static SHARED: OnceLock<Postgres> = OnceLock::new();
    SHARED.get_or_init(|| match Postgres::start(&Settings::default()) {
        Ok(postgres) => postgres,
        Err(error) => panic!("{error:#}"),
    })
}

impl Postgres {
    /// The address of a fresh database on the server that this process shares.
    ///
    /// # Panics
    /// When there is no PostgreSQL to start, or it refuses.
    pub async fn fresh_database() -> String {
        let made = tokio::task::spawn_blocking(|| shared().create_database()).await;
        match made.context("making a database").and_then(std::convert::identity) {
            Ok(url) => url,
            Err(error) => panic!("{error:#}"),
        }
    }

    /// Makes a directory with a new cluster and starts a server on it.
    ///
    /// # Errors
    /// When there is no PostgreSQL, or it does not start; the message says what to do.
    pub fn start(settings: &Settings) -> Result<Self> {
        let programs = find_programs()?;
        let directory = make_directory()?;
        let data = directory.join("data");
        let mut initdb = as_account(&programs.join("initdb"));
        initdb.args(["-A", "trust", "-U", ACCOUNT, "--locale=C", "-E", "UTF8", "--no-sync", "-D"]).arg(&data);
        succeed(&mut initdb).context("making a PostgreSQL cluster for the tests")?;
        let keeper = spawn_keeper(&programs, &directory, settings)?;
        let server = Self { programs, directory, keeper: Mutex::new(keeper), databases: AtomicU32::new(0) };
        server.restart()?;
        Ok(server)
    }

    /// The address of the database that is there from the start, as parameters.
    pub fn url(&self) -> String {
        self.url_of(ACCOUNT)
    }

    /// The same as a URL.
    pub fn uri(&self) -> String {
        let host = self.directory.to_string_lossy().replace('/', "%2F");
        format!("postgres://{ACCOUNT}@{host}/{ACCOUNT}")
    }

    fn url_of(&self, database: &str) -> String {
        format!("host={} user={ACCOUNT} dbname={database}", self.directory.display())
    }

    /// Makes a database and answers its address, as parameters.
    ///
    /// # Errors
    /// When the server refuses.
    pub fn create_database(&self) -> Result<String> {
        let name = format!("kith_{}", self.databases.fetch_add(1, Ordering::Relaxed) + 1);
        let mut createdb = Command::new(self.programs.join("createdb"));
        createdb.arg("-h").arg(&self.directory).args(["-U", ACCOUNT, &name]);
        succeed(&mut createdb).context("making a database for a test")?;
        Ok(self.url_of(&name))
    }

    /// Kills the server and all of its processes, as a crash would.
    ///
    /// # Errors
    /// When it is not running.
    pub fn kill(&self) -> Result<()> {
        let server = self.server_id().context("the server is not running")?;
        // Stopped, it cannot start further processes while they are counted.
        signal("STOP", &[server])?;
        let mut all = children(server)?;
        all.push(server);
        signal("KILL", &all)?;
        wait_until("the killed server is gone", || {
            let running = processes()?;
            Ok(all.iter().all(|id| !running.iter().any(|process| process.is_alive && process.id == *id)))
        })
    }

    /// Starts the server again after [`Postgres::kill`].
    ///
    /// # Errors
    /// When it does not start.
    pub fn restart(&self) -> Result<()> {
        let before = self.server_id();
        {
            let mut keeper = self.keeper.lock().unwrap_or_else(PoisonError::into_inner);
            let pipe = keeper.stdin.as_mut().context("the pipe to the server's keeper is closed")?;
            pipe.write_all(b"start\n").context("starting PostgreSQL")?;
        }
        let ready = wait_until("PostgreSQL is ready", || Ok(self.server_id() != before && self.is_ready()));
        ready.with_context(|| self.log())
    }

    /// The first line of the server's lock file is its process, the eighth its state.
    fn server_id(&self) -> Option<u32> {
        self.lock_file()?.lines().next()?.parse().ok()
    }

    fn is_ready(&self) -> bool {
        self.lock_file().is_some_and(|text| text.lines().nth(7).is_some_and(|state| state.trim() == "ready"))
    }

    fn lock_file(&self) -> Option<String> {
        std::fs::read_to_string(self.directory.join("data/postmaster.pid")).ok()
    }

    /// What the server has said.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.directory.join("log")).unwrap_or_default()
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let keeper = self.keeper.get_mut().unwrap_or_else(PoisonError::into_inner);
        drop(keeper.stdin.take());
        let _ = keeper.wait();
    }
}

/// The folder of the newest server's programs.
fn find_programs() -> Result<PathBuf> {
    let mut folders: Vec<PathBuf> = Vec::new();
    if let Ok(versions) = std::fs::read_dir("/usr/lib/postgresql") {
        folders.extend(versions.flatten().map(|version| version.path().join("bin")));
    }
    if let Ok(output) = Command::new("pg_config").arg("--bindir").output() {
        folders.push(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    }
    folders.extend(
        std::env::var_os("PATH").iter().flat_map(|path| std::env::split_paths(path).collect::<Vec<_>>()),
    );
    let newest = folders
        .into_iter()
        .filter(|folder| ["initdb", "createdb"].iter().all(|program| folder.join(program).is_file()))
        .filter_map(|folder| Some((major_version(&folder)?, folder)))
        .max_by_key(|(major, _)| *major);
    match newest {
        Some((major, folder)) if major >= MAJOR_MIN => Ok(folder),
        Some((major, folder)) => {
            bail!("PostgreSQL {MAJOR_MIN} or later is needed, and {} has {major}", folder.display())
        }
        None => bail!(
            "these tests start a PostgreSQL of their own, and none is installed: install version {MAJOR_MIN} \
             or later (on Debian: `apt-get install postgresql`), or put its `postgres` and `initdb` on the PATH"
        ),
    }
}

/// The major version, from `postgres (PostgreSQL) 15.4`.
fn major_version(folder: &Path) -> Option<u32> {
    let output = Command::new(folder.join("postgres")).arg("--version").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let version = text.split_whitespace().nth(2)?;
    version.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// A program under an account that PostgreSQL accepts: not root.
fn as_account(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("runuser");
    command.args(["-u", ACCOUNT, "--"]).arg(program);
    // The account may not read where the tests are.
    command.current_dir("/");
    command
}

fn is_root() -> bool {
    static IS_ROOT: OnceLock<bool> = OnceLock::new();
    *IS_ROOT.get_or_init(|| {
        let output = Command::new("id").arg("-u").output();
        output.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
    })
}

/// A directory that belongs to the account, with a path short enough for a socket.
fn make_directory() -> Result<PathBuf> {
    let mut mktemp = as_account(Path::new("mktemp"));
    mktemp.args(["-d", "-t", "kith-pg.XXXXXX"]);
    let output = succeed(&mut mktemp).with_context(|| {
        if is_root() {
            format!("making a directory as the account `{ACCOUNT}`, which PostgreSQL needs when the tests run as root")
        } else {
            "making a directory for PostgreSQL".to_owned()
        }
    })?;
    let directory = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    ensure!(
        directory.as_os_str().len() <= DIRECTORY_MAX,
        "the path `{}` is too long for a Unix socket: set TMPDIR to a shorter one",
        directory.display()
    );
    Ok(directory)
}

fn spawn_keeper(programs: &Path, directory: &Path, settings: &Settings) -> Result<Child> {
    let mut keeper = as_account(Path::new("sh"));
    keeper.args(["-c", KEEPER, "keeper"]).arg(directory).arg(programs.join("postgres"));
    keeper.arg("-D").arg(directory.join("data"));
    let on_disk = if settings.fsync { "on" } else { "off" };
    let set = [
        ("listen_addresses", ""),
        ("unix_socket_directories", &directory.to_string_lossy()),
        ("max_connections", "300"),
        ("shared_buffers", "128MB"),
        ("max_wal_size", "2GB"),
        ("fsync", on_disk),
        ("full_page_writes", on_disk),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    for (name, value) in set.iter().chain(&settings.more) {
        keeper.args(["-c", &format!("{name}={value}")]);
    }
    // A group of its own: what interrupts the tests must leave it to tidy up.
    keeper.process_group(0).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    keeper.spawn().context("starting a shell to keep PostgreSQL")
}

fn succeed(command: &mut Command) -> Result<Output> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("running `{name}`"))?;
    ensure!(
        output.status.success(),
        "`{name}` failed: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(output)
}

fn signal(name: &str, ids: &[u32]) -> Result<()> {
    let mut kill = Command::new("kill");
    kill.arg("-s").arg(name).args(ids.iter().map(u32::to_string));
    // Some may have ended by themselves since they were counted.
    kill.stderr(Stdio::null()).status().context("sending a signal")?;
    Ok(())
}

struct Process {
    id: u32,
    parent: u32,
    is_alive: bool,
}

fn children(of: u32) -> Result<Vec<u32>> {
    Ok(processes()?.iter().filter(|process| process.parent == of).map(|process| process.id).collect())
}

fn processes() -> Result<Vec<Process>> {
    let output = succeed(Command::new("ps").args(["-A", "-o", "pid=,ppid=,stat="]))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let process = |line: &str| {
        let mut words = line.split_whitespace();
        let (id, parent) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
        Some(Process { id, parent, is_alive: !words.next()?.starts_with('Z') })
    };
    Ok(text.lines().filter_map(process).collect())
}

fn wait_until(what: &str, mut is_so: impl FnMut() -> Result<bool>) -> Result<()> {
    let start = Instant::now();
    while !is_so()? {
        ensure!(start.elapsed() < START_TIMEOUT, "waited {} s until {what}", START_TIMEOUT.as_secs());
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Postgres, Settings};

    #[test]
    fn a_killed_server_starts_again_with_what_it_had() {
        let server = Postgres::start(&Settings::default()).unwrap();
        server.create_database().unwrap();
        let directory = server.directory.clone();
        server.kill().unwrap();
        server.create_database().unwrap_err();
        server.restart().unwrap();
        // The name of the first is taken, so the first is still there.
        server.databases.store(0, std::sync::atomic::Ordering::Relaxed);
        server.create_database().unwrap_err();
        server.create_database().unwrap();
        drop(server);
        assert!(!directory.exists());
    }
}
