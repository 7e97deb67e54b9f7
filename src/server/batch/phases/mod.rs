//! The nine phases, one module each. A phase reads its inputs, calls the `analytics` crate, and
//! reports through its [`Reporter`].
//!
//! A phase returns its output and a one-line summary, or the reason why it stopped. It does not
//! access the store or the tracker, and never changes the output of another phase.

pub mod correlations;
mod equity_curve;
pub mod exposed;
pub mod factor_analysis;
pub mod factor_exposures;
pub mod market_data;
pub mod position_betas;
pub mod position_values;
pub mod snapshots;
pub mod symbol_metrics;
#[cfg(test)]
mod tests;
pub mod volatility;

use std::{sync::Arc, time::Duration};

use self::{
    factor_exposures::Holdings,
    position_values::{PositionValue, SymbolTotals},
};
use status::{Failure, Phase};
use tracing::Span;

use super::{Outputs, PhaseResult, Reporter, Stop, budget, model::input::Input};
use crate::server::market_data::MarketData;

/// Runs one phase, puts its output into `outputs`, and returns its summary.
///
/// # Errors
/// Returns [`Stop`] if the phase, or the whole run, cannot continue.
pub async fn run(
    phase: Phase,
    input: &Arc<Input>,
    outputs: &mut Outputs,
    source: &dyn MarketData,
    reporter: &Reporter,
) -> Result<String, Stop> {
    budget::check(phase, input)?;
    if phase == Phase::MarketData {
        return save_output(&mut outputs.market, market_data::collect(input, source, reporter).await);
    }
    // Phase 1 mostly waits. All other phases only compute, so they run on a blocking thread, where
    // they do not delay requests to the server.
    let (input, computing, mut moved) = (input.clone(), reporter.clone(), std::mem::take(outputs));
    let span = Span::current();
    let computed = tokio::task::spawn_blocking(move || {
        let _entered = span.entered();
        let result = compute(phase, &input, &mut moved, &computing);
        (moved, result)
    });
    let computed = tokio::select! {
        computed = computed => computed,
        stop = stop_after_grace_period(reporter) => {
            tracing::warn!(phase = phase.id(), "phase slow to stop; run ends without it");
            return Err(stop);
        }
    };
    match computed {
        Ok((returned, result)) => {
            *outputs = returned;
            result
        }
        Err(error) => {
            tracing::error!(phase = phase.id(), %error, "phase panicked");
            Err(internal_error())
        }
    }
}

/// How long a phase may continue once its run has to stop. Phases check for a stop between steps,
/// each of which normally takes less time than this. If a step takes longer because the machine is
/// under heavy load, the run ends without waiting for the phase. The phase's thread then ends at
/// its next check, and anything that it still reports is ignored.
const STOP_GRACE_PERIOD: Duration = Duration::from_millis(500);

/// Waits until the run should stop and the grace period is over. Returns the reason for the stop.
async fn stop_after_grace_period(reporter: &Reporter) -> Stop {
    let stop = reporter.stopped().await;
    tokio::time::sleep(STOP_GRACE_PERIOD).await;
    stop
}

/// Returns the failure that is reported to the user if a run stops because of a bug.
pub fn internal_error() -> Stop {
    Stop::failed(Failure::InternalError, "Something went wrong on our side. The positions are saved.")
}

fn compute(phase: Phase, input: &Input, out: &mut Outputs, reporter: &Reporter) -> Result<String, Stop> {
    let panel = required(out.market.as_ref())?;
    match phase {
        Phase::MarketData => Err(missing_result()),
        Phase::FactorAnalysis => save_output(&mut out.factors, factor_analysis::analyze(input, panel, reporter)),
        Phase::SymbolMetrics => save_output(&mut out.metrics, symbol_metrics::measure(input, panel, reporter)),
        Phase::Snapshots => save_output(&mut out.snapshots, snapshots::create(input, panel, reporter)),
        Phase::PositionValues => {
            let result = position_values::value(input, panel, required(out.snapshots.as_ref())?, reporter);
            let summary = save_output(&mut out.values, result);
            out.totals = out.values.as_ref().map(|values| SymbolTotals::from_values(input, values));
            summary
        }
        Phase::PositionBetas => {
            let result = position_betas::calculate(input, panel, required(out.values.as_deref())?, reporter);
            save_output(&mut out.betas, result)
        }
        Phase::FactorExposures => {
            let holdings = Holdings {
                values: required(out.values.as_deref())?,
                betas: required(out.betas.as_deref())?,
                equity: required(out.snapshots.as_ref())?.equity(),
            };
            let factors = required(out.factors.as_deref())?;
            let result = factor_exposures::aggregate(input, panel, factors, &holdings, reporter);
            save_output(&mut out.exposures, result)
        }
        Phase::Volatility => {
            let (snapshots, values) = (required(out.snapshots.as_ref())?, required(out.values.as_deref())?);
            let result = volatility::analyze(input, panel, snapshots, values, reporter);
            save_output(&mut out.volatility, result)
        }
        Phase::Correlations => {
            let totals = totals(&mut out.totals, input, out.values.as_ref())?;
            save_output(&mut out.correlations, correlations::build(input, panel, totals, reporter))
        }
    }
}

/// Returns the totals per symbol. Computes them first if the position values were loaded from the
/// store.
fn totals<'a>(
    slot: &'a mut Option<SymbolTotals>,
    input: &Input,
    values: Option<&Vec<PositionValue>>,
) -> Result<&'a SymbolTotals, Stop> {
    let values = required(values)?;
    Ok(slot.get_or_insert_with(|| SymbolTotals::from_values(input, values)))
}

fn save_output<T>(slot: &mut Option<T>, result: PhaseResult<T>) -> Result<String, Stop> {
    let (output, summary) = result?;
    *slot = Some(output);
    Ok(summary)
}

fn required<T: ?Sized>(slot: Option<&T>) -> Result<&T, Stop> {
    slot.ok_or_else(missing_result)
}

fn missing_result() -> Stop {
    Stop::failed(Failure::InternalError, "The result of an earlier phase is missing. Start over to compute it again.")
}
