//! Creates, lists, reads and deletes portfolios, and creates attempts for them.

use sqlx::{AssertSqlSafe, Row, Sqlite, SqlitePool, Transaction, sqlite::SqliteRow};
use status::{RunError, RunStatus};
use uuid::Uuid;

use super::{
    AcceptedRun, ListCursor, NewPortfolio, Portfolio, PortfolioListItem, Quotas, StoreError, StoreResult, jobs, quotas,
    rows, run_reads::ACCEPTED_RUN, store_error, uploads,
};
use crate::server::{
    store::{FileSource, KeyFigures, PortfolioDetails},
    tracker::support,
    util::{clock, viewer::Viewer},
};

/// A request to create a new attempt for a portfolio.
#[derive(Clone, Copy)]
pub(super) struct NewAttempt<'a> {
    pub owner: &'a str,
    pub portfolio_id: Uuid,
    pub from_start: bool,
    pub idempotency_key: Option<&'a str>,
    pub now_ms: i64,
}

pub(super) async fn create(writer: &SqlitePool, new: &NewPortfolio, quotas: &Quotas) -> StoreResult<AcceptedRun> {
    let mut tx = writer.begin_with("BEGIN IMMEDIATE").await.map_err(store_error)?;
    let form_key = match new.file {
        FileSource::Preview(id) => Some(uploads::form_key(id)),
        FileSource::None | FileSource::Upload(_) => new.form_key.clone(),
    };
    if let Some(run) = find_by_form_key(&mut tx, &new.owner, form_key.as_deref()).await? {
        return Ok(run);
    }
    sqlx::query(
        "INSERT INTO portfolios (id, owner, name, cash, positions, created_ms, form_key) VALUES (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(new.id.to_string())
    .bind(&new.owner)
    .bind(&new.name)
    .bind(new.cash)
    .bind(rows::to_json(&new.positions)?)
    .bind(new.created_ms)
    .bind(form_key)
    .execute(&mut *tx)
    .await
    .map_err(store_error)?;
    uploads::insert_file(&mut tx, &new.owner, new.id, &new.file).await?;
    quotas::check_portfolios(&mut tx, &new.owner, quotas).await?;
    let attempt = NewAttempt {
        owner: &new.owner,
        portfolio_id: new.id,
        from_start: true,
        idempotency_key: None,
        now_ms: new.created_ms,
    };
    let run = insert_run(&mut tx, attempt, 1, quotas).await?;
    tx.commit().await.map_err(store_error)?;
    Ok(run)
}

/// Returns the first run of the portfolio that was created when the same form was submitted before,
/// if there is one.
async fn find_by_form_key(
    tx: &mut Transaction<'_, Sqlite>,
    owner: &str,
    key: Option<&str>,
) -> StoreResult<Option<AcceptedRun>> {
    let Some(key) = key else { return Ok(None) };
    let found =
        sqlx::query(AssertSqlSafe(format!("{ACCEPTED_RUN} WHERE r.attempt = 1 AND p.owner = ? AND p.form_key = ?")))
            .bind(owner)
            .bind(key)
            .fetch_optional(&mut **tx)
            .await
            .map_err(store_error)?;
    found.map(|row| Ok(AcceptedRun { is_new: false, ..rows::accepted_run(&row)? })).transpose()
}

pub(super) async fn create_attempt(
    writer: &SqlitePool,
    new: NewAttempt<'_>,
    quotas: &Quotas,
) -> StoreResult<AcceptedRun> {
    let mut tx = writer.begin_with("BEGIN IMMEDIATE").await.map_err(store_error)?;
    if let Some(run) = find_by_idempotency_key(&mut tx, new).await? {
        return Ok(run);
    }
    let attempt = next_attempt(&mut tx, new).await?;
    let run = insert_run(&mut tx, new, attempt, quotas).await?;
    tx.commit().await.map_err(store_error)?;
    Ok(run)
}

/// Returns the run that an earlier request with the same idempotency key created, if there is one.
pub(super) async fn find_by_idempotency_key(
    tx: &mut Transaction<'_, Sqlite>,
    new: NewAttempt<'_>,
) -> StoreResult<Option<AcceptedRun>> {
    let found = sqlx::query(AssertSqlSafe(format!(
        "{ACCEPTED_RUN} WHERE r.portfolio_id = ? AND p.owner = ? AND r.idempotency_key = ?"
    )))
    .bind(new.portfolio_id.to_string())
    .bind(new.owner)
    .bind(new.idempotency_key)
    .fetch_optional(&mut **tx)
    .await
    .map_err(store_error)?;
    found.map(|row| Ok(AcceptedRun { is_new: false, ..rows::accepted_run(&row)? })).transpose()
}

/// Returns the number of the portfolio's next attempt.
///
/// # Errors
/// Returns [`StoreError::NotFound`] if the owner has no such portfolio.
pub(super) async fn next_attempt(tx: &mut Transaction<'_, Sqlite>, new: NewAttempt<'_>) -> StoreResult<u32> {
    let row = sqlx::query(
        "SELECT (SELECT COALESCE(MAX(attempt), 0) + 1 FROM runs WHERE portfolio_id = p.id) AS next \
         FROM portfolios p WHERE p.id = ? AND p.owner = ?",
    )
    .bind(new.portfolio_id.to_string())
    .bind(new.owner)
    .fetch_optional(&mut **tx)
    .await
    .map_err(store_error)?
    .ok_or(StoreError::NotFound)?;
    rows::count(&row, "next")
}

pub(super) async fn insert_run(
    tx: &mut Transaction<'_, Sqlite>,
    new: NewAttempt<'_>,
    attempt: u32,
    quotas: &Quotas,
) -> StoreResult<AcceptedRun> {
    let NewAttempt { owner, portfolio_id, from_start, idempotency_key, now_ms } = new;
    // Run ids come from a separate counter, because SQLite would reuse the row ids of deleted runs.
    let run_id: i64 = sqlx::query_scalar("UPDATE run_ids SET next = next + 1 RETURNING next - 1")
        .fetch_one(&mut **tx)
        .await
        .map_err(store_error)?;
    sqlx::query(
        "INSERT INTO runs (id, portfolio_id, attempt, status, from_start, idempotency_key, epoch, version, percent, \
         started_ms, support_code, position_count) VALUES (?1, ?2, ?3, 'running', ?4, ?5, 0, 1, 0, ?6, ?7, \
         (SELECT json_array_length(positions) FROM portfolios WHERE id = ?2))",
    )
    .bind(run_id)
    .bind(portfolio_id.to_string())
    .bind(attempt)
    .bind(from_start)
    .bind(idempotency_key)
    .bind(now_ms)
    .bind(support::code(portfolio_id, attempt))
    .execute(&mut **tx)
    .await
    .map_err(|error| match &error {
        sqlx::Error::Database(database) if database.is_unique_violation() => StoreError::AlreadyRunning,
        _ => store_error(error),
    })?;
    quotas::check_attempt(tx, owner, attempt, quotas).await?;
    jobs::enqueue(tx, run_id, owner).await?;
    Ok(AcceptedRun { run_id, owner: owner.to_owned(), portfolio_id, attempt, from_start, is_new: true })
}

pub(super) async fn one(
    readers: &SqlitePool,
    viewer: Viewer<'_>,
    portfolio_id: Uuid,
) -> StoreResult<Option<Portfolio>> {
    let row = sqlx::query("SELECT owner, name, cash, positions FROM portfolios WHERE id = ? AND (owner = ? OR ?)")
        .bind(portfolio_id.to_string())
        .bind(viewer.id())
        .bind(viewer.reads_all())
        .fetch_optional(readers)
        .await
        .map_err(store_error)?;
    row.map(|row| {
        Ok(Portfolio {
            id: portfolio_id,
            owner: rows::text(&row, "owner")?,
            name: rows::text(&row, "name")?,
            cash: row.try_get("cash").map_err(store_error)?,
            positions: rows::json(&rows::text(&row, "positions")?)?,
        })
    })
    .transpose()
}

pub(super) async fn cursor(readers: &SqlitePool, owner: &str, id: Uuid) -> StoreResult<Option<ListCursor>> {
    let row = sqlx::query("SELECT created_ms FROM portfolios WHERE id = ? AND owner = ?")
        .bind(id.to_string())
        .bind(owner)
        .fetch_optional(readers)
        .await
        .map_err(store_error)?;
    row.map(|row| Ok(ListCursor { created_ms: rows::integer(&row, "created_ms")?, id })).transpose()
}

pub(super) async fn list(
    readers: &SqlitePool,
    owner: &str,
    before: Option<ListCursor>,
    limit: u32,
) -> StoreResult<Vec<PortfolioListItem>> {
    // Portfolios created in the same millisecond are ordered by id, so that deleting one of them
    // does not change the order of the others.
    let newest = ListCursor { created_ms: i64::MAX, id: Uuid::max() };
    let ListCursor { created_ms, id } = before.unwrap_or(newest);
    let found = sqlx::query(
        "SELECT p.id, p.name, p.created_ms, r.status, r.percent, r.epoch, r.attempt, r.error, r.provisional, \
         r.key_figures, \
         (SELECT COALESCE(SUM(warnings), 0) FROM phases WHERE run_id = r.id) AS warnings, \
         (SELECT COALESCE(SUM(status = 'completed'), 0) FROM phases WHERE run_id = r.id) AS finished, \
         EXISTS (SELECT 1 FROM portfolio_files WHERE portfolio_id = p.id) AS has_file FROM portfolios p \
         JOIN runs r ON r.portfolio_id = p.id AND r.attempt = (SELECT MAX(attempt) FROM runs WHERE portfolio_id = p.id) \
         WHERE p.owner = ? AND (p.created_ms, p.id) < (?, ?) ORDER BY p.created_ms DESC, p.id DESC LIMIT ?",
    )
    .bind(owner)
    .bind(created_ms)
    .bind(id.to_string())
    .bind(limit)
    .fetch_all(readers)
    .await
    .map_err(store_error)?;
    found.iter().map(list_item).collect()
}

fn list_item(row: &SqliteRow) -> StoreResult<PortfolioListItem> {
    let status = rows::run_status(&rows::text(row, "status")?)?;
    // The current version of the program decides whether a retry can help, not the one that stored
    // the error.
    let error = rows::optional_json::<RunError>(row, "error")?
        .map(|error| RunError::new(error.code, error.message, error.phase_id));
    let figures: Option<KeyFigures> = rows::optional_json(row, "key_figures")?;
    let can_retry = match status {
        RunStatus::Failed => error.as_ref().is_none_or(RunError::is_worth_retrying),
        RunStatus::Completed => rows::integer(row, "provisional")? > 0,
        RunStatus::Running | RunStatus::NotFound => false,
    };
    Ok(PortfolioListItem {
        portfolio_id: rows::id(row, "id")?,
        portfolio_name: rows::text(row, "name")?,
        status,
        percent_complete: rows::count(row, "percent")?,
        cancelled: error.as_ref().is_some_and(RunError::is_cancelled),
        attempt: rows::count(row, "attempt")?,
        warnings: rows::count(row, "warnings")?,
        queue: rows::queue_state(row)?,
        created_at: clock::rfc3339(rows::integer(row, "created_ms")?),
        value: figures.as_ref().map(|figures| figures.value),
        total_return: figures.as_ref().and_then(|figures| figures.total_return),
        since: figures.as_ref().and_then(|figures| figures.since),
        as_of: figures.as_ref().map(|figures| figures.as_of),
        details: PortfolioDetails {
            curve: figures.map(|figures| figures.curve).unwrap_or_default(),
            has_results: rows::integer(row, "finished")? > 0,
            has_file: rows::integer(row, "has_file")? != 0,
            can_retry,
        },
    })
}

pub(super) async fn delete(writer: &SqlitePool, owner: &str, portfolio_id: Uuid) -> StoreResult<()> {
    let mut tx = writer.begin_with("BEGIN IMMEDIATE").await.map_err(store_error)?;
    let running = sqlx::query(
        "SELECT EXISTS (SELECT 1 FROM runs WHERE portfolio_id = p.id AND status = 'running') AS running \
         FROM portfolios p WHERE p.id = ? AND p.owner = ?",
    )
    .bind(portfolio_id.to_string())
    .bind(owner)
    .fetch_optional(&mut *tx)
    .await
    .map_err(store_error)?
    .ok_or(StoreError::NotFound)?;
    if rows::integer(&running, "running")? != 0 {
        return Err(StoreError::AlreadyRunning);
    }
    sqlx::query("DELETE FROM portfolios WHERE id = ?")
        .bind(portfolio_id.to_string())
        .execute(&mut *tx)
        .await
        .map_err(store_error)?;
    tx.commit().await.map_err(store_error)?;
    // Until the write-ahead log is truncated, it still contains the deleted data.
    truncate_log(writer).await;
    Ok(())
}

/// Truncates the write-ahead log. If a reader still needs the log, it is not truncated until the
/// next time that a portfolio or expired log entries are deleted.
pub(super) async fn truncate_log(writer: &SqlitePool) {
    if let Err(error) = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(writer).await {
        tracing::warn!(?error, "write-ahead log not truncated");
    }
}
