//! The end of a run, however it comes: what is said, what is stored, what a person is told.

use std::time::Duration;

use super::{BatchContext, Control, Stop};
use crate::{
    server::{
        store::{RunKey, StoreError},
        tracker::{Event, LiveRun},
    },
    status::{LogLevel, RunError},
};

/// How long to wait before the end of a run is offered again to a store that did not take it.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Ends a run whose nine phases completed.
///
/// # Errors
/// When the store did not take it.
pub(super) async fn complete(context: &BatchContext, key: RunKey, live: &LiveRun) -> Result<(), Stop> {
    let next = live.preview([line(LogLevel::Info, "Batch processing completed successfully"), Event::Completed]);
    context.store.finish_run(key, &next).await?;
    live.publish(next);
    Ok(())
}

/// Ends a run that stopped before its end.
pub(super) async fn stopped(context: &BatchContext, key: RunKey, live: &LiveRun, control: &Control, stop: Stop) {
    let phase = live.read(crate::server::tracker::RunState::running_phase);
    let (code, message, last_line) = match stop {
        Stop::Fenced => return tracing::warn!(run_id = key.run_id, "another worker has this run; leaving it"),
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
    live.report(Event::Log { phase: None, level, message: last_line });
    live.report(Event::Failed(RunError { code: code.to_owned(), message, phase_id: phase }));
    // The page knows already; a store that is locked or full gets the end as soon as it can take it.
    loop {
        let state = live.read(Clone::clone);
        match context.store.finish_run(key, &state).await {
            Ok(()) => return live.mark_saved(state.last_line),
            Err(StoreError::Unavailable(error)) if control.checkpoint() != Err(Stop::Shutdown) => {
                tracing::error!(run_id = key.run_id, %error, "the end of a run is not stored yet; trying again");
                tokio::time::sleep(RETRY_AFTER).await;
            }
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
