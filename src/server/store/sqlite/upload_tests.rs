//! Tests the contract that every implementation of [`UploadStore`] must fulfill.

use positions::Reading;
use uuid::Uuid;

use super::{
    NewPortfolio, Quotas, SqliteStore, Store, StoreError,
    tests::{new_portfolio, store},
};
use crate::server::{
    store::{
        FileSource, Layout, MAX_LAYOUTS, MAX_PREVIEWS, PortfolioFile, Preview, PreviewEntries, StoredFile, UploadStore,
    },
    util::viewer::Viewer,
};

pub(super) const FREE: &Quotas = &Quotas::UNLIMITED;

pub(super) fn preview(owner: &str, created_ms: i64) -> Preview {
    Preview {
        id: Uuid::new_v4(),
        owner: owner.to_owned(),
        file: StoredFile::compress("a.csv".to_owned(), b"Symbol\nAAPL"),
        entries: PreviewEntries { name: "Growth".to_owned(), cash: "1,000".to_owned(), changes: Reading::default() },
        corrects: None,
        created_ms,
    }
}

pub(super) async fn saved(store: &SqliteStore, owner: &str, created_ms: i64) -> Uuid {
    let preview = preview(owner, created_ms);
    store.save_preview(&preview, FREE).await.unwrap();
    preview.id
}

pub(super) fn from_preview(owner: &str, id: Uuid) -> NewPortfolio {
    NewPortfolio { file: FileSource::Preview(id), ..new_portfolio(owner) }
}

#[tokio::test]
async fn returns_preview_to_its_owner_only() {
    let (store, _folder) = store().await;
    let preview = preview("a", 5);
    store.save_preview(&preview, FREE).await.unwrap();
    assert_eq!(store.preview("a", preview.id, 5).await.unwrap(), Some(preview.clone()));
    assert_eq!(store.preview("a", preview.id, 6).await.unwrap(), None, "it has expired");
    assert_eq!(store.preview("b", preview.id, 0).await.unwrap(), None);
    assert!(!store.change_preview("b", preview.id, &PreviewEntries::default()).await.unwrap());
    assert!(store.change_preview("a", preview.id, &PreviewEntries::default()).await.unwrap());
    let changed = store.preview("a", preview.id, 0).await.unwrap().unwrap();
    assert_eq!(changed.entries, PreviewEntries::default());
}

#[tokio::test]
async fn drops_oldest_preview_over_limit() {
    let (store, _folder) = store().await;
    let mut ids = Vec::new();
    for created_ms in 0..i64::from(MAX_PREVIEWS) {
        ids.push(saved(&store, "a", created_ms).await);
    }
    assert!(store.preview("a", ids[0], 0).await.unwrap().is_some());
    let other = saved(&store, "b", 0).await;
    saved(&store, "a", 100).await;
    assert!(store.preview("a", ids[0], 0).await.unwrap().is_none());
    assert!(store.preview("a", ids[1], 0).await.unwrap().is_some());
    assert!(store.preview("b", other, 0).await.unwrap().is_some(), "each user has their own limit");
}

#[tokio::test]
async fn purges_expired_previews() {
    let (store, _folder) = store().await;
    let (old, new) = (saved(&store, "a", 4).await, saved(&store, "a", 5).await);
    assert_eq!(store.purge_previews(5).await.unwrap(), 1);
    assert!(store.preview("a", old, 0).await.unwrap().is_none());
    assert!(store.preview("a", new, 0).await.unwrap().is_some());
}

#[tokio::test]
async fn starts_preview_once() {
    let (store, _folder) = store().await;
    let id = saved(&store, "a", 5).await;
    assert_eq!(store.run_of_preview("a", id).await.unwrap(), None);
    let stranger = store.create_portfolio(&from_preview("b", id), FREE).await;
    assert!(matches!(stranger, Err(StoreError::NotFound)));
    let first = store.create_portfolio(&from_preview("a", id), FREE).await.unwrap();
    let second = store.create_portfolio(&from_preview("a", id), FREE).await.unwrap();
    assert_eq!((second.portfolio_id, first.is_new, second.is_new), (first.portfolio_id, true, false));
    assert_eq!(store.run_of_preview("a", id).await.unwrap(), Some(second));
    assert_eq!(store.run_of_preview("b", id).await.unwrap(), None);
    assert_eq!(store.preview("a", id, 0).await.unwrap(), None, "the portfolio has the file now");
}

#[tokio::test]
async fn keeps_file_with_its_portfolio() {
    let (store, _folder) = store().await;
    let file = StoredFile::compress("dépôt.csv".to_owned(), b"Symbol\n\xff");
    let new = NewPortfolio { file: FileSource::Upload(file.clone()), ..new_portfolio("a") };
    store.create_portfolio(&new, FREE).await.unwrap();
    let file = PortfolioFile { file, changes: Reading::default() };
    assert_eq!(store.portfolio_file(Viewer::Owner("a"), new.id).await.unwrap(), Some(file.clone()));
    assert!(store.has_portfolio_file(Viewer::Owner("a"), new.id).await.unwrap());
    assert!(!store.has_portfolio_file(Viewer::Owner("b"), new.id).await.unwrap());
    assert_eq!(store.portfolio_file(Viewer::Admin("b"), new.id).await.unwrap(), Some(file));
    assert!(matches!(store.portfolio_file(Viewer::Owner("b"), new.id).await, Err(StoreError::NotFound)));
    let without = new_portfolio("a");
    store.create_portfolio(&without, FREE).await.unwrap();
    assert_eq!(store.portfolio_file(Viewer::Owner("a"), without.id).await.unwrap(), None);
    sqlx::query("UPDATE runs SET status = 'failed'").execute(&store.writer).await.unwrap();
    store.delete_portfolio("a", new.id).await.unwrap();
    let files: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM portfolio_files").fetch_one(&store.writer).await.unwrap();
    assert_eq!(files, 0);
}

#[tokio::test]
async fn counts_bytes_of_files_and_previews() {
    let (store, _folder) = store().await;
    let preview = preview("a", 5);
    let bytes = (preview.file.gzip.len() + "{}".len()) as u64;
    let size: i64 = {
        store.save_preview(&preview, FREE).await.unwrap();
        sqlx::query_scalar("SELECT SUM(LENGTH(file) + LENGTH(changes)) FROM previews")
            .fetch_one(&store.writer)
            .await
            .unwrap()
    };
    assert!(u64::try_from(size).unwrap() >= bytes);
    let limit = Quotas { stored_bytes: 2 * u64::try_from(size).unwrap(), ..Quotas::UNLIMITED };
    let second = super::upload_tests::preview("a", 6);
    store.save_preview(&second, &limit).await.unwrap();
    let refused = store.save_preview(&super::upload_tests::preview("a", 7), &limit).await;
    assert!(matches!(refused, Err(StoreError::QuotaReached(_))));
    assert!(store.save_preview(&super::upload_tests::preview("b", 7), &limit).await.is_ok());
    let limit = Quotas { stored_bytes: limit.stored_bytes - 1, ..limit };
    let file = FileSource::Upload(preview.file.clone());
    let started = store.create_portfolio(&NewPortfolio { file, ..new_portfolio("a") }, &limit).await;
    assert!(matches!(started, Err(StoreError::QuotaReached(_))));
}

fn layout(name: &str, used_ms: i64) -> Layout {
    Layout { id: Uuid::new_v4(), name: name.to_owned(), reading: Reading::default(), used_ms }
}

#[tokio::test]
async fn replaces_layout_of_same_header() {
    let (store, _folder) = store().await;
    let first = layout("First", 1);
    store.save_layout("a", "header", &first).await.unwrap();
    store.save_layout("a", "header", &layout("Second", 2)).await.unwrap();
    let found = store.layout("a", "header").await.unwrap().unwrap();
    assert_eq!((found.id, found.name.as_str(), found.used_ms), (first.id, "Second", 2));
    assert_eq!(store.layout("b", "header").await.unwrap(), None);
    assert_eq!(store.layout("a", "other").await.unwrap(), None);
}

#[tokio::test]
async fn drops_least_used_layout_over_limit() {
    let (store, _folder) = store().await;
    for used_ms in 0..=i64::from(MAX_LAYOUTS) {
        store.save_layout("a", &used_ms.to_string(), &layout("L", used_ms)).await.unwrap();
        let count = store.layouts("a").await.unwrap().len();
        assert_eq!(count, usize::try_from(used_ms + 1).unwrap().min(MAX_LAYOUTS as usize));
    }
    assert_eq!(store.layout("a", "0").await.unwrap(), None);
    assert_eq!(store.layouts("a").await.unwrap()[0].used_ms, i64::from(MAX_LAYOUTS));
}

#[tokio::test]
async fn forgets_own_layouts_only() {
    let (store, _folder) = store().await;
    let (one, two, others) = (layout("One", 1), layout("Two", 2), layout("Others", 3));
    for (owner, key, layout) in [("a", "1", &one), ("a", "2", &two), ("b", "1", &others)] {
        store.save_layout(owner, key, layout).await.unwrap();
    }
    assert_eq!(store.forget_layouts("a", Some(others.id)).await.unwrap(), 0);
    assert_eq!(store.forget_layouts("a", Some(one.id)).await.unwrap(), 1);
    assert_eq!(store.layouts("a").await.unwrap(), [two]);
    assert_eq!(store.forget_layouts("a", None).await.unwrap(), 1);
    assert_eq!(store.layouts("b").await.unwrap(), [others]);
}

#[tokio::test]
async fn renames_portfolio_without_active_run() {
    let (store, _folder) = store().await;
    let new = new_portfolio("a");
    store.create_portfolio(&new, FREE).await.unwrap();
    let running = store.rename_portfolio("a", new.id, "Income").await;
    assert!(matches!(running, Err(StoreError::AlreadyRunning)));
    sqlx::query("UPDATE runs SET status = 'failed'").execute(&store.writer).await.unwrap();
    assert!(matches!(store.rename_portfolio("b", new.id, "Income").await, Err(StoreError::NotFound)));
    store.rename_portfolio("a", new.id, "Income").await.unwrap();
    assert_eq!(store.portfolio(Viewer::Owner("a"), new.id).await.unwrap().unwrap().name, "Income");
}
