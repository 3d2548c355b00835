//! Runs one test on one database, and the checks that end every test.

use std::time::Duration;

use crate::database::{Database, Engine};
use crate::server::Server;

/// How long what a test left running may take to end.
const END: Duration = Duration::from_secs(5);

/// Runs a test on a fresh server, then checks every tenant it made.
///
/// # Panics
/// When the test fails, or a check after it.
pub fn run<T>(engine: Engine, test: T)
where
    T: AsyncFnOnce(Server),
{
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("a runtime starts");
    runtime.block_on(async {
        let server = Server::start(Database::fresh(engine).await).await;
        test(server.clone()).await;
        server.finish().await;
    });
    runtime.shutdown_timeout(END);
}
