//! Tests that an expired option is exchanged for its exercise value in cash, and is then no
//! position.

use std::sync::Arc;

use positions::{Exit, InvestmentClass, OptionContract, OptionKind, Position};
use status::Phase;

use super::{
    Control, Reporter, assert_close, day, input, live_run,
    options::{market, option, quoted},
    position, reprice, run_all, shown_lines,
};
use crate::server::{
    batch::{
        Outputs,
        model::{input::Input, panel::MarketPanel},
        phases::{
            self,
            position_values::Pricing,
            snapshots::{ClosedPosition, Snapshot},
        },
    },
    market_data::{Limiter, MarketData, bundled},
};

/// Runs the phases on one position and a cash of 1,000. Returns the snapshots and the closed
/// positions.
fn settle(position: Position, panel: MarketPanel) -> (Vec<Snapshot>, Vec<ClosedPosition>) {
    let snapshots = run_all(&input(vec![position], 1_000.0), panel).0.snapshots.unwrap();
    (snapshots.days, snapshots.closed.unwrap())
}

#[test]
fn settles_expired_option_into_cash() {
    // The option expires on day 60, when the underlying closes at 104, so one contract of 100
    // shares with a strike of 100 pays 400. It was bought at 3 per share.
    let (out, _) = run_all(&input(vec![option("CALL", 60)], 1_000.0), market());
    let value = &out.values.unwrap()[0];
    assert_eq!((value.pricing, value.market_value, value.weight), (Pricing::Closed, Some(0.0), Some(0.0)));
    assert_eq!((value.delta, value.exposure_value), (None, Some(0.0)));
    let snapshots = out.snapshots.unwrap();
    let days = &snapshots.days;
    assert_eq!((days[59].cash, days[60].cash, days[60].net), (600.0, 1_000.0, 0.0));
    assert_eq!(days[60..].iter().map(|day| day.equity).collect::<Vec<_>>(), [1_000.0; 30]);
    let closed = &snapshots.closed.unwrap()[0];
    assert_eq!((closed.exit_date, closed.exit_price, closed.realized_pnl), (day(60), 4.0, 100.0));
}

#[test]
fn jumps_only_by_own_change_at_settlement() {
    let (days, _) = settle(option("CALL", 60), market());
    assert_eq!(days[60].pnl, Some(400.0 - days[59].net));
    for pair in days.windows(2) {
        assert_eq!(pair[1].pnl.map(|pnl| pair[0].equity + pnl), Some(pair[1].equity));
    }
}

#[test]
fn equals_exit_that_the_file_states() {
    let closed_by_file = Position { exit: Some(Exit { date: day(60), price: 4.0 }), ..option("CALL", 60) };
    for panel in [market(), quoted("CALL", &[(58, 9.0), (60, 9.0), (70, 9.0)])] {
        assert_eq!(settle(option("CALL", 60), panel.clone()), settle(closed_by_file.clone(), panel));
    }
}

#[test]
fn keeps_exit_of_file_up_to_last_session() {
    let exit = |number: u64| Position { exit: Some(Exit { date: day(number), price: 9.0 }), ..option("CALL", 60) };
    let realized = |number: u64| settle(exit(number), market()).1.remove(0);
    assert_eq!((realized(60).exit_price, realized(60).exit_date), (9.0, day(60)));
    assert_eq!((realized(61).exit_price, realized(61).exit_date), (4.0, day(60)));
}

#[test]
fn settles_worthless_option_at_zero() {
    let mut put = option("PUT", 60);
    if let InvestmentClass::Options(contract) = &mut put.class {
        contract.kind = OptionKind::Put;
    }
    for panel in [market(), quoted("PUT", &[(58, 0.5), (59, 0.25)])] {
        let (out, live) = run_all(&input(vec![put.clone()], 0.0), panel);
        let snapshots = out.snapshots.unwrap();
        let net: Vec<f64> = snapshots.days.iter().map(|day| day.net).collect();
        assert!(net[59] > 0.0);
        assert_eq!(net[60..], [0.0; 30]);
        assert_close(Some(snapshots.closed.unwrap()[0].realized_pnl), -300.0);
        assert_eq!(shown_lines(&live, "no price for"), Vec::<String>::new());
    }
}

#[test]
fn settles_short_option_out_of_cash() {
    let written = Position { quantity: -2.0, ..option("CALL", 60) };
    let (days, closed) = settle(written, market());
    assert_eq!((days[59].cash, days[60].cash), (1_800.0, 1_000.0));
    assert_close(Some(closed[0].realized_pnl), -200.0);
}

/// Builds the same panel as [`market`], but with the given days left out of the calendar. The
/// number of rows stays the same, so the calendar ends later.
fn market_without(days: &[u64]) -> MarketPanel {
    let mut panel = market();
    panel.calendar = (0..).filter(|number| !days.contains(number)).take(panel.calendar.len()).map(day).collect();
    panel
}

#[test]
fn settles_at_last_close_before_closed_day() {
    // Rows 0 to 59 are days 0 to 59. Row 60, on which the underlying closes at 104, is day 62. Each
    // option must therefore settle on day 59, when the underlying closes at 103.
    let panel = market_without(&[60, 61]);
    for expires in [59, 60, 61] {
        let (days, closed) = settle(option("CALL", expires), panel.clone());
        assert_eq!((closed[0].exit_date, closed[0].exit_price), (day(59), 3.0), "expires on day {expires}");
        assert_eq!(Some(days[59].net), Some(0.0));
    }
}

#[test]
fn settles_at_last_close_before_missing_price() {
    let mut panel = market();
    reprice(&mut panel, "A", |prices| prices[59..62].fill(None));
    let (_, closed) = settle(option("CALL", 60), panel);
    assert_eq!((closed[0].exit_date, closed[0].exit_price), (day(60), 2.0));
}

#[test]
fn keeps_option_that_was_entered_after_expiration() {
    let late = Position { entry_date: day(70), ..option("CALL", 60) };
    let (out, _) = run_all(&input(vec![late], 1_000.0), market());
    let value = &out.values.unwrap()[0];
    assert_eq!((value.pricing, value.market_value), (Pricing::Modelled, Some(400.0)));
    assert_eq!(out.snapshots.unwrap().closed.unwrap(), []);
}

#[test]
fn keeps_option_open_until_its_last_session() {
    let (out, _) = run_all(&input(vec![option("CALL", 90)], 1_000.0), market());
    assert_eq!(out.values.unwrap()[0].pricing, Pricing::Modelled);
    assert_eq!(out.snapshots.unwrap().closed.unwrap(), []);
}

#[test]
fn leaves_settlement_out_of_unpriced_option() {
    // Twenty returns are too few for a volatility, so the model has no price before the settlement.
    let mut panel = market();
    reprice(&mut panel, "A", |prices| prices[..69].fill(None));
    let (out, _) = run_all(&input(vec![option("CALL", 85), position("M", 1.0, 100.0, 0)], 1_000.0), panel);
    assert_eq!(out.values.unwrap()[0].pricing, Pricing::Unavailable);
    let snapshots = out.snapshots.unwrap();
    assert_eq!(snapshots.closed.unwrap(), []);
    assert_close(snapshots.days.last().map(|day| day.cash), 1_000.0);
    assert!(snapshots.pnl_by_symbol.unwrap().iter().all(|symbol| symbol.symbol == "M"));
}

/// Tests ten calls on RRC with a strike of 32.5 that expired on Good Friday, 2022-04-15. RRC closed
/// at 32.012 on the day before, so the calls expired worthless. Its close of 32.891 on the
/// following Monday must not matter.
#[tokio::test]
async fn settles_call_of_good_friday_at_zero() {
    let contract = OptionContract {
        underlying: "RRC".to_owned(),
        strike: 32.5,
        expiration: "2022-04-15".parse().unwrap(),
        kind: OptionKind::Call,
        multiplier: positions::SHARES_PER_CONTRACT,
    };
    let call = Position {
        class: InvestmentClass::Options(contract),
        entry_date: "2022-03-01".parse().unwrap(),
        ..position("RRC220415C00032500", 10.0, 1.4, 0)
    };
    let source = bundled(Limiter::unlimited(), None).unwrap();
    let options = Arc::new(Input::new(vec![call], 1_000.0, source.factors(), "local".to_owned(), 1));
    let reporter = Reporter::new(live_run(), Phase::MarketData, Control::default());
    let mut outputs = Outputs::default();
    phases::run(Phase::MarketData, &options, &mut outputs, &source, &reporter).await.unwrap();
    let (out, _) = run_all(&options, outputs.market.unwrap());
    assert_eq!(out.values.unwrap()[0].market_value, Some(0.0));
    let days = out.snapshots.unwrap().days;
    let thursday = days.iter().position(|day| day.date.to_string() == "2022-04-14").unwrap();
    assert!(days[thursday - 1].net > 0.0);
    let equity: Vec<f64> = days[thursday..].iter().map(|day| day.equity).collect();
    assert_eq!(equity, vec![1_000.0; equity.len()]);
}
