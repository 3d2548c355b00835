//! Tenants, as an administrator of their organization sees them.

use kith_model::fault::{Code, Fault};
use kith_model::journal::Origin;
use kith_model::limits;
use kith_model::operation::{NewToken, Work};
use kith_store::{NewTenant, Tenant};
use serde_json::{Value as Json, json};

use crate::answer::Page;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::records::page_size;
use crate::session::{Administrator, Identity};
use crate::submit::{Request, submit};
use crate::{clock, cursor, token};

/// Longest retention that can be asked for: a century, so that arithmetic stays small.
const RETENTION_DAYS_MAX: u32 = 36_500;

/// Makes a tenant with its first token, which is answered here and never again.
///
/// # Errors
/// `already_exists`, or every fault of the name and the retention.
pub async fn create(
    engine: &Engine,
    administrator: &Administrator,
    name: String,
    retention_days: Option<u32>,
) -> Result<Json> {
    check_name(&name)?;
    check_retention(retention_days)?;
    let at = clock::now();
    let tenant = Tenant {
        id: clock::tenant_id(at)?,
        organization: administrator.organization,
        name,
        created_at: at,
        retention_days,
    };
    let new = NewTenant { tenant: tenant.clone(), history: clock::history_id(at)? };
    engine.store().create_tenant(new).await.map_err(|error| match error {
        kith_store::Error::NameTaken => {
            let message = format!("the organization has a tenant `{}`", tenant.name);
            Error::from(Fault::new(Code::AlreadyExists, message).at("name"))
        }
        other => other.into(),
    })?;
    let identity = Identity::Administrator(*administrator);
    let session = engine.session(&identity, Some(&tenant.id.to_string())).await?;
    let text = token::new_of_tenant(tenant.id)?;
    let first = NewToken { id: clock::token_id(at)?, name: "first".to_owned(), hash: token::hash(&text) };
    let request =
        Request { work: Work::CreateToken(first), origin: Origin::Rest, trace: None, idempotency: None };
    submit(&session, request).await?;
    let mut document = describe(&tenant);
    document["token"] = Json::String(text);
    Ok(document)
}

/// The organization's tenants.
///
/// # Errors
/// Every fault of the request.
pub async fn list(
    engine: &Engine,
    administrator: &Administrator,
    limit: Option<u32>,
    cursor: Option<String>,
) -> Result<Page<Json>> {
    let limit = page_size(limit)?;
    let after = match &cursor {
        Some(text) => {
            let [_, id] = cursor::open(text, "tenants")?;
            Some(id.parse().map_err(|_| cursor::damaged())?)
        }
        None => None,
    };
    let mut tenants = engine.store().tenants(administrator.organization, after, limit + 1).await?;
    let has_more = tenants.len() > limit as usize;
    tenants.truncate(limit as usize);
    let last = tenants.last().filter(|_| has_more);
    let next_cursor = last.map(|last| cursor::seal(&["tenants", &last.id.to_string()]));
    Ok(Page { data: tenants.iter().map(describe).collect(), next_cursor })
}

/// One tenant, by id or by name.
///
/// # Errors
/// `not_found`.
pub async fn get(engine: &Engine, administrator: &Administrator, tenant: &str) -> Result<Json> {
    let id = engine.owned(administrator, tenant).await?;
    let tenant = engine.store().tenant(id).await?.ok_or(kith_store::Error::NoTenant)?;
    Ok(describe(&tenant))
}

/// Sets how many days a tenant's journal keeps what changed; `None` for ever.
///
/// # Errors
/// `not_found`, or every fault of the retention.
pub async fn update(
    engine: &Engine,
    administrator: &Administrator,
    tenant: &str,
    retention_days: Option<u32>,
) -> Result<Json> {
    check_retention(retention_days)?;
    let id = engine.owned(administrator, tenant).await?;
    engine.store().set_retention(id, retention_days).await?;
    get(engine, administrator, tenant).await
}

fn describe(tenant: &Tenant) -> Json {
    json!({
        "id": tenant.id,
        "name": tenant.name,
        "organization": tenant.organization,
        "created_at": tenant.created_at.to_string(),
        "retention_days": tenant.retention_days,
    })
}

fn check_name(name: &str) -> Result<(), Fault> {
    let is_fit = name.len() <= limits::TENANT_NAME_BYTES_MAX
        && name.starts_with(|first: char| first.is_ascii_lowercase() || first.is_ascii_digit())
        && name.bytes().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_' | b'.')
        })
        && !name.starts_with("tenant_");
    if is_fit {
        return Ok(());
    }
    let message = format!(
        "a tenant's name has 1 to {} lower-case letters, digits, `-`, `_` and `.`, begins with a letter or a digit, \
         and not with `tenant_`",
        limits::TENANT_NAME_BYTES_MAX
    );
    Err(Fault::new(Code::InvalidName, message).at("name"))
}

fn check_retention(days: Option<u32>) -> Result<(), Fault> {
    match days {
        Some(days) if !(1..=RETENTION_DAYS_MAX).contains(&days) => {
            let message = format!(
                "`retention_days` is a whole number from 1 to {RETENTION_DAYS_MAX}, or null for ever"
            );
            Err(Fault::new(Code::InvalidValue, message).at("retention_days"))
        }
        _ => Ok(()),
    }
}
