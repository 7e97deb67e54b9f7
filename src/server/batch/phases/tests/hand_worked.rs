//! Compares the results of each phase with numbers worked out by hand.

use positions::{Exit, InvestmentClass};

use super::{alternating, assert_close, day, input, panel, position, prices, reprice, run_all};
use crate::server::batch::phases::position_values::Pricing;

/// Builds a panel with ninety daily returns per symbol. The market M alternates between +1% and
/// -1%, the style S and the share A move twice as far, and the share B moves half as far in the
/// opposite direction.
fn ninety() -> crate::server::batch::model::panel::MarketPanel {
    panel(&[
        ("M", prices(alternating(90, 0.01))),
        ("S", prices(alternating(90, 0.02))),
        ("A", prices(alternating(90, 0.02))),
        ("B", prices(alternating(90, -0.005))),
    ])
}

#[test]
fn shrinks_style_beta_but_not_spread_beta() {
    let (out, _) = run_all(&input(vec![position("B", 1.0, 100.0, 0)], 0.0), ninety());
    let factors = &out.factors.unwrap()[0];
    // The standardized returns Z of S are ±1 with mean 0, so Z'Z = 90, and the ridge regression
    // with penalty 1 gives b = 90·(-0.005)/(90 + 1) per unit of Z. The beta is b divided by 0.02,
    // the standard deviation of S.
    let ridge = factors.ridge.as_ref().unwrap();
    assert_close(ridge.betas.get("S").copied(), -0.005 / 0.02 * 90.0 / 91.0);
    // The spread S-M alternates between +1% and -1%, and B moves half as far in the opposite
    // direction.
    assert_close(Some(factors.spreads[0].beta), -0.5);
    assert_eq!((&*factors.spreads[0].name, factors.spreads[0].observations), ("S-M", 90));
}

#[test]
fn measures_returns_and_drawdown_of_symbol() {
    let mut returns = alternating(88, 0.01);
    returns.extend([0.5, -0.2]);
    let mut panel = ninety();
    reprice(&mut panel, "A", |costs| *costs = prices(returns.clone()).into_iter().map(Some).collect());
    let (out, _) = run_all(&input(vec![position("A", 1.0, 100.0, 0)], 0.0), panel);
    let metrics = &out.metrics.unwrap()[0];
    assert_close(metrics.returns.day_1, -0.2);
    // The last five returns of A are -1%, +1%, -1%, +50% and -20%.
    assert_close(metrics.returns.day_5, 0.99 * 1.01 * 0.99 * 1.5 * 0.8 - 1.0);
    assert_close(metrics.max_drawdown.as_ref().map(|fall| fall.value), -0.2);
    let fall = metrics.max_drawdown.as_ref().unwrap();
    assert_eq!((fall.peak, fall.trough), (day(89), day(90)));
    assert_eq!(metrics.returns.day_252, None);
}

#[test]
fn tracks_short_late_entry_and_exit_daily() {
    let prices = panel(&[
        ("M", vec![1.0; 4]),
        ("S", vec![1.0; 4]),
        ("A", vec![10.0, 11.0, 12.0, 13.0]),
        ("B", vec![5.0, 5.0, 4.0, 6.0]),
    ]);
    let sold = positions::Position { exit: Some(Exit { date: day(2), price: 12.5 }), ..position("A", 10.0, 9.0, 0) };
    let shorted = position("B", -4.0, 5.5, 1);
    let (out, _) = run_all(&input(vec![sold, shorted], 100.0), prices);
    let days = out.snapshots.unwrap().days;
    // The cash is computed backward from the final 100: the exit from A on day 2 brought in 125,
    // the short sale of B on day 1 brought in 22, and the entry into A on day 0 cost 90.
    let cash: Vec<_> = days.iter().map(|day| day.cash).collect();
    assert_eq!(cash, [100.0 - 125.0 - 22.0, 100.0 - 125.0, 100.0, 100.0]);
    let equity: Vec<_> = days.iter().map(|day| day.equity).collect();
    // The equity is the cash plus the value of the positions: 10·10 on day 0, 10·11 - 4·5 on day 1,
    // -4·4 on day 2 and -4·6 on day 3.
    assert_eq!(equity, [53.0, 65.0, 84.0, 76.0]);
    assert_eq!(days.iter().map(|day| day.pnl).collect::<Vec<_>>(), [None, Some(12.0), Some(19.0), Some(-8.0)]);
    assert_close(days[3].drawdown, 76.0 / 84.0 - 1.0);
    assert_close(days[3].daily_return, -8.0 / 84.0);
}

#[test]
fn weighs_open_closed_and_private_positions_by_equity() {
    let panel = panel(&[("M", vec![1.0; 2]), ("S", vec![1.0; 2]), ("A", vec![10.0, 12.0]), ("B", vec![5.0, 4.0])]);
    let private = positions::Position { class: InvestmentClass::Private, ..position("FUND", 2.0, 50.0, 0) };
    let closed = positions::Position { exit: Some(Exit { date: day(1), price: 11.0 }), ..position("A", 3.0, 10.0, 0) };
    let positions = vec![position("A", 10.0, 9.0, 0), position("B", -5.0, 6.0, 0), private, closed];
    let (out, _) = run_all(&input(positions, 0.0), panel);
    let values = out.values.unwrap();
    // Each weight is the market value divided by the equity, which is 10·12 - 5·4 + 2·50 = 200.
    assert_eq!(
        values.iter().map(|v| v.market_value).collect::<Vec<_>>(),
        [Some(120.0), Some(-20.0), Some(100.0), Some(0.0)]
    );
    assert_eq!(values.iter().map(|v| v.weight).collect::<Vec<_>>(), [Some(0.6), Some(-0.1), Some(0.5), Some(0.0)]);
    assert_eq!(
        values.iter().map(|v| v.unrealized_pnl).collect::<Vec<_>>(),
        [Some(30.0), Some(10.0), Some(0.0), Some(0.0)]
    );
    assert_eq!((values[2].pricing, values[3].pricing), (Pricing::Entry, Pricing::Closed));
}

#[test]
fn computes_beta_as_ratio_of_moves() {
    let (out, _) = run_all(&input(vec![position("A", 1.0, 100.0, 0), position("B", 1.0, 100.0, 0)], 0.0), ninety());
    let betas = out.betas.unwrap();
    let beta = |at: usize| betas[at].market_beta.day_90.as_ref().unwrap();
    assert_close(Some(beta(0).beta), 2.0);
    assert_close(Some(beta(1).beta), -0.5);
    assert_close(Some(beta(0).r_squared), 1.0);
    assert!(beta(0).alpha.abs() < 1e-12);
}

#[test]
fn subtracts_shorts_from_factor_exposures() {
    let ninety = ninety();
    let last = |symbol: &str| ninety.series[symbol].last_close().unwrap().1;
    let (a, b) = (last("A"), last("B"));
    let (out, _) = run_all(&input(vec![position("A", 3.0, 100.0, 0), position("B", -1.0, 100.0, 0)], 10.0), ninety);
    let exposures = out.exposures.unwrap();
    let market = &exposures[0];
    let dollars = 3.0 * a * 2.0 - b * -0.5;
    assert_close(market.dollars, dollars);
    assert_close(market.exposure, dollars / (10.0 + 3.0 * a - b));
    assert_close(market.coverage, 1.0);
}

#[test]
fn measures_volatility_of_alternating_returns() {
    let (out, _) = run_all(&input(vec![position("A", 1.0, 100.0, 0)], 0.0), ninety());
    let volatility = &out.volatility.unwrap().positions[0].volatility;
    // The window has 21 returns of ±2%, eleven of one sign and ten of the other, so their mean is
    // ±0.02/21. The squared deviations from the mean add up to 21·0.0004 - 21·(0.02/21)², which
    // equals 21·0.0004 - 0.0004/21. The sample variance is this sum divided by 20.
    let variance = (21.0 * 0.0004 - 0.0004 / 21.0) / 20.0;
    assert_close(volatility.day_21, (252.0_f64 * variance).sqrt());
    // Every squared return is 0.0004, so exponential weighting does not change the result.
    assert_close(volatility.ewma, (252.0_f64 * 0.0004).sqrt());
    assert_eq!(volatility.day_252, None);
}

#[test]
fn correlates_opposite_series_at_minus_one() {
    let positions = vec![position("A", 1.0, 100.0, 0), position("B", 1.0, 100.0, 0)];
    let (out, _) = run_all(&input(positions, 0.0), ninety());
    let correlations = out.correlations.unwrap();
    assert_eq!(correlations.symbols, ["A", "B"]);
    assert_close(Some(correlations.matrix[0][1]), -1.0);
    assert_close(correlations.mean_abs, 1.0);
}

#[test]
fn reverses_trades_after_last_price() {
    // The calendar ends on day 90. On day 91, A is bought for 1,000, and M is sold for 700, so M is
    // still held on day 90.
    let bought = position("A", 10.0, 100.0, 91);
    let mut sold = position("M", 7.0, 100.0, 0);
    sold.exit = Some(Exit { date: day(91), price: 100.0 });
    let (out, _) = run_all(&input(vec![bought, sold], 5_000.0), ninety());
    let last = out.snapshots.as_ref().unwrap().days.last().unwrap();
    assert_close(Some(last.cash), 5_000.0 + 1_000.0 - 700.0);
    let values = out.values.unwrap();
    assert_eq!((values[0].pricing, values[0].market_value), (Pricing::NotYetHeld, Some(0.0)));
    let sum: f64 = values.iter().filter_map(|value| value.market_value).sum();
    assert_close(Some(last.net), sum);
}
