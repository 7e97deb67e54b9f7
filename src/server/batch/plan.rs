//! Estimates how long each phase of a run will take. The percentage and the remaining time that the
//! user sees are based on these estimates.
//!
//! The time per item is learned from the finished runs of this installation. Until there are any,
//! constants measured during development are used. Phase 1 is estimated from the number of price
//! requests and the rate that the data source allows.

use status::{Phase, UsualSeconds};

use super::model::input::Input;
use crate::server::{store::Store, tracker::Plan};

/// Number of recent finished runs from which the time per item is learned.
const HISTORY_RUNS: u32 = 20;

/// Minimum number of finished runs needed to show the usual duration of a phase.
const RUNS_FOR_USUAL: usize = 5;

/// Milliseconds that each phase takes per item, measured with a release build on two cores. The
/// first element is unused, because the time for phase 1 depends on its price requests.
const COST_MS: [f64; 9] = [0.0, 0.08, 0.02, 0.03, 0.02, 0.03, 0.02, 0.25, 6.0];

/// Amount of work in a run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Workload {
    /// Expected duration of phase 1, in milliseconds.
    pub market_data_ms: f64,
    /// Number of distinct listed symbols in the portfolio.
    pub symbols: usize,
    pub positions: usize,
}

impl Workload {
    /// Determines the amount of work for an input. `market_data_ms` is the expected duration of
    /// phase 1 in milliseconds.
    pub fn new(input: &Input, market_data_ms: f64) -> Self {
        Self { market_data_ms, symbols: input.symbols().len(), positions: input.positions().len() }
    }
}

/// Estimates how long each phase of a run takes.
pub async fn estimate(store: &dyn Store, work: Workload) -> Plan {
    // If the history cannot be read, the estimate uses the times measured during development: a run
    // must not fail for lack of an estimate.
    let history = store.phase_history(HISTORY_RUNS).await.unwrap_or_default();
    Plan { expected_ms: expected_from(&history, work), usual: Phase::ALL.map(|phase| usual(&history, phase, work)) }
}

/// Maximum number of trading dates for which portfolio snapshots are created.
const DATES: usize = 254;

/// Returns the number of items that a phase processes.
fn items(phase: Phase, work: Workload) -> usize {
    match phase {
        Phase::MarketData | Phase::FactorAnalysis | Phase::SymbolMetrics => work.symbols,
        Phase::Snapshots => DATES,
        Phase::PositionValues | Phase::PositionBetas | Phase::FactorExposures | Phase::Volatility => work.positions,
        Phase::Correlations => 1,
    }
}

/// Estimates how many milliseconds a phase takes for `items` items, from the costs measured during
/// development.
pub fn measured_ms(phase: Phase, items: usize) -> f64 {
    items as f64 * COST_MS[phase.index()]
}

fn expected_from(history: &[(Phase, u64, u64)], work: Workload) -> [f64; 9] {
    Phase::ALL.map(|phase| match phase {
        Phase::MarketData => work.market_data_ms,
        phase => items(phase, work) as f64 * learned_ms(history, phase).unwrap_or(COST_MS[phase.index()]),
    })
}

/// Estimates the usual range of a phase's duration for this amount of work. The durations of
/// earlier runs are scaled to the number of items, and the shortest and the longest are dropped.
/// Returns `None` if there are fewer than [`RUNS_FOR_USUAL`] runs.
fn usual(history: &[(Phase, u64, u64)], phase: Phase, work: Workload) -> Option<UsualSeconds> {
    let scaled = |run: &(Phase, u64, u64)| run.1 as f64 / run.2.max(1) as f64 * items(phase, work) as f64 / 1000.0;
    let mut seconds: Vec<f64> = history.iter().filter(|run| run.0 == phase).map(scaled).collect();
    if seconds.len() < RUNS_FOR_USUAL {
        return None;
    }
    seconds.sort_by(f64::total_cmp);
    // Durations are between 0 seconds and a few days, so they fit into a `u64`.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let whole = |seconds: f64| seconds as u64;
    Some(UsualSeconds { low: whole(seconds[1].floor()), high: whole(seconds[seconds.len() - 2].ceil()) })
}

/// Computes the mean time per item in milliseconds: the total time of the recorded runs divided by
/// their total number of items. The total time counts as at least 0.1 ms, so that a phase too fast
/// to measure still gets a nonzero estimate.
fn learned_ms(history: &[(Phase, u64, u64)], phase: Phase) -> Option<f64> {
    let runs = history.iter().filter(|(recorded, _, _)| *recorded == phase);
    let (took, items) = runs.fold((0, 0), |(took, items), run| (took + run.1, items + run.2));
    (items > 0).then(|| (took as f64).max(0.1) / items as f64)
}

#[cfg(test)]
mod tests {
    use status::{Phase, UsualSeconds};

    use super::{COST_MS, Workload, expected_from, usual};

    const WORK: Workload = Workload { market_data_ms: 28_000.0, symbols: 19, positions: 20 };

    #[test]
    fn plans_first_phase_from_its_requests() {
        assert!((expected_from(&[], WORK)[0] - 28_000.0).abs() < 1e-9);
    }

    #[test]
    fn uses_measured_cost_without_history() {
        let betas = Phase::PositionBetas.index();
        assert!((expected_from(&[], WORK)[betas] - 20.0 * COST_MS[betas]).abs() < 1e-9);
    }

    #[test]
    fn learns_cost_per_item_from_finished_runs() {
        let history = [(Phase::PositionBetas, 300, 10), (Phase::PositionBetas, 100, 30), (Phase::Volatility, 9, 1)];
        assert!((expected_from(&history, WORK)[Phase::PositionBetas.index()] - 200.0).abs() < 1e-9);
    }

    #[test]
    fn excludes_extremes_from_usual_duration() {
        // Five runs took 1, 2, 3, 4 and 50 ms per position, so 2 to 4 ms are usual. That is 40 to
        // 80 s for 20,000 positions, and less than 1 s for the twenty positions of `WORK`.
        let history: Vec<_> = [1, 2, 3, 4, 50].map(|ms| (Phase::Volatility, 1_000 * ms, 1_000)).into_iter().collect();
        let large = Workload { positions: 20_000, ..WORK };
        assert_eq!(usual(&history, Phase::Volatility, large), Some(UsualSeconds { low: 40, high: 80 }));
        assert_eq!(usual(&history, Phase::Volatility, WORK), Some(UsualSeconds { low: 0, high: 1 }));
    }

    #[test]
    fn omits_usual_duration_with_few_runs() {
        assert_eq!(usual(&[(Phase::Volatility, 10, 1); 4], Phase::Volatility, WORK), None);
    }
}
