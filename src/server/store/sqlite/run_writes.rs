//! Writing runs. Every write checks the run's epoch first and is one transaction: a worker that was taken for
//! dead and comes back finds a newer epoch and writes nothing.

use sqlx::{Sqlite, SqlitePool, Transaction};

use super::{FinishedPhase, RunKey, StoreError, StoreResult, StoredRun, jobs, rows, run_reads, unavailable};
use crate::{
    server::tracker::RunState,
    status::{Phase, PhaseState},
};

pub(super) async fn claim(writer: &SqlitePool, run_id: i64) -> StoreResult<Option<(RunKey, StoredRun)>> {
    let mut tx = writer.begin_with("BEGIN IMMEDIATE").await.map_err(unavailable)?;
    let claimed = sqlx::query("UPDATE runs SET epoch = epoch + 1 WHERE id = ? AND status = 'running' RETURNING epoch")
        .bind(run_id)
        .fetch_optional(&mut *tx)
        .await
        .map_err(unavailable)?;
    let Some(row) = claimed else { return Ok(None) };
    let key = RunKey { run_id, epoch: rows::integer(&row, "epoch")? };
    let run = run_reads::unfinished_run(&mut tx, run_id).await?;
    tx.commit().await.map_err(unavailable)?;
    Ok(run.map(|run| (key, run)))
}

pub(super) async fn start(writer: &SqlitePool, key: RunKey, data_notice: Option<&str>) -> StoreResult<()> {
    let started = sqlx::query(
        "UPDATE runs SET takes = takes + 1, data_notice = ? WHERE id = ? AND epoch = ? AND status = 'running'",
    )
    .bind(data_notice)
    .bind(key.run_id)
    .bind(key.epoch)
    .execute(writer)
    .await
    .map_err(unavailable)?;
    if started.rows_affected() == 0 { Err(StoreError::Fenced) } else { Ok(()) }
}

pub(super) async fn give_back(writer: &SqlitePool, key: RunKey, state: &RunState, crashes: u32) -> StoreResult<()> {
    let mut tx = begin(writer, key, state).await?;
    insert_entries(&mut tx, key, state).await?;
    set_takes(&mut tx, key, i64::from(crashes)).await?;
    tx.commit().await.map_err(unavailable)
}

async fn set_takes(tx: &mut Transaction<'_, Sqlite>, key: RunKey, takes: i64) -> StoreResult<()> {
    sqlx::query("UPDATE runs SET takes = ? WHERE id = ?")
        .bind(takes)
        .bind(key.run_id)
        .execute(&mut **tx)
        .await
        .map_err(unavailable)?;
    Ok(())
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
    upsert_phase(&mut tx, key, state, finished.phase, &finished.fingerprint, Some(&finished.output)).await?;
    // It got further: only this worker counts from here on.
    set_takes(&mut tx, key, 1).await?;
    tx.commit().await.map_err(unavailable)
}

pub(super) async fn finish_run(writer: &SqlitePool, key: RunKey, state: &RunState) -> StoreResult<()> {
    let mut tx = begin(writer, key, state).await?;
    insert_entries(&mut tx, key, state).await?;
    for phase in Phase::ALL {
        if state.phases[phase.index()].state == PhaseState::Failed {
            upsert_phase(&mut tx, key, state, phase, "", None).await?;
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

/// Begins a write by this worker, or finds that another has taken the run. Notes how far the run is.
async fn begin<'a>(writer: &SqlitePool, key: RunKey, state: &RunState) -> StoreResult<Transaction<'a, Sqlite>> {
    let mut tx = writer.begin_with("BEGIN IMMEDIATE").await.map_err(unavailable)?;
    let updated = sqlx::query(
        "UPDATE runs SET version = MAX(version, ?), percent = MAX(percent, ?), facts = COALESCE(?, facts), \
         plan = COALESCE(?, plan) \
         WHERE id = ? AND epoch = ? AND status = 'running'",
    )
    .bind(rows::signed(state.version))
    .bind(state.percent)
    .bind(state.facts.as_ref().map(rows::to_json).transpose()?)
    .bind(state.plan.is_known().then(|| rows::to_json(&state.plan)).transpose()?)
    .bind(key.run_id)
    .bind(key.epoch)
    .execute(&mut *tx)
    .await
    .map_err(unavailable)?;
    if updated.rows_affected() == 0 { Err(StoreError::Fenced) } else { Ok(tx) }
}

async fn insert_entries(tx: &mut Transaction<'_, Sqlite>, key: RunKey, state: &RunState) -> StoreResult<()> {
    for entry in state.unsaved() {
        // The flush at every 100 ms and the end of a phase may both carry an entry; it is the same entry.
        sqlx::query(
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
    }
    Ok(())
}

async fn upsert_phase(
    tx: &mut Transaction<'_, Sqlite>,
    key: RunKey,
    state: &RunState,
    phase: Phase,
    fingerprint: &str,
    output: Option<&[u8]>,
) -> StoreResult<()> {
    let record = &state.phases[phase.index()];
    sqlx::query(
        "INSERT OR REPLACE INTO phases (run_id, phase_id, status, current, total, warnings, warned, started_ms, \
         completed_ms, summary, reused, fingerprint, output) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
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
    .bind(fingerprint)
    .bind(output)
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
    Ok(deleted.rows_affected())
}
