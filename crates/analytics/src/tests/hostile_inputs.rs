//! Property tests that no input, however extreme, causes a panic or a result that is NaN or
//! infinite.

use proptest::prelude::*;

use crate::Interrupt;
use crate::active::{BenchmarkDays, calmar, capture, information_ratio, market_line, tracking_error};
use crate::black_scholes::{Carry, EuropeanOption, Payoff};
use crate::clustering::leaf_order;
use crate::correlation::correlation_matrix;
use crate::diversification::*;
use crate::drawdown::max_drawdown;
use crate::euler::PortfolioReturns;
use crate::ewma::ewma_volatility;
use crate::exposure::{Lots, aggregate};
use crate::har::har_forecast;
use crate::holding::{Holding, Trade};
use crate::implied_volatility::implied_volatility;
use crate::income;
use crate::moments::*;
use crate::partial_regression::PartialRegressor;
use crate::psd::repair;
use crate::regression::simple_ols;
use crate::returns::*;
use crate::ridge::ridge;
use crate::snapshots::Ledger;
use crate::student_t::two_sided_p;
use crate::tail_risk::tail_risk;
use crate::volatility::*;

/// Generates mostly numbers between -1 and 1, but also zero and numbers of any size.
fn any_number() -> impl Strategy<Value = f64> {
    prop_oneof![3 => -1.0..1.0f64, 1 => any::<f64>(), 1 => Just(0.0)]
}

fn any_series() -> impl Strategy<Value = Vec<f64>> {
    prop_oneof![
        prop::collection::vec(-1.0..1.0f64, 0..80),
        prop::collection::vec(any_number(), 0..80),
        prop::collection::vec((-1.0..1.0f64).prop_map(|x| x * 1e160), 60..80),
        prop::collection::vec((-1.0..1.0f64).prop_map(|x| x * 1e-200), 60..80),
    ]
}

fn any_prices() -> impl Strategy<Value = Vec<Option<f64>>> {
    prop::collection::vec(prop::option::of(any_number()), 0..40)
}

fn finite(values: impl IntoIterator<Item = Option<f64>>) -> bool {
    values.into_iter().flatten().all(f64::is_finite)
}

proptest! {
    #[test]
    fn computes_finite_statistics_of_any_series(x in any_series()) {
        let scalars = [
            mean(&x), variance(&x, Ddof::Sample), skewness(&x), excess_kurtosis(&x), sharpe(&x),
            sortino(&x), annualized_volatility(&x), ewma_volatility(&x), compound(&x),
            max_drawdown(&x).map(|d| d.value), realized_volatility(&x, 21),
            volatility_percentile(&x), effective_positions(&x),
        ];
        prop_assert!(finite(scalars), "{:?}", scalars);
        let _ = volatility_trend(&x);
        if let Ok(f) = har_forecast(&x, 1) {
            let numbers = [f.variance, f.volatility, f.r_squared].map(Some);
            prop_assert!(finite(numbers) && finite(f.coefficients.map(Some)), "{:?}", f);
        }
    }

    #[test]
    fn estimates_finite_coefficients_from_any_series(y in any_series(), x in any_series()) {
        let n = y.len().min(x.len());
        if let Ok(f) = simple_ols(&y[..n], &x[..n]) {
            let numbers = [f.alpha, f.beta, f.std_error, f.p, f.r_squared].map(Some);
            prop_assert!(finite(numbers) && finite([f.t]), "{:?}", f);
        }
        if let Ok(f) = ridge(&y[..n], &[&x[..n]], 1.0) {
            prop_assert!(finite([Some(f.intercept), Some(f.r_squared)]), "{:?}", f);
            prop_assert!(finite(f.betas));
        }
    }

    #[test]
    fn compares_any_two_series_finitely(y in any_series(), x in any_series(), weight in any_number()) {
        let n = y.len().min(x.len());
        let (y, x) = (&y[..n], &x[..n]);
        let [up, down] = [BenchmarkDays::Up, BenchmarkDays::Down].map(|days| capture(y, x, days));
        prop_assert!(finite([up, down, tracking_error(y, x), information_ratio(y, x), calmar(weight, n, -0.5)]));
        if let Ok(line) = market_line(y, x) {
            let numbers = [line.alpha.value, line.alpha.std_error, line.beta.value, line.beta.std_error];
            prop_assert!(finite(numbers.map(Some)), "{line:?}");
        }
        if let Some(portfolio) = PortfolioReturns::new(x) {
            prop_assert!(finite([Some(portfolio.volatility()), portfolio.contribution(weight, y)]));
        }
        if let Some(tail) = tail_risk(x, 0.05) {
            prop_assert!(finite([Some(tail.value_at_risk), Some(tail.expected_shortfall)]), "{tail:?}");
        }
        let fit = PartialRegressor::new(x, y).and_then(|regressor| regressor.fit(x));
        if let Ok(slope) = fit {
            prop_assert!(finite([Some(slope.estimate), Some(slope.std_error), slope.t, Some(slope.p)]), "{slope:?}");
        }
    }

    #[test]
    fn derives_finite_returns_from_any_prices(prices in any_prices(), row in 0..50usize) {
        prop_assert!(finite(Returns::from_prices(&prices).values().iter().copied().map(Some)));
        prop_assert!(finite([trailing_return(&prices, row), since(&prices, row)]));
    }

    #[test]
    fn handles_any_matrix(values in prop::collection::vec(any_number(), 16)) {
        let matrix: Vec<Vec<f64>> = values.chunks(4).map(<[f64]>::to_vec).collect();
        let row = &matrix[0];
        prop_assert!(finite([
            mean_absolute_correlation(&matrix), participation_ratio(&matrix),
            portfolio_volatility(row, &matrix).ok(), effective_bets(row, &matrix, Interrupt::NEVER).ok(),
        ]));
        prop_assert!(leaf_order(&matrix, &["A", "B", "C", "D"], Interrupt::NEVER).is_ok_and(|o| o.len() == 4)
            || values.iter().any(|v| v.is_nan()));
        if let Ok(repaired) = repair(matrix.clone(), Interrupt::NEVER) {
            prop_assert!(finite(repaired.matrix.concat().into_iter().map(Some)));
        }
    }

    #[test]
    fn bounds_correlations_of_any_series(
        series in prop::collection::vec(prop::collection::vec(prop::option::of(any_number()), 20), 0..5),
    ) {
        let ours = correlation_matrix(&series, 15, 2, Interrupt::NEVER).unwrap();
        prop_assert!(ours.matrix.concat().iter().all(|rho| rho.abs() <= 1.0));
    }

    #[test]
    fn handles_any_single_numbers(
        a in any_number(), b in any_number(), c in any_number(), d in any_number(), e in any_number(),
    ) {
        let carry = Carry { rate: d, dividend_yield: e };
        let option = EuropeanOption { kind: Payoff::Put, strike: a, years: b };
        let exposure = aggregate([(Lots::one(a), Some(b))], c);
        prop_assert!(finite([
            option.price(c, a, carry), option.delta(c, a, carry), implied_volatility(&option, e, c, carry).ok(), two_sided_p(a, b),
            exposure.exposure, exposure.dollars, exposure.coverage,
        ]));
    }

    #[test]
    fn computes_finite_accounts_or_rejects_them(
        numbers in prop::array::uniform5(any_number()),
        rows in (prop::option::of(0..50usize), prop::option::of(0..50usize)),
        prices in any_prices(), first in 0..50usize,
    ) {
        let [quantity, multiplier, paid, received, cash] = numbers;
        let dividends = income::dividends(&prices, &prices.iter().rev().copied().collect::<Vec<_>>());
        prop_assert!(dividends.iter().chain(&income::dividend_yields(&dividends, &prices)).all(|one| one.is_finite()));
        let holding = Holding {
            quantity, multiplier, prices: &prices, dividends: &dividends, symbol: 0,
            entry: Trade { row: rows.0, price: paid },
            exit: Some(Trade { row: rows.1, price: received }),
        };
        if let Ok(ledger) = Ledger::new(prices.len(), &[holding], cash, first) {
            for day in ledger {
                prop_assert!(finite([Some(day.equity), Some(day.income), day.pnl, day.time_weighted_return, day.drawdown]));
            }
        }
    }
}
