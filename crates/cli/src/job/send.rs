//! Sending a file to a job, part by part.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value as Json, json};

use super::bar;
use super::part::{Part, Parts};
use super::source::Source;
use crate::context::Context;
use crate::exit::Failure;

/// How long a part may take: as large as one may be, over a slow line.
const PATIENCE: Duration = Duration::from_secs(3_600);

/// How often a part is sent before it is given up.
const TRIES: u32 = 4;

/// The first pause between two tries; each is twice the one before.
const PAUSE: Duration = Duration::from_millis(500);

/// Sends a file, compressed on its way. The next part is read and compressed while one
/// is sent, and a part that broke off is sent again.
///
/// # Errors
/// When the file cannot be read, or the server does not take it.
pub(crate) async fn send(ctx: &Context, job: &str, file: &str, source: &Source) -> Result<Json, Failure> {
    let bar = bar::bytes(source.size());
    let mut next = ahead(Parts::of(source)?);
    let (mut parts, mut bytes) = (0, 0);
    loop {
        let (rest, part) = next.await.map_err(Failure::local)?;
        let Some(part) = part? else { break };
        next = ahead(rest);
        let taken = put(ctx, job, file, source.media(), &part).await?;
        bar.inc(part.read);
        parts += 1;
        bytes += taken["bytes"].as_u64().unwrap_or_default();
    }
    bar.finish_and_clear();
    Ok(json!({ "job": job, "file": file, "parts": parts, "bytes": bytes }))
}

/// Makes the next part ready on a thread of its own.
fn ahead(mut parts: Parts) -> tokio::task::JoinHandle<(Parts, Result<Option<Part>, Failure>)> {
    tokio::task::spawn_blocking(move || {
        let part = parts.next();
        (parts, part)
    })
}

async fn put(
    ctx: &Context,
    job: &str,
    file: &str,
    media: &'static str,
    part: &Part,
) -> Result<Json, Failure> {
    let number = part.number.to_string();
    let mut pause = PAUSE;
    for tries in 1.. {
        let call = ctx.client.call(Method::PUT, &["jobs", job, "files", file, "parts", &number]);
        let call = call.content(media, part.bytes.clone()).lasting(PATIENCE);
        match call.header_if("Content-Encoding", Some(part.encoding)).send().await {
            Err(failure) if tries < TRIES && is_passing(&failure) => tokio::time::sleep(pause).await,
            answered => return answered,
        }
        pause *= 2;
    }
    Ok(Json::Null)
}

/// Whether the same request may succeed in a moment.
pub(super) fn is_passing(failure: &Failure) -> bool {
    match failure {
        Failure::Unreachable(_) => true,
        Failure::Refused(problem) => problem.status >= 500,
        _ => false,
    }
}
