//! The numbers that the sentences of the answer mention.

use chrono::NaiveDate;

use super::super::overview::{Fall, Overview};
use crate::{
    live_page::reader::ReaderWords,
    server::batch::phases::position_values::{PositionValue, Pricing},
};

/// The numbers that the sentences mention. A number is `None` if it is unknown.
#[derive(Debug, Clone)]
pub struct Situation {
    /// Words that depend on who reads the page.
    pub words: &'static ReaderWords,
    /// The trading day whose close the returns start from, and the last day.
    pub period: Option<(NaiveDate, NaiveDate)>,
    /// Whether the prices are samples, which end long before today.
    pub has_sample_prices: bool,
    pub total_return: Option<f64>,
    /// Name of the benchmark and its return over the same days.
    pub benchmark: Option<(String, f64)>,
    /// Number of days on which both have a return.
    pub days_compared: Option<usize>,
    /// First day on which the equity was zero or negative.
    pub equity_lost: Option<NaiveDate>,
    /// Today's market beta, and the share of the gross value for which it is known.
    pub beta: Option<(f64, f64)>,
    /// Net and gross value of the positions, as fractions of the equity.
    pub invested: Option<Invested>,
    /// Whether there are options, which count by their delta.
    pub has_options: bool,
    /// Lowest cash, in dollars, if it was negative, with its day.
    pub borrowed: Option<(f64, NaiveDate)>,
    pub fall: Option<Fall>,
    /// One-day value at risk at 95%, in dollars.
    pub bad_day: Option<f64>,
    /// Symbols with their P&L over the period, in dollars.
    pub pnl: Vec<(String, f64)>,
    /// The gain of the open positions since each was opened.
    pub gain: Option<Gain>,
}

/// The gain of the open positions since each was opened.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gain {
    /// Unrealized P&L, in dollars.
    pub amount: f64,
    /// Number of positions whose price or entry price is unknown.
    pub unknown: usize,
}

impl Gain {
    /// Adds up the unrealized P&L of the open positions. Returns `None` if it is known for none.
    fn from_values(values: &[PositionValue]) -> Option<Self> {
        let is_open = |value: &&PositionValue| !matches!(value.pricing, Pricing::Closed | Pricing::NotYetHeld);
        let open = values.iter().filter(is_open);
        let known: Vec<f64> = open.clone().filter_map(|value| value.unrealized_pnl).collect();
        let unknown = open.count() - known.len();
        (!known.is_empty()).then(|| Self { amount: known.iter().sum(), unknown })
    }
}

/// Net and gross value of the positions, as fractions of the equity. Options count by their delta.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Invested {
    pub net: f64,
    pub gross: f64,
}

impl Situation {
    /// Takes the numbers from the results of a run.
    pub fn from_overview(overview: &Overview<'_>) -> Self {
        let comparison = overview.comparison.as_ref();
        let equity = overview.equity();
        let pnl = overview.snapshots.and_then(|snapshots| snapshots.pnl_by_symbol.as_ref());
        Self {
            words: overview.words,
            period: overview.period(),
            has_sample_prices: overview.has_sample_prices(),
            total_return: overview.total_return(),
            benchmark: comparison
                .map(|comparison| (overview.benchmark.in_sentence.clone(), comparison.benchmark_return)),
            days_compared: comparison.map(|comparison| comparison.observations),
            equity_lost: overview.snapshots.and_then(|snapshots| snapshots.equity_lost),
            beta: overview.beta(),
            invested: equity
                .zip(overview.exposed())
                .map(|(equity, (net, gross))| Invested { net: net / equity, gross: gross / equity }),
            has_options: overview.has_options(),
            borrowed: overview.borrowed(),
            fall: overview.fall(),
            bad_day: equity.zip(overview.risk.and_then(|risk| risk.value_at_risk.percent_95)).map(|(e, v)| e * v),
            pnl: pnl.into_iter().flatten().map(|symbol| (symbol.symbol.clone(), symbol.pnl)).collect(),
            gain: overview.out.values.as_deref().and_then(Gain::from_values),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Gain, PositionValue, Pricing};

    fn value(pricing: Pricing, unrealized_pnl: Option<f64>) -> PositionValue {
        PositionValue { pricing, unrealized_pnl, ..PositionValue::of_one_share("AAPL", None) }
    }

    #[test]
    fn counts_gain_of_open_positions_only() {
        let closed = value(Pricing::Closed, Some(0.0));
        let values = [value(Pricing::Market, Some(5.0)), closed.clone(), value(Pricing::Unavailable, None)];
        assert_eq!(Gain::from_values(&values), Some(Gain { amount: 5.0, unknown: 1 }));
        assert_eq!(Gain::from_values(&[closed]), None);
    }
}
