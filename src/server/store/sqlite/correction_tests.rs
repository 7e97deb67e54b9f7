//! Tests of corrections: previews that replace the positions of a portfolio.

use positions::{EntryPriceSource, InvestmentClass, Position};

use super::{
    NewPortfolio, Quotas, SqliteStore, Store, StoreError,
    tests::{new_portfolio, store},
    upload_tests::{FREE, from_preview, preview, saved},
};
use crate::server::{
    store::{Correction, FileSource, Preview, PreviewEntries, StoredFile, UploadStore},
    util::viewer::Viewer,
};

/// Creates a portfolio that was read from a file, ends its run, and opens its correction.
async fn opened_correction(store: &SqliteStore) -> (NewPortfolio, Preview) {
    let file = FileSource::Upload(StoredFile::compress("old.csv".to_owned(), b"Symbol\nOLD"));
    let new = NewPortfolio { file, ..new_portfolio("a") };
    store.create_portfolio(&new, FREE).await.unwrap();
    sqlx::query("UPDATE runs SET status = 'failed'").execute(&store.writer).await.unwrap();
    let preview = Preview { corrects: Some(new.id), ..preview("a", 5) };
    assert_eq!(store.save_correction(&preview, 0, FREE).await.unwrap(), preview.id);
    (new, preview)
}

fn correction(new: &NewPortfolio, preview: &Preview) -> Correction {
    Correction {
        owner: "a".to_owned(),
        portfolio_id: new.id,
        preview_id: preview.id,
        name: "Income".to_owned(),
        cash: 7.0,
        positions: vec![Position {
            symbol: "AAPL".to_owned(),
            quantity: 1.0,
            entry_price: 100.0,
            price_source: EntryPriceSource::Stated,
            entry_date: "2021-03-08".parse().unwrap(),
            class: InvestmentClass::Public,
            subtype: None,
            exit: None,
        }],
        now_ms: 9,
    }
}

#[tokio::test]
async fn replaces_positions_and_starts_next_attempt() {
    let (store, _folder) = store().await;
    let (new, preview) = opened_correction(&store).await;
    let run = store.correct_portfolio(&correction(&new, &preview), FREE).await.unwrap();
    assert_eq!((run.portfolio_id, run.attempt, run.is_new), (new.id, 2, true));
    let viewer = Viewer::Owner("a");
    let portfolio = store.portfolio(viewer, new.id).await.unwrap().unwrap();
    assert_eq!((portfolio.name.as_str(), portfolio.cash, portfolio.positions.len()), ("Income", 7.0, 1));
    let file = store.portfolio_file(viewer, new.id).await.unwrap().unwrap();
    assert_eq!(file.file, preview.file);
    assert_eq!(store.preview("a", preview.id, 0).await.unwrap(), None);
    for (attempt, positions) in [(1, 0), (2, 1)] {
        let run = store.run(viewer, new.id, Some(attempt)).await.unwrap().unwrap();
        assert_eq!(run.identity.positions_total, positions, "attempt {attempt}");
    }
}

#[tokio::test]
async fn starts_correction_once() {
    let (store, _folder) = store().await;
    let (new, preview) = opened_correction(&store).await;
    let first = store.correct_portfolio(&correction(&new, &preview), FREE).await.unwrap();
    let second = store.correct_portfolio(&correction(&new, &preview), FREE).await.unwrap();
    assert_eq!((second.run_id, second.is_new), (first.run_id, false));
    assert_eq!(store.run_of_preview("a", preview.id).await.unwrap(), Some(second));
    assert_eq!(store.run_of_preview("b", preview.id).await.unwrap(), None);
}

#[tokio::test]
async fn changes_nothing_when_correction_is_refused() {
    let (store, _folder) = store().await;
    let (new, preview) = opened_correction(&store).await;
    let other = saved(&store, "a", 6).await;
    let stranger = Correction { owner: "b".to_owned(), ..correction(&new, &preview) };
    let unlinked = Correction { preview_id: other, ..correction(&new, &preview) };
    for refused in [stranger, unlinked] {
        assert!(matches!(store.correct_portfolio(&refused, FREE).await, Err(StoreError::NotFound)));
    }
    let from_correction = store.create_portfolio(&from_preview("a", preview.id), FREE).await;
    assert!(matches!(from_correction, Err(StoreError::NotFound)), "a correction starts no new portfolio");
    store.create_attempt("a", new.id, false, None, 8, FREE).await.unwrap();
    let running = store.correct_portfolio(&correction(&new, &preview), FREE).await;
    assert!(matches!(running, Err(StoreError::AlreadyRunning)));
    let viewer = Viewer::Owner("a");
    assert_eq!(store.portfolio(viewer, new.id).await.unwrap().unwrap().name, new.name);
    assert_eq!(store.portfolio_file(viewer, new.id).await.unwrap().unwrap().file.name, "old.csv");
    assert!(store.preview("a", preview.id, 0).await.unwrap().is_some());
}

#[tokio::test]
async fn keeps_one_open_correction_per_portfolio() {
    let (store, _folder) = store().await;
    let (new, first) = opened_correction(&store).await;
    let second = Preview { corrects: Some(new.id), ..preview("a", 6) };
    assert_eq!(store.save_correction(&second, 5, FREE).await.unwrap(), first.id, "it is still open");
    assert_eq!(store.save_correction(&second, 6, FREE).await.unwrap(), second.id, "the first one has expired");
    let stranger = Preview { corrects: Some(new.id), ..preview("b", 7) };
    assert!(matches!(store.save_correction(&stranger, 0, FREE).await, Err(StoreError::NotFound)));
    store.rename_portfolio("a", new.id, "Renamed").await.unwrap();
    assert_eq!(store.preview("a", second.id, 0).await.unwrap().unwrap().entries.name, "Renamed");
    store.delete_portfolio("a", new.id).await.unwrap();
    assert_eq!(store.preview("a", second.id, 0).await.unwrap(), None);
}

#[tokio::test]
async fn replaces_file_of_open_correction() {
    let (store, _folder) = store().await;
    let (new, preview) = opened_correction(&store).await;
    let file = StoredFile::compress("new.csv".to_owned(), b"Symbol\nNEW");
    let entries = PreviewEntries::default();
    assert!(!store.replace_preview_file("b", preview.id, &file, &entries, FREE).await.unwrap());
    assert!(store.replace_preview_file("a", preview.id, &file, &entries, FREE).await.unwrap());
    let replaced = store.preview("a", preview.id, 0).await.unwrap().unwrap();
    assert_eq!((replaced.file, replaced.corrects), (file.clone(), Some(new.id)));
    let full = Quotas { stored_bytes: 1, ..Quotas::UNLIMITED };
    let refused = store.replace_preview_file("a", preview.id, &file, &entries, &full).await;
    assert!(matches!(refused, Err(StoreError::QuotaReached(_))));
}
