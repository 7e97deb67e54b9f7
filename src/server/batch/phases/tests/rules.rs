//! Tests the rules that every phase follows, mostly on the bundled price history.

use std::sync::Arc;

use positions::{
    Exit, InvestmentClass, OptionContract, OptionKind, Position, UploadRules, parse_positions, sample_csv,
};
use status::Phase;

use super::{Control, Reporter, input, live_run, panel, position, reprice, run_all};
use crate::server::{
    batch::{
        Outputs, Stop,
        budget::Cost,
        phases::{self, position_values::Pricing},
    },
    market_data::{Limiter, MarketData, bundled},
};

fn sample() -> super::Input {
    let today = "2026-01-09".parse().unwrap();
    let positions =
        parse_positions(sample_csv().as_bytes(), &UploadRules { today, last_price_date: None }).unwrap().positions;
    let factors = bundled(Limiter::unlimited(), None).unwrap().factors();
    super::Input::new(positions, 50_000.0, factors, "local".to_owned(), 1)
}

async fn collect_panel(input: &super::Input) -> super::MarketPanel {
    let source = bundled(Limiter::unlimited(), None).unwrap();
    let reporter = Reporter::new(live_run(), Phase::MarketData, Control::default());
    let mut outputs = Outputs::default();
    phases::run(Phase::MarketData, &Arc::new(input.clone()), &mut outputs, &source, &reporter).await.unwrap();
    outputs.market.unwrap()
}

#[tokio::test]
async fn changes_every_result_when_one_price_changes() {
    let input = sample();
    let panel = collect_panel(&input).await;
    let mut changed = panel.clone();
    reprice(&mut changed, "AAPL", |prices| {
        let last = prices.last_mut().unwrap();
        *last = last.map(|price| price * 1.01);
    });
    let (before, _) = run_all(&input, panel);
    let (after, _) = run_all(&input, changed);
    for phase in Phase::ALL {
        assert_ne!(before.write(phase).unwrap(), after.write(phase).unwrap(), "{}", phase.name());
    }
}

#[tokio::test]
async fn computes_same_bytes_from_same_prices() {
    let input = sample();
    let panel = collect_panel(&input).await;
    let (once, _) = run_all(&input, panel.clone());
    let (again, _) = run_all(&input, panel);
    for phase in Phase::ALL {
        assert_eq!(once.write(phase).unwrap(), again.write(phase).unwrap(), "{}", phase.name());
    }
}

#[tokio::test]
async fn restores_stored_results_exactly() {
    let input = sample();
    let (out, _) = run_all(&input, collect_panel(&input).await);
    let mut read = Outputs::default();
    for phase in Phase::ALL {
        let stored = out.write(phase).unwrap();
        read.read(phase, &stored).unwrap();
        assert_eq!(read.write(phase).unwrap(), stored, "{}", phase.name());
    }
}

#[tokio::test]
async fn stores_results_within_their_budget() {
    let input = sample();
    let (out, _) = run_all(&input, collect_panel(&input).await);
    for phase in Phase::ALL {
        let (stored, cost) = (out.write(phase).unwrap().len(), Cost::estimate(phase, &input));
        assert!(stored <= cost.bytes, "{}: {stored} of {}", phase.name(), cost.bytes);
    }
}

#[tokio::test]
async fn computes_symbol_independently_of_other_symbols() {
    let whole = sample();
    let ko = whole.positions().iter().filter(|position| position.symbol == "KO").cloned().collect();
    let alone = super::Input::new(ko, whole.cash, whole.factors.clone(), "local".to_owned(), 1);
    let (among, _) = run_all(&whole, collect_panel(&whole).await);
    let (alone, _) = run_all(&alone, collect_panel(&alone).await);
    let at = whole.positions().iter().position(|position| position.symbol == "KO").unwrap();
    assert_eq!(among.betas.unwrap()[at], alone.betas.unwrap()[0]);
    assert_eq!(
        among.metrics.unwrap().into_iter().find(|m| m.symbol == "KO"),
        alone.metrics.unwrap().into_iter().next()
    );
    assert_eq!(
        among.factors.unwrap().into_iter().find(|f| f.symbol == "KO"),
        alone.factors.unwrap().into_iter().next()
    );
}

#[tokio::test]
async fn computes_ytd_and_percentile_with_full_history() {
    let input = sample();
    let (out, _) = run_all(&input, collect_panel(&input).await);
    assert!(
        out.metrics.unwrap().iter().all(|metrics| metrics.returns.ytd.is_some() && metrics.returns.day_252.is_some())
    );
    let volatility = out.volatility.unwrap();
    assert!(volatility.portfolio.percentile.is_some());
    assert!(volatility.positions.iter().all(|position| position.volatility.percentile.is_some()));
}

#[tokio::test]
async fn counts_position_symbols_in_first_phase() {
    let input = sample();
    let source = bundled(Limiter::unlimited(), None).unwrap();
    let live = live_run();
    let reporter = Reporter::new(live.clone(), Phase::MarketData, Control::default());
    let (shared, mut outputs) = (Arc::new(input), Outputs::default());
    let summary = phases::run(Phase::MarketData, &shared, &mut outputs, &source, &reporter).await.unwrap();
    // The sample portfolio has twenty positions in nineteen symbols, because AAPL has two lots.
    assert_eq!(summary, "17/19 symbols (89% coverage)");
    assert_eq!(
        live.read(|state| (state.phases[0].current, state.phases[0].total, state.phases[0].warnings)),
        (19, 19, 2)
    );
    assert_eq!(live.read(|state| state.facts.as_ref().map(|facts| facts.trading_days)), Some(254));
}

#[test]
fn adds_up_two_lots_of_a_symbol() {
    let lots = input(vec![position("A", 2.0, 9.0, 0), position("A", 3.0, 9.0, 0)], 0.0);
    let one = input(vec![position("A", 5.0, 9.0, 0)], 0.0);
    let prices = || panel(&[("M", vec![1.0, 2.0]), ("S", vec![1.0, 2.0]), ("A", vec![10.0, 12.0])]);
    assert_eq!(run_all(&lots, prices()).0.snapshots, run_all(&one, prices()).0.snapshots);
}

#[test]
fn values_option_below_price_of_underlying() {
    let rising: Vec<f64> = (0..90).map(|row| 100.0 + f64::from(row % 7)).collect();
    let contract = OptionContract {
        underlying: "A".to_owned(),
        strike: 100.0,
        expiration: super::day(200),
        kind: OptionKind::Call,
        multiplier: positions::SHARES_PER_CONTRACT,
    };
    let option = Position { class: InvestmentClass::Options(contract), ..position("CALL", 1.0, 3.0, 0) };
    let prices = panel(&[("M", rising.clone()), ("S", rising.clone()), ("A", rising)]);
    let value = run_all(&input(vec![option], 0.0), prices).0.values.unwrap().remove(0);
    // The underlying closes at 105 and the strike is 100, so the exercise value is 5 per share. The
    // model price must be above that, but far below the price of the underlying. The contract
    // covers 100 shares.
    let price = value.price.unwrap();
    assert!(price > 5.0 && price < 50.0, "{price}");
    assert_eq!(value.market_value, Some(price * 100.0));
}

#[test]
fn names_private_position_in_one_warning() {
    let fund = Position { class: InvestmentClass::Private, ..position("FUND", 2.0, 50.0, 0) };
    let prices = panel(&[("M", vec![1.0; 90]), ("S", vec![1.0; 90]), ("A", vec![10.0; 90])]);
    let (_, live) = run_all(&input(vec![position("A", 1.0, 10.0, 0), fund], 0.0), prices);
    let named = live.read(|state| state.entries.iter().filter(|e| e.is_shown() && e.message.contains("FUND")).count());
    assert_eq!(named, 1);
}

#[test]
fn stops_cancelled_phase_between_items() {
    let control = Control::default();
    control.cancel();
    let reporter = Reporter::new(live_run(), Phase::Snapshots, control);
    let prices = panel(&[("M", vec![1.0; 9]), ("S", vec![1.0; 9]), ("A", vec![1.0; 9])]);
    let stopped = phases::snapshots::create(&input(vec![position("A", 1.0, 1.0, 0)], 0.0), &prices, &reporter);
    assert_eq!(stopped.unwrap_err(), Stop::Cancelled);
}

#[test]
fn leaves_out_closed_position_without_prices() {
    let closed = Position { exit: Some(Exit { date: super::day(5), price: 4.0 }), ..position("GONE", 2.0, 3.0, 0) };
    let prices = panel(&[("M", vec![1.0; 90]), ("S", vec![1.0; 90])]);
    let (out, _) = run_all(&input(vec![closed], 1_000.0), prices);
    let value = out.values.unwrap().remove(0);
    assert_eq!((value.pricing, value.market_value, value.unrealized_pnl), (Pricing::Unavailable, None, None));
    // The cash from the position's trades is left out as well. The equity therefore consists only
    // of the cash of 1,000, and is the same on every day.
    let equity: Vec<f64> = out.snapshots.unwrap().days.iter().map(|day| day.equity).collect();
    assert_eq!(equity, [1_000.0; 90]);
}

#[test]
fn carries_last_price_and_marks_it_stale() {
    let mut prices = panel(&[("M", vec![1.0; 9]), ("S", vec![1.0; 9]), ("A", vec![10.0; 9])]);
    reprice(&mut prices, "A", |prices| prices[2..].fill(None));
    let (out, live) = run_all(&input(vec![position("A", 2.0, 9.0, 0)], 0.0), prices);
    let value = out.values.unwrap().remove(0);
    assert_eq!((value.market_value, value.stale, value.price_date), (Some(20.0), true, Some(super::day(1))));
    let warned = live.read(|state| state.entries.iter().any(|e| e.message.contains("no price for 7 trading days")));
    assert!(warned);
}

/// Tests that the portfolio has no returns on the days before its first entry. Returns of zero
/// would make it look less volatile than it is.
#[test]
fn omits_portfolio_returns_before_first_entry() {
    let series = super::prices(super::alternating(79, 0.01));
    let panel = panel(&[("M", series.clone()), ("A", series)]);
    let (out, _) = run_all(&input(vec![position("A", 1.0, 100.0, 70)], 1000.0), panel);
    let returns = out.snapshots.unwrap().returns;
    assert!(returns[..70].iter().all(Option::is_none) && returns[70..].iter().all(Option::is_some), "{returns:?}");
}
