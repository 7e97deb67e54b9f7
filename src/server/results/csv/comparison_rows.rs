//! The CSV tables of the comparison with the benchmark and of the contributions of each symbol.

use super::rows::{Rows, date, header, number, text};
use crate::server::results::{
    comparison::{Comparison, Estimate},
    risk::Risk,
};

/// Returns one row with the comparison, or no row if the run has no comparison.
pub fn comparison(comparison: Option<&Comparison>) -> Rows {
    let mut rows = header(&[
        "observations",
        "from",
        "to",
        "return",
        "benchmark_return",
        "active_return",
        "volatility",
        "benchmark_volatility",
        "tracking_error",
        "information_ratio",
        "alpha",
        "alpha_std_error",
        "beta",
        "beta_std_error",
        "up_capture",
        "down_capture",
        "sharpe",
        "benchmark_sharpe",
        "sortino",
        "skewness",
        "kurtosis",
        "max_drawdown",
        "max_drawdown_peak",
        "max_drawdown_trough",
        "benchmark_max_drawdown",
        "calmar",
        "risk_free_rate",
    ]);
    rows.extend(comparison.map(|all| {
        let mut row = vec![all.observations.to_string(), all.from.to_string(), all.to.to_string()];
        row.extend([all.total_return, all.benchmark_return, all.active_return].map(|value| value.to_string()));
        let estimate = |estimate: Option<Estimate>| {
            [estimate.map(|estimate| estimate.value), estimate.map(|estimate| estimate.std_error)]
        };
        let numbers = [all.volatility, all.benchmark_volatility, all.tracking_error, all.information_ratio];
        row.extend(numbers.into_iter().chain(estimate(all.alpha)).chain(estimate(all.beta)).map(number));
        let numbers = [
            all.up_capture,
            all.down_capture,
            all.sharpe,
            all.benchmark_sharpe,
            all.sortino,
            all.skewness,
            all.kurtosis,
            all.max_drawdown,
        ];
        row.extend(numbers.map(number));
        row.extend([date(all.max_drawdown_peak), date(all.max_drawdown_trough)]);
        row.extend([all.benchmark_max_drawdown, all.calmar, Some(all.risk_free_rate)].map(number));
        row
    }));
    rows
}

/// Returns one row per symbol that is or was held.
pub fn contributions(risk: Option<&Risk<'_>>) -> Rows {
    let mut rows = header(&["symbol", "weight", "volatility", "return", "pnl"]);
    rows.extend(risk.iter().flat_map(|risk| &risk.contributions).map(|entry| {
        let mut row = vec![text(entry.symbol)];
        row.extend([entry.weight, entry.volatility, entry.total_return, entry.pnl].map(number));
        row
    }));
    rows
}
