//! Lost connections and lost servers.

use kith_store::{Error, WriteError};

use crate::server::{Postgres, Settings};
use crate::world::{COMPANY, World, company_row, id};

async fn cut(world: &World) {
    let session = world.session().await;
    let others = "select pg_terminate_backend(pid, 5000) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'";
    session.query(others, &[]).await.unwrap();
}

#[tokio::test]
async fn reads_and_grants_survive_a_cut_connection() {
    let world = World::new().await;
    world.insert(COMPANY, vec![company_row(1, "x")]).await.unwrap();
    for number in 2..6 {
        cut(&world).await;
        assert!(world.row(COMPANY, id(1)).await.is_some());
        world.insert(COMPANY, vec![company_row(number, "y")]).await.unwrap();
    }
}

#[tokio::test]
async fn a_cut_write_is_undone_or_unknown() {
    let world = World::new().await;
    let (writing, state) = world.store.grant(world.tenant).await.unwrap();
    let merged = world.merged(state, &[]);
    cut(&world).await;
    let failed = writing.commit(&merged).await.unwrap_err();
    let is_expected = matches!(failed, WriteError::Store(Error::Unavailable(_) | Error::Unknown(_)));
    assert!(is_expected, "{failed:?}");
    assert_eq!(world.store.state(world.tenant).await.unwrap(), state);
}

#[tokio::test]
async fn a_crashed_server_comes_back_with_all_that_was_committed() {
    let server =
        tokio::task::spawn_blocking(|| Postgres::start(&Settings::default()).unwrap()).await.unwrap();
    let world = World::on(server.url()).await;
    let last = world.insert(COMPANY, vec![company_row(1, "x")]).await.unwrap();
    server.kill().unwrap();
    let failed = world.store.state(world.tenant).await.unwrap_err();
    assert!(matches!(failed, Error::Unavailable(_)), "{failed:?}");
    let failed = world.store.grant(world.tenant).await.map(drop).unwrap_err();
    assert!(matches!(failed, Error::Unavailable(_)), "{failed:?}");
    server.restart().unwrap();
    assert_eq!(world.store.state(world.tenant).await.unwrap().last_position, last);
    world.insert(COMPANY, vec![company_row(2, "y")]).await.unwrap();
}
