//! Tests the phases: each phase on data small enough to work out by hand, and the rules that all
//! phases follow.

mod book_risk;
mod bounds;
mod entry_prices;
mod equity_lost;
mod exposed;
mod factors;
mod hand_worked;
mod income;
mod option_model;
mod options;
mod reporting;
mod rounding;
mod rules;
mod settlement;

use chrono::{Days, NaiveDate};
use positions::{InvestmentClass, Position};
use status::Phase;
use uuid::Uuid;

use super::{compute, position_values::PositionValue};
use crate::server::{
    batch::{
        Control, Outputs, Reporter,
        model::{
            input::Input,
            panel::{MarketPanel, Series},
        },
    },
    market_data::{Factors, Spread},
    tracker::{Event, LiveRun, RunIdentity, RunState, Tracker},
};

/// Returns the date `number` days after the first date of the test calendar.
fn day(number: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2022, 1, 1).unwrap() + Days::new(number)
}

/// Builds a panel with the given prices on consecutive dates.
fn panel(series: &[(&str, Vec<f64>)]) -> MarketPanel {
    let rows = series[0].1.len();
    let to_series = |prices: &Vec<f64>| {
        let prices: Vec<_> = prices.iter().copied().map(Some).collect();
        Series::new(prices.clone(), prices)
    };
    MarketPanel {
        calendar: (0..rows as u64).map(day).collect(),
        series: series.iter().map(|(symbol, prices)| ((*symbol).to_owned(), to_series(prices))).collect(),
        ..MarketPanel::default()
    }
}

/// Changes the prices of a symbol, both adjusted and unadjusted.
fn reprice(panel: &mut MarketPanel, symbol: &str, change: impl Fn(&mut Vec<Option<f64>>)) {
    let series = panel.series.get_mut(symbol).unwrap();
    let [close, adj_close] = [series.close(), series.adj_close()].map(|prices| {
        let mut prices = prices.to_vec();
        change(&mut prices);
        prices
    });
    *series = Series::new(close, adj_close);
}

/// Generates prices that start at 100 and have the given daily returns.
fn prices(returns: impl IntoIterator<Item = f64>) -> Vec<f64> {
    let mut prices = vec![100.0];
    for r in returns {
        prices.push(prices[prices.len() - 1] * (1.0 + r));
    }
    prices
}

/// Generates `rows` returns that alternate between `+size` and `-size`.
fn alternating(rows: usize, size: f64) -> Vec<f64> {
    (0..rows).map(|row| if row % 2 == 0 { size } else { -size }).collect()
}

fn position(symbol: &str, quantity: f64, entry_price: f64, entry: u64) -> Position {
    Position {
        symbol: symbol.to_owned(),
        quantity,
        entry_price,
        price_source: positions::EntryPriceSource::Stated,
        entry_date: day(entry),
        class: InvestmentClass::Public,
        subtype: None,
        exit: None,
    }
}

/// Builds the input of a run with the market `M`, one style `S` and one spread `S-M`.
fn input(positions: Vec<Position>, cash: f64) -> Input {
    let factors = Factors {
        market: "M".to_owned(),
        styles: vec!["S".to_owned()],
        spreads: vec![Spread::new("S", "M")],
        rate: None,
    };
    Input::new(positions, cash, factors, "local".to_owned(), 1)
}

/// Returns the shown log lines that contain `part`.
fn shown_lines(live: &LiveRun, part: &str) -> Vec<String> {
    live.read(|state| {
        let shown = state.entries.iter().filter(|entry| entry.is_shown() && entry.message.contains(part));
        shown.map(|entry| entry.message.clone()).collect()
    })
}

fn live_run() -> LiveRun {
    let identity = RunIdentity {
        portfolio_id: Uuid::nil(),
        owner: "local".to_owned(),
        portfolio_name: "Test".to_owned(),
        attempt: 1,
        positions_total: 1,
        data_notice: None,
    };
    Tracker::default().insert(RunState::new(identity, 0))
}

/// Runs phases 2 to 9 like [`run_all`], but changes the values of the positions after phase 5. Used
/// for options, whose deltas are tested elsewhere.
fn run_changed(input: &Input, panel: MarketPanel, change: impl Fn(&mut Vec<PositionValue>)) -> Outputs {
    let (mut outputs, live) = run_all(input, panel);
    change(outputs.values.as_mut().unwrap());
    for phase in [Phase::PositionBetas, Phase::FactorExposures, Phase::Volatility] {
        compute(phase, input, &mut outputs, &Reporter::new(live.clone(), phase, Control::default())).unwrap();
    }
    outputs
}

/// Runs phases 2 to 9 on `panel`, which stands in for the result of phase 1.
fn run_all(input: &Input, panel: MarketPanel) -> (Outputs, LiveRun) {
    let live = live_run();
    let input = &input.with_market_prices(&panel);
    let mut outputs = Outputs { market: Some(panel), ..Outputs::default() };
    for phase in Phase::ALL.into_iter().skip(1) {
        let reporter = Reporter::new(live.clone(), phase, Control::default());
        let summary = compute(phase, input, &mut outputs, &reporter).unwrap();
        live.report(Event::PhaseCompleted { phase, summary });
    }
    (outputs, live)
}

#[track_caller]
fn assert_close(ours: Option<f64>, expected: f64) {
    let ours = ours.unwrap();
    assert!((ours - expected).abs() <= 1e-9 * (1.0 + expected.abs()), "{ours} is not {expected}");
}
