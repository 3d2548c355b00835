//! The data folder, the control file, and which tenants are open.

use std::fs;

use kith_model::id::{TenantId, TokenId};
use kith_model::time::Timestamp;
use uuid::Uuid;

use super::desk::{Desk, HISTORY, ORGANIZATION, tenant};
use crate::control::OrganizationToken;
use crate::error::Error;
use crate::sqlite::{Options, Sqlite};

#[tokio::test]
async fn one_process_owns_the_folder() {
    let desk = Desk::empty().await;
    let refused = Sqlite::open(Options::new(desk.dir.path())).await.err().unwrap();
    let Error::Unavailable(source) = refused else { panic!("{refused}") };
    assert!(source.to_string().starts_with("another process uses the data folder `"), "{source}");
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_can_look_into_the_files() {
    use std::os::unix::fs::PermissionsExt;

    let dir = tempfile::tempdir().unwrap();
    let store = Sqlite::open(Options::new(dir.path().join("data"))).await.unwrap();
    store.ensure_organization(ORGANIZATION, Timestamp(1)).await.unwrap();
    let new = tenant(0xB, "acme");
    let id = new.tenant.id;
    store.create_tenant(new).await.unwrap();
    // Makes the log and its index.
    let (writing, state) = store.grant(id).await.unwrap();
    assert_eq!((state.history, state.last_position.0, state.first_position.0), (HISTORY, 0, 1));
    for entry in [dir.path().join("data"), dir.path().join("data/tenants")] {
        assert_eq!(fs::metadata(&entry).unwrap().permissions().mode() & 0o777, 0o700, "{}", entry.display());
        for file in
            fs::read_dir(&entry).unwrap().map(|file| file.unwrap()).filter(|file| file.path().is_file())
        {
            assert_eq!(
                file.metadata().unwrap().permissions().mode() & 0o777,
                0o600,
                "{:?}",
                file.file_name()
            );
        }
    }
    writing.rollback().await;
}

#[tokio::test]
async fn what_a_crash_left_of_a_new_tenant_is_swept() {
    let desk = Desk::empty().await;
    let tenants = desk.dir.path().join("tenants");
    fs::write(tenants.join("tenant_x.new"), "half").unwrap();
    fs::write(tenants.join("tenant_x.new-journal"), "half").unwrap();
    let desk = desk.reopened().await;
    let mut names: Vec<_> = fs::read_dir(&tenants).unwrap().map(|file| file.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, [format!("{}.db", desk.tenant).as_str()]);
    assert_eq!(desk.state().await.last_position.0, 0);
}

#[tokio::test]
async fn tenants_have_a_name_of_their_own() {
    let desk = Desk::empty().await;
    let taken = desk.store.create_tenant(tenant(0xB0, "acme")).await;
    assert!(matches!(taken, Err(Error::NameTaken)), "{taken:?}");
    let again = desk.store.create_tenant(tenant(0xB, "other")).await;
    assert!(matches!(again, Err(Error::NameTaken)), "{again:?}");
    desk.store.create_tenant(tenant(0xB1, "bravo")).await.unwrap();
    desk.store.set_retention(desk.tenant, Some(30)).await.unwrap();
    let all = desk.store.tenants(ORGANIZATION, None, 10).await.unwrap();
    let names: Vec<_> = all.iter().map(|tenant| (tenant.name.as_str(), tenant.retention_days)).collect();
    assert_eq!(names, [("acme", Some(30)), ("bravo", None)]);
    assert_eq!(desk.store.tenants(ORGANIZATION, Some(all[0].id), 10).await.unwrap(), all[1..]);
    assert_eq!(desk.store.tenant(all[1].id).await.unwrap().as_ref(), Some(&all[1]));
}

#[tokio::test]
async fn a_tenant_that_is_not_there_is_said_so() {
    let desk = Desk::empty().await;
    let nobody = TenantId(Uuid::from_u128(0xDEAD));
    for _ in 0..2 {
        assert!(matches!(desk.store.state(nobody).await, Err(Error::NoTenant)));
        assert!(matches!(desk.store.grant(nobody).await.err(), Some(Error::NoTenant)));
    }
    assert_eq!(desk.store.tenant(nobody).await.unwrap(), None);
    assert!(matches!(desk.store.set_retention(nobody, None).await, Err(Error::NoTenant)));
}

#[tokio::test]
async fn administrators_are_known_by_the_hash_of_their_token() {
    let desk = Desk::empty().await;
    assert!(!desk.store.has_organization_token().await.unwrap());
    let token = OrganizationToken { id: TokenId(Uuid::from_u128(1)), organization: ORGANIZATION };
    for _ in 0..2 {
        desk.store.put_organization_token(token.clone(), [7; 32], Timestamp(1)).await.unwrap();
    }
    let desk = desk.reopened().await;
    assert!(desk.store.has_organization_token().await.unwrap());
    assert_eq!(desk.store.organization_token([7; 32]).await.unwrap(), Some(token));
    assert_eq!(desk.store.organization_token([8; 32]).await.unwrap(), None);
    let other = kith_model::id::OrganizationId(Uuid::from_u128(99));
    assert_eq!(desk.store.ensure_organization(other, Timestamp(9)).await.unwrap(), ORGANIZATION);
}

#[tokio::test]
async fn few_tenants_are_open_at_once_and_those_in_use_stay() {
    let dir = tempfile::tempdir().unwrap();
    let options = Options { open_tenants_max: 3, ..Options::new(dir.path()) };
    let store = Sqlite::open(options).await.unwrap();
    store.ensure_organization(ORGANIZATION, Timestamp(1)).await.unwrap();
    let mut ids = Vec::new();
    for number in 0..8 {
        let new = tenant(0x100 + number, &format!("t{number}"));
        ids.push(new.tenant.id);
        store.create_tenant(new).await.unwrap();
    }
    let (held, _) = store.grant(ids[0]).await.unwrap();
    for id in &ids {
        store.state(*id).await.unwrap();
        assert!(store.registry().open_count() <= 3);
    }
    assert!(store.registry().lease_open(ids[0]).is_some());
    held.rollback().await;
}

#[tokio::test]
async fn an_unknown_layout_is_left_alone() {
    let desk = Desk::empty().await;
    let path = desk.dir.path().join("tenants").join(format!("{}.db", desk.tenant));
    let file = rusqlite::Connection::open(path).unwrap();
    file.execute_batch("update kith_layout set version = 999").unwrap();
    drop(file);
    let refused = desk.store.state(desk.tenant).await;
    assert!(matches!(refused, Err(Error::NewerLayout { version: 999, .. })), "{refused:?}");
}

#[tokio::test]
async fn a_fenced_tenant_is_opened_afresh_once_it_is_out_of_use() {
    let desk = Desk::ready().await;
    let lease = desk.store.registry().lease(desk.tenant).await.unwrap();
    lease.fence();
    assert!(matches!(desk.store.state(desk.tenant).await, Err(Error::Unavailable(_))));
    drop(lease);
    assert_eq!(desk.state().await.schema_version.0, 1);
}
