//! Ends phases and runs: writes the last log lines, stores the results, and chooses the message for
//! the user.
//!
//! A phase or run is shown as ended only after the store has recorded its end. Otherwise, a restart
//! could undo an end that the user has already seen.

use std::time::Duration;

use status::{Failure, LogLevel, Phase, RunError, STORE_BUSY};

use super::{ActiveRun, Stop, active_run::STORE_RETRY};
use crate::server::{
    store::{FinishedPhase, StoreError, StoreResult},
    tracker::{Event, RunState},
};

/// If a write takes longer than this, the page shows that results are waiting to be stored.
const BUSY_NOTICE_AFTER: Duration = Duration::from_secs(1);

/// How long a rejected write to the store is retried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RetryUntil {
    /// Retries until the run is cancelled or the server shuts down.
    Stopped,
    /// Retries until the server shuts down. Used for the end of a run, which must be stored even
    /// after a cancellation.
    Shutdown,
}

/// Ends a run whose nine phases have completed.
///
/// # Errors
/// Returns [`Stop`] if the store rejects the write, or if the run is stopped during the wait for
/// the store.
pub(super) async fn complete(active: &ActiveRun) -> Result<(), Stop> {
    let end = [log_event(LogLevel::Info, "Batch processing completed successfully"), Event::Completed];
    publish_stored(active, &end, None, RetryUntil::Stopped).await
}

/// Stores the state that the run has after `events`, and publishes that state once it is stored.
/// `finished` is the phase that the events complete, or `None` if they end the run. While the
/// database is locked or full, retries the write and mentions this in the run's log.
///
/// # Errors
/// Returns [`Stop`] if the store rejects the write, or if the run is stopped during the wait for
/// the store.
pub(super) async fn publish_stored(
    active: &ActiveRun,
    events: &[Event],
    finished: Option<&FinishedPhase>,
    retry_until: RetryUntil,
) -> Result<(), Stop> {
    let ActiveRun { live, control, .. } = active;
    let mut is_waiting = false;
    loop {
        // The state is recomputed for each try, so that it includes everything reported in the
        // meantime.
        let recovered = is_waiting.then(|| log_event(LogLevel::Info, "Saving works again"));
        let next = live.preview(recovered.into_iter().chain(events.iter().cloned()));
        let error = match write_to_store(active, &next, finished).await {
            Ok(()) => {
                live.publish(next);
                return Ok(());
            }
            Err(StoreError::Busy(error)) => error,
            // The end of a run is recorded nowhere else, so its write is retried even if the
            // database refuses it.
            Err(StoreError::Unavailable(error)) if retry_until == RetryUntil::Shutdown => error,
            Err(error) => return Err(error.into()),
        };
        if !is_waiting {
            tracing::warn!(%error, "store busy; retrying");
            live.report(log_event(LogLevel::Warning, STORE_BUSY));
            live.report(Event::StoreBusy);
            is_waiting = true;
        }
        let given_up = async {
            match retry_until {
                RetryUntil::Stopped => control.stopped().await,
                RetryUntil::Shutdown => control.shut_down().await,
            }
        };
        tokio::select! {
            () = tokio::time::sleep(STORE_RETRY) => {}
            () = given_up => return Err(control.checkpoint().err().unwrap_or(Stop::Shutdown)),
        }
    }
}

/// Writes a finished phase or the end of the run to the store. If the write is slow, reports that
/// results are waiting to be stored.
async fn write_to_store(active: &ActiveRun, next: &RunState, finished: Option<&FinishedPhase>) -> StoreResult<()> {
    let ActiveRun { context, key, live, .. } = active;
    let mut write = match finished {
        Some(phase) => context.store.finish_phase(*key, next, phase),
        None => context.store.finish_run(*key, next),
    };
    tokio::select! {
        stored = &mut write => stored,
        () = tokio::time::sleep(BUSY_NOTICE_AFTER) => {
            live.report(Event::StoreBusy);
            write.await
        }
    }
}

/// Ends a run that did not complete, or leaves it to another process.
pub(super) async fn end_early(active: &ActiveRun, stop: Stop) {
    let phase = active.live.read(RunState::running_phase);
    let (failure, message, last_line) = match stop {
        Stop::Fenced => return leave_to_another(active),
        Stop::Shutdown => return leave_resumable(active).await,
        // The owner, admins and readers of a shared link read the same log, so it addresses none of
        // them.
        Stop::Cancelled => {
            (Failure::Cancelled, "This setup was cancelled.".to_owned(), "Setup was cancelled".to_owned())
        }
        Stop::Failed { failure, message } => {
            let at = phase.map_or_else(|| "Setup".to_owned(), |phase| phase.name().to_owned());
            let last_line = format!("{at} failed: {message}");
            (failure, message, last_line)
        }
    };
    let phase_id = phase.map(Phase::id);
    let code = failure.code();
    let level = if failure == Failure::Cancelled {
        tracing::info!(phase_id, "run cancelled");
        LogLevel::Info
    } else {
        tracing::info!(code, phase_id, error = message, "run failed");
        LogLevel::Error
    };
    let end = [log_event(level, last_line), Event::Failed(RunError::new(code, message, phase))];
    match publish_stored(active, &end, None, RetryUntil::Shutdown).await {
        Ok(()) => {}
        Err(Stop::Fenced) => leave_to_another(active),
        Err(stop) => tracing::error!(?stop, "end of run not stored; next start resumes the run"),
    }
}

/// Stops tracking the run in this process, so that readers see the state stored by the worker that
/// has taken it over.
fn leave_to_another(active: &ActiveRun) {
    tracing::warn!("run deleted or taken over by another worker; leaving it");
    active.context.tracker.forget(&active.live);
}

async fn leave_resumable(active: &ActiveRun) {
    active.live.report(log_event(LogLevel::Info, "The server is restarting; setup continues afterwards"));
    let state = active.live.read(Clone::clone);
    if let Err(error) = active.context.store.give_back(active.key, &state, active.start_count).await {
        tracing::error!(?error, "last log entries before shutdown not stored");
    }
}

pub(super) fn log_event(level: LogLevel, message: impl Into<String>) -> Event {
    Event::Log { phase: None, level, message: message.into() }
}
