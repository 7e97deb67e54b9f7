//! Reads runs: their state, log entries, results and phase durations.

use sqlx::{AssertSqlSafe, Row, SqliteConnection, SqliteExecutor, SqlitePool, sqlite::SqliteRow};
use status::{LogLevel, Phase, RunError};
use uuid::Uuid;

use super::{AcceptedRun, FinishedPhase, RunRecord, StoreResult, rows, store_error};
use crate::server::{
    store::job_engine::Job,
    tracker::{Entry, PhaseRecord, RunIdentity},
    util::viewer::Viewer,
};

/// SQL that selects the columns that [`record`] needs. The caller appends a `WHERE` clause.
const RECORD: &str = "SELECT r.*, r.start_count - r.waiting AS starts_without_waiting, p.owner, p.name, \
    (SELECT MAX(attempt) FROM runs WHERE portfolio_id = p.id) AS attempts, \
    COALESCE((SELECT MAX(line) FROM entries WHERE run_id = r.id), 0) AS last_line, \
    COALESCE((SELECT MAX(seq) FROM entries WHERE run_id = r.id), 0) AS last_seq \
    FROM runs r JOIN portfolios p ON p.id = r.portfolio_id";

pub(super) async fn run(
    readers: &SqlitePool,
    viewer: Viewer<'_>,
    portfolio_id: Uuid,
    attempt: Option<u32>,
) -> StoreResult<Option<RunRecord>> {
    // All queries run in one transaction, so that the run, its phases and the sequence numbers of
    // its log entries are consistent.
    let mut tx = readers.begin().await.map_err(store_error)?;
    run_of_portfolio(&mut tx, viewer, portfolio_id, attempt).await
}

pub(super) async fn run_with_entries(
    readers: &SqlitePool,
    viewer: Viewer<'_>,
    portfolio_id: Uuid,
    attempt: Option<u32>,
) -> StoreResult<Option<(RunRecord, Vec<Entry>)>> {
    let mut tx = readers.begin().await.map_err(store_error)?;
    let Some(run) = run_of_portfolio(&mut tx, viewer, portfolio_id, attempt).await? else { return Ok(None) };
    let entries = entries(&mut *tx, viewer, portfolio_id, run.identity.attempt, 0, None).await?;
    Ok(Some((run, entries)))
}

pub(super) async fn run_with_outputs(
    readers: &SqlitePool,
    viewer: Viewer<'_>,
    portfolio_id: Uuid,
    attempt: u32,
) -> StoreResult<Option<(RunRecord, Vec<FinishedPhase>)>> {
    let mut tx = readers.begin().await.map_err(store_error)?;
    let Some(run) = run_of_portfolio(&mut tx, viewer, portfolio_id, Some(attempt)).await? else { return Ok(None) };
    let outputs = outputs(&mut *tx, viewer, portfolio_id, attempt).await?;
    Ok(Some((run, outputs)))
}

async fn run_of_portfolio(
    connection: &mut SqliteConnection,
    viewer: Viewer<'_>,
    portfolio_id: Uuid,
    attempt: Option<u32>,
) -> StoreResult<Option<RunRecord>> {
    let row = sqlx::query(AssertSqlSafe(format!(
        "{RECORD} WHERE r.portfolio_id = ?1 AND (p.owner = ?2 OR ?3) AND (?4 IS NULL OR r.attempt = ?4) \
         ORDER BY r.attempt DESC LIMIT 1"
    )))
    .bind(portfolio_id.to_string())
    .bind(viewer.id())
    .bind(viewer.reads_all())
    .bind(attempt)
    .fetch_optional(&mut *connection)
    .await
    .map_err(store_error)?;
    match row {
        Some(row) => record(connection, &row).await.map(Some),
        None => Ok(None),
    }
}

/// Returns the run with this id without checking access, for a worker that has claimed the run.
pub(super) async fn run_by_id(connection: &mut SqliteConnection, run_id: i64) -> StoreResult<RunRecord> {
    let row = sqlx::query(AssertSqlSafe(format!("{RECORD} WHERE r.id = ?")))
        .bind(run_id)
        .fetch_one(&mut *connection)
        .await
        .map_err(store_error)?;
    record(connection, &row).await
}

/// Builds a run record from its database row, after reading the run's phases and where the log of
/// each phase starts.
async fn record(connection: &mut SqliteConnection, row: &SqliteRow) -> StoreResult<RunRecord> {
    let run_id = rows::integer(row, "id")?;
    let mut phases = Phase::ALL.map(|_| PhaseRecord::default());
    let found = sqlx::query("SELECT * FROM phases WHERE run_id = ?")
        .bind(run_id)
        .fetch_all(&mut *connection)
        .await
        .map_err(store_error)?;
    for row in &found {
        let (phase, record) = rows::phase_record(row)?;
        phases[phase.index()] = record;
    }
    let first_entries = sqlx::query(
        "SELECT phase_id, MIN(seq) AS first_seq FROM entries \
         WHERE run_id = ? AND level <> ? AND phase_id IS NOT NULL GROUP BY phase_id",
    )
    .bind(run_id)
    .bind(rows::level_word(LogLevel::Debug))
    .fetch_all(connection)
    .await
    .map_err(store_error)?;
    for row in &first_entries {
        let phase = rows::phase(&rows::text(row, "phase_id")?)?;
        phases[phase.index()].first_seq = Some(rows::count(row, "first_seq")?);
    }
    let identity = RunIdentity {
        portfolio_id: rows::id(row, "portfolio_id")?,
        owner: rows::text(row, "owner")?,
        portfolio_name: rows::text(row, "name")?,
        attempt: rows::count(row, "attempt")?,
        positions_total: rows::count(row, "position_count")?,
        data_notice: row.try_get("data_notice").map_err(store_error)?,
    };
    Ok(RunRecord {
        run_id,
        identity,
        attempts: rows::count(row, "attempts")?,
        from_start: rows::integer(row, "from_start")? != 0,
        start_count: rows::count(row, "starts_without_waiting")?,
        furthest: rows::count(row, "furthest")?,
        status: rows::run_status(&rows::text(row, "status")?)?,
        version: rows::count(row, "version")?,
        percent: rows::count(row, "percent")?,
        epoch: rows::integer(row, "epoch")?,
        started_ms: rows::integer(row, "started_ms")?,
        completed_ms: rows::optional_integer(row, "completed_ms")?,
        facts: rows::optional_json(row, "facts")?,
        plan: rows::optional_json(row, "plan")?,
        // Rebuilds the error from its stored code. The current version of the program therefore
        // decides who can fix the error, even if an older version stored it.
        error: rows::optional_json::<RunError>(row, "error")?
            .map(|error| RunError::new(error.code, error.message, error.phase_id)),
        phases,
        last_line: rows::count(row, "last_line")?,
        last_seq: rows::count(row, "last_seq")?,
    })
}

pub(super) async fn entries(
    readers: impl SqliteExecutor<'_>,
    viewer: Viewer<'_>,
    portfolio_id: Uuid,
    attempt: u32,
    line: u64,
    limit: Option<u32>,
) -> StoreResult<Vec<Entry>> {
    let found = sqlx::query(
        "SELECT e.line, e.seq, e.at_ms, e.level, e.phase_id, e.message FROM entries e JOIN runs r ON r.id = e.run_id \
         JOIN portfolios p ON p.id = r.portfolio_id \
         WHERE r.portfolio_id = ? AND (p.owner = ? OR ?) AND r.attempt = ? AND e.line > ? ORDER BY e.line LIMIT ?",
    )
    .bind(portfolio_id.to_string())
    .bind(viewer.id())
    .bind(viewer.reads_all())
    .bind(attempt)
    .bind(rows::signed(line))
    // For SQLite, a negative limit means no limit.
    .bind(limit.map_or(-1, i64::from))
    .fetch_all(readers)
    .await
    .map_err(store_error)?;
    found.iter().map(rows::entry).collect()
}

pub(super) async fn outputs(
    readers: impl SqliteExecutor<'_>,
    viewer: Viewer<'_>,
    portfolio_id: Uuid,
    attempt: u32,
) -> StoreResult<Vec<FinishedPhase>> {
    let found = sqlx::query(
        "SELECT f.phase_id, f.fingerprint, f.provisional, f.output, r.key_figures FROM phases f JOIN runs r ON r.id = f.run_id \
         JOIN portfolios p ON p.id = r.portfolio_id \
         WHERE r.portfolio_id = ? AND (p.owner = ? OR ?) AND r.attempt = ? AND f.status = 'completed' AND f.output IS NOT NULL",
    )
    .bind(portfolio_id.to_string())
    .bind(viewer.id())
    .bind(viewer.reads_all())
    .bind(attempt)
    .fetch_all(readers)
    .await
    .map_err(store_error)?;
    found
        .iter()
        .map(|row| {
            let phase = rows::phase(&rows::text(row, "phase_id")?)?;
            let is_of_snapshots = phase == Phase::Snapshots;
            Ok(FinishedPhase {
                phase,
                fingerprint: rows::text(row, "fingerprint")?,
                is_provisional: rows::integer(row, "provisional")? != 0,
                output: row.try_get("output").map_err(store_error)?,
                key_figures: if is_of_snapshots { rows::optional_json(row, "key_figures")? } else { None },
            })
        })
        .collect()
}

/// SQL that selects the columns that [`rows::accepted_run`] needs. The caller appends a `WHERE`
/// clause.
pub(super) const ACCEPTED_RUN: &str = "SELECT r.id, p.owner, r.portfolio_id, r.attempt, r.from_start \
    FROM runs r JOIN portfolios p ON p.id = r.portfolio_id";

const UNFINISHED: &str = "WHERE r.status = 'running'";

/// Returns the accepted runs that have not ended, oldest first.
pub(super) async fn unfinished(connection: &mut SqliteConnection) -> StoreResult<Vec<AcceptedRun>> {
    let found = sqlx::query(AssertSqlSafe(format!("{ACCEPTED_RUN} {UNFINISHED} ORDER BY r.started_ms, r.id")))
        .fetch_all(connection)
        .await
        .map_err(store_error)?;
    found.iter().map(rows::accepted_run).collect()
}

/// Returns the unfinished runs without an unfinished job in the queue, oldest first.
pub(super) async fn without_job(connection: &mut SqliteConnection) -> StoreResult<Vec<AcceptedRun>> {
    let found = sqlx::query(AssertSqlSafe(format!(
        "{ACCEPTED_RUN} {UNFINISHED} AND NOT EXISTS (SELECT 1 FROM Jobs WHERE job_type = ? \
         AND idempotency_key = CAST(r.id AS TEXT) AND status IN ('Pending', 'Queued', 'Running')) ORDER BY r.started_ms, r.id"
    )))
    .bind(Job::QUEUE)
    .fetch_all(connection)
    .await
    .map_err(store_error)?;
    found.iter().map(rows::accepted_run).collect()
}

pub(super) async fn phase_history(readers: &SqlitePool, runs: u32) -> StoreResult<Vec<(Phase, u64, u64)>> {
    let found = sqlx::query(
        "SELECT f.phase_id, f.completed_ms - f.started_ms AS duration_ms, MAX(f.current, 1) AS items FROM phases f \
         WHERE f.status = 'completed' AND f.reused = 0 AND f.completed_ms >= f.started_ms AND f.run_id IN \
         (SELECT id FROM runs WHERE status = 'completed' ORDER BY completed_ms DESC LIMIT ?)",
    )
    .bind(runs)
    .fetch_all(readers)
    .await
    .map_err(store_error)?;
    found
        .iter()
        .map(|row| {
            Ok((
                rows::phase(&rows::text(row, "phase_id")?)?,
                rows::count(row, "duration_ms")?,
                rows::count(row, "items")?,
            ))
        })
        .collect()
}
