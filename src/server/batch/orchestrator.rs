//! Executes one run: resumes or reuses finished phases, computes the remaining ones, and ends the
//! run.
//!
//! A phase counts as completed once a single transaction has stored its result, its record and all
//! log entries so far. Only then is the phase shown as completed, so a restart finds each phase
//! either complete or not started.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures::FutureExt;
use sha2::{Digest, Sha256};
use status::{Failure, LogLevel, Phase, PhaseState, RunStatus};
use text::hex;
use tracing::Instrument;

use super::{
    ActiveRun, BatchContext, Outputs, Reporter, RetryUntil, Stop,
    compute_slots::{ComputeSlot, Exclusive},
    finish::{self, log_event},
    found, key_figures,
    model::input::Input,
    outputs::off_thread,
    phases, plan,
};
use crate::server::{
    store::{FinishedPhase, Portfolio, RunKey},
    tracker::{Event, LiveRun, RunIdentity, RunState, support},
};

/// Interval at which new log entries are written to the store.
const FLUSH_INTERVAL: Duration = Duration::from_millis(100);

/// Number of starts without progress after which a run is marked as failed. By then, every worker
/// that started it has died, and the next one would probably die too.
const MAX_STARTS: u32 = 3;

/// Version of the calculations, which is part of every fingerprint (the hash of a run's inputs).
/// Increase it whenever a phase would compute a different result from the same input.
const ANALYTICS_VERSION: u32 = 6;

/// Executes a run until it ends or must stop. Everything that it logs is inside the tracing span
/// `run{run_id, attempt, support_code}`. With the code that a user reads out, an operator finds all
/// lines of the run.
pub(super) async fn run(active: &ActiveRun, slot: &mut ComputeSlot) {
    let RunIdentity { portfolio_id, attempt, .. } = *active.live.identity();
    let support_code = support::code(portfolio_id, attempt);
    let span = tracing::info_span!("run", run_id = active.key.run_id, attempt, %support_code);
    run_to_end(active, slot).instrument(span).await;
}

async fn run_to_end(active: &ActiveRun, slot: &mut ComputeSlot) {
    let flushing = flush(active.context.clone(), FlushedRun::new(active), slot.exclusive());
    let flushing = tokio::spawn(flushing.in_current_span());
    let outcome = match wait_for_slot(active, slot).await {
        // The run has not started yet, so the store has recorded no start that would have to be
        // undone.
        Err(Stop::Shutdown) => {
            flushing.abort();
            return;
        }
        Err(stop) => Err(stop),
        Ok(()) => AssertUnwindSafe(compute(active, slot)).catch_unwind().await.unwrap_or_else(|_| {
            tracing::error!("run panicked");
            Err(phases::internal_error())
        }),
    };
    flushing.abort();
    if let Err(stop) = outcome {
        finish::end_early(active, stop).await;
    }
    active.live.read(|state| {
        if state.status != RunStatus::Running {
            active.context.metrics.run_ended(state);
        }
    });
}

/// Waits until the run may start. A run on the waiting list waits for a compute slot. On its final
/// allowed start, a run also waits until no other run is computing.
async fn wait_for_slot(active: &ActiveRun, slot: &mut ComputeSlot) -> Result<(), Stop> {
    if slot.is_waiting() {
        slot.ready(&active.control).await?;
    }
    if active.start_count + 1 == MAX_STARTS {
        let message = "Interrupted again without progress; continuing once no other setup is being computed";
        active.live.report(log_event(LogLevel::Info, message));
        slot.compute_alone(&active.control).await?;
    }
    active.control.checkpoint()
}

/// Data that is prepared before the first phase starts.
struct Prepared {
    input: Arc<Input>,
    /// Whether `input` has everything that follows from the prices of phase 1: entry prices that
    /// the file does not state, and the settlement of expired options.
    has_market_prices: bool,
    /// Hash of everything that the results depend on.
    fingerprint: String,
    /// Results of the phases that this attempt has already finished.
    outputs: Outputs,
    /// Phases that the previous attempt finished with the same inputs, which this attempt can
    /// reuse.
    reusable: Vec<Reusable>,
}

impl Prepared {
    /// Completes the input from the prices that phase 1 has collected. Does nothing if that has
    /// been done, or if nothing in the input depends on prices.
    fn apply_market_prices(&mut self) {
        if let Some(market) = self.outputs.market.as_ref().filter(|_| !self.has_market_prices) {
            self.input = Arc::new(self.input.with_market_prices(market));
            self.has_market_prices = true;
        }
    }
}

/// Computes or reuses the remaining phases in order, and completes the run.
async fn compute(active: &ActiveRun, slot: &mut ComputeSlot) -> Result<(), Stop> {
    let mut prepared = prepare(active).await?;
    for phase in Phase::ALL {
        if active.live.read(|state| state.phases[phase.index()].state) == PhaseState::Completed {
            continue;
        }
        if let Some(at) = prepared.reusable.iter().position(|reuse| reuse.finished.phase == phase) {
            let mut reuse = prepared.reusable.swap_remove(at);
            let output = std::mem::take(&mut reuse.finished.output);
            let read = move |outputs: &mut Outputs| outputs.read(phase, &output).map(|()| output);
            reuse.finished.output = off_thread(&mut prepared.outputs, read).await.map_err(conversion_error)?;
            reuse_phase(active, reuse).await?;
            continue;
        }
        // If one phase has to be computed again, all later phases have to be computed again too.
        prepared.reusable.clear();
        if phase != Phase::MarketData {
            prepared.apply_market_prices();
            slot.ready(&active.control).await?;
        }
        if phase != Phase::MarketData || !active.context.market_data.is_remote() {
            slot.compute_shared(&active.control).await?;
        }
        compute_phase(active, phase, &mut prepared).await?;
        slot.phase_ended();
    }
    finish::complete(active).await
}

/// Starts the run: records the start, estimates the work, and loads the finished phases.
async fn prepare(active: &ActiveRun) -> Result<Prepared, Stop> {
    let ActiveRun { context, key, live, control, .. } = active;
    let notice = context.market_data.facts().notice;
    active.retry_while_busy(|| context.store.start_run(*key, notice.as_deref())).await?;
    if active.start_count >= MAX_STARTS {
        let message = format!(
            "The setup crashed {} times at the same place, so we stopped it. The positions are saved.",
            active.start_count
        );
        return Err(Stop::failed(Failure::CrashedRepeatedly, message));
    }
    let portfolio = active.retry_while_busy(|| context.store.portfolio(active.viewer(), key.portfolio_id)).await?;
    let portfolio = portfolio.ok_or(Stop::Fenced)?;
    let input = Input::from_portfolio(&portfolio, context.market_data.factors(), key.run_id.unsigned_abs());
    let input = Arc::new(input.with_risk_free_rate(context.risk_free_rate));
    let fingerprint = fingerprint(&portfolio, context);
    let market_data_ms = tokio::select! {
        expected = phases::market_data::expected_ms(&input, context.market_data.as_ref()) => expected,
        () = control.stopped() => return Err(control.checkpoint().err().unwrap_or(Stop::Shutdown)),
    };
    live.expect(plan::estimate(context.store.as_ref(), plan::Workload::new(&input, market_data_ms)).await);

    let is_resumed = live.read(|state| state.phases_completed() > 0 || state.last_line > 0);
    let first_line = if is_resumed {
        "Continuing after a restart".to_owned()
    } else {
        let id = portfolio.id.to_string();
        format!("Starting batch processing for portfolio {}...", id.split('-').next().unwrap_or_default())
    };
    live.report(log_event(LogLevel::Info, first_line));
    let outputs = resume(active, &fingerprint).await?;
    let reusable = if active.from_start { Vec::new() } else { reusable(active, &fingerprint).await? };
    let has_market_prices = input.needs_no_market_prices();
    Ok(Prepared { input, has_market_prices, fingerprint, outputs, reusable })
}

/// Computes one phase, stores its result, and then shows it as completed.
async fn compute_phase(active: &ActiveRun, phase: Phase, prepared: &mut Prepared) -> Result<(), Stop> {
    let source = active.context.market_data.as_ref();
    let reporter = Reporter::new(active.live.clone(), phase, active.control.clone());
    let Prepared { input, fingerprint, outputs, .. } = prepared;
    let summary = phases::run(phase, input, outputs, source, &reporter).await?;
    let finding_input = input.clone();
    let convert = move |outputs: &mut Outputs| {
        let key_figures = key_figures::of_phase(phase, outputs);
        Ok((outputs.write(phase)?, found::of(phase, &finding_input, outputs), key_figures))
    };
    let (output, findings, key_figures) = off_thread(outputs, convert).await.map_err(conversion_error)?;
    let message = format!("Phase {} complete: {summary}", phase.number());
    let mut end = vec![
        Event::Log { phase: Some(phase), level: LogLevel::Info, message },
        Event::Found { phase, findings },
        Event::PhaseCompleted { phase, summary },
    ];
    // A later attempt may improve on a provisional result, so it must compute the phase again
    // instead of reusing that result.
    let is_final = !outputs.market.as_ref().is_some_and(|panel| panel.is_provisional);
    if !is_final {
        end.push(Event::Provisional(phase));
    }
    let finished = FinishedPhase {
        is_provisional: !is_final,
        key_figures,
        ..FinishedPhase::new(phase, fingerprint.as_str(), output)
    };
    finish::publish_stored(active, &end, Some(&finished), RetryUntil::Stopped).await
}

/// Returns the results of this attempt's finished phases that still match its inputs. A restart may
/// have changed the data source, factors or analytics version, and results from different inputs
/// must not be mixed. Discards the first phase that does not match and all phases after it.
async fn resume(active: &ActiveRun, fingerprint: &str) -> Result<Outputs, Stop> {
    let ActiveRun { context, key, live, .. } = active;
    let attempt = live.identity().attempt;
    let stored = active.retry_while_busy(|| context.store.outputs(active.viewer(), key.portfolio_id, attempt)).await?;
    let fits = |stored: &FinishedPhase| stored.fingerprint == fingerprint;
    let Some(first) = stored.iter().filter(|stored| !fits(stored)).map(|stored| stored.phase).min() else {
        return read_outputs(stored).await;
    };
    let (kept, discarded): (Vec<_>, Vec<_>) = stored.into_iter().partition(|stored| stored.phase < first);
    let discarded: Vec<Phase> = discarded.into_iter().map(|stored| stored.phase).collect();
    let message = format!(
        "The data source, factors or app changed during the restart; computing again from Phase {}",
        first.number()
    );
    let next = live.preview([log_event(LogLevel::Warning, message), Event::PhasesDiscarded(discarded.clone())]);
    active.retry_while_busy(|| context.store.discard_phases(*key, &next, &discarded)).await?;
    live.publish(next);
    read_outputs(kept).await
}

async fn read_outputs(stored: Vec<FinishedPhase>) -> Result<Outputs, Stop> {
    let mut outputs = Outputs::default();
    let read_all = move |outputs: &mut Outputs| {
        stored.into_iter().try_for_each(|stored| outputs.read(stored.phase, &stored.output))
    };
    off_thread(&mut outputs, read_all).await.map_err(conversion_error)?;
    Ok(outputs)
}

/// Converts a failure to read or write a phase's result as JSON into an internal error.
fn conversion_error(message: String) -> Stop {
    Stop::failed(Failure::InternalError, message)
}

/// A finished phase of an earlier attempt, which this attempt can reuse.
struct Reusable {
    attempt: u32,
    record: crate::server::tracker::PhaseRecord,
    facts: Option<status::Summary>,
    finished: FinishedPhase,
}

/// Returns the phases that the previous attempt finished with the same inputs. Leaves out those
/// with provisional results, which were computed from outdated or incomplete prices.
async fn reusable(active: &ActiveRun, fingerprint: &str) -> Result<Vec<Reusable>, Stop> {
    let ActiveRun { context, key, live, .. } = active;
    let attempt = live.identity().attempt.saturating_sub(1);
    if attempt == 0 {
        return Ok(Vec::new());
    }
    let earlier =
        active.retry_while_busy(|| context.store.run_with_outputs(active.viewer(), key.portfolio_id, attempt)).await?;
    let Some((earlier, outputs)) = earlier else { return Ok(Vec::new()) };
    let count = outputs.len();
    let fitting: Vec<_> = outputs.into_iter().filter(|stored| stored.fingerprint == fingerprint).collect();
    if fitting.is_empty() && count > 0 && active.live.read(RunState::phases_completed) == 0 {
        let message = format!(
            "Nothing reused from attempt {attempt}: the positions, data source, its last day, factors or app changed since then"
        );
        active.live.report(log_event(LogLevel::Info, message));
    }
    Ok(fitting
        .into_iter()
        .filter(|stored| !stored.is_provisional)
        .map(|finished| Reusable {
            attempt,
            record: earlier.phases[finished.phase.index()].clone(),
            facts: earlier.facts.clone(),
            finished,
        })
        .collect())
}

/// Reuses a finished phase of an earlier attempt, including its counts and warnings, and logs the
/// reuse.
async fn reuse_phase(active: &ActiveRun, reuse: Reusable) -> Result<(), Stop> {
    let phase = reuse.finished.phase;
    let summary = reuse.record.summary.clone().unwrap_or_default();
    let message = format!("Phase {} reused from attempt {}: {summary}", phase.number(), reuse.attempt);
    let mut events = vec![
        Event::PhaseStarted { phase, total: reuse.record.total },
        Event::Progress { current: reuse.record.current, done: 1.0, left_ms: None },
        Event::Log { phase: Some(phase), level: LogLevel::Info, message },
        Event::PhaseTakenOver {
            phase,
            summary,
            warnings: reuse.record.warnings,
            warned: reuse.record.warned.clone(),
            findings: reuse.record.found.iter().map(|record| record.finding.clone()).collect(),
        },
    ];
    if phase == Phase::MarketData {
        events.extend(reuse.facts.map(Event::Facts));
    }
    finish::publish_stored(active, &events, Some(&reuse.finished), RetryUntil::Stopped).await
}

/// Returns a hash of everything that the results depend on. Equal hashes mean equal results.
fn fingerprint(portfolio: &Portfolio, context: &BatchContext) -> String {
    let market_data = context.market_data.as_ref();
    let facts = market_data.facts();
    // Files of the operator may have been corrected since the last attempt.
    let source = facts.revision.map_or(facts.id.clone(), |revision| format!("{}:{revision:x}", facts.id));
    let parts = serde_json::json!({
        "analytics": ANALYTICS_VERSION,
        "positions": portfolio.positions,
        "cash": portfolio.cash,
        "source": source,
        "as_of": market_data.last_date(chrono::Utc::now()),
        "factors": market_data.factors(),
        "risk_free_rate": context.risk_free_rate,
    });
    hex(&Sha256::digest(parts.to_string()))
}

/// The run whose log entries are written to the store.
struct FlushedRun {
    key: RunKey,
    live: LiveRun,
    /// Furthest progress that any earlier worker made on the run.
    furthest: u64,
}

impl FlushedRun {
    fn new(active: &ActiveRun) -> Self {
        Self { key: active.key, live: active.live.clone(), furthest: active.furthest }
    }
}

/// While the run continues, periodically writes its new log entries and its percentage to the
/// store. After an error, the write is retried; entries stay in memory until they are stored.
///
/// A run that crashes several times without progress is marked as failed. Once the store has
/// recorded that the run made progress, or that it is waiting for the provider's rate limit, a
/// crash no longer counts. The run then no longer needs to compute alone, so it releases that
/// permission.
async fn flush(context: BatchContext, run: FlushedRun, exclusive: Exclusive) {
    let FlushedRun { key, live, furthest } = run;
    let mut ticks = tokio::time::interval(FLUSH_INTERVAL);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if !live.read(RunState::is_unsaved) {
            continue;
        }
        let state = live.read(Clone::clone);
        match context.store.append(key, &state).await {
            Ok(()) => {
                live.mark_saved(&state);
                if state.furthest() > furthest || state.is_waiting() {
                    exclusive.release();
                }
            }
            Err(error) => tracing::debug!(?error, "entries not stored yet; retrying"),
        }
    }
}
