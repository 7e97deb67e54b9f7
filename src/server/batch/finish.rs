//! The end of a run, however it comes: what is said, what is stored, what a person is told.

use std::time::Duration;

use super::{BatchContext, Control, Stop};
use crate::{
    server::{
        store::{FinishedPhase, RunKey, StoreError, StoreResult},
        tracker::{Event, LiveRun, RunState},
    },
    status::{LogLevel, RunError},
};

/// How long the store may take before it is said that results wait for it.
const SAID_AFTER: Duration = Duration::from_secs(1);

/// How long the store may take before the end of a run is shown without it.
const SHOWN_WITHIN: Duration = Duration::from_millis(500);

/// How long to wait before the end of a run is offered again to a store that did not take it.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Ends a run whose nine phases completed.
///
/// # Errors
/// When the store did not take it.
pub(super) async fn complete(
    context: &BatchContext,
    key: RunKey,
    live: &LiveRun,
    control: &Control,
) -> Result<(), Stop> {
    let end = [line(LogLevel::Info, "Batch processing completed successfully"), Event::Completed];
    publish_stored(context, key, live, control, &end, None).await
}

/// Shows what `events` lead to once the store has it, with the phase that they finish or as the end of the run. A database that is locked or full is waited for, and said
/// to be: nothing computed is lost, and nothing is shown that the next start would not find.
///
/// # Errors
/// When the store says no, or the run is stopped while it waits.
pub(super) async fn publish_stored(
    context: &BatchContext,
    key: RunKey,
    live: &LiveRun,
    control: &Control,
    events: &[Event],
    finished: Option<&FinishedPhase>,
) -> Result<(), Stop> {
    let mut is_waiting = false;
    loop {
        // Anew each time: what is reported meanwhile must not be lost.
        let recovered = is_waiting.then(|| line(LogLevel::Info, "The database takes results again"));
        let next = live.preview(recovered.into_iter().chain(events.iter().cloned()));
        match written(context, key, live, &next, finished).await {
            Ok(()) => {
                live.publish(next);
                return Ok(());
            }
            Err(StoreError::Busy(error)) => {
                if !is_waiting {
                    tracing::warn!(%error, "the database takes no results; offering them again");
                    let said = "The database takes no results at the moment; they are kept and offered again";
                    live.report(line(LogLevel::Warning, said));
                    live.report(Event::StoreBusy);
                    is_waiting = true;
                }
                tokio::select! {
                    () = tokio::time::sleep(RETRY_AFTER) => {}
                    () = control.stopped() => control.checkpoint()?,
                }
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// Stores a finished phase, or the end of the run; says so where the store takes its time.
async fn written(
    context: &BatchContext,
    key: RunKey,
    live: &LiveRun,
    next: &RunState,
    finished: Option<&FinishedPhase>,
) -> StoreResult<()> {
    let mut write = match finished {
        Some(phase) => context.store.finish_phase(key, next, phase),
        None => context.store.finish_run(key, next),
    };
    tokio::select! {
        stored = &mut write => stored,
        () = tokio::time::sleep(SAID_AFTER) => {
            live.report(Event::StoreBusy);
            write.await
        }
    }
}

/// Ends a run that stopped before its end.
pub(super) async fn stopped(context: &BatchContext, key: RunKey, live: &LiveRun, control: &Control, stop: Stop) {
    let phase = live.read(RunState::running_phase);
    let (code, message, last_line) = match stop {
        Stop::Fenced => {
            // What is shown of it from now on is what the other one stores.
            context.tracker.forget(live);
            return tracing::warn!(run_id = key.run_id, "another worker has this run; leaving it");
        }
        Stop::Shutdown => return leave_resumable(context, key, live).await,
        Stop::Cancelled => {
            ("cancelled", "You cancelled this setup.".to_owned(), "Setup cancelled by the user".to_owned())
        }
        Stop::Failed { code, message } => {
            let at = phase.map_or_else(|| "Setup".to_owned(), |phase| phase.name().to_owned());
            let said = format!("{at} failed: {message}");
            (code, message, said)
        }
    };
    tracing::info!(run_id = key.run_id, code, phase = phase.map(crate::status::Phase::id), "run failed: {message}");
    let level = if code == "cancelled" { LogLevel::Warning } else { LogLevel::Error };
    let end = [line(level, last_line), Event::Failed(RunError { code: code.to_owned(), message, phase_id: phase })];
    let next = live.preview(end.clone());
    let stored = tokio::time::timeout(SHOWN_WITHIN, context.store.finish_run(key, &next)).await;
    if matches!(stored, Ok(Ok(()))) {
        return live.publish(next);
    }
    // A store that is locked or full does not keep a person waiting: it gets the end as soon as it can take it.
    for event in end {
        live.report(event);
    }
    loop {
        let state = live.read(Clone::clone);
        match context.store.finish_run(key, &state).await {
            Ok(()) => return live.mark_saved(&state),
            Err(StoreError::Busy(error) | StoreError::Unavailable(error))
                if control.checkpoint() != Err(Stop::Shutdown) =>
            {
                tracing::error!(run_id = key.run_id, %error, "the end of a run is not stored yet; trying again");
                tokio::time::sleep(RETRY_AFTER).await;
            }
            // Stored after all, or another worker's: the store knows.
            Err(StoreError::Fenced) => return context.tracker.forget(live),
            Err(error) => return tracing::error!(run_id = key.run_id, ?error, "the end of a run was not stored"),
        }
    }
}

async fn leave_resumable(context: &BatchContext, key: RunKey, live: &LiveRun) {
    live.report(line(LogLevel::Info, "The server is restarting; this setup goes on afterwards"));
    let state = live.read(Clone::clone);
    if let Err(error) = context.store.give_back(key, &state).await {
        tracing::error!(run_id = key.run_id, ?error, "the last entries before a shutdown were not stored");
    }
}

pub(super) fn line(level: LogLevel, message: impl Into<String>) -> Event {
    Event::Log { phase: None, level, message: message.into() }
}
