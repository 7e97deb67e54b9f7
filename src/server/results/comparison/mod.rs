//! The portfolio compared with its benchmark, over the days of the snapshots.

use analytics::{
    active::{BenchmarkDays, calmar, capture, information_ratio, market_line, tracking_error},
    drawdown::max_drawdown,
    moments::{
        Ddof, annualized_volatility, daily_rate, excess, excess_kurtosis, sharpe, skewness, sortino, standard_deviation,
    },
    regression::BETA_MIN_ROWS,
    returns::{STATISTICS_MIN_ROWS, compound},
};
use chrono::NaiveDate;
use serde::Serialize;

use crate::server::batch::{Outputs, phases::snapshots::Snapshots};

/// An estimate with its standard error.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    pub value: f64,
    pub std_error: f64,
}

impl From<analytics::active::Estimate> for Estimate {
    fn from(analytics::active::Estimate { value, std_error }: analytics::active::Estimate) -> Self {
        Self { value, std_error }
    }
}

/// Returns and ratios of the portfolio and of its benchmark over the same days. Volatilities,
/// ratios and alpha are annualized. A number is null if there are too few days to compute it.
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
    pub fn from_outputs(out: &Outputs) -> Option<Self> {
        let calendar = out.market.as_ref().map(|market| market.calendar.as_slice()).unwrap_or_default();
        Self::new(out.snapshots.as_ref()?, calendar)
    }

    /// `calendar` has the trading dates of the run. It is used for the date before the first
    /// return.
    fn new(snapshots: &Snapshots, calendar: &[NaiveDate]) -> Option<Self> {
        if snapshots.equity_lost.is_some() {
            return None;
        }
        let common = snapshots.days.iter().filter_map(|day| Some((day.date, day.daily_return?, day.benchmark_return?)));
        let (dates, (own, market)): (Vec<NaiveDate>, (Vec<f64>, Vec<f64>)) =
            common.map(|(date, own, market)| (date, (own, market))).unzip();
        let (own, market) = (own.as_slice(), market.as_slice());
        let (from, to) = (*dates.first()?, *dates.last()?);
        let (total_return, benchmark_return) = (compound(own)?, compound(market)?);
        let observations = dates.len();
        let line_rows = (observations >= BETA_MIN_ROWS).then_some((own, market));
        let ratio_rows = (observations >= STATISTICS_MIN_ROWS).then_some((own, market));
        // Returns that differ only because prices are rounded have no volatility. Dividing by it
        // would give a huge Sharpe ratio.
        let varied_rows = ratio_rows.filter(|_| !is_steady(snapshots, calendar, &dates));
        let rate = daily_rate(snapshots.risk_free_rate);
        let (own_excess, market_excess) = (excess(own, rate), excess(market, rate));
        let line = line_rows.and_then(|_| market_line(&own_excess, &market_excess).ok());
        let captured = |days| line_rows.and_then(|(own, market)| capture(own, market, days));
        let fall = max_drawdown(own);
        // Level 0 is the value before the first return.
        let date_of = |level: usize| match level.checked_sub(1) {
            Some(index) => dates.get(index).copied(),
            None => calendar.partition_point(|day| *day < from).checked_sub(1).map(|row| calendar[row]),
        };
        Some(Self {
            observations,
            from,
            to,
            total_return,
            benchmark_return,
            active_return: total_return - benchmark_return,
            volatility: match varied_rows {
                Some((own, _)) => annualized_volatility(own),
                None => ratio_rows.map(|_| 0.0),
            },
            benchmark_volatility: ratio_rows.and_then(|(_, market)| annualized_volatility(market)),
            tracking_error: ratio_rows.and_then(|(own, market)| tracking_error(own, market)),
            information_ratio: ratio_rows.and_then(|(own, market)| information_ratio(own, market)),
            alpha: line.map(|line| line.alpha.into()),
            beta: line.map(|line| line.beta.into()),
            up_capture: captured(BenchmarkDays::Up),
            down_capture: captured(BenchmarkDays::Down),
            sharpe: varied_rows.and_then(|_| sharpe(&own_excess)),
            benchmark_sharpe: ratio_rows.and_then(|_| sharpe(&market_excess)),
            sortino: ratio_rows.and_then(|_| sortino(&own_excess)),
            skewness: varied_rows.and_then(|(own, _)| skewness(own)),
            kurtosis: varied_rows.and_then(|(own, _)| excess_kurtosis(own)),
            max_drawdown: fall.map(|fall| fall.value),
            max_drawdown_peak: fall.and_then(|fall| date_of(fall.peak)),
            max_drawdown_trough: fall.and_then(|fall| date_of(fall.trough)),
            benchmark_max_drawdown: max_drawdown(market).map(|fall| fall.value),
            calmar: ratio_rows.zip(fall).and_then(|(_, fall)| calmar(total_return, observations, fall.value)),
            risk_free_rate: snapshots.risk_free_rate,
        })
    }
}

/// Returns whether the portfolio's returns on all compared days differ only because prices are
/// rounded. Phase 4 has replaced such returns by their mean in [`Snapshots::returns`].
fn is_steady(snapshots: &Snapshots, calendar: &[NaiveDate], dates: &[NaiveDate]) -> bool {
    let evened = |date: &NaiveDate| *snapshots.returns.get(calendar.binary_search(date).ok()?)?;
    let evened: Option<Vec<f64>> = dates.iter().map(evened).collect();
    evened.and_then(|evened| standard_deviation(&evened, Ddof::Sample)).is_some_and(|deviation| deviation == 0.0)
}

#[cfg(test)]
mod tests;
