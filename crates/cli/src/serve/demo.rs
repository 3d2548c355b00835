//! `kith serve --demo`: a tenant that is filled once the server answers, through the API,
//! as any client would fill it.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::{local_url, token};
use crate::client::Client;
use crate::demo::{self, Progress, Wish};
use crate::exit::Failure;

/// Name of the tenant.
pub(super) const TENANT: &str = "demo";

/// Name of the file in the data folder that has its token.
const FILE: &str = "demo-token";

/// With it, a tenant whose making a crash cut short is finished.
const KEY: &str = "kith-serve-demo";

/// What has become of the demo.
#[derive(Debug)]
pub(super) enum Demo {
    /// It is there, with its token in this file.
    Ready(PathBuf),
    /// There is a tenant of this name that somebody else has made.
    Foreign,
}

/// Sees to it that the tenant is there and filled.
///
/// # Errors
/// When the administrator's token is not at hand, or the server refuses.
pub(super) async fn ensure(address: SocketAddr, data_dir: &Path, admin: &str) -> Result<Demo, Failure> {
    let path = data_dir.join(FILE);
    let admin = Client::new(Some(local_url(address)), Some(admin.to_owned()), None)?;
    let Some(token) = tenant_token(&admin, &path).await? else { return Ok(Demo::Foreign) };
    let client = Client::new(Some(local_url(address)), Some(token), None)?;
    if !has_cursor(&client).await? {
        let progress = Progress::new(demo::SIZE);
        let wish = Wish { size: demo::SIZE, seed: demo::SEED, until: None };
        let filled = demo::fill(&client, wish, &progress).await;
        progress.finish();
        let filled = filled?;
        tracing::info!(position = filled.position, "the demo is there");
    }
    Ok(Demo::Ready(path))
}

/// The token in the file; else the tenant is made, and its token kept there. None when the
/// tenant is not one of ours.
async fn tenant_token(admin: &Client, path: &Path) -> Result<Option<String>, Failure> {
    if let Ok(token) = std::fs::read_to_string(path) {
        return Ok(Some(token.trim().to_owned()));
    }
    let call = admin.post(&["tenants"], json!({ "name": TENANT }));
    let made = match call.header_if("Idempotency-Key", Some(KEY)).send().await {
        Ok(made) => made,
        Err(Failure::Refused(problem)) if problem.code == "already_exists" => {
            let here = admin.within(TENANT);
            if !has_cursor(&here).await? && !is_empty(&here).await? {
                return Ok(None);
            }
            here.post(&["tokens"], json!({ "name": TENANT })).send().await?
        }
        Err(failure) => return Err(failure),
    };
    let token = made["token"].as_str().unwrap_or_default();
    token::write(path, token).map_err(Failure::local)?;
    Ok(Some(token.to_owned()))
}

/// Whether the demo has come to its end.
async fn has_cursor(client: &Client) -> Result<bool, Failure> {
    match client.get(&["cursors", demo::CURSOR]).send().await {
        Ok(_) => Ok(true),
        Err(Failure::Refused(problem)) if problem.code == "not_found" => Ok(false),
        Err(failure) => Err(failure),
    }
}

async fn is_empty(client: &Client) -> Result<bool, Failure> {
    let objects = client.get(&["schema", "objects"]).send().await?;
    Ok(objects["data"].as_array().is_none_or(Vec::is_empty))
}
