//! Finds runs of all users by support code and by time, and fills in missing support codes.

use async_trait::async_trait;
use sqlx::{AssertSqlSafe, SqlitePool, sqlite::SqliteRow};
use status::RunError;

use super::{SqliteStore, StoreResult, rows, store_error};
use crate::server::{
    store::{RunList, RunListItem, RunListStore},
    tracker::support,
    util::viewer::Viewer,
};

/// SQL that selects the columns that [`item`] needs. The caller appends conditions.
const ITEM: &str = "SELECT r.portfolio_id, r.attempt, p.owner, r.status, r.error, r.percent, r.epoch, r.support_code, \
    r.started_ms, r.completed_ms FROM runs r JOIN portfolios p ON p.id = r.portfolio_id WHERE (p.owner = ?1 OR ?2)";

#[async_trait]
impl RunListStore for SqliteStore {
    async fn runs_with_code(&self, viewer: Viewer<'_>, code: &str, limit: u32) -> StoreResult<Vec<RunListItem>> {
        let query = format!("{ITEM} AND r.support_code = ?3 ORDER BY r.started_ms DESC, r.id DESC LIMIT ?4");
        let found = sqlx::query(AssertSqlSafe(query))
            .bind(viewer.id())
            .bind(viewer.reads_all())
            .bind(code)
            .bind(limit)
            .fetch_all(&self.readers)
            .await
            .map_err(store_error)?;
        found.iter().map(item).collect()
    }

    async fn runs_since(&self, viewer: Viewer<'_>, since_ms: i64, limit: u32) -> StoreResult<RunList> {
        let mut tx = self.readers.begin().await.map_err(store_error)?;
        let query = format!("{ITEM} AND r.started_ms >= ?3 ORDER BY r.started_ms DESC, r.id DESC LIMIT ?4");
        let found = sqlx::query(AssertSqlSafe(query))
            .bind(viewer.id())
            .bind(viewer.reads_all())
            .bind(since_ms)
            .bind(limit)
            .fetch_all(&mut *tx)
            .await
            .map_err(store_error)?;
        let total: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM runs r JOIN portfolios p ON p.id = r.portfolio_id \
             WHERE (p.owner = ?1 OR ?2) AND r.started_ms >= ?3",
        )
        .bind(viewer.id())
        .bind(viewer.reads_all())
        .bind(since_ms)
        .fetch_one(&mut *tx)
        .await
        .map_err(store_error)?;
        let more = u64::try_from(total).unwrap_or(0).saturating_sub(found.len() as u64);
        Ok(RunList { items: found.iter().map(item).collect::<StoreResult<_>>()?, more })
    }
}

fn item(row: &SqliteRow) -> StoreResult<RunListItem> {
    let error = rows::optional_json::<RunError>(row, "error")?;
    Ok(RunListItem {
        portfolio_id: rows::id(row, "portfolio_id")?,
        attempt: rows::count(row, "attempt")?,
        owner: rows::text(row, "owner")?,
        status: rows::run_status(&rows::text(row, "status")?)?,
        is_cancelled: error.as_ref().is_some_and(RunError::is_cancelled),
        percent: rows::count(row, "percent")?,
        queue: rows::queue_state(row)?,
        phase: error.and_then(|error| error.phase_id),
        support_code: rows::text(row, "support_code")?,
        started_ms: rows::integer(row, "started_ms")?,
        completed_ms: rows::optional_integer(row, "completed_ms")?,
    })
}

/// Computes the support codes of runs that an earlier version of this program has stored. Once all
/// runs have one, this only looks into an index.
pub(super) async fn fill_in_codes(writer: &SqlitePool) -> sqlx::Result<()> {
    let mut tx = writer.begin_with("BEGIN IMMEDIATE").await?;
    let runs: Vec<(i64, String, u32)> =
        sqlx::query_as("SELECT id, portfolio_id, attempt FROM runs WHERE support_code IS NULL")
            .fetch_all(&mut *tx)
            .await?;
    for (run_id, portfolio_id, attempt) in runs {
        // Only this program writes the column, so every id is a UUID.
        let code = portfolio_id.parse().map(|id| support::code(id, attempt)).unwrap_or_default();
        sqlx::query("UPDATE runs SET support_code = ? WHERE id = ?").bind(code).bind(run_id).execute(&mut *tx).await?;
    }
    tx.commit().await
}
