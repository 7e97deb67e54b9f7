//! One run: takes it, resumes or reuses what is finished, computes the rest, ends it.
//!
//! A phase counts as completed once the store has its result, its record and every entry so far, in one
//! transaction; only then is it shown as completed. So a restart finds each phase either whole or not begun.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures::FutureExt;

use sha2::{Digest, Sha256};

use super::{
    BatchContext, Control, Outputs, Reporter, Stop,
    finish::{self, line},
    phases::{self, Input},
    plan,
    worker::Worker,
};
use crate::{
    server::{
        market_data::MarketData,
        store::{FinishedPhase, Portfolio, RunKey, StoreError, StoredRun},
        tracker::{Event, LiveRun, RunState},
    },
    status::{LogLevel, Phase, PhaseState, RunStatus},
};

/// Entries reach the store at least this often.
const FLUSH_EVERY: Duration = Duration::from_millis(100);

/// A run whose workers died this often without getting further is failed: the next one would die too.
const MOST_CRASHES: u32 = 3;

/// Part of every fingerprint: grows when a phase would compute something else from the same input.
const ANALYTICS_VERSION: u32 = 1;

/// Runs a setup to its end, or to where it must stop.
pub(super) async fn run(
    context: &BatchContext,
    run: &StoredRun,
    live: &LiveRun,
    control: &Control,
    worker: &mut Worker,
) {
    if worker.is_in_line() {
        // A run that is stopped while it waits ends as any other, which needs no worker.
        let _ = worker.ready(control).await;
    }
    if run.crashes + 1 == MOST_CRASHES {
        let said = "Interrupted again before it got further; going on when no other such setup is at work";
        live.report(line(LogLevel::Info, said));
        // As above.
        let _ = worker.be_alone(control).await;
    }
    let Some((key, portfolio)) = take(context, run, control).await else { return };
    let flushing = tokio::spawn(flush(context.clone(), key, live.clone()));
    let computed = AssertUnwindSafe(compute(context, key, run, &portfolio, live, control, worker)).catch_unwind();
    let outcome = match computed.await {
        Ok(Ok(())) => finish::complete(context, key, live, control).await,
        Ok(Err(stop)) => Err(stop),
        Err(_) => {
            tracing::error!(run_id = key.run_id, "a run panicked");
            Err(phases::our_own_error())
        }
    };
    flushing.abort();
    if let Err(stop) = outcome {
        finish::stopped(context, key, live, control, stop).await;
    }
    live.read(|state| {
        if state.status != RunStatus::Running {
            context.metrics.run_ended(state);
        }
    });
}

/// Takes the run for this worker; waits for a store that does not answer.
async fn take(context: &BatchContext, run: &StoredRun, control: &Control) -> Option<(RunKey, Portfolio)> {
    let notice = context.market_data.facts().notice;
    let key = loop {
        match context.store.take_run(run.run_id, notice.as_deref()).await {
            Ok(key) => break key,
            Err(error) => wait_out(error, control).await?,
        }
    };
    loop {
        match context.store.portfolio(&run.owner, run.portfolio_id).await {
            Ok(portfolio) => return portfolio.map(|portfolio| (key, portfolio)),
            Err(error) => wait_out(error, control).await?,
        }
    }
}

/// Waits a moment for a store that does not answer; `None` when it said no, or the server stops.
async fn wait_out(error: StoreError, control: &Control) -> Option<()> {
    let is_silent = matches!(Stop::from(error), Stop::Failed { .. });
    if !is_silent || control.checkpoint() == Err(Stop::Shutdown) {
        return None;
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    Some(())
}

async fn compute(
    context: &BatchContext,
    key: RunKey,
    run: &StoredRun,
    portfolio: &Portfolio,
    live: &LiveRun,
    control: &Control,
    worker: &mut Worker,
) -> Result<(), Stop> {
    control.checkpoint()?;
    if key.crashes >= MOST_CRASHES {
        let message = format!(
            "The setup crashed {} times at the same place and was stopped. Your positions are kept; retry, and report it if it happens again.",
            key.crashes
        );
        return Err(Stop::failed("crashed_repeatedly", message));
    }
    let input = Arc::new(Input::new(portfolio, context.market_data.factors(), key.run_id.unsigned_abs()));
    let fingerprint = fingerprint(portfolio, context.market_data.as_ref());
    let market_data_ms = tokio::select! {
        expected = phases::market_data::expected_ms(&input, context.market_data.as_ref()) => expected,
        () = control.stopped() => return control.checkpoint(),
    };
    live.expect(plan::of(context.store.as_ref(), plan::Workload::of(&input, market_data_ms)).await);

    let mut outputs = Outputs::default();
    for stored in context.store.outputs(&run.owner, run.portfolio_id, run.attempt).await? {
        outputs.read(stored.phase, &stored.output).map_err(|why| Stop::failed("internal_error", why))?;
    }
    let resumed = live.read(RunState::phases_completed) > 0 || live.read(|state| state.last_line) > 0;
    live.report(line(
        LogLevel::Info,
        if resumed {
            "Continuing after a restart".to_owned()
        } else {
            let id = portfolio.id.to_string();
            format!("Starting batch processing for portfolio {}...", id.split('-').next().unwrap_or_default())
        },
    ));
    let mut reusable = if run.from_start { Vec::new() } else { reusable(context, run, &fingerprint).await? };

    for phase in Phase::ALL {
        if live.read(|state| state.phases[phase.index()].state) == PhaseState::Completed {
            continue;
        }
        if let Some(at) = reusable.iter().position(|reuse: &Reusable| reuse.finished.phase == phase) {
            let reuse = reusable.swap_remove(at);
            outputs.read(phase, &reuse.finished.output).map_err(|why| Stop::failed("internal_error", why))?;
            take_over(context, key, live, control, reuse).await?;
            continue;
        }
        // What comes after a phase that is computed anew is computed anew.
        reusable.clear();
        if phase != Phase::MarketData {
            worker.ready(control).await?;
        }
        let reporter = Reporter::new(live.clone(), phase, control.clone());
        let summary = phases::run(phase, &input, &mut outputs, context.market_data.as_ref(), &reporter).await?;
        let output = outputs.write(phase).map_err(|why| Stop::failed("internal_error", why))?;
        let end = [
            Event::Log {
                phase: Some(phase),
                level: LogLevel::Info,
                message: format!("Phase {} complete: {summary}", phase.number()),
            },
            Event::PhaseCompleted { phase, summary },
        ];
        // What may come out better the next time is not for later attempts.
        let is_final = !outputs.market.as_ref().is_some_and(|panel| panel.is_provisional);
        let fingerprint = if is_final { fingerprint.clone() } else { String::new() };
        let finished = FinishedPhase { phase, fingerprint, output };
        finish::publish_stored(context, key, live, control, &end, Some(&finished)).await?;
        worker.is_cleared();
    }
    Ok(())
}

/// A finished phase of an earlier attempt.
struct Reusable {
    attempt: u32,
    record: crate::server::tracker::PhaseRecord,
    facts: Option<crate::status::Summary>,
    finished: FinishedPhase,
}

/// The phases that the attempt before this one finished from the same inputs.
async fn reusable(context: &BatchContext, run: &StoredRun, fingerprint: &str) -> Result<Vec<Reusable>, Stop> {
    let Some(attempt) = run.attempt.checked_sub(1).filter(|&attempt| attempt > 0) else { return Ok(Vec::new()) };
    let Some(earlier) = context.store.run(&run.owner, run.portfolio_id, Some(attempt)).await? else {
        return Ok(Vec::new());
    };
    let outputs = context.store.outputs(&run.owner, run.portfolio_id, attempt).await?;
    Ok(outputs
        .into_iter()
        .filter(|stored| stored.fingerprint == fingerprint)
        .map(|stored| Reusable {
            attempt,
            record: earlier.phases[stored.phase.index()].clone(),
            facts: earlier.facts.clone(),
            finished: FinishedPhase { phase: stored.phase, fingerprint: stored.fingerprint, output: stored.output },
        })
        .collect())
}

/// Takes over a finished phase of an earlier attempt, with its counts and warnings, and says so.
async fn take_over(
    context: &BatchContext,
    key: RunKey,
    live: &LiveRun,
    control: &Control,
    reuse: Reusable,
) -> Result<(), Stop> {
    let phase = reuse.finished.phase;
    let summary = reuse.record.summary.clone().unwrap_or_default();
    let message = format!("Phase {} reused from attempt {}: {summary}", phase.number(), reuse.attempt);
    let mut events = vec![
        Event::PhaseStarted { phase, total: reuse.record.total },
        Event::Progress { current: reuse.record.current, done: 1.0, left_ms: None },
        Event::Log { phase: Some(phase), level: LogLevel::Info, message },
        Event::PhaseTakenOver { phase, summary, warnings: reuse.record.warnings },
    ];
    if phase == Phase::MarketData {
        events.extend(reuse.facts.map(Event::Facts));
    }
    finish::publish_stored(context, key, live, control, &events, Some(&reuse.finished)).await
}

/// A fingerprint of everything the results depend on: the same one means the same results.
fn fingerprint(portfolio: &Portfolio, market_data: &dyn MarketData) -> String {
    let facts = market_data.facts();
    let parts = serde_json::json!({
        "analytics": ANALYTICS_VERSION,
        "positions": portfolio.positions,
        "cash": portfolio.cash,
        "source": facts.id,
        "as_of": market_data.last_date(chrono::Utc::now()),
        "factors": market_data.factors(),
    });
    let digest = Sha256::digest(parts.to_string());
    digest
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

/// Brings new entries and the percent to the store while the run goes on. A store that does not answer is tried again: the
/// entries stay in memory until it has them.
async fn flush(context: BatchContext, key: RunKey, live: LiveRun) {
    let mut ticks = tokio::time::interval(FLUSH_EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if !live.read(RunState::is_unsaved) {
            continue;
        }
        let state = live.read(Clone::clone);
        match context.store.append(key, &state).await {
            Ok(()) => live.mark_saved(&state),
            Err(error) => tracing::debug!(run_id = key.run_id, ?error, "entries are not stored yet"),
        }
    }
}
