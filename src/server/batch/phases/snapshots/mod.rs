//! Phase 4, Portfolio Snapshots: the portfolio's value on each of the last trading dates, up to 254
//! of them.

mod realized;
mod steady;

use analytics::{
    holding::LedgerError,
    returns::Returns,
    snapshots::{Ledger, STALE_WARNING_DAYS},
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use status::{Failure, LogLevel, is_milestone};

pub use self::realized::{ClosedPosition, SymbolPnl};
use self::{
    realized::{closed_positions, pnl_by_symbol},
    steady::steady_days,
};
use super::equity_curve::CurveSoFar;
use crate::server::{
    batch::{
        PhaseResult, Reporter, Stop,
        model::{holdings::Holdings, input::Input, panel::MarketPanel, prices::PositionPrices},
    },
    tracker::Cause,
};

/// Value of the portfolio and its parts at the close of one date. Amounts are in dollars.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    pub date: NaiveDate,
    pub equity: f64,
    pub cash: f64,
    pub long_value: f64,
    pub short_value: f64,
    pub gross: f64,
    pub net: f64,
    pub pnl: Option<f64>,
    #[serde(rename = "return")]
    pub daily_return: Option<f64>,
    pub drawdown: Option<f64>,
    /// Dividends of the day, in dollars; negative if short positions paid more than long ones
    /// received. Null if the source has only one price per day, and in results that an older
    /// version stored.
    #[serde(default)]
    pub income: Option<f64>,
    /// Return of the benchmark on that day, with dividends.
    #[serde(default)]
    pub benchmark_return: Option<f64>,
}

/// Snapshots and daily returns of the portfolio, in date order.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Snapshots {
    pub days: Vec<Snapshot>,
    /// Daily returns of the portfolio, one element per calendar row. They go back further than the
    /// snapshots, so that every volatility window is covered.
    pub returns: Vec<Option<f64>>,
    /// First day of the calendar on which the equity was zero or negative. The returns end there,
    /// because compounding cannot continue from a level of zero or below.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub equity_lost: Option<NaiveDate>,
    /// P&L by symbol, in alphabetical order; `None` in results that an older version stored.
    #[serde(default)]
    pub pnl_by_symbol: Option<Vec<SymbolPnl>>,
    /// Closed positions, in file order; `None` in results that an older version stored.
    #[serde(default)]
    pub closed: Option<Vec<ClosedPosition>>,
    /// Risk-free rate that the run used, as a fraction per year.
    #[serde(default)]
    pub risk_free_rate: f64,
}

impl Snapshots {
    /// Converts the portfolio's daily returns to [`Returns`], the type used for the returns of
    /// symbols. They are empty if the equity was ever zero or negative, because statistics over the
    /// days before that would pass for current ones.
    pub fn own_returns(&self) -> Returns {
        if self.equity_lost.is_some() {
            return Returns::default();
        }
        Returns::from_rows(self.returns.iter().copied())
    }

    /// Returns the portfolio's value on the last date, or 0 if there are no snapshots.
    pub fn equity(&self) -> f64 {
        self.days.last().map_or(0.0, |day| day.equity)
    }
}

/// Creates one snapshot per trading date, from [`MarketPanel::first_snapshot_row`] to the as-of
/// date.
///
/// # Errors
/// Returns [`Stop`] if the run should stop, or if the positions cannot be valued.
pub fn create(input: &Input, panel: &MarketPanel, reporter: &Reporter) -> PhaseResult<Snapshots> {
    let first = panel.first_snapshot_row(input);
    let total = panel.calendar.len().saturating_sub(first);
    reporter.start(total);
    reporter.activity(format!("Creating daily snapshots for {total} trading days..."));
    let prices = PositionPrices::for_input(input, panel, reporter)?;
    let held = Holdings::new(input, panel, &prices);
    let mut ledger = Ledger::new(panel.calendar.len(), &held.holdings, held.cash_as_of(input.cash), first)
        .map_err(|error| valuation_error(input, &held.positions, error))?;
    let mut returns = Vec::with_capacity(panel.calendar.len());
    // Equity and gross value on each row.
    let mut amounts = Vec::with_capacity(panel.calendar.len());
    let mut days = Vec::with_capacity(total);
    let entered = panel.first_entry_row(input);
    let market = panel.series.get(&input.factors.market);
    let benchmark = market.map(|series| series.returns().by_row(panel.last_rows(panel.calendar.len())));
    // The portfolio's value includes dividends, so the market's does, too.
    let start = first.saturating_sub(1);
    let levels = market.and_then(|series| series.adj_close().get(start..)).unwrap_or_default();
    let mut curve = CurveSoFar::new(&input.factors.market, levels, total);
    for day in ledger.by_ref() {
        // Before the first position was entered, the portfolio had no return to measure.
        amounts.push((day.equity, day.gross));
        returns.push(day.time_weighted_return.filter(|_| entered.is_some_and(|entered| day.row >= entered)));
        if day.row < first {
            if day.row == start {
                curve.start(panel.calendar[start], day.equity);
            }
            continue;
        }
        let (number, date) = (days.len() + 1, panel.calendar[day.row]);
        let benchmark_return = benchmark.as_ref().and_then(|returns| *returns.get(day.row)?);
        days.push(Snapshot {
            date,
            equity: day.equity,
            cash: day.cash,
            long_value: day.long_value,
            short_value: day.short_value,
            gross: day.gross,
            net: day.net,
            pnl: day.pnl,
            daily_return: day.time_weighted_return,
            drawdown: day.drawdown,
            income: Some(day.income).filter(|_| !panel.lacks_dividends),
            benchmark_return,
        });
        let level = if is_milestone(number, total) { LogLevel::Info } else { LogLevel::Debug };
        reporter.item(level, format!("Creating snapshot for {date}... ({number}/{total})"), number, total)?;
        reporter.found(curve.add(date, day.equity));
    }
    report_stale(input, &held, &ledger, reporter);
    let steady = steady_days(&held.holdings, &amounts, ledger.rounding_error());
    if steady > 0 {
        let rows = panel.last_rows(panel.calendar.len());
        returns = Returns::from_rows(returns).with_equal_last(steady).by_row(rows);
    }
    let is_empty = held.holdings.is_empty();
    let equity_lost = ledger.lost().map(|row| panel.calendar[row]).filter(|_| !is_empty);
    if let Some(date) = equity_lost {
        reporter.warning(Cause::EquityLost, &[], equity_lost_message(date));
    }
    if is_empty {
        reporter.warning(Cause::NothingPriced, &[], "No position has a price, so the snapshots contain only cash");
    }
    if panel.lacks_dividends {
        reporter.debug("No income: the prices do not tell which part of a return is dividends");
    }
    let snapshots = Snapshots {
        pnl_by_symbol: Some(pnl_by_symbol(&held, ledger.pnl_by_symbol(), &days)),
        closed: Some(closed_positions(input, panel, &held.income(input))),
        risk_free_rate: input.risk_free_rate,
        days,
        returns,
        equity_lost,
    };
    Ok((snapshots, format!("{total} trading days processed")))
}

/// Warns of every position that has had no price for several days.
fn report_stale(input: &Input, held: &Holdings, ledger: &Ledger, reporter: &Reporter) {
    for (&position, stale) in held.positions.iter().zip(ledger.stale_days()) {
        if stale > STALE_WARNING_DAYS {
            let symbol = &input.positions()[position].symbol;
            reporter.warning(
                Cause::NoRecentPrice,
                &[symbol],
                format!("{symbol}: no price for {stale} trading days, valued at its last price"),
            );
        }
    }
}

/// Returns the sentence about a portfolio whose equity was zero or negative on `date`.
pub fn equity_lost_message(date: NaiveDate) -> String {
    format!("The portfolio's equity was zero or below on {date}, so its returns and volatility end there")
}

fn valuation_error(input: &Input, held: &[usize], error: LedgerError) -> Stop {
    let name = |index: usize| held.get(index).map_or("a position", |&at| input.positions()[at].symbol.as_str());
    let message = match error {
        // The file has no part in this.
        LedgerError::PricesLength(index) => {
            let message = format!("The prices of {} don't match the trading calendar.", name(index));
            return Stop::failed(Failure::InternalError, message);
        }
        LedgerError::ExitBeforeEntry(index) => format!("{} was closed before it was opened.", name(index)),
        LedgerError::HoldingNotFinite(index) => {
            format!("The value of {} is too large to calculate.", name(index))
        }
        LedgerError::TotalNotFinite => "The value of the portfolio is too large to calculate.".to_owned(),
    };
    Stop::failed(Failure::CannotValue, message)
}
