//! Tests the option model: volatility, dividend yield and interest rate of each day, and deltas.

use analytics::{
    black_scholes::{Carry, EuropeanOption, Payoff},
    moments::annualized_volatility,
};
use positions::{InvestmentClass, OptionKind, Position};

use super::{
    assert_close, day, input,
    options::{market, option, quoted},
    panel, position, prices, reprice, run_all,
};
use crate::server::batch::{
    model::panel::{MarketPanel, Series},
    phases::position_values::PositionValue,
};

fn net_values(panel: MarketPanel) -> Vec<f64> {
    let (out, _) = run_all(&input(vec![option("CALL", 200)], 0.0), panel);
    out.snapshots.unwrap().days.iter().map(|day| day.net).collect()
}

fn value(rate: f64, position: Position, panel: MarketPanel) -> PositionValue {
    let input = input(vec![position], 1_000.0).with_risk_free_rate(rate);
    run_all(&input, panel).0.values.unwrap().remove(0)
}

/// Returns the terms of the call of [`option`] as of day `number`, if it expires on day 200.
fn terms(number: u32) -> EuropeanOption {
    EuropeanOption { kind: Payoff::Call, strike: 100.0, years: f64::from(200 - number) / 365.0 }
}

#[test]
fn prices_past_days_without_later_prices() {
    let mut changed = market();
    reprice(&mut changed, "A", |prices| {
        prices[50..].iter_mut().zip(0..).for_each(|(price, day)| *price = price.map(|p| p + f64::from(day % 3) * 20.0));
    });
    let (before, after) = (net_values(market()), net_values(changed));
    // Larger prices make the money grid coarser, so the values before them may differ by a step.
    let differences: Vec<f64> = before.iter().zip(&after).map(|(one, other)| (one - other).abs()).collect();
    assert!(differences[..50].iter().all(|difference| *difference < 1e-9), "{differences:?}");
    assert!(differences[60..].iter().all(|difference| *difference > 1.0), "{differences:?}");
}

#[test]
fn uses_volatility_as_of_each_day() {
    let panel = market();
    let returns = panel.series["A"].returns().values().to_vec();
    let (net, spot) = (net_values(panel.clone()), panel.series["A"].close().to_vec());
    // Return `n` is that of row `n + 1`. Days 0 to 20 have the volatility of the first 21 returns,
    // and day 89 that of the last 63.
    for (row, window) in [(0, 0..21), (20, 0..21), (40, 0..40), (89, 26..89)] {
        let volatility = annualized_volatility(&returns[window]).unwrap();
        let price = terms(row).price(spot[row as usize].unwrap(), volatility, Carry::default()).unwrap();
        assert_close(Some(net[row as usize]), 100.0 * price);
    }
}

#[test]
fn leaves_out_option_with_twenty_returns() {
    let with = |returns: usize| {
        let series = prices((0..returns).map(|row| 0.01 * (row as f64).sin()));
        let panel = panel(&[("M", series.clone()), ("S", series.clone()), ("A", series)]);
        value(0.0, option("CALL", 200), panel).price
    };
    assert_eq!(with(20), None);
    assert!(with(21).is_some());
}

/// Builds the panel of [`market`], in which `A` also pays a dividend of 1 on day 80.
fn paying() -> MarketPanel {
    let mut panel = market();
    let close = panel.series["A"].close().to_vec();
    let factor = 1.0 - 1.0 / close[79].unwrap();
    let adjusted = close.iter().enumerate().map(|(row, price)| price.map(|p| if row < 80 { p * factor } else { p }));
    panel.series.insert("A".to_owned(), Series::new(close.clone(), adjusted.collect()));
    panel
}

fn volatility(panel: &MarketPanel) -> f64 {
    annualized_volatility(panel.series["A"].returns().last(63)).unwrap()
}

#[test]
fn prices_with_interest_rate_and_dividend_yield() {
    let panel = paying();
    // On day 89, `A` closes at 105 and has paid 1 in the last year.
    let carry = Carry { rate: 1.04_f64.ln(), dividend_yield: 1.0 / 105.0 };
    let value = value(0.04, option("CALL", 200), panel.clone());
    assert_close(value.price, terms(89).price(105.0, volatility(&panel), carry).unwrap());
    assert_close(value.delta, terms(89).delta(105.0, volatility(&panel), carry).unwrap());
    assert_close(value.exposure_value, value.delta.unwrap() * 100.0 * 105.0);
}

#[test]
fn computes_delta_of_quoted_short_put() {
    let mut put = Position { quantity: -2.0, ..option("PUT", 200) };
    if let InvestmentClass::Options(contract) = &mut put.class {
        contract.kind = OptionKind::Put;
    }
    let panel = quoted("PUT", &[(89, 2.5)]);
    let terms = EuropeanOption { kind: Payoff::Put, ..terms(89) };
    let delta = terms.delta(105.0, volatility(&panel), Carry::default()).unwrap();
    let value = value(0.0, put, panel);
    assert_close(value.delta, delta);
    assert!(delta < 0.0);
    assert_close(value.exposure_value, -200.0 * delta * 105.0);
}

#[test]
fn computes_delta_at_latest_close_of_underlying() {
    let mut panel = market();
    reprice(&mut panel, "A", |prices| prices[86..].fill(None));
    // The underlying last closed at 101, on day 85.
    let delta = terms(89).delta(101.0, volatility(&panel), Carry::default()).unwrap();
    assert_close(value(0.0, option("CALL", 200), panel).delta, delta);
}

#[test]
fn omits_delta_and_exposure_without_model() {
    let mut panel = quoted("CALL", &[(89, 7.5)]);
    panel.series.remove("A");
    let value = value(0.0, option("CALL", 200), panel);
    assert_eq!((value.market_value, value.delta, value.exposure_value), (Some(750.0), None, None));
}

#[test]
fn implies_volatility_with_rate_and_yield_of_quote() {
    let panel = paying();
    // On day 85, the underlying closes at 101.
    let carry = Carry { rate: 1.04_f64.ln(), dividend_yield: 1.0 / 101.0 };
    let price = terms(85).price(101.0, 0.3, carry).unwrap();
    let mut close = vec![None; 90];
    close[85] = Some(price);
    let mut panel = panel;
    panel.series.insert("CALL".to_owned(), Series::new(close.clone(), close));
    let (out, _) = run_all(&input(vec![option("CALL", 200)], 0.0).with_risk_free_rate(0.04), panel);
    let implied = &out.volatility.unwrap().positions[0].implied;
    assert_close(implied.volatility, 0.3);
    assert_eq!(implied.date, Some(day(85)));
}

#[test]
fn subtracts_risk_free_rate_from_symbol_ratios() {
    let series = prices((0..90).map(|row| 0.001 + 0.01 * f64::from(row).sin()));
    let panel = panel(&[("M", series.clone()), ("S", series.clone()), ("A", series)]);
    let metrics = |rate: f64| {
        let input = input(vec![position("A", 1.0, 100.0, 0)], 0.0).with_risk_free_rate(rate);
        run_all(&input, panel.clone()).0.metrics.unwrap().remove(0)
    };
    let (without, with) = (metrics(0.0), metrics(0.04));
    // The ratio falls by the rate of a day over the daily volatility, annualized.
    let sd = annualized_volatility(panel.series["A"].returns().values()).unwrap() / 252.0_f64.sqrt();
    let daily = 1.04_f64.powf(1.0 / 252.0) - 1.0;
    assert_close(with.sharpe, without.sharpe.unwrap() - daily / sd * 252.0_f64.sqrt());
    assert!(with.sortino.unwrap() < without.sortino.unwrap());
    assert_eq!((with.skewness, with.max_drawdown), (without.skewness, without.max_drawdown));
}
