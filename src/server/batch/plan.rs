//! What each phase is expected to cost, before and while it runs: the weights of the overall percent and the
//! ground for the time left.
//!
//! Learned from this installation's finished runs, per item; before there are any, from what an item cost
//! where this was developed. The first phase is planned from the requests and the rate that the source allows.

use super::phases::Input;
use crate::{server::store::Store, status::Phase};

/// Finished runs to learn from.
const HISTORY_RUNS: u32 = 20;

/// Measured milliseconds per item, a release build on two cores. By phase, in order; the first is unused.
const COST_MS: [f64; 9] = [0.0, 0.08, 0.02, 0.03, 0.02, 0.03, 0.02, 0.25, 6.0];

/// What a run has to do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Workload {
    /// Milliseconds that the first phase is expected to take.
    pub market_data_ms: f64,
    /// Distinct symbols of the positions.
    pub symbols: usize,
    /// Positions.
    pub positions: usize,
}

impl Workload {
    /// The work of this input, whose first phase is expected to take so many milliseconds.
    pub fn of(input: &Input, market_data_ms: f64) -> Self {
        Self { market_data_ms, symbols: input.symbols().len(), positions: input.positions.len() }
    }
}

/// Expected milliseconds of each phase.
pub async fn expected_ms(store: &dyn Store, work: Workload) -> [f64; 9] {
    // Without history the measured costs do: a plan is worth less than a start.
    let history = store.phase_history(HISTORY_RUNS).await.unwrap_or_default();
    expected_from(&history, work)
}

/// The snapshots' dates in a full window.
const DATES: usize = 254;

fn expected_from(history: &[(Phase, u64, u64)], work: Workload) -> [f64; 9] {
    Phase::ALL.map(|phase| {
        let items = match phase {
            Phase::MarketData => return work.market_data_ms,
            Phase::FactorAnalysis | Phase::SymbolMetrics => work.symbols,
            Phase::Snapshots => DATES,
            Phase::PositionValues | Phase::PositionBetas | Phase::FactorExposures | Phase::Volatility => work.positions,
            Phase::Correlations => 1,
        };
        items as f64 * learned_ms(history, phase).unwrap_or(COST_MS[phase.index()])
    })
}

/// Mean milliseconds per item over the history, weighted by items. At least a tenth of a millisecond in all, so
/// that phases too fast for the clock keep a weight.
fn learned_ms(history: &[(Phase, u64, u64)], phase: Phase) -> Option<f64> {
    let runs = history.iter().filter(|(of, _, _)| *of == phase);
    let (took, items) = runs.fold((0, 0), |(took, items), run| (took + run.1, items + run.2));
    (items > 0).then(|| (took as f64).max(0.1) / items as f64)
}

#[cfg(test)]
mod tests {
    use super::{COST_MS, Workload, expected_from};
    use crate::status::Phase;

    const WORK: Workload = Workload { market_data_ms: 28_000.0, symbols: 19, positions: 20 };

    #[test]
    fn the_first_phase_takes_what_its_requests_take() {
        assert!((expected_from(&[], WORK)[0] - 28_000.0).abs() < 1e-9);
    }

    #[test]
    fn without_history_a_phase_takes_its_items_at_the_measured_cost() {
        let betas = Phase::PositionBetas.index();
        assert!((expected_from(&[], WORK)[betas] - 20.0 * COST_MS[betas]).abs() < 1e-9);
    }

    #[test]
    fn finished_runs_teach_the_cost_per_item() {
        let history = [(Phase::PositionBetas, 300, 10), (Phase::PositionBetas, 100, 30), (Phase::Volatility, 9, 1)];
        assert!((expected_from(&history, WORK)[Phase::PositionBetas.index()] - 200.0).abs() < 1e-9);
    }
}
