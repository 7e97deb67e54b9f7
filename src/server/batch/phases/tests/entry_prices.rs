//! Tests entry prices that are taken from the market.

use std::sync::Arc;

use positions::{EntryPriceSource, Exit, InvestmentClass, OptionContract, OptionKind, Position};
use status::Phase;

use super::{Control, Reporter, assert_close, day, input, live_run, panel, position, reprice, run_all, shown_lines};
use crate::server::{
    batch::{
        Outputs,
        model::{
            input::Input,
            panel::{MarketPanel, Series},
        },
        phases::{
            self,
            position_values::{PositionValue, Pricing},
        },
    },
    market_data::{Limiter, MarketData, bundled},
    tracker::LiveRun,
};

/// Builds a panel of ninety days in which `A` closes at 100 plus the number of the day.
fn rising() -> MarketPanel {
    let prices: Vec<f64> = (0..90).map(|row| 100.0 + f64::from(row)).collect();
    panel(&[("M", prices.clone()), ("S", prices.clone()), ("A", prices)])
}

/// Creates a position whose entry price is not stated.
fn unpriced(source: EntryPriceSource, entry: u64) -> Position {
    Position { entry_price: 0.0, price_source: source, ..position("A", 2.0, 0.0, entry) }
}

fn value_of(position: Position, panel: MarketPanel) -> PositionValue {
    run_all(&input(vec![position], 1_000.0), panel).0.values.unwrap().remove(0)
}

#[test]
fn takes_close_of_entry_date() {
    let (out, _) = run_all(&input(vec![unpriced(EntryPriceSource::EntryClose, 10)], 1_000.0), rising());
    let value = &out.values.unwrap()[0];
    assert_eq!((value.entry_price, value.entry_price_date), (Some(110.0), Some(day(10))));
    assert_eq!(value.entry_price_source, EntryPriceSource::EntryClose);
    assert_eq!((value.cost_basis, value.unrealized_pnl), (Some(220.0), Some(2.0 * 189.0 - 220.0)));
    // Before the entry, the cash includes the cost at the price that was taken, so the day of the
    // entry has no profit or loss.
    let days = out.snapshots.unwrap().days;
    assert_eq!((days[0].date, days[0].cash, days[0].pnl), (day(10), 1_000.0, Some(0.0)));
}

#[test]
fn takes_next_close_after_closed_or_unpriced_day() {
    let mut panel = rising();
    // Day 12 is no trading day.
    panel.calendar = (0..).filter(|number| *number != 12).take(90).map(day).collect();
    reprice(&mut panel, "A", |prices| prices[12] = None);
    let value = value_of(unpriced(EntryPriceSource::EntryClose, 12), panel);
    // Row 12 is day 13 and has no price, so the close of row 13 is taken, which is day 14.
    assert_eq!((value.entry_price, value.entry_price_date), (Some(113.0), Some(day(14))));
}

#[test]
fn takes_last_close_without_profit_or_loss() {
    let value = value_of(unpriced(EntryPriceSource::LastClose, 0), rising());
    assert_eq!((value.entry_price, value.entry_price_date), (Some(189.0), Some(day(89))));
    assert_eq!(value.unrealized_pnl, Some(0.0));
}

#[test]
fn unwinds_sale_from_price_that_was_taken() {
    let sold =
        Position { exit: Some(Exit { date: day(30), price: 140.0 }), ..unpriced(EntryPriceSource::EntryClose, 20) };
    let (out, _) = run_all(&input(vec![sold, position("A", 1.0, 100.0, 0)], 1_000.0), rising());
    let cash: Vec<f64> = out.snapshots.unwrap().days.iter().map(|day| day.cash).collect();
    assert_eq!((cash[19], cash[20], cash[29], cash[30]), (960.0, 720.0, 720.0, 1_000.0));
}

/// Creates a call on `A` with a strike of 150 that expires on day `expires`.
fn call(source: EntryPriceSource, entry: u64, expires: u64) -> Position {
    let contract = OptionContract {
        underlying: "A".to_owned(),
        strike: 150.0,
        expiration: day(expires),
        kind: OptionKind::Call,
        multiplier: 10.0,
    };
    let class = InvestmentClass::Options(contract);
    Position { symbol: "CALL".to_owned(), class, ..unpriced(source, entry) }
}

fn with_quote(row: usize, price: f64) -> MarketPanel {
    let mut panel = rising();
    let mut close = vec![None; 90];
    close[row] = Some(price);
    panel.series.insert("CALL".to_owned(), Series::new(close.clone(), close));
    panel
}

#[test]
fn takes_option_quote_or_modeled_value_on_entry() {
    let option = call(EntryPriceSource::EntryClose, 30, 200);
    let quoted = value_of(option.clone(), with_quote(30, 7.5));
    assert_eq!((quoted.entry_price, quoted.cost_basis), (Some(7.5), Some(150.0)));
    let modeled = value_of(option.clone(), rising());
    // The first snapshot is on the day of the entry, so its net value is the modeled value.
    let (out, _) = run_all(&input(vec![option], 0.0), rising());
    assert_close(modeled.cost_basis, out.snapshots.unwrap().days[0].net);
    assert!(modeled.entry_price.is_some_and(|price| price > 0.0));
}

#[test]
fn takes_exercise_value_of_expired_option_as_last() {
    let value = value_of(call(EntryPriceSource::LastClose, 0, 60), rising());
    assert_eq!((value.entry_price, value.unrealized_pnl), (Some(10.0), Some(0.0)));
}

/// Returns the value of a position and the log of its run, if it is left out.
#[track_caller]
fn assert_left_out(position: Position, panel: MarketPanel) {
    let held = input(vec![position], 1_000.0);
    let priced = held.with_market_prices(&panel);
    assert_eq!(panel.facts(&priced).positions_unavailable, 1);
    let (out, _) = run_all(&held, panel);
    let value = &out.values.unwrap()[0];
    assert_eq!((value.pricing, value.market_value, value.cost_basis), (Pricing::Unavailable, None, None));
    assert!(out.snapshots.unwrap().days.iter().all(|day| (day.equity - 1_000.0).abs() < 1e-9));
}

#[test]
fn leaves_out_position_without_market_entry_price() {
    let mut ended = rising();
    reprice(&mut ended, "A", |prices| prices[50..].fill(None));
    assert_left_out(unpriced(EntryPriceSource::EntryClose, 60), ended);
    let mut missing = rising();
    missing.series.remove("A");
    assert_left_out(unpriced(EntryPriceSource::LastClose, 60), missing);
    assert_left_out(unpriced(EntryPriceSource::EntryClose, 95), rising());
    let private = Position { class: InvestmentClass::Private, ..unpriced(EntryPriceSource::LastClose, 0) };
    assert_left_out(private, rising());
}

#[test]
fn leaves_out_unpriced_position_before_prices_are_taken() {
    let unresolved = input(vec![unpriced(EntryPriceSource::EntryClose, 0)], 1_000.0);
    let reporter = Reporter::new(live_run(), Phase::Snapshots, Control::default());
    let (snapshots, _) = phases::snapshots::create(&unresolved, &rising(), &reporter).unwrap();
    assert!(snapshots.days.iter().all(|day| (day.equity - 1_000.0).abs() < 1e-9));
}

/// Runs phase 1 on sample prices for positions in AAPL and RRC, and then the other phases.
async fn on_sample_prices(positions: Vec<Position>) -> (Vec<PositionValue>, LiveRun) {
    let source = bundled(Limiter::unlimited(), None).unwrap();
    let held = Arc::new(Input::new(positions, 1_000.0, source.factors(), "local".to_owned(), 1));
    let live = live_run();
    let reporter = Reporter::new(live.clone(), Phase::MarketData, Control::default());
    let mut outputs = Outputs::default();
    phases::run(Phase::MarketData, &held, &mut outputs, &source, &reporter).await.unwrap();
    (run_all(&held, outputs.market.unwrap()).0.values.unwrap(), live)
}

#[tokio::test]
async fn takes_close_of_entry_date_before_calendar() {
    // 2020-07-04 is a holiday and a Saturday. The next close of AAPL is that of Monday.
    let on = |date: &str| Position {
        symbol: "AAPL".to_owned(),
        entry_date: date.parse().unwrap(),
        ..unpriced(EntryPriceSource::EntryClose, 0)
    };
    let (values, live) = on_sample_prices(vec![on("2020-07-04"), on("2020-01-02"), on("2018-01-02")]).await;
    let entries: Vec<_> =
        values.iter().map(|value| (value.entry_price, value.entry_price_date.map(|date| date.to_string()))).collect();
    assert_eq!(entries[1], (Some(73.348), Some("2020-01-02".to_owned())));
    assert_eq!(entries[0].1.as_deref(), Some("2020-07-06"));
    // The sample prices begin at the end of 2019, so there is no price near the third entry date.
    assert_eq!(entries[2], (None, None));
    assert_eq!(
        shown_lines(&live, "ntry price"),
        [
            "AAPL: left out, because its entry price is unknown (no price near its entry date)",
            "Entry price taken from the market for 2 positions"
        ]
    );
}
