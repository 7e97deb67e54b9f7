//! Tests that the return statistics of a portfolio end when its equity reaches zero.

use super::{day, input, panel, position, prices, run_all, shown_lines};
use crate::server::{
    batch::{Outputs, phases::snapshots::Snapshots},
    results::PortfolioTotals,
    tracker::LiveRun,
};

/// Runs the phases on a short of ten shares that start at 100 and rise by 5 a day, with a cash of
/// 2,000. The equity is 1,000 at first and falls by 50 a day.
fn short(rows: u32) -> (Outputs, LiveRun) {
    let rising = (0..rows).map(|row| f64::from(100 + 5 * row)).collect();
    let market = prices((1..rows).map(|row| 0.01 * f64::from(row).sin()));
    let panel = panel(&[("M", market.clone()), ("S", market), ("A", rising)]);
    run_all(&input(vec![position("A", -10.0, 90.0, 0)], 2_000.0), panel)
}

fn worst(snapshots: &Snapshots) -> f64 {
    snapshots.days.iter().filter_map(|day| day.drawdown).fold(0.0, f64::min)
}

#[test]
fn ends_portfolio_returns_when_equity_is_lost() {
    let (out, live) = short(90);
    let snapshots = out.snapshots.as_ref().unwrap();
    // On day 20 the equity is exactly zero: the return is -100%, and there is none afterwards.
    assert_eq!((snapshots.days[20].equity, snapshots.days[20].daily_return), (0.0, Some(-1.0)));
    assert!(snapshots.days[21..].iter().all(|day| day.equity < 0.0 && day.daily_return.is_none()));
    assert!((worst(snapshots) + 1.0).abs() < 1e-12, "{}", worst(snapshots));
    assert_eq!(snapshots.equity_lost, Some(day(20)));
    let line = "The portfolio's equity was zero or below on 2022-01-21, so its returns and volatility end there";
    assert_eq!(shown_lines(&live, "equity was"), [line, line]);
    let totals = PortfolioTotals::from_outputs(&out).unwrap();
    assert_eq!((totals.total_return, totals.equity_lost), (None, Some(day(20))));
    assert!(totals.returns_reason.is_some());
    let volatility = out.volatility.unwrap().portfolio;
    assert!(volatility.day_21.is_none() && volatility.ewma.is_none() && volatility.har.day_1.is_none());
}

#[test]
fn keeps_portfolio_returns_while_equity_is_positive() {
    let (out, live) = short(20);
    let snapshots = out.snapshots.as_ref().unwrap();
    assert_eq!((snapshots.equity_lost, snapshots.days[19].equity), (None, 50.0));
    assert!(snapshots.days[1..].iter().all(|day| day.daily_return.is_some()));
    assert_eq!(shown_lines(&live, "equity was"), Vec::<String>::new());
    assert!(PortfolioTotals::from_outputs(&out).unwrap().returns_reason.is_none());
}
