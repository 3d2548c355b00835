//! Tenants, as an administrator of their organization sees them.

use kith_model::fault::{Code, Fault};
use kith_model::limits;
use kith_model::operation::{NewToken, Work};
use kith_model::right::Rights;
use kith_store::{NewTenant, Tenant};
use serde_json::{Value as Json, json};

use crate::answer::{Page, Written};
use crate::engine::Engine;
use crate::error::Result;
use crate::records::page_size;
use crate::session::{Administrator, Identity};
use crate::submit::{Request, submit};
use crate::token::Bearer;
use crate::{clock, cursor, tokens};

/// Longest retention that can be asked for: a century, so that arithmetic stays small.
const RETENTION_DAYS_MAX: u32 = 36_500;

/// What a new tenant is to be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wanted {
    /// Its name.
    pub name: String,
    /// How many days its journal keeps what changed; `None` for ever.
    pub retention_days: Option<u32>,
}

/// Makes a tenant with its first token, which is in this answer only; and in the same
/// answer again, if the same administrator sends the same request with the same
/// idempotency key. (The key is kept by the tenant itself, with its first change.)
///
/// # Errors
/// `already_exists`, or every fault of the name and the retention.
pub async fn create(
    engine: &Engine,
    administrator: &Administrator,
    maker: &Bearer,
    wanted: Wanted,
    request: impl FnOnce(Work) -> Request,
) -> Result<Written<Json>> {
    check_name(&wanted.name)?;
    check_retention(wanted.retention_days)?;
    let (tenant, is_new) = find_or_create(engine, administrator, wanted).await?;
    let identity = Identity::Administrator(*administrator);
    let session = engine.session(&identity, Some(&tenant.id.to_string())).await?;
    let first = tokens::mint(&session, maker, "first".to_owned())?;
    let first = NewToken { is_first: true, rights: Rights::ALL, ..first };
    let request = request(Work::CreateToken(first));
    if !is_new && request.idempotency.is_none() {
        return Err(taken(&tenant).into());
    }
    let receipt = submit(&session, request).await.map_err(|error| match error.faults() {
        [fault] if fault.code == Code::AlreadyExists => taken(&tenant).into(),
        _ => error,
    })?;
    Ok(tokens::made(&session, maker, receipt)?.map(|made| {
        let mut document = describe(&tenant);
        document["token"] = Json::String(made.text);
        document
    }))
}

/// The tenant of that name and whether it was made now. One that was there may be what
/// the same request made before.
async fn find_or_create(
    engine: &Engine,
    administrator: &Administrator,
    wanted: Wanted,
) -> Result<(Tenant, bool)> {
    let Wanted { name, retention_days } = wanted;
    let (at, organization) = (clock::now(), administrator.organization);
    let tenant = Tenant { id: clock::tenant_id(at)?, organization, name, created_at: at, retention_days };
    let new = NewTenant { tenant: tenant.clone(), history: clock::history_id(at)? };
    match engine.store().create_tenant(new).await {
        Ok(()) => Ok((tenant, true)),
        Err(kith_store::Error::NameTaken) => {
            let id = engine.owned(administrator, &tenant.name).await?;
            let there = engine.store().tenant(id).await?.ok_or(kith_store::Error::NoTenant)?;
            Ok((Tenant { retention_days, ..there }, false))
        }
        Err(other) => Err(other.into()),
    }
}

fn taken(tenant: &Tenant) -> Fault {
    let message = format!("the organization has a tenant `{}`, with the id `{}`", tenant.name, tenant.id);
    let hint = "if you made it and lost the answer, POST /v1/tokens with its id in `Kith-Tenant` makes a token for it";
    let fault = Fault::new(Code::AlreadyExists, message).at("name").hint(hint);
    Fault { records: vec![tenant.id.to_string()], ..fault }
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
