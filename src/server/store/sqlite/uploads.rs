//! Stores previews, the files of portfolios, and layouts.

use async_trait::async_trait;
use sqlx::{AssertSqlSafe, Row, Sqlite, SqlitePool, Transaction, sqlite::SqliteRow};
use uuid::Uuid;

use super::{
    AcceptedRun, Quotas, SqliteStore, StoreError, StoreResult, corrections, portfolios::truncate_log, quotas, rows,
    run_reads::ACCEPTED_RUN, store_error,
};
use crate::server::{
    store::{
        FileSource, Layout, MAX_LAYOUTS, MAX_PREVIEWS, PortfolioFile, Preview, PreviewEntries, StoredFile, UploadStore,
    },
    util::viewer::Viewer,
};

/// Returns the key of what is started from a preview: the form key of a new portfolio, or the
/// idempotency key of a corrected one's next attempt. It is unique per owner, so a preview starts
/// one run.
pub(super) fn form_key(preview: Uuid) -> String {
    format!("preview {preview}")
}

/// Stores the file of a new portfolio. Deletes the preview that the file comes from.
///
/// # Errors
/// Returns [`StoreError::NotFound`] if the owner has no such preview.
pub(super) async fn insert_file(
    tx: &mut Transaction<'_, Sqlite>,
    owner: &str,
    portfolio_id: Uuid,
    source: &FileSource,
) -> StoreResult<()> {
    match source {
        FileSource::None => {}
        FileSource::Upload(file) => {
            sqlx::query("INSERT INTO portfolio_files (portfolio_id, file_name, file) VALUES (?, ?, ?)")
                .bind(portfolio_id.to_string())
                .bind(&file.name)
                .bind(&file.gzip)
                .execute(&mut **tx)
                .await
                .map_err(store_error)?;
        }
        FileSource::Preview(id) => move_file(tx, owner, portfolio_id, *id, None).await?,
    }
    Ok(())
}

/// Moves the file of a preview to a portfolio. `corrects` is the portfolio that the preview must
/// correct, or `None` if it must correct none.
pub(super) async fn move_file(
    tx: &mut Transaction<'_, Sqlite>,
    owner: &str,
    portfolio_id: Uuid,
    preview: Uuid,
    corrects: Option<Uuid>,
) -> StoreResult<()> {
    let copied = sqlx::query(
        "INSERT INTO portfolio_files (portfolio_id, file_name, file, changes) \
         SELECT ?, file_name, file, changes FROM previews WHERE id = ? AND owner = ? AND portfolio_id IS ?",
    )
    .bind(portfolio_id.to_string())
    .bind(preview.to_string())
    .bind(owner)
    .bind(corrects.map(|id| id.to_string()))
    .execute(&mut **tx)
    .await
    .map_err(store_error)?;
    if copied.rows_affected() == 0 {
        return Err(StoreError::NotFound);
    }
    sqlx::query("DELETE FROM previews WHERE id = ? AND owner = ?")
        .bind(preview.to_string())
        .bind(owner)
        .execute(&mut **tx)
        .await
        .map_err(store_error)?;
    Ok(())
}

/// Inserts a preview, and deletes the oldest ones over the limit. Returns whether any was deleted.
pub(super) async fn insert_preview(
    tx: &mut Transaction<'_, Sqlite>,
    preview: &Preview,
    quotas: &Quotas,
) -> StoreResult<bool> {
    sqlx::query(
        "INSERT INTO previews (id, owner, file_name, file, name, cash, changes, portfolio_id, created_ms) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(preview.id.to_string())
    .bind(&preview.owner)
    .bind(&preview.file.name)
    .bind(&preview.file.gzip)
    .bind(&preview.entries.name)
    .bind(&preview.entries.cash)
    .bind(rows::to_json(&preview.entries.changes)?)
    .bind(preview.corrects.map(|id| id.to_string()))
    .bind(preview.created_ms)
    .execute(&mut **tx)
    .await
    .map_err(store_error)?;
    let dropped = sqlx::query(
        "DELETE FROM previews WHERE owner = ?1 AND id NOT IN \
         (SELECT id FROM previews WHERE owner = ?1 ORDER BY created_ms DESC, rowid DESC LIMIT ?2)",
    )
    .bind(&preview.owner)
    .bind(MAX_PREVIEWS)
    .execute(&mut **tx)
    .await
    .map_err(store_error)?;
    quotas::check_bytes(tx, &preview.owner, quotas).await?;
    Ok(dropped.rows_affected() > 0)
}

#[async_trait]
impl UploadStore for SqliteStore {
    async fn save_preview(&self, preview: &Preview, quotas: &Quotas) -> StoreResult<()> {
        let mut tx = self.writer.begin_with("BEGIN IMMEDIATE").await.map_err(store_error)?;
        let has_dropped = insert_preview(&mut tx, preview, quotas).await?;
        tx.commit().await.map_err(store_error)?;
        if has_dropped {
            truncate_log(&self.writer).await;
        }
        Ok(())
    }

    async fn save_correction(&self, preview: &Preview, since_ms: i64, quotas: &Quotas) -> StoreResult<Uuid> {
        corrections::save(&self.writer, preview, since_ms, quotas).await
    }

    async fn replace_preview_file(
        &self,
        owner: &str,
        id: Uuid,
        file: &StoredFile,
        entries: &PreviewEntries,
        quotas: &Quotas,
    ) -> StoreResult<bool> {
        corrections::replace_preview_file(&self.writer, owner, id, (file, entries), quotas).await
    }

    async fn preview(&self, owner: &str, id: Uuid, since_ms: i64) -> StoreResult<Option<Preview>> {
        let found = sqlx::query(
            "SELECT file_name, file, name, cash, changes, portfolio_id, created_ms FROM previews \
             WHERE id = ? AND owner = ? AND created_ms >= ?",
        )
        .bind(id.to_string())
        .bind(owner)
        .bind(since_ms)
        .fetch_optional(&self.readers)
        .await
        .map_err(store_error)?;
        found
            .map(|row| {
                Ok(Preview {
                    id,
                    owner: owner.to_owned(),
                    file: stored_file(&row)?,
                    entries: PreviewEntries {
                        name: rows::text(&row, "name")?,
                        cash: rows::text(&row, "cash")?,
                        changes: rows::json(&rows::text(&row, "changes")?)?,
                    },
                    corrects: rows::optional_id(&row, "portfolio_id")?,
                    created_ms: rows::integer(&row, "created_ms")?,
                })
            })
            .transpose()
    }

    async fn change_preview(&self, owner: &str, id: Uuid, entries: &PreviewEntries) -> StoreResult<bool> {
        let changed = sqlx::query("UPDATE previews SET name = ?, cash = ?, changes = ? WHERE id = ? AND owner = ?")
            .bind(&entries.name)
            .bind(&entries.cash)
            .bind(rows::to_json(&entries.changes)?)
            .bind(id.to_string())
            .bind(owner)
            .execute(&self.writer)
            .await
            .map_err(store_error)?;
        Ok(changed.rows_affected() > 0)
    }

    async fn run_of_preview(&self, owner: &str, id: Uuid) -> StoreResult<Option<AcceptedRun>> {
        let query = format!(
            "{ACCEPTED_RUN} WHERE p.owner = ?1 AND ((r.attempt = 1 AND p.form_key = ?2) OR r.idempotency_key = ?2)"
        );
        let found = sqlx::query(AssertSqlSafe(query))
            .bind(owner)
            .bind(form_key(id))
            .fetch_optional(&self.readers)
            .await
            .map_err(store_error)?;
        found.map(|row| Ok(AcceptedRun { is_new: false, ..rows::accepted_run(&row)? })).transpose()
    }

    async fn purge_previews(&self, before_ms: i64) -> StoreResult<u64> {
        let deleted = delete(&self.writer, sqlx::query("DELETE FROM previews WHERE created_ms < ?").bind(before_ms));
        deleted.await
    }

    async fn portfolio_file(&self, viewer: Viewer<'_>, portfolio_id: Uuid) -> StoreResult<Option<PortfolioFile>> {
        let row = sqlx::query(
            "SELECT f.portfolio_id IS NOT NULL AS has_file, f.file_name, f.file, f.changes FROM portfolios p \
             LEFT JOIN portfolio_files f ON f.portfolio_id = p.id WHERE p.id = ? AND (p.owner = ? OR ?)",
        )
        .bind(portfolio_id.to_string())
        .bind(viewer.id())
        .bind(viewer.reads_all())
        .fetch_optional(&self.readers)
        .await
        .map_err(store_error)?
        .ok_or(StoreError::NotFound)?;
        if rows::integer(&row, "has_file")? == 0 {
            return Ok(None);
        }
        let (file, changes) = (stored_file(&row)?, rows::json(&rows::text(&row, "changes")?)?);
        Ok(Some(PortfolioFile { file, changes }))
    }

    async fn has_portfolio_file(&self, viewer: Viewer<'_>, portfolio_id: Uuid) -> StoreResult<bool> {
        let found: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM portfolio_files f JOIN portfolios p ON p.id = f.portfolio_id \
             WHERE p.id = ? AND (p.owner = ? OR ?)",
        )
        .bind(portfolio_id.to_string())
        .bind(viewer.id())
        .bind(viewer.reads_all())
        .fetch_one(&self.readers)
        .await
        .map_err(store_error)?;
        Ok(found > 0)
    }

    async fn rename_portfolio(&self, owner: &str, portfolio_id: Uuid, name: &str) -> StoreResult<()> {
        let mut tx = self.writer.begin_with("BEGIN IMMEDIATE").await.map_err(store_error)?;
        let renamed = sqlx::query("UPDATE portfolios SET name = ? WHERE id = ? AND owner = ?")
            .bind(name)
            .bind(portfolio_id.to_string())
            .bind(owner)
            .execute(&mut *tx)
            .await
            .map_err(store_error)?;
        if renamed.rows_affected() == 0 {
            return Err(StoreError::NotFound);
        }
        let running: i64 =
            sqlx::query_scalar("SELECT COUNT(*) FROM runs WHERE portfolio_id = ? AND status = 'running'")
                .bind(portfolio_id.to_string())
                .fetch_one(&mut *tx)
                .await
                .map_err(store_error)?;
        if running > 0 {
            return Err(StoreError::AlreadyRunning);
        }
        // A correction that is open keeps the new name.
        sqlx::query("UPDATE previews SET name = ? WHERE portfolio_id = ?")
            .bind(name)
            .bind(portfolio_id.to_string())
            .execute(&mut *tx)
            .await
            .map_err(store_error)?;
        tx.commit().await.map_err(store_error)
    }

    async fn save_layout(&self, owner: &str, header_key: &str, layout: &Layout) -> StoreResult<()> {
        let mut tx = self.writer.begin_with("BEGIN IMMEDIATE").await.map_err(store_error)?;
        sqlx::query(
            "INSERT INTO layouts (id, owner, header_key, name, reading, used_ms) VALUES (?, ?, ?, ?, ?, ?) \
             ON CONFLICT (owner, header_key) DO UPDATE SET \
             name = excluded.name, reading = excluded.reading, used_ms = excluded.used_ms",
        )
        .bind(layout.id.to_string())
        .bind(owner)
        .bind(header_key)
        .bind(&layout.name)
        .bind(rows::to_json(&layout.reading)?)
        .bind(layout.used_ms)
        .execute(&mut *tx)
        .await
        .map_err(store_error)?;
        sqlx::query(
            "DELETE FROM layouts WHERE owner = ?1 AND id NOT IN \
             (SELECT id FROM layouts WHERE owner = ?1 ORDER BY used_ms DESC, rowid DESC LIMIT ?2)",
        )
        .bind(owner)
        .bind(MAX_LAYOUTS)
        .execute(&mut *tx)
        .await
        .map_err(store_error)?;
        tx.commit().await.map_err(store_error)
    }

    async fn layout(&self, owner: &str, header_key: &str) -> StoreResult<Option<Layout>> {
        let found = sqlx::query("SELECT id, name, reading, used_ms FROM layouts WHERE owner = ? AND header_key = ?")
            .bind(owner)
            .bind(header_key)
            .fetch_optional(&self.readers)
            .await
            .map_err(store_error)?;
        found.as_ref().map(layout).transpose()
    }

    async fn layouts(&self, owner: &str) -> StoreResult<Vec<Layout>> {
        let found = sqlx::query(
            "SELECT id, name, reading, used_ms FROM layouts WHERE owner = ? ORDER BY used_ms DESC, rowid DESC",
        )
        .bind(owner)
        .fetch_all(&self.readers)
        .await
        .map_err(store_error)?;
        found.iter().map(layout).collect()
    }

    async fn forget_layouts(&self, owner: &str, id: Option<Uuid>) -> StoreResult<u64> {
        let query = sqlx::query("DELETE FROM layouts WHERE owner = ?1 AND (?2 IS NULL OR id = ?2)");
        delete(&self.writer, query.bind(owner).bind(id.map(|id| id.to_string()))).await
    }
}

/// Executes a deletion, and returns the number of deleted rows. If there are any, truncates the
/// write-ahead log, which still contains their data.
async fn delete(
    writer: &SqlitePool,
    query: sqlx::query::Query<'_, Sqlite, sqlx::sqlite::SqliteArguments>,
) -> StoreResult<u64> {
    let deleted = query.execute(writer).await.map_err(store_error)?.rows_affected();
    if deleted > 0 {
        truncate_log(writer).await;
    }
    Ok(deleted)
}

fn stored_file(row: &SqliteRow) -> StoreResult<StoredFile> {
    Ok(StoredFile { name: rows::text(row, "file_name")?, gzip: row.try_get("file").map_err(store_error)? })
}

fn layout(row: &SqliteRow) -> StoreResult<Layout> {
    Ok(Layout {
        id: rows::id(row, "id")?,
        name: rows::text(row, "name")?,
        reading: rows::json(&rows::text(row, "reading")?)?,
        used_ms: rows::integer(row, "used_ms")?,
    })
}
