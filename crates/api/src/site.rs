//! What every handler can reach: the engine, the bounds, and whether the end is near.

use std::sync::Arc;

use kith_engine::Engine;
use tokio::sync::watch;

use crate::openapi::Shelf;
use crate::options::Options;

/// The state of the router; a clone is a handful of reference counts.
#[derive(Clone)]
pub(crate) struct Site {
    /// Every operation.
    pub(crate) engine: Engine,
    /// The bounds.
    pub(crate) options: Arc<Options>,
    /// OpenAPI documents that were made before.
    pub(crate) documents: Arc<Shelf>,
    closing: watch::Receiver<bool>,
}

impl Site {
    /// A site over an engine. `closing` becomes true when streams must end.
    pub(crate) fn new(engine: Engine, options: Options, closing: watch::Receiver<bool>) -> Self {
        Self { engine, options: Arc::new(options), documents: Arc::new(Shelf::default()), closing }
    }

    /// Waits until the server or the engine is told to stop.
    pub(crate) fn closing(&self) -> impl Future<Output = ()> + Send + 'static {
        let (mut server, mut engine) = (self.closing.clone(), self.engine.closing());
        async move {
            // A sender that is gone has no more to say: then nothing is left to serve.
            tokio::select! {
                _ = server.wait_for(|closing| *closing) => {}
                _ = engine.wait_for(|closing| *closing) => {}
            }
        }
    }
}
