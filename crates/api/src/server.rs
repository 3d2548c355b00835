//! The listening server: connections, their bounds, and an orderly end.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use hyper::body::Incoming;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use kith_engine::Engine;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};

use crate::frame::HEAD_BYTES_MAX;
use crate::options::Options;
use crate::router::router_until;

/// How long accepting rests when the system has no more file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Requests that one HTTP/2 connection may have under way.
const STREAMS_MAX: u32 = 256;

/// Room for a head that is too large, so that it is refused with a problem document.
const BUFFER_BYTES: usize = 4 * HEAD_BYTES_MAX;

/// Serves until `shutdown` comes: then it stops accepting, ends event streams and long
/// polls at once, and lets other requests finish for as long as the options say.
///
/// # Errors
/// When the listener cannot be used at all.
pub async fn serve(
    listener: TcpListener,
    engine: Engine,
    options: Options,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    listener.local_addr()?;
    let (closing, closed) = watch::channel(false);
    let router = router_until(engine, options.clone(), closed);
    let builder = Arc::new(connections(&options));
    let graceful = GracefulShutdown::new();
    let room = Arc::new(Semaphore::new(options.connections_max));
    let mut shutdown = pin!(shutdown);
    loop {
        let next = async {
            let permit = Arc::clone(&room).acquire_owned().await;
            (permit, accept(&listener).await)
        };
        let (permit, stream) = tokio::select! {
            () = &mut shutdown => break,
            next = next => next,
        };
        let (router, builder, watcher) = (router.clone(), Arc::clone(&builder), graceful.watcher());
        let head_timeout = options.head_timeout;
        tokio::spawn(async move {
            connection(stream, router, &builder, watcher, head_timeout).await;
            drop(permit);
        });
    }
    drop(listener);
    closing.send_replace(true);
    if tokio::time::timeout(options.shutdown_grace, graceful.shutdown()).await.is_err() {
        tracing::warn!("requests that took too long were cut off at shutdown");
    }
    Ok(())
}

/// The next connection. What fails is a connection or the lack of file descriptors, and
/// both pass.
async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            Err(error) => {
                tracing::warn!(error = %error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// HTTP/1.1, and HTTP/2 for clients that begin with it. Not with `pipeline_flush`, which
/// holds back the answer to a head that cannot be read, and helps only those few who
/// pipeline.
fn connections(options: &Options) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(options.head_timeout)
        .max_buf_size(BUFFER_BYTES);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS_MAX)
        .max_header_list_size(u32::try_from(BUFFER_BYTES).unwrap_or(u32::MAX))
        .keep_alive_interval(options.head_timeout);
    builder
}

async fn connection(
    stream: TcpStream,
    router: Router,
    builder: &Builder<TokioExecutor>,
    watcher: Watcher,
    head_timeout: Duration,
) {
    // Answers are small and complete: waiting to fill a packet only delays them.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(error = %error, "a connection keeps its delay");
    }
    let router = TowerToHyperService::new(router);
    let has_asked = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&has_asked);
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        asked.store(true, Ordering::Relaxed);
        router.call(request)
    });
    let served = watcher.watch(builder.serve_connection(TokioIo::new(stream), service));
    let mut served = pin!(served);
    // Until the first bytes have told HTTP/1 from HTTP/2 no other time-out holds.
    let first = tokio::time::timeout(head_timeout, &mut served).await;
    let result = match first {
        Ok(result) => result,
        Err(_) if !has_asked.load(Ordering::Relaxed) => return,
        Err(_) => served.await,
    };
    if let Err(error) = result {
        tracing::debug!(error = %error, "a connection ended early");
    }
}
