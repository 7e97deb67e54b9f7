//! Tests the risk of the positions that are held on the as-of date.

use analytics::moments::annualized_volatility;
use positions::{Exit, InvestmentClass, Position};
use status::Phase;

use super::{
    Control, Reporter, day,
    exposed::{at_delta, option_on},
    input, live_run, panel, position, prices, reprice, run_changed,
};
use crate::server::batch::{
    Outputs, Stop,
    model::{input::Input, panel::MarketPanel},
    phases::{
        position_values::PositionValue,
        volatility::book_risk::{BookRisk, LeftOut},
    },
};

const ROWS: usize = 273;

fn market() -> MarketPanel {
    let wave = |speed: f64| prices((1..ROWS).map(|row| 0.01 * (row as f64 * speed).sin()));
    panel(&[("M", wave(1.0)), ("S", wave(1.3)), ("A", wave(1.7)), ("B", wave(2.1))])
}

fn risk(out: &Outputs) -> &BookRisk {
    out.volatility.as_ref().unwrap().book_risk.as_ref().unwrap()
}

fn run(input: &Input, panel: MarketPanel) -> Outputs {
    run_changed(input, panel, |_| ())
}

fn names(risk: &BookRisk) -> Vec<&str> {
    risk.contributions.iter().map(|part| part.symbol.as_str()).collect()
}

/// Returns the symbols that are left out with their reasons.
fn left_out(risk: &BookRisk) -> Vec<(&str, &str)> {
    risk.left_out.iter().map(|LeftOut { symbol, reason, .. }| (symbol.as_str(), reason.as_str())).collect()
}

#[track_caller]
fn assert_near(ours: Option<f64>, expected: f64) {
    assert!((ours.unwrap() - expected).abs() <= 1e-12, "{ours:?} is not {expected}");
}

#[test]
fn measures_todays_book_not_the_past_one() {
    // A was bought on the last day, so the portfolio itself has hardly moved.
    let panel = market();
    let expected = annualized_volatility(panel.series["A"].returns().last(252)).unwrap();
    let out = run(&input(vec![position("A", 5.0, 100.0, 272)], 1_000.0), panel);
    let weight = out.values.as_ref().unwrap()[0].weight.unwrap();
    let risk = risk(&out);
    assert_eq!(risk.observations, 252);
    assert_near(risk.volatility, weight * expected);
    assert_near(Some(risk.contributions[0].weight), weight);
}

#[test]
fn adds_contributions_to_book_volatility() {
    let lots = vec![
        position("A", 5.0, 100.0, 0),
        position("B", -3.0, 100.0, 0),
        position("A", 2.0, 100.0, 9),
        position("M", 4.0, 100.0, 0),
    ];
    let out = run(&input(lots, 500.0), market());
    let risk = risk(&out);
    assert_eq!(names(risk), ["A", "B", "M"]);
    let sum: f64 = risk.contributions.iter().filter_map(|part| part.volatility).sum();
    assert_near(risk.volatility, sum);
    assert!(risk.value_at_risk.percent_99.unwrap() > risk.value_at_risk.percent_95.unwrap());
    assert!(risk.expected_shortfall.percent_95.unwrap() > risk.value_at_risk.percent_95.unwrap());
    assert_eq!((risk.reason.as_ref(), risk.left_out.as_slice()), (None, [].as_slice()));
}

#[test]
fn moves_option_with_its_underlying_at_delta() {
    let panel = market();
    let expected = annualized_volatility(panel.series["B"].returns().last(252)).unwrap();
    let out = run_changed(&input(vec![option_on("B")], 1_000.0), panel, at_delta(Some(-0.5), Some(-600.0)));
    let (risk, equity) = (risk(&out), out.snapshots.as_ref().unwrap().equity());
    assert_eq!(names(risk), ["PUT"]);
    assert_near(Some(risk.contributions[0].weight), -600.0 / equity);
    assert_near(risk.volatility, 600.0 / equity * expected);
}

#[test]
fn names_positions_left_out_and_their_share() {
    let mut panel = market();
    reprice(&mut panel, "B", |prices| prices[..ROWS - 60].fill(None));
    let fund = Position { class: InvestmentClass::Private, ..position("FUND", 2.0, 50.0, 0) };
    let lots = vec![option_on("A"), position("B", -1.0, 100.0, 250), fund, position("A", 5.0, 100.0, 0)];
    let out = run_changed(&input(lots, 500.0), panel, at_delta(None, None));
    let (risk, equity) = (risk(&out), out.snapshots.as_ref().unwrap().equity());
    assert_eq!(names(risk), ["A"]);
    assert_eq!(
        left_out(risk),
        [
            ("B", "fewer than 60 daily returns in the last year"),
            ("FUND", "no market prices"),
            ("PUT", "no model value")
        ]
    );
    let short = out.values.as_ref().unwrap()[1].market_value.unwrap();
    let weights: Vec<f64> = risk.left_out.iter().filter_map(|left_out| left_out.weight).collect();
    assert_eq!(weights, [short / equity, 100.0 / equity, 50.0 / equity]);
}

#[test]
fn includes_symbol_from_sixty_returns_on() {
    for (prices_known, included) in [(60, false), (61, true)] {
        let mut panel = market();
        reprice(&mut panel, "B", |prices| prices[..ROWS - prices_known].fill(None));
        let out = run(&input(vec![position("A", 1.0, 100.0, 0), position("B", 1.0, 100.0, 270)], 0.0), panel);
        assert_eq!(names(risk(&out)).contains(&"B"), included, "{prices_known} prices");
    }
}

#[test]
fn ignores_positions_no_longer_held() {
    let sold = Position { exit: Some(Exit { date: day(100), price: 90.0 }), ..position("B", 3.0, 100.0, 0) };
    let out = run(&input(vec![sold, position("A", 1.0, 100.0, 0)], 500.0), market());
    assert_eq!((names(risk(&out)), left_out(risk(&out))), (vec!["A"], vec![]));
}

#[test]
fn explains_book_without_sixty_common_days() {
    let mut panel = market();
    reprice(&mut panel, "A", |prices| prices[150..].fill(None));
    reprice(&mut panel, "B", |prices| prices[..120].fill(None));
    let out = run(&input(vec![position("A", 1.0, 100.0, 0), position("B", 1.0, 100.0, 130)], 0.0), panel);
    let risk = risk(&out);
    assert_eq!(risk.reason.as_deref(), Some("fewer than 60 days on which every symbol has a return"));
    assert_eq!((risk.volatility, risk.value_at_risk.percent_95, risk.observations), (None, None, 29));
    assert!(risk.contributions.iter().all(|part| part.volatility.is_none()) && risk.contributions.len() == 2);
}

#[test]
fn explains_book_without_equity_or_members() {
    let out = run(&input(vec![position("A", -10.0, 100.0, 0)], 0.0), market());
    assert_eq!(risk(&out).reason.as_deref(), Some("the equity is zero or below"));
    assert_eq!((names(risk(&out)), risk(&out).volatility), (vec![], None));
    let fund = Position { class: InvestmentClass::Private, ..position("FUND", 2.0, 50.0, 0) };
    let out = run(&input(vec![fund], 0.0), market());
    assert_eq!(risk(&out).reason.as_deref(), Some("no position held today has enough daily returns"));
    assert_eq!(left_out(risk(&out)), [("FUND", "no market prices")]);
}

#[test]
fn stops_measuring_book_of_cancelled_run() {
    let (input, panel) = (input(vec![position("A", 1.0, 100.0, 0)], 0.0), market());
    let values: Vec<PositionValue> = run(&input, panel.clone()).values.unwrap();
    let control = Control::default();
    control.cancel();
    let reporter = Reporter::new(live_run(), Phase::Volatility, control);
    assert_eq!(BookRisk::measure(&input, &panel, &values, 100.0, &reporter).unwrap_err(), Stop::Cancelled);
}
