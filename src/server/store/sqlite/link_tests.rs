//! Tests the contract that every implementation of [`LinkStore`] must fulfill.

use uuid::Uuid;

use super::{
    SqliteStore, Store, StoreError,
    tests::{end_run, portfolio, store},
};
use crate::server::store::{LinkStore, MAX_LINKS, NewLink};

/// A link that was made at 5 ms and works before 10 ms. Its token is that of its number.
fn link(portfolio_id: Uuid, number: u8) -> NewLink {
    NewLink { id: Uuid::new_v4(), portfolio_id, token_hash: [number; 32], created_ms: 5, expires_ms: 10 }
}

async fn save(store: &SqliteStore, owner: &str, link: &NewLink) {
    store.save_link(owner, link).await.unwrap();
}

#[tokio::test]
async fn finds_link_until_it_expires() {
    let (store, _folder) = store().await;
    let id = portfolio(&store, "a").await.portfolio_id;
    let new = link(id, 1);
    save(&store, "a", &new).await;
    let target = store.link_target(&[1; 32], 9).await.unwrap().unwrap();
    assert_eq!((target.link_id, target.portfolio_id, target.owner.as_str()), (new.id, id, "a"));
    assert_eq!(store.link_target(&[1; 32], 10).await.unwrap(), None, "it has expired");
    assert_eq!(store.link_target(&[2; 32], 9).await.unwrap(), None, "another token");
    assert_eq!(store.links("a", id, 9).await.unwrap().len(), 1);
    assert_eq!(store.links("a", id, 10).await.unwrap(), []);
}

#[tokio::test]
async fn changes_links_only_for_owner() {
    let (store, _folder) = store().await;
    let (id, other) = (portfolio(&store, "a").await.portfolio_id, portfolio(&store, "b").await.portfolio_id);
    let new = link(id, 1);
    assert!(matches!(store.save_link("b", &new).await, Err(StoreError::NotFound)));
    save(&store, "a", &new).await;
    assert!(matches!(store.links("b", id, 9).await, Err(StoreError::NotFound)));
    assert!(!store.delete_link("b", id, new.id).await.unwrap());
    assert!(!store.delete_link("b", other, new.id).await.unwrap(), "the link of another portfolio");
    assert!(store.delete_link("a", id, new.id).await.unwrap());
    assert_eq!(store.link_target(&[1; 32], 9).await.unwrap(), None);
    assert!(!store.delete_link("a", id, new.id).await.unwrap());
}

#[tokio::test]
async fn limits_working_links_per_portfolio() {
    let (store, _folder) = store().await;
    let (id, other) = (portfolio(&store, "a").await.portfolio_id, portfolio(&store, "a").await.portfolio_id);
    for number in 0..u8::try_from(MAX_LINKS).unwrap() {
        save(&store, "a", &link(id, number)).await;
    }
    let one_more = link(id, 100);
    assert!(matches!(store.save_link("a", &one_more).await, Err(StoreError::QuotaReached(_))));
    save(&store, "a", &link(other, 101)).await;
    save(&store, "a", &NewLink { created_ms: 10, expires_ms: 20, ..one_more }).await;
    assert_eq!(store.links("a", id, 10).await.unwrap().len(), 1, "the others have expired");
}

#[tokio::test]
async fn purges_expired_links() {
    let (store, _folder) = store().await;
    let id = portfolio(&store, "a").await.portfolio_id;
    save(&store, "a", &link(id, 1)).await;
    save(&store, "a", &NewLink { expires_ms: 11, ..link(id, 2) }).await;
    assert_eq!(store.purge_links(9).await.unwrap(), 0);
    assert_eq!(store.purge_links(10).await.unwrap(), 1);
    assert_eq!(store.link_target(&[1; 32], 0).await.unwrap(), None);
    assert!(store.link_target(&[2; 32], 10).await.unwrap().is_some());
}

#[tokio::test]
async fn deletes_links_with_portfolio() {
    let (store, _folder) = store().await;
    let run = portfolio(&store, "a").await;
    save(&store, "a", &link(run.portfolio_id, 1)).await;
    end_run(&store, &run).await;
    store.delete_portfolio("a", run.portfolio_id).await.unwrap();
    assert_eq!(store.link_target(&[1; 32], 0).await.unwrap(), None);
    assert_eq!(store.purge_links(i64::MAX).await.unwrap(), 0);
}
