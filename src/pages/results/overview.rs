//! The numbers about the whole portfolio that several parts of the results page show: the
//! comparison with the benchmark, today's risk, and the dates that they cover.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::names::{self, BenchmarkName};
use crate::live_page::reader::ReaderWords;
use crate::server::{
    batch::{
        Outputs,
        model::panel::MarketPanel,
        phases::{
            exposed::exposed_dollars,
            factor_exposures::FactorKind,
            snapshots::{Snapshot, Snapshots},
            volatility::book_risk::BookRisk,
        },
    },
    market_data::{SAMPLE, Spread},
    results::{PortfolioTotals, comparison::Comparison},
    tracker::RunState,
};

/// Smaller amounts of borrowed cash, in dollars, are rounding.
const LEAST_BORROWED: f64 = 1.0;

/// A run's results, with the numbers about the whole portfolio.
pub struct Overview<'a> {
    pub run: &'a RunState,
    pub out: &'a Outputs,
    pub snapshots: Option<&'a Snapshots>,
    pub totals: Option<PortfolioTotals>,
    pub comparison: Option<Comparison>,
    /// Risk of today's positions.
    pub risk: Option<&'a BookRisk>,
    pub benchmark: BenchmarkName,
    /// Words that depend on who reads the page.
    pub words: &'static ReaderWords,
}

/// The largest loss from a peak to a later trough.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fall {
    /// As a fraction of the peak; zero or negative.
    pub value: f64,
    /// Dates of the peak and of the trough.
    pub dates: Option<(NaiveDate, NaiveDate)>,
}

impl<'a> Overview<'a> {
    /// Gathers the numbers that a run has computed so far.
    pub fn new(run: &'a RunState, out: &'a Outputs, words: &'static ReaderWords) -> Self {
        let snapshots = out.snapshots.as_ref();
        let market = out.market.as_ref().and_then(|market| market.factors.as_ref()).map(|factors| &factors.market);
        let exposure = out.exposures.iter().flatten().find(|exposure| exposure.kind == FactorKind::Market);
        let ticker = market.or(exposure.map(|exposure| &exposure.factor));
        Self {
            run,
            out,
            snapshots,
            totals: PortfolioTotals::from_outputs(out),
            comparison: Comparison::from_outputs(out),
            risk: out.volatility.as_ref().and_then(|analysis| analysis.book_risk.as_ref()),
            benchmark: ticker.map_or_else(
                || BenchmarkName { label: "Benchmark".to_owned(), in_sentence: "the benchmark".to_owned() },
                |ticker| names::benchmark(ticker),
            ),
            words,
        }
    }

    pub fn days(&self) -> &'a [Snapshot] {
        self.snapshots.map(|snapshots| snapshots.days.as_slice()).unwrap_or_default()
    }

    pub fn last_day(&self) -> Option<&'a Snapshot> {
        self.days().last()
    }

    pub fn as_of(&self) -> Option<NaiveDate> {
        self.out.market.as_ref().and_then(MarketPanel::as_of)
    }

    /// Returns the portfolio's value on the last day if it is positive. Only then can an amount be
    /// shown as a share of it.
    pub fn equity(&self) -> Option<f64> {
        self.last_day().map(|day| day.equity).filter(|equity| *equity > 0.0)
    }

    /// Returns whether an earlier version of the program computed these results, which then lack
    /// some numbers.
    pub fn is_from_earlier_version(&self) -> bool {
        self.snapshots.is_some_and(|snapshots| snapshots.closed.is_none())
    }

    /// Returns the trading day whose close the returns start from, and the last day.
    pub fn period(&self) -> Option<(NaiveDate, NaiveDate)> {
        if let Some(comparison) = &self.comparison {
            return Some((self.day_before(comparison.from), comparison.to));
        }
        let (first, last) = (self.days().first()?, self.last_day()?);
        let start = if first.daily_return.is_some() { self.day_before(first.date) } else { first.date };
        Some((start, last.date))
    }

    /// Returns the day at whose close the snapshots start, and the equity at that time: the day
    /// before the first snapshot. Returns `None` if the first snapshot has no P&L.
    pub fn start(&self) -> Option<(NaiveDate, f64)> {
        let first = self.days().first()?;
        // There are no deposits or withdrawals, so the P&L is the change in equity.
        Some((self.day_before(first.date), first.equity - first.pnl?))
    }

    /// Returns the trading day before `date`, or `date` itself if the calendar starts with it.
    fn day_before(&self, date: NaiveDate) -> NaiveDate {
        self.out.market.as_ref().and_then(|market| market.day_before(date)).unwrap_or(date)
    }

    /// Returns the net and gross value of today's positions, in dollars, with options counted by
    /// their delta. Lots of one symbol are added up first, so that a long and a short lot offset
    /// each other. Returns `None` until the positions are valued.
    pub fn exposed(&self) -> Option<(f64, f64)> {
        let mut by_symbol: BTreeMap<&str, f64> = BTreeMap::new();
        for value in self.out.values.as_ref()? {
            *by_symbol.entry(&value.symbol).or_default() += exposed_dollars(value).unwrap_or(0.0);
        }
        Some((by_symbol.values().sum(), by_symbol.values().map(|value| value.abs()).sum()))
    }

    /// Returns whether there are options that count by their delta.
    pub fn has_options(&self) -> bool {
        self.out.values.iter().flatten().any(|value| value.delta.is_some())
    }

    /// Returns the lowest cash of the snapshots with its day, if it is negative. The cash of the
    /// past is worked back from today's, so it is negative if deposits are missing.
    pub fn borrowed(&self) -> Option<(f64, NaiveDate)> {
        // The cash of the last day is what the user has stated.
        let (_, past) = self.days().split_last()?;
        let lowest = past.iter().min_by(|a, b| a.cash.total_cmp(&b.cash))?;
        (lowest.cash < -LEAST_BORROWED).then_some((lowest.cash, lowest.date))
    }

    /// Returns whether the price source reports dividends separately.
    pub fn has_dividends(&self) -> bool {
        self.days().iter().any(|day| day.income.is_some())
    }

    /// Returns whether the prices are the sample that comes with the program.
    pub fn has_sample_prices(&self) -> bool {
        self.out.market.as_ref().and_then(|market| market.source.as_deref()) == Some(SAMPLE)
    }

    /// Returns the portfolio's return over the period.
    pub fn total_return(&self) -> Option<f64> {
        let compared = self.comparison.as_ref().map(|comparison| comparison.total_return);
        // Without any daily return, the compounded return is zero, which would say that nothing
        // changed.
        let has_returns = self.days().iter().any(|day| day.daily_return.is_some());
        compared.or_else(|| self.totals.as_ref().filter(|_| has_returns)?.total_return)
    }

    /// Returns the portfolio's maximum drawdown.
    pub fn fall(&self) -> Option<Fall> {
        if let Some(comparison) = &self.comparison
            && let Some(value) = comparison.max_drawdown
        {
            return Some(Fall { value, dates: comparison.max_drawdown_peak.zip(comparison.max_drawdown_trough) });
        }
        Some(Fall { value: self.totals.as_ref()?.max_drawdown?, dates: None })
    }

    /// Returns today's market beta, and the share of the gross value for which it is known.
    pub fn beta(&self) -> Option<(f64, f64)> {
        let market = self.out.exposures.iter().flatten().find(|exposure| exposure.kind == FactorKind::Market);
        Some((self.totals.as_ref()?.market_beta.day_90?, market?.coverage?))
    }

    /// Explains why the risk of today's positions is unknown.
    pub fn risk_reason(&self) -> String {
        match (self.risk, self.out.volatility.is_some()) {
            (Some(risk), _) => risk.reason.clone().unwrap_or_else(|| "too few daily returns".to_owned()),
            (None, true) if self.is_from_earlier_version() => "not part of these older results".to_owned(),
            (None, true) => "not available".to_owned(),
            (None, false) => "not calculated yet".to_owned(),
        }
    }

    /// Returns the spreads of the factor set that the run used.
    pub fn spreads(&self) -> &'a [Spread] {
        let factors = self.out.market.as_ref().and_then(|market| market.factors.as_ref());
        factors.map(|factors| factors.spreads.as_slice()).unwrap_or_default()
    }
}
