//! The end of a phase and of a run, however it comes: what is said, what is stored, what a person is told.
//!
//! Nothing is shown as ended before the store has it: what the next start would not find is not true yet.

use std::time::Duration;

use status::{CANCELLED, LogLevel, Phase, RunError};

use super::{ActiveRun, Stop, active_run::STORE_RETRY};
use crate::server::{
    store::{FinishedPhase, StoreError, StoreResult},
    tracker::{Event, RunState, support},
};

/// How long the store may take before it is said that results wait for it.
const SAID_AFTER: Duration = Duration::from_secs(1);

/// How long what is to be stored is offered to a store that does not take it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GivesUp {
    /// Until the run is cancelled or the server shuts down.
    WhenStopped,
    /// Until the server shuts down: it is the end of the run itself.
    AtShutdown,
}

/// Ends a run whose nine phases completed.
///
/// # Errors
/// When the store did not take it.
pub(super) async fn complete(active: &ActiveRun) -> Result<(), Stop> {
    let end = [line(LogLevel::Info, "Batch processing completed successfully"), Event::Completed];
    publish_stored(active, &end, None, GivesUp::WhenStopped).await
}

/// Shows what `events` lead to once the store has it, with the phase that they finish or as the end of the run. A
/// database that is locked or full is waited for, and said to be.
///
/// # Errors
/// When the store says no, or the run is stopped while it waits.
pub(super) async fn publish_stored(
    active: &ActiveRun,
    events: &[Event],
    finished: Option<&FinishedPhase>,
    gives_up: GivesUp,
) -> Result<(), Stop> {
    let ActiveRun { live, control, .. } = active;
    let mut is_waiting = false;
    loop {
        // Anew each time: what is reported meanwhile must not be lost.
        let recovered = is_waiting.then(|| line(LogLevel::Info, "The database takes results again"));
        let next = live.preview(recovered.into_iter().chain(events.iter().cloned()));
        let error = match written(active, &next, finished).await {
            Ok(()) => {
                live.publish(next);
                return Ok(());
            }
            Err(StoreError::Busy(error)) => error,
            // The end of a run has nowhere else to go.
            Err(StoreError::Unavailable(error)) if gives_up == GivesUp::AtShutdown => error,
            Err(error) => return Err(error.into()),
        };
        if !is_waiting {
            tracing::warn!(%error, "the database takes no results; offering them again");
            let said = "The database takes no results at the moment; they are kept and offered again";
            live.report(line(LogLevel::Warning, said));
            live.report(Event::StoreBusy);
            is_waiting = true;
        }
        let stopped = async {
            match gives_up {
                GivesUp::WhenStopped => control.stopped().await,
                GivesUp::AtShutdown => control.shut_down().await,
            }
        };
        tokio::select! {
            () = tokio::time::sleep(STORE_RETRY) => {}
            () = stopped => return Err(control.checkpoint().err().unwrap_or(Stop::Shutdown)),
        }
    }
}

/// Stores a finished phase, or the end of the run; says so where the store takes its time.
async fn written(active: &ActiveRun, next: &RunState, finished: Option<&FinishedPhase>) -> StoreResult<()> {
    let ActiveRun { context, key, live, .. } = active;
    let mut write = match finished {
        Some(phase) => context.store.finish_phase(*key, next, phase),
        None => context.store.finish_run(*key, next),
    };
    tokio::select! {
        stored = &mut write => stored,
        () = tokio::time::sleep(SAID_AFTER) => {
            live.report(Event::StoreBusy);
            write.await
        }
    }
}

/// Ends a run that stopped before its end, or leaves it to another process.
pub(super) async fn stopped(active: &ActiveRun, stop: Stop) {
    let phase = active.live.read(RunState::running_phase);
    let (code, message, last_line) = match stop {
        Stop::Fenced => return leave_to_another(active),
        Stop::Shutdown => return leave_resumable(active).await,
        Stop::Cancelled => (CANCELLED, "You cancelled this setup.".to_owned(), "Cancelled by you".to_owned()),
        Stop::Failed { code, message } => {
            let at = phase.map_or_else(|| "Setup".to_owned(), |phase| phase.name().to_owned());
            let said = format!("{at} failed: {message}");
            (code, message, said)
        }
    };
    let identity = active.live.identity();
    let support_code = support::code(identity.portfolio_id, identity.attempt);
    tracing::info!(code, support_code, phase = phase.map(Phase::id), "run failed: {message}");
    let level = if code == CANCELLED { LogLevel::Info } else { LogLevel::Error };
    let end = [line(level, last_line), Event::Failed(RunError::new(code, message, phase))];
    match publish_stored(active, &end, None, GivesUp::AtShutdown).await {
        Ok(()) => {}
        Err(Stop::Fenced) => leave_to_another(active),
        Err(stop) => tracing::error!(?stop, "the end of a run was not stored; the next start finds it again"),
    }
}

/// What is shown of it from now on is what the other one stores.
fn leave_to_another(active: &ActiveRun) {
    tracing::warn!("another worker has this run, or it is gone; leaving it");
    active.context.tracker.forget(&active.live);
}

async fn leave_resumable(active: &ActiveRun) {
    active.live.report(line(LogLevel::Info, "The server is restarting; this setup goes on afterwards"));
    let state = active.live.read(Clone::clone);
    if let Err(error) = active.context.store.give_back(active.key, &state, active.start_count).await {
        tracing::error!(?error, "the last entries before a shutdown were not stored");
    }
}

pub(super) fn line(level: LogLevel, message: impl Into<String>) -> Event {
    Event::Log { phase: None, level, message: message.into() }
}
