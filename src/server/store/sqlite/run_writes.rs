//! Writing runs. Every write checks run, portfolio and fence first and is one transaction: a worker
//! that was taken for dead and comes back finds another fence and writes nothing.

use sqlx::{AssertSqlSafe, Sqlite, SqlitePool, Transaction, query::Query, sqlite::SqliteArguments};
use status::{Phase, PhaseState};
use uuid::Uuid;

use super::{
    FinishedPhase, RunKey, RunRecord, StoreError, StoreResult, jobs, portfolios, rows, run_reads, unavailable,
};
use crate::server::tracker::RunState;

pub(super) async fn claim(writer: &SqlitePool, run_id: i64) -> StoreResult<Option<(RunKey, RunRecord)>> {
    let mut tx = writer.begin_with("BEGIN IMMEDIATE").await.map_err(unavailable)?;
    let fence = Uuid::new_v4();
    let claimed = sqlx::query(
        "UPDATE runs SET epoch = epoch + 1, fence = ? WHERE id = ? AND status = 'running' RETURNING portfolio_id",
    )
    .bind(fence.to_string())
    .bind(run_id)
    .fetch_optional(&mut *tx)
    .await
    .map_err(unavailable)?;
    let Some(row) = claimed else { return Ok(None) };
    let key = RunKey { run_id, portfolio_id: rows::id(&row, "portfolio_id")?, fence };
    let run = run_reads::run_by_id(&mut tx, run_id).await?;
    tx.commit().await.map_err(unavailable)?;
    Ok(Some((key, run)))
}

pub(super) async fn start(writer: &SqlitePool, key: RunKey, data_notice: Option<&str>) -> StoreResult<()> {
    // A worker that died while it waited does not count.
    let statement =
        format!("UPDATE runs SET start_count = start_count - waiting + 1, waiting = 0, data_notice = ?4 WHERE {HELD}");
    let started = held(statement, key).bind(data_notice).execute(writer).await.map_err(unavailable)?;
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
        .map_err(unavailable)?;
    tx.commit().await.map_err(unavailable)
}

pub(super) async fn append(writer: &SqlitePool, key: RunKey, state: &RunState) -> StoreResult<()> {
    let mut tx = begin(writer, key, state).await?;
    insert_entries(&mut tx, key, state).await?;
    tx.commit().await.map_err(unavailable)
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
    add_bytes(&mut tx, key, finished.output.len()).await?;
    tx.commit().await.map_err(unavailable)
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
            .map_err(unavailable)?;
    }
    // What counts as getting further starts again from what is left.
    sqlx::query("UPDATE runs SET furthest = ? WHERE id = ?")
        .bind(rows::signed(state.furthest()))
        .bind(key.run_id)
        .execute(&mut *tx)
        .await
        .map_err(unavailable)?;
    tx.commit().await.map_err(unavailable)
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
        .map_err(unavailable)?;
    tx.commit().await.map_err(unavailable)
}

/// Whether whoever writes has the run; see [`held`].
const HELD: &str = "id = ?1 AND portfolio_id = ?2 AND fence = ?3 AND status = 'running'";

/// A statement with [`HELD`] in it, bound to this key. Its other parameters begin with `?4`.
fn held(statement: String, key: RunKey) -> Query<'static, Sqlite, SqliteArguments> {
    sqlx::query(AssertSqlSafe(statement))
        .bind(key.run_id)
        .bind(key.portfolio_id.to_string())
        .bind(key.fence.to_string())
}

/// Begins a write by this worker, or finds that another has taken the run. Notes how far the run
/// is; one that got further than any worker before has only this worker to count.
async fn begin<'a>(writer: &SqlitePool, key: RunKey, state: &RunState) -> StoreResult<Transaction<'a, Sqlite>> {
    let mut tx = writer.begin_with("BEGIN IMMEDIATE").await.map_err(unavailable)?;
    let statement = format!(
        "UPDATE runs SET version = MAX(version, ?4), percent = MAX(percent, ?5), facts = COALESCE(?6, facts), \
         plan = COALESCE(?7, plan), waiting = ?8, start_count = CASE WHEN ?9 > furthest THEN 1 ELSE start_count END, \
         furthest = MAX(furthest, ?9) WHERE {HELD}"
    );
    let updated = held(statement, key)
        .bind(rows::signed(state.version))
        .bind(state.percent)
        .bind(state.facts.as_ref().map(rows::to_json).transpose()?)
        .bind(state.plan.is_known().then(|| rows::to_json(&state.plan)).transpose()?)
        .bind(state.is_waiting())
        .bind(rows::signed(state.furthest()))
        .execute(&mut *tx)
        .await
        .map_err(unavailable)?;
    if updated.rows_affected() == 0 { Err(StoreError::Fenced) } else { Ok(tx) }
}

async fn insert_entries(tx: &mut Transaction<'_, Sqlite>, key: RunKey, state: &RunState) -> StoreResult<()> {
    let mut bytes = 0;
    for entry in state.unsaved() {
        // The flush at every 100 ms and the end of a phase may both carry an entry; it is the same entry.
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
        .map_err(unavailable)?;
        if inserted.rows_affected() == 1 {
            bytes += entry.message.len();
        }
    }
    if bytes > 0 { add_bytes(tx, key, bytes).await } else { Ok(()) }
}

/// Counts bytes that the run stores, for its owner's quota.
async fn add_bytes(tx: &mut Transaction<'_, Sqlite>, key: RunKey, bytes: usize) -> StoreResult<()> {
    sqlx::query("UPDATE runs SET bytes = bytes + ? WHERE id = ?")
        .bind(rows::signed(bytes as u64))
        .bind(key.run_id)
        .execute(&mut **tx)
        .await
        .map_err(unavailable)?;
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
    sqlx::query(
        "INSERT OR REPLACE INTO phases (run_id, phase_id, status, current, total, warnings, warned, started_ms, \
         completed_ms, summary, reused, fingerprint, provisional, output) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
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
    .execute(&mut **tx)
    .await
    .map_err(unavailable)?;
    Ok(())
}

pub(super) async fn purge(writer: &SqlitePool, before_ms: i64) -> StoreResult<u64> {
    let mut tx = writer.begin_with("BEGIN IMMEDIATE").await.map_err(unavailable)?;
    let deleted = sqlx::query(
        "DELETE FROM entries WHERE run_id IN (SELECT id FROM runs WHERE status <> 'running' AND completed_ms < ?)",
    )
    .bind(before_ms)
    .execute(&mut *tx)
    .await
    .map_err(unavailable)?;
    jobs::delete_finished(&mut tx).await?;
    tx.commit().await.map_err(unavailable)?;
    if deleted.rows_affected() > 0 {
        portfolios::truncate_log(writer).await;
    }
    Ok(deleted.rows_affected())
}
