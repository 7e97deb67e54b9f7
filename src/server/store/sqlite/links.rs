//! Stores read-only links.

use async_trait::async_trait;
use sqlx::{Sqlite, Transaction};
use uuid::Uuid;

use super::{SqliteStore, StoreError, StoreResult, portfolios::truncate_log, rows, store_error};
use crate::server::store::{Link, LinkStore, LinkTarget, MAX_LINKS, NewLink, TokenHash};

#[async_trait]
impl LinkStore for SqliteStore {
    async fn save_link(&self, owner: &str, link: &NewLink) -> StoreResult<()> {
        let mut tx = self.writer.begin_with("BEGIN IMMEDIATE").await.map_err(store_error)?;
        check_limit(&mut tx, link).await?;
        let saved = sqlx::query(
            "INSERT INTO links (id, portfolio_id, token_hash, created_ms, expires_ms) \
             SELECT ?, id, ?, ?, ? FROM portfolios WHERE id = ? AND owner = ?",
        )
        .bind(link.id.to_string())
        .bind(link.token_hash.as_slice())
        .bind(link.created_ms)
        .bind(link.expires_ms)
        .bind(link.portfolio_id.to_string())
        .bind(owner)
        .execute(&mut *tx)
        .await
        .map_err(store_error)?;
        if saved.rows_affected() == 0 {
            return Err(StoreError::NotFound);
        }
        tx.commit().await.map_err(store_error)
    }

    async fn links(&self, owner: &str, portfolio_id: Uuid, now_ms: i64) -> StoreResult<Vec<Link>> {
        let mut tx = self.readers.begin().await.map_err(store_error)?;
        let has_portfolio: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM portfolios WHERE id = ? AND owner = ?")
            .bind(portfolio_id.to_string())
            .bind(owner)
            .fetch_one(&mut *tx)
            .await
            .map_err(store_error)?;
        if has_portfolio == 0 {
            return Err(StoreError::NotFound);
        }
        let found = sqlx::query(
            "SELECT id, created_ms, expires_ms FROM links WHERE portfolio_id = ? AND expires_ms > ? \
             ORDER BY created_ms DESC, rowid DESC",
        )
        .bind(portfolio_id.to_string())
        .bind(now_ms)
        .fetch_all(&mut *tx)
        .await
        .map_err(store_error)?;
        let link = |row| {
            Ok(Link {
                id: rows::id(row, "id")?,
                created_ms: rows::integer(row, "created_ms")?,
                expires_ms: rows::integer(row, "expires_ms")?,
            })
        };
        found.iter().map(link).collect()
    }

    async fn delete_link(&self, owner: &str, portfolio_id: Uuid, link_id: Uuid) -> StoreResult<bool> {
        let deleted = sqlx::query(
            "DELETE FROM links WHERE id = ? AND portfolio_id = (SELECT id FROM portfolios WHERE id = ? AND owner = ?)",
        )
        .bind(link_id.to_string())
        .bind(portfolio_id.to_string())
        .bind(owner)
        .execute(&self.writer)
        .await
        .map_err(store_error)?;
        Ok(deleted.rows_affected() > 0)
    }

    async fn link_target(&self, token_hash: &TokenHash, now_ms: i64) -> StoreResult<Option<LinkTarget>> {
        let found = sqlx::query(
            "SELECT l.id, l.portfolio_id, l.expires_ms, p.owner FROM links l JOIN portfolios p ON p.id = l.portfolio_id \
             WHERE l.token_hash = ? AND l.expires_ms > ?",
        )
        .bind(token_hash.as_slice())
        .bind(now_ms)
        .fetch_optional(&self.readers)
        .await
        .map_err(store_error)?;
        found
            .map(|row| {
                Ok(LinkTarget {
                    link_id: rows::id(&row, "id")?,
                    portfolio_id: rows::id(&row, "portfolio_id")?,
                    owner: rows::text(&row, "owner")?,
                    expires_ms: rows::integer(&row, "expires_ms")?,
                })
            })
            .transpose()
    }

    async fn purge_links(&self, now_ms: i64) -> StoreResult<u64> {
        let deleted = sqlx::query("DELETE FROM links WHERE expires_ms <= ?")
            .bind(now_ms)
            .execute(&self.writer)
            .await
            .map_err(store_error)?
            .rows_affected();
        if deleted > 0 {
            truncate_log(&self.writer).await;
        }
        Ok(deleted)
    }
}

/// Checks that the portfolio may have one more link. Links that have expired at the creation of the
/// new one do not count.
async fn check_limit(tx: &mut Transaction<'_, Sqlite>, new: &NewLink) -> StoreResult<()> {
    let links: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM links WHERE portfolio_id = ? AND expires_ms > ?")
        .bind(new.portfolio_id.to_string())
        .bind(new.created_ms)
        .fetch_one(&mut **tx)
        .await
        .map_err(store_error)?;
    if links < i64::from(MAX_LINKS) {
        return Ok(());
    }
    let message = format!("This portfolio has {MAX_LINKS} links already. Take one back, then try again.");
    Err(StoreError::QuotaReached(message))
}
