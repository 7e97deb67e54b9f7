//! The portfolio compared with its benchmark, over the days of the snapshots.

use chrono::NaiveDate;
use serde::Serialize;

use crate::server::batch::phases::snapshots::Snapshots;

/// An estimate with its standard error.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    pub value: f64,
    pub std_error: f64,
}

/// Returns and ratios of the portfolio and of its benchmark over the same days. Volatilities, ratios
/// and alpha are annualized. A number is null if there are too few days to compute it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Comparison {
    /// Number of days on which both have a return.
    pub observations: usize,
    /// First and last of these days.
    pub from: NaiveDate,
    pub to: NaiveDate,
    #[serde(rename = "return")]
    pub total_return: f64,
    pub benchmark_return: f64,
    /// `return - benchmark_return`.
    pub active_return: f64,
    pub volatility: Option<f64>,
    pub benchmark_volatility: Option<f64>,
    pub tracking_error: Option<f64>,
    pub information_ratio: Option<f64>,
    pub alpha: Option<Estimate>,
    pub beta: Option<Estimate>,
    pub up_capture: Option<f64>,
    pub down_capture: Option<f64>,
    pub sharpe: Option<f64>,
    pub benchmark_sharpe: Option<f64>,
    pub sortino: Option<f64>,
    pub skewness: Option<f64>,
    pub kurtosis: Option<f64>,
    /// Maximum drawdown, zero or negative, with the dates of its peak and its trough.
    pub max_drawdown: Option<f64>,
    pub max_drawdown_peak: Option<NaiveDate>,
    pub max_drawdown_trough: Option<NaiveDate>,
    pub benchmark_max_drawdown: Option<f64>,
    pub calmar: Option<f64>,
    pub risk_free_rate: f64,
}

impl Comparison {
    /// Compares the snapshots with the benchmark's returns on the same days. Returns `None` if they
    /// have no day in common, or if the equity was zero or negative on any day.
    pub fn from_snapshots(_snapshots: &Snapshots) -> Option<Self> {
        None
    }
}
