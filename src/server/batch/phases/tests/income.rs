//! Tests dividends: the cash and the returns of the portfolio, the income of positions, and the
//! P&L of symbols and closed positions.

use positions::{Exit, InvestmentClass, Position};

use super::{assert_close, day, input, panel, position, run_all};
use crate::server::batch::{
    model::panel::{MarketPanel, Series},
    phases::snapshots::{Snapshots, SymbolPnl},
};

/// Builds a panel of four days. `A` closes at 100, pays 2 on day 1 and closes at 98, and then at
/// 99 and 101. `B` always closes at 50.
fn paying() -> MarketPanel {
    let mut panel = panel(&[("M", vec![10.0, 11.0, 11.0, 11.0]), ("S", vec![1.0; 4]), ("B", vec![50.0; 4])]);
    let prices = |prices: [f64; 4]| prices.map(Some).to_vec();
    let series = Series::new(prices([100.0, 98.0, 99.0, 101.0]), prices([98.0, 98.0, 99.0, 101.0]));
    panel.series.insert("A".to_owned(), series);
    panel
}

fn snapshots(positions: Vec<Position>) -> Snapshots {
    run_all(&input(positions, 500.0), paying()).0.snapshots.unwrap()
}

fn round_cents(values: impl IntoIterator<Item = Option<f64>>) -> Vec<Option<f64>> {
    values.into_iter().map(|value| value.map(|value| (value * 100.0).round() / 100.0 + 0.0)).collect()
}

#[test]
fn pays_dividends_into_cash_on_ex_date() {
    let days = snapshots(vec![position("A", 10.0, 90.0, 0)]).days;
    assert_eq!(round_cents(days.iter().map(|day| day.income)), [0.0, 20.0, 0.0, 0.0].map(Some));
    assert_eq!(round_cents(days.iter().map(|day| Some(day.cash))), [480.0, 500.0, 500.0, 500.0].map(Some));
    // The fall of the price by the dividend is neither a gain nor a loss.
    assert_close(days[1].daily_return.map(|r| r + 1.0), 1.0);
    assert_close(days[3].pnl, 20.0);
}

#[test]
fn charges_dividend_to_short_position() {
    let (out, _) = run_all(&input(vec![position("A", -10.0, 90.0, 0)], 5_000.0), paying());
    assert_close(out.values.unwrap()[0].income, -20.0);
    assert_close(out.snapshots.unwrap().days[1].pnl.map(|pnl| pnl + 1.0), 1.0);
}

#[test]
fn lists_income_of_each_position() {
    let fund = Position { class: InvestmentClass::Private, ..position("FUND", 1.0, 50.0, 0) };
    let lots = vec![
        position("A", 10.0, 90.0, 0),
        position("A", 5.0, 90.0, 1),
        fund,
        position("GONE", 1.0, 1.0, 0),
        position("B", 1.0, 40.0, 0),
    ];
    let (out, _) = run_all(&input(lots, 500.0), paying());
    let values = out.values.unwrap();
    let income = round_cents(values.iter().map(|value| value.income));
    assert_eq!(income, [Some(20.0), Some(0.0), Some(0.0), None, Some(0.0)]);
    let exposure = round_cents(values.iter().map(|value| value.exposure_value));
    assert_eq!(exposure, [Some(1_010.0), Some(505.0), Some(50.0), None, Some(50.0)]);
}

#[test]
fn omits_income_with_one_price_column() {
    let one_column = MarketPanel { lacks_dividends: true, ..paying() };
    let sold = Position { exit: Some(Exit { date: day(2), price: 60.0 }), ..position("B", 1.0, 50.0, 0) };
    let (out, _) = run_all(&input(vec![sold], 500.0), one_column);
    let snapshots = out.snapshots.unwrap();
    assert!(snapshots.days.iter().all(|day| day.income.is_none()));
    assert_eq!(out.values.unwrap()[0].income, None);
    let closed = &snapshots.closed.unwrap()[0];
    assert_eq!((closed.income, closed.realized_pnl), (None, 10.0));
}

#[test]
fn realizes_profit_of_closed_position_with_income() {
    let sold = Position { exit: Some(Exit { date: day(2), price: 110.0 }), ..position("A", 10.0, 90.0, 0) };
    let open = position("B", 1.0, 40.0, 0);
    let later = Position { exit: Some(Exit { date: day(9), price: 60.0 }), ..position("B", 1.0, 40.0, 0) };
    let closed = snapshots(vec![open, sold, later]).closed.unwrap();
    assert_eq!(closed.len(), 1);
    let closed = &closed[0];
    assert_eq!((closed.symbol.as_str(), closed.entry_date, closed.exit_date), ("A", day(0), day(2)));
    assert_close(closed.income, 20.0);
    assert_close(Some(closed.realized_pnl), 220.0);
}

#[test]
fn splits_pnl_by_symbol_to_last_bit() {
    let sold = Position { exit: Some(Exit { date: day(2), price: 99.37 }), ..position("A", 3.3, 90.0, 0) };
    let all = vec![position("B", -7.1, 41.7, 1), sold, position("A", 10.7, 93.9, 0)];
    let snapshots = snapshots(all);
    let pnl = snapshots.pnl_by_symbol.unwrap();
    assert_eq!(pnl.iter().map(|symbol| symbol.symbol.as_str()).collect::<Vec<_>>(), ["A", "B"]);
    let (first, last) = (&snapshots.days[0], &snapshots.days[3]);
    assert_eq!(Some(pnl[0].pnl + pnl[1].pnl), Some(last.equity - first.equity));
    // The short sale of B at 41.70 lost 8.30 on each of 7.1 shares.
    assert_close(Some(pnl[1].pnl), -7.1 * 8.3);
    assert_close(pnl[1].contribution, -7.1 * 8.3 / first.equity);
}

#[test]
fn measures_symbol_pnl_from_day_before_first_snapshot() {
    // The first snapshot is on day 1, and its P&L is against day 0, on which there was only cash.
    let snapshots = snapshots(vec![position("A", 10.0, 97.0, 1)]);
    assert_eq!(snapshots.days[0].date, day(1));
    let SymbolPnl { pnl, contribution, .. } = &snapshots.pnl_by_symbol.unwrap()[0];
    assert_close(Some(*pnl), 40.0);
    let base = snapshots.days[0].equity - snapshots.days[0].pnl.unwrap();
    assert_close(*contribution, 40.0 / base);
}

#[test]
fn omits_contribution_without_positive_equity() {
    let snapshots = run_all(&input(vec![position("A", 1.0, 90.0, 0)], -5_000.0), paying()).0.snapshots.unwrap();
    assert_eq!(snapshots.pnl_by_symbol.unwrap()[0].contribution, None);
}

#[test]
fn records_benchmark_return_of_each_day() {
    let days = snapshots(vec![position("A", 1.0, 90.0, 0)]).days;
    assert_eq!(days[0].benchmark_return, None);
    assert_close(days[1].benchmark_return, 0.1);
    assert_eq!((days[2].benchmark_return, days[3].benchmark_return), (Some(0.0), Some(0.0)));
}
