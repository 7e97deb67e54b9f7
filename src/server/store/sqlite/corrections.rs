//! Stores corrections: previews that replace the positions of a portfolio.

use sqlx::{Sqlite, SqlitePool, Transaction};
use uuid::Uuid;

use super::{
    AcceptedRun, Quotas, StoreError, StoreResult,
    portfolios::{self, NewAttempt, truncate_log},
    quotas, rows, store_error, uploads,
};
use crate::server::store::{Correction, Preview, PreviewEntries, StoredFile};

/// Replaces the positions of a portfolio, and creates its next attempt.
pub(super) async fn correct(writer: &SqlitePool, correction: &Correction, quotas: &Quotas) -> StoreResult<AcceptedRun> {
    let Correction { owner, portfolio_id, preview_id, name, cash, positions, now_ms } = correction;
    // A key that a user sends has no space, so it never equals this one.
    let key = uploads::form_key(*preview_id);
    let new = NewAttempt {
        owner,
        portfolio_id: *portfolio_id,
        from_start: false,
        idempotency_key: Some(&key),
        now_ms: *now_ms,
    };
    let mut tx = writer.begin_with("BEGIN IMMEDIATE").await.map_err(store_error)?;
    if let Some(run) = portfolios::find_by_idempotency_key(&mut tx, new).await? {
        return Ok(run);
    }
    let attempt = portfolios::next_attempt(&mut tx, new).await?;
    sqlx::query("UPDATE portfolios SET name = ?, cash = ?, positions = ? WHERE id = ? AND owner = ?")
        .bind(name)
        .bind(cash)
        .bind(rows::to_json(positions)?)
        .bind(portfolio_id.to_string())
        .bind(owner)
        .execute(&mut *tx)
        .await
        .map_err(store_error)?;
    replace_file(&mut tx, owner, *portfolio_id, *preview_id).await?;
    let run = portfolios::insert_run(&mut tx, new, attempt, quotas).await?;
    tx.commit().await.map_err(store_error)?;
    // Until the write-ahead log is truncated, it still contains the replaced file.
    truncate_log(writer).await;
    Ok(run)
}

/// Replaces the file of a portfolio by that of the preview that corrects it, and deletes the
/// preview.
///
/// # Errors
/// Returns [`StoreError::NotFound`] if the owner has no such preview of this portfolio.
async fn replace_file(
    tx: &mut Transaction<'_, Sqlite>,
    owner: &str,
    portfolio_id: Uuid,
    preview: Uuid,
) -> StoreResult<()> {
    sqlx::query("DELETE FROM portfolio_files WHERE portfolio_id = ?")
        .bind(portfolio_id.to_string())
        .execute(&mut **tx)
        .await
        .map_err(store_error)?;
    uploads::move_file(tx, owner, portfolio_id, preview, Some(portfolio_id)).await
}

/// Stores a preview that corrects a portfolio, unless one is open. See
/// [`UploadStore::save_correction`](crate::server::store::UploadStore::save_correction).
pub(super) async fn save(writer: &SqlitePool, preview: &Preview, since_ms: i64, quotas: &Quotas) -> StoreResult<Uuid> {
    let portfolio = preview.corrects.ok_or(StoreError::NotFound)?.to_string();
    let mut tx = writer.begin_with("BEGIN IMMEDIATE").await.map_err(store_error)?;
    let owned: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM portfolios WHERE id = ? AND owner = ?")
        .bind(&portfolio)
        .bind(&preview.owner)
        .fetch_one(&mut *tx)
        .await
        .map_err(store_error)?;
    if owned == 0 {
        return Err(StoreError::NotFound);
    }
    let open = sqlx::query("SELECT id FROM previews WHERE portfolio_id = ? AND created_ms >= ?")
        .bind(&portfolio)
        .bind(since_ms)
        .fetch_optional(&mut *tx)
        .await
        .map_err(store_error)?;
    if let Some(open) = open {
        return rows::id(&open, "id");
    }
    let expired = sqlx::query("DELETE FROM previews WHERE portfolio_id = ?")
        .bind(&portfolio)
        .execute(&mut *tx)
        .await
        .map_err(store_error)?;
    let has_dropped = uploads::insert_preview(&mut tx, preview, quotas).await?;
    tx.commit().await.map_err(store_error)?;
    if has_dropped || expired.rows_affected() > 0 {
        truncate_log(writer).await;
    }
    Ok(preview.id)
}

/// Replaces the file of a preview, and what the person typed and decided. Returns `false` if the
/// owner has no such preview.
pub(super) async fn replace_preview_file(
    writer: &SqlitePool,
    owner: &str,
    id: Uuid,
    (file, entries): (&StoredFile, &PreviewEntries),
    quotas: &Quotas,
) -> StoreResult<bool> {
    let mut tx = writer.begin_with("BEGIN IMMEDIATE").await.map_err(store_error)?;
    let replaced = sqlx::query(
        "UPDATE previews SET file_name = ?, file = ?, name = ?, cash = ?, changes = ? WHERE id = ? AND owner = ?",
    )
    .bind(&file.name)
    .bind(&file.gzip)
    .bind(&entries.name)
    .bind(&entries.cash)
    .bind(rows::to_json(&entries.changes)?)
    .bind(id.to_string())
    .bind(owner)
    .execute(&mut *tx)
    .await
    .map_err(store_error)?;
    quotas::check_bytes(&mut tx, owner, quotas).await?;
    tx.commit().await.map_err(store_error)?;
    if replaced.rows_affected() > 0 {
        truncate_log(writer).await;
    }
    Ok(replaced.rows_affected() > 0)
}
