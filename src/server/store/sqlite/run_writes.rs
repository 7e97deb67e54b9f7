//! Writes runs. Every write is one transaction that first checks the run, the portfolio and the
//! fence. If a worker was presumed dead and comes back, it finds a new fence and can no longer
//! write.

use sqlx::{AssertSqlSafe, Sqlite, SqlitePool, Transaction, query::Query, sqlite::SqliteArguments};
use status::{Phase, PhaseState};
use uuid::Uuid;

use super::{
    FinishedPhase, RunKey, RunRecord, StoreError, StoreResult, jobs, portfolios, rows, run_reads, store_error,
};
use crate::server::tracker::RunState;

pub(super) async fn claim(writer: &SqlitePool, run_id: i64) -> StoreResult<Option<(RunKey, RunRecord)>> {
    let mut tx = writer.begin_with("BEGIN IMMEDIATE").await.map_err(store_error)?;
    let fence = Uuid::new_v4();
    let claimed = sqlx::query(
        "UPDATE runs SET epoch = epoch + 1, fence = ? WHERE id = ? AND status = 'running' RETURNING portfolio_id",
    )
    .bind(fence.to_string())
    .bind(run_id)
    .fetch_optional(&mut *tx)
    .await
    .map_err(store_error)?;
    let Some(row) = claimed else { return Ok(None) };
    let key = RunKey { run_id, portfolio_id: rows::id(&row, "portfolio_id")?, fence };
    let run = run_reads::run_by_id(&mut tx, run_id).await?;
    tx.commit().await.map_err(store_error)?;
    Ok(Some((key, run)))
}

pub(super) async fn start(writer: &SqlitePool, key: RunKey, data_notice: Option<&str>) -> StoreResult<()> {
    // The start by the previous worker does not count if that worker died while the run was waiting
    // for a data provider.
    let statement = format!(
        "UPDATE runs SET start_count = start_count - waiting + 1, waiting = 0, data_notice = ?4 WHERE {HAS_FENCE}"
    );
    let started = fenced_query(statement, key).bind(data_notice).execute(writer).await.map_err(store_error)?;
    if started.rows_affected() == 0 { Err(StoreError::Fenced) } else { Ok(()) }
}

pub(super) async fn give_back(writer: &SqlitePool, key: RunKey, state: &RunState, start_count: u32) -> StoreResult<()> {
    let mut tx = begin(writer, key, state).await?;
    insert_entries(&mut tx, key, state).await?;
    sqlx::query("UPDATE runs SET start_count = ?, waiting = 0 WHERE id = ?")
        .bind(start_count)
        .bind(key.run_id)
        .execute(&mut *tx)
        .await
        .map_err(store_error)?;
    tx.commit().await.map_err(store_error)
}

pub(super) async fn append(writer: &SqlitePool, key: RunKey, state: &RunState) -> StoreResult<()> {
    let mut tx = begin(writer, key, state).await?;
    insert_entries(&mut tx, key, state).await?;
    tx.commit().await.map_err(store_error)
}

pub(super) async fn finish_phase(
    writer: &SqlitePool,
    key: RunKey,
    state: &RunState,
    finished: &FinishedPhase,
) -> StoreResult<()> {
    let mut tx = begin(writer, key, state).await?;
    insert_entries(&mut tx, key, state).await?;
    upsert_phase(&mut tx, key, state, finished.phase, Some(finished)).await?;
    keep_key_figures(&mut tx, key, finished).await?;
    add_bytes(&mut tx, key, finished.output.len()).await?;
    tx.commit().await.map_err(store_error)
}

pub(super) async fn discard_phases(
    writer: &SqlitePool,
    key: RunKey,
    state: &RunState,
    phases: &[Phase],
) -> StoreResult<()> {
    let mut tx = begin(writer, key, state).await?;
    insert_entries(&mut tx, key, state).await?;
    for phase in phases {
        sqlx::query("DELETE FROM phases WHERE run_id = ? AND phase_id = ?")
            .bind(key.run_id)
            .bind(phase.id())
            .execute(&mut *tx)
            .await
            .map_err(store_error)?;
    }
    // Lowers the run's furthest progress to what it is without the discarded phases. Phases that
    // are computed later set the flag `provisional` again.
    sqlx::query("UPDATE runs SET furthest = ?, provisional = 0, key_figures = IIF(?, NULL, key_figures) WHERE id = ?")
        .bind(rows::signed(state.furthest()))
        .bind(phases.contains(&Phase::Snapshots))
        .bind(key.run_id)
        .execute(&mut *tx)
        .await
        .map_err(store_error)?;
    tx.commit().await.map_err(store_error)
}

pub(super) async fn finish_run(writer: &SqlitePool, key: RunKey, state: &RunState) -> StoreResult<()> {
    let mut tx = begin(writer, key, state).await?;
    insert_entries(&mut tx, key, state).await?;
    for phase in Phase::ALL {
        if state.phases[phase.index()].state == PhaseState::Failed {
            upsert_phase(&mut tx, key, state, phase, None).await?;
        }
    }
    sqlx::query("UPDATE runs SET status = ?, completed_ms = ?, error = ? WHERE id = ?")
        .bind(rows::status_word(state.status))
        .bind(state.completed_ms)
        .bind(state.error.as_ref().map(rows::to_json).transpose()?)
        .bind(key.run_id)
        .execute(&mut *tx)
        .await
        .map_err(store_error)?;
    tx.commit().await.map_err(store_error)
}

/// SQL condition that holds if a run is active and still has the fence of the worker that wants to
/// write. [`fenced_query`] binds its parameters.
const HAS_FENCE: &str = "id = ?1 AND portfolio_id = ?2 AND fence = ?3 AND status = 'running'";

/// Creates a query from a statement that contains [`HAS_FENCE`], and binds the parts of `key` to
/// `?1`, `?2` and `?3`. Other parameters of the statement start at `?4`.
fn fenced_query(statement: String, key: RunKey) -> Query<'static, Sqlite, SqliteArguments> {
    sqlx::query(AssertSqlSafe(statement))
        .bind(key.run_id)
        .bind(key.portfolio_id.to_string())
        .bind(key.fence.to_string())
}

/// Begins a write transaction and records the run's progress. If this worker has gotten further
/// with the run than any earlier worker, resets the start count to 1, so that only the start by
/// this worker counts.
///
/// # Errors
/// Returns [`StoreError::Fenced`] if another worker has claimed the run.
async fn begin<'a>(writer: &SqlitePool, key: RunKey, state: &RunState) -> StoreResult<Transaction<'a, Sqlite>> {
    let mut tx = writer.begin_with("BEGIN IMMEDIATE").await.map_err(store_error)?;
    let statement = format!(
        "UPDATE runs SET version = MAX(version, ?4), percent = MAX(percent, ?5), facts = COALESCE(?6, facts), \
         plan = COALESCE(?7, plan), waiting = ?8, start_count = CASE WHEN ?9 > furthest THEN 1 ELSE start_count END, \
         furthest = MAX(furthest, ?9) WHERE {HAS_FENCE}"
    );
    let updated = fenced_query(statement, key)
        .bind(rows::signed(state.version))
        .bind(state.percent)
        .bind(state.facts.as_ref().map(rows::to_json).transpose()?)
        .bind(state.plan.is_known().then(|| rows::to_json(&state.plan)).transpose()?)
        .bind(state.is_waiting())
        .bind(rows::signed(state.furthest()))
        .execute(&mut *tx)
        .await
        .map_err(store_error)?;
    if updated.rows_affected() == 0 { Err(StoreError::Fenced) } else { Ok(tx) }
}

async fn insert_entries(tx: &mut Transaction<'_, Sqlite>, key: RunKey, state: &RunState) -> StoreResult<()> {
    let mut bytes = 0;
    for entry in state.unsaved() {
        // Log entries are written every 100 ms and whenever a phase ends, so two calls may write
        // the same entry. The second insert is ignored.
        let inserted = sqlx::query(
            "INSERT OR IGNORE INTO entries (run_id, line, seq, at_ms, level, phase_id, message) VALUES (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(key.run_id)
        .bind(rows::signed(entry.line))
        .bind(rows::signed(entry.seq))
        .bind(entry.at_ms)
        .bind(rows::level_word(entry.level))
        .bind(entry.phase.map(Phase::id))
        .bind(&entry.message)
        .execute(&mut **tx)
        .await
        .map_err(store_error)?;
        if inserted.rows_affected() == 1 {
            bytes += entry.message.len();
        }
    }
    if bytes > 0 { add_bytes(tx, key, bytes).await } else { Ok(()) }
}

/// Stores the key figures of a finished phase, and whether it is provisional.
async fn keep_key_figures(tx: &mut Transaction<'_, Sqlite>, key: RunKey, finished: &FinishedPhase) -> StoreResult<()> {
    let key_figures = finished.key_figures.as_ref().map(rows::to_json).transpose()?;
    if key_figures.is_none() && !finished.is_provisional {
        return Ok(());
    }
    sqlx::query(
        "UPDATE runs SET key_figures = COALESCE(?, key_figures), provisional = MAX(provisional, ?) WHERE id = ?",
    )
    .bind(key_figures)
    .bind(finished.is_provisional)
    .bind(key.run_id)
    .execute(&mut **tx)
    .await
    .map_err(store_error)?;
    Ok(())
}

/// Adds to the number of bytes that the run has stored. They count toward its owner's quota.
async fn add_bytes(tx: &mut Transaction<'_, Sqlite>, key: RunKey, bytes: usize) -> StoreResult<()> {
    sqlx::query("UPDATE runs SET bytes = bytes + ? WHERE id = ?")
        .bind(rows::signed(bytes as u64))
        .bind(key.run_id)
        .execute(&mut **tx)
        .await
        .map_err(store_error)?;
    Ok(())
}

async fn upsert_phase(
    tx: &mut Transaction<'_, Sqlite>,
    key: RunKey,
    state: &RunState,
    phase: Phase,
    finished: Option<&FinishedPhase>,
) -> StoreResult<()> {
    let record = &state.phases[phase.index()];
    let found: Vec<_> = record.found.iter().filter(|found| !found.is_withdrawn).collect();
    sqlx::query(
        "INSERT OR REPLACE INTO phases (run_id, phase_id, status, current, total, warnings, warned, started_ms, \
         completed_ms, summary, reused, fingerprint, provisional, output, found) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(key.run_id)
    .bind(phase.id())
    .bind(rows::phase_word(record.state))
    .bind(rows::signed(record.current))
    .bind(rows::signed(record.total))
    .bind(record.warnings)
    .bind(rows::to_json(&record.warned)?)
    .bind(record.started_ms)
    .bind(record.completed_ms)
    .bind(&record.summary)
    .bind(record.reused)
    .bind(finished.map_or("", |finished| finished.fingerprint.as_str()))
    .bind(finished.is_some_and(|finished| finished.is_provisional))
    .bind(finished.map(|finished| finished.output.as_slice()))
    .bind(rows::to_json(&found)?)
    .execute(&mut **tx)
    .await
    .map_err(store_error)?;
    Ok(())
}

pub(super) async fn purge(writer: &SqlitePool, before_ms: i64) -> StoreResult<u64> {
    let mut tx = writer.begin_with("BEGIN IMMEDIATE").await.map_err(store_error)?;
    let deleted = sqlx::query(
        "DELETE FROM entries WHERE run_id IN (SELECT id FROM runs WHERE status <> 'running' AND completed_ms < ?)",
    )
    .bind(before_ms)
    .execute(&mut *tx)
    .await
    .map_err(store_error)?;
    jobs::delete_finished(&mut tx).await?;
    tx.commit().await.map_err(store_error)?;
    if deleted.rows_affected() > 0 {
        portfolios::truncate_log(writer).await;
    }
    Ok(deleted.rows_affected())
}
