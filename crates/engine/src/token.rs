//! Tokens as text: what they look like, and their hashes. Only hashes are stored.

use std::fmt;

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

/// What a tenant's token is made of, together with the token of whoever makes it. It is
/// kept with the answer to an idempotency key, so that the same request can be answered
/// the same again. By itself it is worth nothing: what is stored is never enough to make
/// a token, and who has only the maker's token lacks these 256 random bits.
pub(crate) struct Seed([u8; SECRET_BYTES]);

impl Seed {
    /// A new one.
    pub(crate) fn new() -> Result<Self> {
        let mut bytes = [0; SECRET_BYTES];
        clock::fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// One as it was kept; `None` for what is none.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok().map(Self)
    }

    /// As it is kept.
    pub(crate) fn text(&self) -> Box<str> {
        URL_SAFE_NO_PAD.encode(self.0).into_boxed_str()
    }

    /// The token that it makes in the hands of a maker. It names its tenant, so that any
    /// node knows where its hash is.
    pub(crate) fn token(&self, tenant: TenantId, maker: &Bearer) -> String {
        let mut secret = Sha256::new();
        // What comes before the maker's token has a fixed length: no two inputs run
        // together into the same bytes.
        secret.update(b"kith token 1");
        secret.update(self.0);
        secret.update(tenant.0.as_bytes());
        secret.update(maker.0.as_bytes());
        let id = tenant.to_string();
        let suffix = id.rsplit('_').next().unwrap_or_default();
        format!("kith_t_{suffix}_{}", URL_SAFE_NO_PAD.encode(secret.finalize()))
    }
}

/// The text of a caller's token, for as long as the request lasts.
pub struct Bearer(String);

impl Bearer {
    /// What came after `Bearer` in the request.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Debug for Bearer {
    /// Without the token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bearer").finish_non_exhaustive()
    }
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

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn the_same_seed_and_maker_make_the_same_token() {
        let (tenant, other) = (TenantId(Uuid::from_u128(1)), TenantId(Uuid::from_u128(2)));
        let (maker, stranger) = (Bearer::new("kith_t_a"), Bearer::new("kith_t_b"));
        let seed = Seed::new().unwrap();
        let text = seed.token(tenant, &maker);
        let kept = Seed::parse(&seed.text()).unwrap();
        assert_eq!(kept.token(tenant, &maker), text);
        assert_eq!(tenant_of(&text), Some(tenant));
        assert_ne!(kept.token(tenant, &stranger), text);
        assert_ne!(Seed::new().unwrap().token(tenant, &maker), text);
        let secret = |text: &str| text.splitn(4, '_').nth(3).unwrap().to_owned();
        assert_ne!(secret(&kept.token(other, &maker)), secret(&text));
        assert!(Seed::parse("x").is_none());
    }
}
