//! Upper bounds on the cost of a phase, checked before the phase starts.
//!
//! The cost of every phase is bounded by the maximum number of positions in a portfolio. For the
//! correlations, however, the size of the result grows with the square of the number of symbols,
//! and the computing time with its cube, so [`MAX_CORRELATED`] limits that number. A portfolio
//! that passes the upload checks therefore never exceeds these limits. If a phase would exceed one
//! anyway, it is rejected before it takes memory, a worker or the database away from other runs.

#[cfg(test)]
mod tests;

use status::{Failure, Phase};

use super::{
    Stop,
    model::{
        input::Input,
        panel::{CALENDAR_ROWS, SNAPSHOT_ROWS},
    },
    phases::correlations::MAX_CORRELATED,
    plan,
};

/// The resources that a phase needs: symbols, bytes and seconds. Serves both as an estimated upper
/// bound and as a limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cost {
    /// Number of price or return series that the phase processes.
    pub symbols: usize,
    /// Size in bytes of the phase's result as it is stored: JSON in which numbers have all their
    /// digits.
    pub bytes: usize,
    /// Computing time in seconds, on one core of the machine on which the costs in `plan.rs` were
    /// measured.
    pub seconds: f64,
}

/// Limits that no phase may exceed. SQLite stores at most 1 GB per value (`SQLITE_MAX_LENGTH`). A
/// result is limited to about half of that, 512 MiB, because it is in memory twice while it is
/// stored: as a value and as JSON.
pub const LIMIT: Cost = Cost { symbols: 21_000, bytes: 512 << 20, seconds: 60.0 };

/// Length in bytes of the longest number in JSON, including its comma: `-2.2250738585072014e-308,`.
const NUMBER_BYTES: usize = 25;
/// Upper bound on the length in bytes of a symbol or field name in JSON.
const NAME_BYTES: usize = 32;
/// Cost of one round of repairing the correlation matrix: the seconds it takes, divided by the cube
/// of the number of symbols.
const REPAIR_ROUND_SECONDS: f64 = 4e-10;
/// Maximum number of rounds in the repair of the correlation matrix.
const REPAIR_ROUNDS: f64 = 100.0;

impl Cost {
    /// Estimates an upper bound on the cost of a phase.
    pub fn estimate(phase: Phase, input: &Input) -> Self {
        let (listed, positions) = (input.symbols().len(), input.positions().len());
        let factors = &input.factors;
        let series = listed + 2 * input.options().count() + factors.symbols().len();
        let correlated = listed.min(MAX_CORRELATED);
        let numbers = |count: usize| count * NUMBER_BYTES;
        // In JSON objects, each number is stored with the name of its field.
        let fields = |count: usize| count * (NUMBER_BYTES + NAME_BYTES);
        let symbols = match phase {
            Phase::MarketData => series,
            Phase::Correlations => correlated,
            _ => listed,
        };
        let bytes = match phase {
            Phase::MarketData => {
                series * (numbers(2 * CALENDAR_ROWS) + 4 * NAME_BYTES) + (CALENDAR_ROWS + 4 * positions) * NAME_BYTES
            }
            Phase::FactorAnalysis => listed * fields(8 + 6 * factors.styles.len() + 7 * factors.spreads.len()),
            Phase::SymbolMetrics => listed * fields(24),
            Phase::Snapshots => SNAPSHOT_ROWS * fields(12) + numbers(CALENDAR_ROWS) + positions * fields(3 + 9),
            Phase::PositionValues => positions * fields(18),
            Phase::PositionBetas => positions * fields(4 * 9),
            Phase::FactorExposures => (factors.symbols().len() + factors.spreads.len() + 1) * fields(10),
            Phase::Volatility => (listed + input.options().count() + 1) * fields(20) + (positions + 1) * fields(8),
            Phase::Correlations => correlated * (numbers(correlated) + fields(2)) + listed * 4 * NAME_BYTES,
        };
        let seconds = match phase {
            // Phase 1 waits for prices and does not compute.
            Phase::MarketData => 0.0,
            Phase::Correlations => REPAIR_ROUNDS * REPAIR_ROUND_SECONDS * (correlated as f64).powi(3),
            phase => plan::measured_ms(phase, positions.max(listed)) / 1000.0,
        };
        Self { symbols, bytes, seconds }
    }

    fn is_within(self, limit: Self) -> bool {
        self.symbols <= limit.symbols && self.bytes <= limit.bytes && self.seconds <= limit.seconds
    }
}

/// Rejects a phase that would cost more than [`LIMIT`].
///
/// # Errors
/// Returns [`Stop::Failed`] with [`Failure::TooLarge`] if the phase would exceed a limit.
pub fn check(phase: Phase, input: &Input) -> Result<(), Stop> {
    check_against(LIMIT, phase, input)
}

fn check_against(limit: Cost, phase: Phase, input: &Input) -> Result<(), Stop> {
    let cost = Cost::estimate(phase, input);
    if cost.is_within(limit) {
        return Ok(());
    }
    tracing::warn!(phase = phase.id(), ?cost, ?limit, "phase over budget");
    Err(Stop::failed(Failure::TooLarge, "This portfolio is too large to compute. Split it into several portfolios."))
}
