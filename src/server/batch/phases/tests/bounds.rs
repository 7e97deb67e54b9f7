//! Tests that phase 9, Correlations, ends soon after a large run is stopped.

use std::{sync::Arc, time::Duration};

use status::Phase;
use tokio::time::{Instant, sleep};

use super::{Control, Reporter, input, live_run, panel, position, prices};
use crate::server::batch::{
    Outputs, Stop,
    model::{
        input::Input,
        panel::{MarketPanel, Series},
    },
    phases::{self, correlations::MAX_CORRELATED},
};

/// Builds an input with more symbols than can be correlated, and a panel in which each of them
/// lacks a third of its prices.
fn with_gaps() -> (Arc<Input>, MarketPanel) {
    let rows = 273;
    let market = prices((1..rows).map(|row| 0.01 * f64::from(row).sin()));
    let mut panel = panel(&[("M", market.clone()), ("S", market.clone())]);
    let names: Vec<String> = (0..MAX_CORRELATED + 20).map(|at| format!("X{at:03}")).collect();
    for (at, name) in names.iter().enumerate() {
        let prices = prices((1..rows).map(|row| 0.02 * (f64::from(row) * (1.0 + at as f64)).sin()));
        let has_price = |row: usize| !(row / 9 + at * at).is_multiple_of(3);
        let close: Vec<_> =
            prices.iter().enumerate().map(|(row, price)| Some(*price).filter(|_| has_price(row))).collect();
        panel.series.insert(name.clone(), Series::new(close.clone(), close));
    }
    let positions = names.iter().map(|name| position(name, 1.0, 100.0, 0)).collect();
    (Arc::new(input(positions, 0.0)), panel)
}

/// Starts computing the correlations of a large run, and stops the run as soon as they have begun.
/// Returns the reported reason and how long the phase then took to end.
async fn time_to_stop(stop: impl FnOnce(&Control)) -> (Stop, Duration) {
    let (input, panel) = with_gaps();
    let (live, control) = (live_run(), Control::default());
    let reporter = Reporter::new(live.clone(), Phase::Correlations, control.clone());
    let computing = tokio::spawn(async move {
        let mut outputs = Outputs { market: Some(panel), values: Some(Vec::new()), ..Outputs::default() };
        let source = crate::server::market_data::bundled(crate::server::market_data::Limiter::unlimited(), None);
        phases::run(Phase::Correlations, &input, &mut outputs, &source.unwrap(), &reporter).await
    });
    let has_begun = || live.read(|state| state.entries.iter().any(|entry| entry.message.starts_with("Building")));
    while !has_begun() {
        sleep(Duration::from_millis(1)).await;
    }
    stop(&control);
    let stopped = Instant::now();
    (computing.await.unwrap().unwrap_err(), stopped.elapsed())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stops_correlations_within_a_second() {
    let (why, took) = time_to_stop(Control::cancel).await;
    assert_eq!(why, Stop::Cancelled);
    assert!(took < Duration::from_secs(1), "{took:?}");
}
