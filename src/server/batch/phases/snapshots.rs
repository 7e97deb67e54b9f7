//! Phase 4, Portfolio Snapshots: the portfolio's value on each of the last trading dates, up to 254
//! of them.

use analytics::{
    holding::{Holding, LedgerError, Trade},
    returns::Returns,
    rounding::{half_unit, rounding_error, steady_levels},
    snapshots::{Ledger, STALE_WARNING_DAYS},
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use status::{Failure, LogLevel, is_milestone};

use super::equity_curve::CurveSoFar;
use crate::server::{
    batch::{
        PhaseResult, Reporter, Stop,
        model::{input::Input, panel::MarketPanel, prices::PositionPrices},
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

/// P&L of one symbol over the days of the snapshots: changes in value, trades and dividends of all
/// its lots.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SymbolPnl {
    pub symbol: String,
    /// In dollars. The P&L of all symbols adds up to the change in equity, to the last bit.
    pub pnl: f64,
    /// `pnl` as a fraction of the equity before the first day; null if that is not positive.
    #[serde(rename = "return")]
    pub contribution: Option<f64>,
}

/// A position that was closed on or before the as-of date, or an option that was settled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClosedPosition {
    pub symbol: String,
    pub quantity: f64,
    pub multiplier: f64,
    pub entry_date: NaiveDate,
    pub exit_date: NaiveDate,
    pub entry_price: f64,
    pub exit_price: f64,
    /// Dividends while it was held, in dollars; null if the source has only one price per day.
    pub income: Option<f64>,
    /// Proceeds minus cost, plus `income`, in dollars.
    pub realized_pnl: f64,
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
    let (held, holdings) = holdings(input, panel, &prices);
    let cash = cash_as_of(input.cash, &holdings);
    let mut ledger = Ledger::new(panel.calendar.len(), &holdings, cash, first)
        .map_err(|error| valuation_error(input, &held, error))?;
    let mut returns = Vec::with_capacity(panel.calendar.len());
    // Equity and gross value on each row.
    let mut amounts = Vec::with_capacity(panel.calendar.len());
    let mut days = Vec::with_capacity(total);
    let entered = panel.first_entry_row(input);
    let market = panel.series.get(&input.factors.market).and_then(|series| series.close().get(first..));
    let mut curve = CurveSoFar::new(&input.factors.market, market.unwrap_or_default(), total);
    for day in ledger.by_ref() {
        // Before the first position was entered, the portfolio had no return to measure.
        amounts.push((day.equity, day.gross));
        returns.push(day.time_weighted_return.filter(|_| entered.is_some_and(|entered| day.row >= entered)));
        if day.row < first {
            continue;
        }
        let (number, date) = (days.len() + 1, panel.calendar[day.row]);
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
            income: None,
            benchmark_return: None,
        });
        let level = if is_milestone(number, total) { LogLevel::Info } else { LogLevel::Debug };
        reporter.item(level, format!("Creating snapshot for {date}... ({number}/{total})"), number, total)?;
        reporter.found(curve.add(date, day.equity));
    }
    for (&position, stale) in held.iter().zip(ledger.stale_days()) {
        if stale > STALE_WARNING_DAYS {
            let symbol = &input.positions()[position].symbol;
            reporter.warning(
                Cause::NoRecentPrice,
                &[symbol],
                format!("{symbol}: no price for {stale} trading days, valued at its last price"),
            );
        }
    }
    let steady = steady_days(&holdings, &amounts, ledger.step());
    if steady > 0 {
        let rows = panel.last_rows(panel.calendar.len());
        returns = Returns::from_rows(returns).with_equal_last(steady).by_row(rows);
    }
    let equity_lost = ledger.lost().map(|row| panel.calendar[row]).filter(|_| !held.is_empty());
    if let Some(date) = equity_lost {
        reporter.warning(Cause::EquityLost, &[], equity_lost_message(date));
    }
    if held.is_empty() {
        reporter.warning(Cause::NothingPriced, &[], "No position has a price, so the snapshots contain only cash");
    }
    Ok((Snapshots { days, returns, equity_lost, ..Snapshots::default() }, format!("{total} trading days processed")))
}

/// Counts the returns at the end of the calendar that differ only because prices are rounded. This
/// happens if a portfolio consists of funds that grow steadily. `amounts` are the equity and the
/// gross value on each row, and `step` is the distance between neighboring amounts.
fn steady_days(holdings: &[Holding], amounts: &[(f64, f64)], step: f64) -> usize {
    let mut errors = vec![0.0; amounts.len()];
    let mut known: Option<(&[Option<f64>], f64)> = None;
    for holding in holdings {
        // Lots of one symbol are adjacent and share their prices.
        let half_unit = match known {
            Some((prices, half_unit)) if std::ptr::eq(prices, holding.prices) => half_unit,
            _ => half_unit(holding.prices),
        };
        known = Some((holding.prices, half_unit));
        let units = (holding.quantity * holding.multiplier).abs();
        errors
            .iter_mut()
            .enumerate()
            .filter(|(row, _)| holding.is_held(*row))
            .for_each(|(_, sum)| *sum += units * half_unit);
    }
    let equity: Vec<Option<f64>> = amounts.iter().map(|(equity, _)| Some(*equity)).collect();
    steady_levels(&equity, |row, equity| errors[row] + rounding_error(2.0 * step, equity.max(amounts[row].1)))
}

/// Returns the sentence about a portfolio whose equity was zero or negative on `date`.
pub fn equity_lost_message(date: NaiveDate) -> String {
    format!("The portfolio's equity was zero or below on {date}, so its returns and volatility end there")
}

/// Placeholder row for a trade after the last date with prices. Such trades exist because live
/// sources have no price for the current day until the market closes.
const NOT_YET: usize = usize::MAX;

/// Returns the cash at the close of the as-of date: today's cash, with all trades after that date
/// reversed.
fn cash_as_of(today: f64, holdings: &[Holding]) -> f64 {
    let not_yet = |trade: &Trade| trade.row == Some(NOT_YET);
    holdings.iter().fold(today, |cash, holding| {
        let bought = Some(holding.entry).filter(not_yet).map_or(0.0, |entry| holding.value_at(entry.price));
        let sold = holding.exit.filter(not_yet).map_or(0.0, |exit| holding.value_at(exit.price));
        cash + bought - sold
    })
}

/// Returns the positions that have a value, grouped by symbol, and their indices in the file. A
/// position without prices is left out entirely, including the cash from its trades: if only its
/// value were left out, the equity would jump on the day of a trade.
fn holdings<'a>(
    input: &Input,
    panel: &MarketPanel,
    prices: &'a [PositionPrices<'_>],
) -> (Vec<usize>, Vec<Holding<'a>>) {
    let first_date = panel.calendar.first();
    let trade = |date: NaiveDate, price: f64| Trade {
        row: if first_date.is_some_and(|first| date < *first) {
            None
        } else {
            Some(panel.row_on_or_after(date).unwrap_or(NOT_YET))
        },
        price,
    };
    let (mut held, mut holdings) = (Vec::with_capacity(prices.len()), Vec::with_capacity(prices.len()));
    for &index in input.by_symbol().iter().filter(|&&index| prices[index].is_available()) {
        let position = &input.positions()[index];
        held.push(index);
        holdings.push(Holding {
            quantity: position.quantity,
            multiplier: position.multiplier(),
            entry: trade(position.entry_date, position.entry_price),
            exit: position.exit.as_ref().map(|exit| trade(exit.date, exit.price)),
            prices: prices[index].series(),
        });
    }
    (held, holdings)
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
