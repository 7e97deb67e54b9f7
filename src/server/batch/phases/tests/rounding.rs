//! Tests that returns count as constant if they differ only because prices are rounded.

use super::{alternating, input, panel, position, prices, run_all};
use crate::server::batch::{Outputs, phases::correlations::DroppedSymbol};

/// Runs the phases on a portfolio of a share and a fund `F`. The prices of the fund are passed in
/// `fund`.
fn with_fund(fund: Vec<f64>) -> Outputs {
    let rows = fund.len();
    let market = prices((1..rows).map(|row| 0.01 * (row as f64).sin()));
    let share = prices((1..rows).map(|row| 0.02 * (row as f64 * 1.7).sin()));
    let panel = panel(&[("M", market.clone()), ("S", market), ("A", share), ("F", fund)]);
    run_all(&input(vec![position("A", 1.0, 100.0, 0), position("F", 1.0, 100.0, 0)], 0.0), panel).0
}

/// Generates 260 prices that grow by 0.02% per day.
fn steady_growth() -> impl Iterator<Item = f64> {
    (0..260).map(|row| 100.0 * 1.0002_f64.powi(row))
}

fn rounded(price: f64, decimals: usize) -> f64 {
    format!("{price:.decimals$}").parse().unwrap()
}

#[track_caller]
fn assert_does_not_vary(out: &Outputs) {
    let metrics = &out.metrics.as_ref().unwrap()[1];
    assert_eq!((metrics.sharpe, metrics.skewness, metrics.kurtosis), (None, None, None));
    assert_eq!(metrics.volatility.day_252, Some(0.0));
    let betas = &out.betas.as_ref().unwrap()[1].market_beta;
    assert!(betas.day_90.is_none() && betas.day_252.is_none(), "{betas:?}");
    let factors = &out.factors.as_ref().unwrap()[1];
    assert!(factors.ridge.is_none() && factors.spreads.is_empty(), "{factors:?}");
    let correlations = out.correlations.as_ref().unwrap();
    let reason = "the series does not vary".to_owned();
    assert_eq!(correlations.dropped, [DroppedSymbol { symbol: "F".to_owned(), reason }]);
}

#[test]
fn treats_exact_growth_as_constant() {
    assert_does_not_vary(&with_fund(steady_growth().collect()));
}

#[test]
fn treats_rounded_growth_as_constant() {
    assert_does_not_vary(&with_fund(steady_growth().map(|price| rounded(price, 4)).collect()));
}

#[test]
fn treats_price_of_one_as_constant() {
    assert_does_not_vary(&with_fund(vec![1.0; 260]));
}

#[test]
fn treats_compounded_growth_as_constant() {
    assert_does_not_vary(&with_fund(prices([0.0002; 259])));
}

#[test]
fn leaves_out_fund_steady_since_last_quarter() {
    let fund = prices(alternating(150, 0.01).into_iter().chain([0.0002; 109]));
    let out = with_fund(fund.into_iter().map(|price| rounded(price, 4)).collect());
    assert_eq!(out.correlations.unwrap().symbols, ["A"]);
    let betas = &out.betas.unwrap()[1].market_beta;
    assert!(betas.day_90.is_none() && betas.day_252.is_some(), "{betas:?}");
    assert!(out.metrics.unwrap()[1].sharpe.unwrap().abs() < 10.0);
}

#[test]
fn reports_metrics_of_moves_above_rounding() {
    let fund = prices((0..259).map(|row| 0.0002 + if row % 2 == 0 { 1e-5 } else { -1e-5 }));
    let out = with_fund(fund.into_iter().map(|price| rounded(price, 4)).collect());
    assert_eq!(out.correlations.unwrap().symbols, ["A", "F"]);
    assert!(out.metrics.unwrap()[1].sharpe.is_some());
}

#[test]
fn treats_portfolio_of_steady_funds_as_constant() {
    let fund: Vec<f64> = steady_growth().map(|price| rounded(price, 4)).collect();
    let market = prices((1..260).map(|row| 0.01 * f64::from(row).sin()));
    let panel = panel(&[("M", market.clone()), ("S", market), ("F", fund)]);
    let (out, _) = run_all(&input(vec![position("F", 30.0, 100.0, 0)], 0.0), panel);
    let volatility = out.volatility.unwrap().portfolio;
    assert_eq!((volatility.day_21, volatility.day_252), (Some(0.0), Some(0.0)));
    assert!(volatility.trend.is_none() && volatility.har.day_1.is_none(), "{volatility:?}");
}
