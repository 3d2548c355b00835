//! Tokens as text: what they look like, and their hashes. Only hashes are stored.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kith_model::fault::{Code, Fault};
use kith_model::id::TenantId;
use sha2::{Digest as _, Sha256};

use crate::clock;
use crate::error::Result;

/// Bytes of randomness in a secret: 256 bits, far beyond guessing.
const SECRET_BYTES: usize = 32;

/// What an operator chooses is not as random as what we make: it must at least be long.
const CHOSEN_LENGTH_MIN: usize = 20;

/// A new administrator's token.
pub(crate) fn new_administrator() -> Result<String> {
    Ok(format!("kith_o_{}", secret()?))
}

/// Whether a text that an operator chose can be an administrator's token.
///
/// # Errors
/// What it lacks; never the text itself.
pub(crate) fn check_administrator(text: &str) -> Result<(), Fault> {
    let message = if text.len() < CHOSEN_LENGTH_MIN {
        format!("an administrator's token has at least {CHOSEN_LENGTH_MIN} characters")
    } else if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        "an administrator's token is of visible ASCII characters, without spaces".to_owned()
    } else if text.starts_with("kith_t_") {
        "an administrator's token cannot begin with `kith_t_`, as those of tenants do".to_owned()
    } else {
        return Ok(());
    };
    Err(Fault::new(Code::InvalidValue, message))
}

/// A new token of a tenant. It names its tenant, so that any node knows where its hash is.
pub(crate) fn new_of_tenant(tenant: TenantId) -> Result<String> {
    let mut text = String::from("kith_t_");
    let id = tenant.to_string();
    let suffix = id.rsplit('_').next().unwrap_or_default();
    // Writing to a string cannot fail.
    let _ = write!(text, "{suffix}_{}", secret()?);
    Ok(text)
}

/// The tenant that a token says it is of; `None` for an administrator's.
pub(crate) fn tenant_of(token: &str) -> Option<TenantId> {
    let rest = token.strip_prefix("kith_t_")?;
    let (suffix, _) = rest.split_once('_')?;
    format!("{}_{suffix}", TenantId::PREFIX).parse().ok()
}

/// SHA-256 of a token's text. Secrets have 256 random bits, so a fast hash is enough.
pub(crate) fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

fn secret() -> Result<String> {
    let mut bytes = [0; SECRET_BYTES];
    clock::fill(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}
