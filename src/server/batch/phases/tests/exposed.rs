//! Tests that options count with their delta and with the betas of their underlying, and that style
//! betas are also estimated with the market beside them.

use positions::{InvestmentClass, OptionContract, OptionKind, Position};

use super::{alternating, assert_close, day, input, panel, position, prices, run_changed};
use crate::server::{
    batch::{
        Outputs,
        model::panel::MarketPanel,
        phases::{
            factor_exposures::FactorExposure,
            position_values::{PositionValue, Pricing},
        },
    },
    results::PortfolioTotals,
};

/// Builds a panel in which the share A moves twice as far as the market M, and so does the style S.
fn ninety() -> MarketPanel {
    panel(&[
        ("M", prices(alternating(90, 0.01))),
        ("S", prices(alternating(90, 0.02))),
        ("A", prices(alternating(90, 0.02))),
        ("B", prices(alternating(90, -0.005))),
    ])
}

pub(super) fn option_on(underlying: &str) -> Position {
    let contract = OptionContract {
        underlying: underlying.to_owned(),
        strike: 100.0,
        expiration: day(400),
        kind: OptionKind::Put,
        multiplier: positions::SHARES_PER_CONTRACT,
    };
    Position { class: InvestmentClass::Options(contract), ..position("PUT", 1.0, 3.0, 0) }
}

/// Gives the first position, an option, this delta, exposure and market value.
pub(super) fn at_delta(delta: Option<f64>, dollars: Option<f64>) -> impl Fn(&mut Vec<PositionValue>) {
    move |values| {
        let (pricing, market_value) = (Pricing::Modelled, Some(50.0));
        values[0] = PositionValue { delta, exposure_value: dollars, pricing, market_value, ..values[0].clone() };
    }
}

fn exposure<'a>(out: &'a Outputs, factor: &str) -> &'a FactorExposure {
    out.exposures.iter().flatten().find(|exposure| exposure.factor == factor).unwrap()
}

#[test]
fn gives_option_the_betas_of_its_underlying() {
    for positions in [vec![option_on("A")], vec![option_on("A"), position("A", 1.0, 100.0, 0)]] {
        let out = run_changed(&input(positions, 1_000.0), ninety(), at_delta(Some(-0.5), Some(-400.0)));
        assert_close(out.betas.unwrap()[0].market_beta.day_90.as_ref().map(|beta| beta.beta), 2.0);
    }
}

#[test]
fn leaves_option_without_delta_without_betas() {
    let out = run_changed(&input(vec![option_on("A")], 1_000.0), ninety(), at_delta(None, None));
    assert_eq!(out.betas.as_ref().unwrap()[0], super::super::position_betas::PositionBeta::default());
    assert_eq!((exposure(&out, "M").dollars, exposure(&out, "M").coverage), (None, Some(0.0)));
}

#[test]
fn exposes_option_at_delta_to_unlisted_underlying() {
    let positions = vec![option_on("A"), position("B", 2.0, 100.0, 0)];
    let out = run_changed(&input(positions, 1_000.0), ninety(), at_delta(Some(-0.5), Some(-400.0)));
    let share = out.values.as_ref().unwrap()[1].market_value.unwrap();
    let market = exposure(&out, "M");
    assert_close(market.dollars, -400.0 * 2.0 + share * -0.5);
    assert_close(market.coverage, 1.0);
    assert_close(market.exposure, market.dollars.unwrap() / out.snapshots.as_ref().unwrap().equity());
    // The spread S-M moves as far as the market, and A twice as far as the spread.
    assert_close(exposure(&out, "S-M").dollars, -400.0 * 2.0 + share * -0.5);
    let totals = PortfolioTotals::from_outputs(&out).unwrap();
    assert_close(totals.market_beta.day_90, market.exposure.unwrap());
}

#[test]
fn adds_option_to_exposure_of_held_underlying() {
    let positions = vec![option_on("A"), position("A", 3.0, 100.0, 0)];
    let out = run_changed(&input(positions, 1_000.0), ninety(), at_delta(Some(-0.5), Some(-400.0)));
    let shares = out.values.as_ref().unwrap()[1].market_value.unwrap();
    assert_close(exposure(&out, "M").dollars, 2.0 * (shares - 400.0));
    assert_eq!(out.factors.as_ref().map(Vec::len), Some(1), "only symbols of the portfolio are results of phase 2");
}

#[test]
fn exposes_option_at_the_delta_of_its_model() {
    let panel = ninety();
    let spot = panel.series["A"].last_close().unwrap().1;
    let out = run_changed(&input(vec![option_on("A")], 1_000.0), panel, |_| ());
    let delta = out.values.as_ref().unwrap()[0].delta.unwrap();
    assert!(delta > -1.0 && delta < 0.0, "{delta}");
    assert_close(exposure(&out, "M").dollars, delta * 100.0 * spot * 2.0);
    assert_close(exposure(&out, "M").coverage, 1.0);
}

#[test]
fn counts_option_without_delta_as_uncovered() {
    let positions = vec![option_on("A"), position("A", 1.0, 100.0, 0)];
    let out = run_changed(&input(positions, 1_000.0), ninety(), at_delta(None, None));
    let share = out.values.as_ref().unwrap()[1].market_value.unwrap();
    assert_close(exposure(&out, "M").coverage, share / (share + 50.0));
}

/// Builds a panel in which A moves with the market and half as far as the style.
fn styled(rows: u32) -> MarketPanel {
    let wave = |speed: f64| move |row: u32| 0.01 * (f64::from(row) * speed).sin();
    let (market, style) = (wave(1.0), wave(1.3));
    panel(&[
        ("M", prices((1..rows).map(market))),
        ("S", prices((1..rows).map(|row| 0.9 * market(row) + style(row)))),
        ("A", prices((1..rows).map(|row| 1.1 * market(row) + 0.5 * style(row)))),
    ])
}

#[test]
fn separates_style_from_market() {
    let out = run_changed(&input(vec![position("A", 2.0, 100.0, 0)], 1_000.0), styled(200), |_| ());
    let fit = out.factors.as_ref().unwrap()[0].styles_with_market["S"];
    assert_close(Some(fit.beta), 0.5);
    assert_eq!((fit.observations, fit.t, fit.p), (199, None, 0.0));
    let (style, value) = (exposure(&out, "S"), out.values.as_ref().unwrap()[0].market_value.unwrap());
    let with_market = style.with_market.unwrap();
    assert_close(with_market.dollars, 0.5 * value);
    assert_close(with_market.coverage, 1.0);
    assert!(style.exposure.unwrap() > 1.3 * with_market.exposure.unwrap(), "a style alone also measures the market");
    assert_eq!(exposure(&out, "M").with_market, None);
}

#[test]
fn separates_style_after_sixty_days() {
    for (rows, fits) in [(60, 0), (61, 1)] {
        let out = run_changed(&input(vec![position("A", 2.0, 100.0, 0)], 0.0), styled(rows), |_| ());
        assert_eq!(out.factors.unwrap()[0].styles_with_market.len(), fits, "{rows} prices");
    }
}

#[test]
fn omits_style_that_only_follows_market() {
    let out = run_changed(&input(vec![position("B", 2.0, 100.0, 0)], 0.0), ninety(), |_| ());
    assert!(out.factors.as_ref().unwrap()[0].styles_with_market.is_empty());
    let with_market = exposure(&out, "S").with_market.unwrap();
    assert_eq!((with_market.exposure, with_market.dollars, with_market.coverage), (None, None, Some(0.0)));
}
