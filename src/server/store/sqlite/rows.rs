//! Converts between database columns and Rust values. If a column holds a value that this program
//! cannot have written, the conversion returns [`StoreError::Unavailable`] instead of panicking.

use serde::{Serialize, de::DeserializeOwned};
use sqlx::{Row, sqlite::SqliteRow};
use status::{LogLevel, Phase, PhaseState, RunStatus};
use uuid::Uuid;

use super::{StoreError, StoreResult, store_error};
use crate::server::{
    store::{AcceptedRun, QueueState},
    tracker::{Entry, PhaseRecord},
};

/// Returns the error for a column that holds an unexpected value.
fn unreadable(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> StoreError {
    StoreError::Unavailable(error.into())
}

pub(super) fn text(row: &SqliteRow, column: &str) -> StoreResult<String> {
    row.try_get(column).map_err(store_error)
}

pub(super) fn integer(row: &SqliteRow, column: &str) -> StoreResult<i64> {
    row.try_get(column).map_err(store_error)
}

pub(super) fn optional_integer(row: &SqliteRow, column: &str) -> StoreResult<Option<i64>> {
    row.try_get(column).map_err(store_error)
}

pub(super) fn count<T: TryFrom<i64>>(row: &SqliteRow, column: &str) -> StoreResult<T> {
    T::try_from(integer(row, column)?).map_err(|_| unreadable(format!("{column} is out of range")))
}

pub(super) fn id(row: &SqliteRow, column: &str) -> StoreResult<Uuid> {
    text(row, column)?.parse().map_err(unreadable)
}

pub(super) fn optional_id(row: &SqliteRow, column: &str) -> StoreResult<Option<Uuid>> {
    let value: Option<String> = row.try_get(column).map_err(store_error)?;
    value.map(|value| value.parse().map_err(unreadable)).transpose()
}

/// Returns whether a stored run waits. Every worker that takes a run increases its epoch.
pub(super) fn queue_state(row: &SqliteRow) -> StoreResult<QueueState> {
    Ok(if integer(row, "epoch")? == 0 { QueueState::NotTaken } else { QueueState::NotWaiting })
}

pub(super) fn json<T: DeserializeOwned>(text: &str) -> StoreResult<T> {
    serde_json::from_str(text).map_err(unreadable)
}

pub(super) fn optional_json<T: DeserializeOwned>(row: &SqliteRow, column: &str) -> StoreResult<Option<T>> {
    let value: Option<String> = row.try_get(column).map_err(store_error)?;
    value.map(|value| json(&value)).transpose()
}

pub(super) fn to_json<T: Serialize>(value: &T) -> StoreResult<String> {
    serde_json::to_string(value).map_err(unreadable)
}

/// Converts an unsigned number to SQLite's signed 64-bit integer. The numbers in use, such as row
/// counts and times in milliseconds, stay far below 2^63.
pub(super) fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

pub(super) fn run_status(word: &str) -> StoreResult<RunStatus> {
    json(&format!("\"{word}\""))
}

pub(super) fn status_word(status: RunStatus) -> &'static str {
    match status {
        RunStatus::Running => "running",
        RunStatus::Completed => "completed",
        RunStatus::Failed | RunStatus::NotFound => "failed",
    }
}

pub(super) fn phase_word(state: PhaseState) -> &'static str {
    if state == PhaseState::Completed { "completed" } else { "failed" }
}

pub(super) fn level_word(level: LogLevel) -> &'static str {
    level.file_word()
}

fn level(word: &str) -> StoreResult<LogLevel> {
    [LogLevel::Debug, LogLevel::Info, LogLevel::Warning, LogLevel::Error]
        .into_iter()
        .find(|level| level_word(*level) == word)
        .ok_or_else(|| unreadable(format!("log level {word}")))
}

pub(super) fn phase(id: &str) -> StoreResult<Phase> {
    Phase::from_id(id).ok_or_else(|| unreadable(format!("phase {id}")))
}

pub(super) fn phase_record(row: &SqliteRow) -> StoreResult<(Phase, PhaseRecord)> {
    let completed = text(row, "status")? == "completed";
    let record = PhaseRecord {
        state: if completed { PhaseState::Completed } else { PhaseState::Failed },
        current: count(row, "current")?,
        total: count(row, "total")?,
        share: if completed { 1.0 } else { 0.0 },
        left_ms: None,
        warnings: count(row, "warnings")?,
        warned: json(&text(row, "warned")?)?,
        is_provisional: integer(row, "provisional")? != 0,
        // A run stays readable without its drawings, for example if a later version of the program
        // has stored them.
        found: json(&text(row, "found")?).unwrap_or_default(),
        started_ms: optional_integer(row, "started_ms")?,
        completed_ms: optional_integer(row, "completed_ms")?,
        summary: row.try_get("summary").map_err(store_error)?,
        reused: integer(row, "reused")? != 0,
        // Depends on the log, which is in another table.
        first_seq: None,
    };
    Ok((phase(&text(row, "phase_id")?)?, record))
}

pub(super) fn entry(row: &SqliteRow) -> StoreResult<Entry> {
    let phase_id: Option<String> = row.try_get("phase_id").map_err(store_error)?;
    Ok(Entry {
        line: count(row, "line")?,
        seq: count(row, "seq")?,
        at_ms: integer(row, "at_ms")?,
        level: level(&text(row, "level")?)?,
        phase: phase_id.as_deref().map(phase).transpose()?,
        message: text(row, "message")?,
    })
}

pub(super) fn accepted_run(row: &SqliteRow) -> StoreResult<AcceptedRun> {
    Ok(AcceptedRun {
        run_id: integer(row, "id")?,
        owner: text(row, "owner")?,
        portfolio_id: id(row, "portfolio_id")?,
        attempt: count(row, "attempt")?,
        from_start: integer(row, "from_start")? != 0,
        is_new: true,
    })
}
