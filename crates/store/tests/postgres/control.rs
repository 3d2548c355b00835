//! Organizations, tenants, and coming up.

use kith_model::id::{HistoryId, OrganizationId, TenantId, TokenId};
use kith_model::journal::Position;
use kith_model::time::Timestamp;
use kith_store::{Error, NewTenant, OrganizationToken, PostgresOptions, Store, Tenant};
use uuid::Uuid;

use crate::server::Postgres;
use crate::world::World;

fn tenant(number: u128, organization: OrganizationId, name: &str) -> NewTenant {
    let tenant = Tenant {
        id: TenantId(Uuid::from_u128(number)),
        organization,
        name: name.to_owned(),
        created_at: Timestamp(5),
        retention_days: Some(30),
    };
    NewTenant { tenant, history: HistoryId(Uuid::from_u128(number + 1000)) }
}

#[tokio::test]
async fn nodes_that_start_at_once_agree() {
    let url = Postgres::fresh_database().await;
    let starts = (1..=4_u128).map(|number| {
        let options = PostgresOptions { url: url.clone(), connections: 2 };
        async move {
            let store = Store::open_postgres(options).await.unwrap();
            store.ensure_organization(OrganizationId(Uuid::from_u128(number)), Timestamp(1)).await.unwrap()
        }
    });
    let ids = futures_util::future::join_all(starts).await;
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
}

#[tokio::test]
async fn tenants_are_made_whole_or_not_at_all() {
    let world = World::bare().await;
    let store = &world.store;
    let organization =
        store.ensure_organization(OrganizationId(Uuid::from_u128(9)), Timestamp(1)).await.unwrap();
    let taken = store.create_tenant(tenant(10, organization, "acme")).await;
    assert!(matches!(taken, Err(Error::NameTaken)), "{taken:?}");
    assert!(matches!(store.state(TenantId(Uuid::from_u128(10))).await, Err(Error::NoTenant)));
    let made = tenant(10, organization, "beta");
    store.create_tenant(made.clone()).await.unwrap();
    assert_eq!(store.tenant(made.tenant.id).await.unwrap(), Some(made.tenant.clone()));
    let state = store.state(made.tenant.id).await.unwrap();
    assert_eq!(
        (state.history, state.last_position, state.first_position),
        (made.history, Position(0), Position(1))
    );
    let page = store.tenants(organization, None, 1).await.unwrap();
    assert_eq!(page[0].name, "acme");
    let rest = store.tenants(organization, Some(page[0].id), 9).await.unwrap();
    assert_eq!(rest[..], *std::slice::from_ref(&made.tenant));
    store.set_retention(made.tenant.id, None).await.unwrap();
    assert_eq!(store.tenant(made.tenant.id).await.unwrap().unwrap().retention_days, None);
    let nobody = store.set_retention(TenantId(Uuid::nil()), Some(1)).await;
    assert!(matches!(nobody, Err(Error::NoTenant)), "{nobody:?}");
}

#[tokio::test]
async fn tokens_are_found_by_their_hash() {
    let world = World::bare().await;
    let store = &world.store;
    let organization =
        store.ensure_organization(OrganizationId(Uuid::from_u128(9)), Timestamp(1)).await.unwrap();
    assert!(!store.has_organization_token().await.unwrap());
    let token = OrganizationToken { id: TokenId(Uuid::from_u128(4)), organization };
    for _ in 0..2 {
        store.put_organization_token(token.clone(), [1; 32], Timestamp(1)).await.unwrap();
    }
    assert!(store.has_organization_token().await.unwrap());
    assert_eq!(store.organization_token([1; 32]).await.unwrap(), Some(token));
    assert_eq!(store.organization_token([2; 32]).await.unwrap(), None);
    assert_eq!(store.token(world.tenant, [1; 32]).await.unwrap().value, None);
}

#[tokio::test]
async fn a_newer_layout_is_left_alone() {
    let world = World::bare().await;
    let session = world.session().await;
    session.batch_execute("update kith.layout set version = 1000").await.unwrap();
    let newer = Store::open_postgres(PostgresOptions::new(world.url.clone())).await.map(drop);
    assert!(matches!(newer, Err(Error::NewerLayout { version: 1000, .. })), "{newer:?}");
}
