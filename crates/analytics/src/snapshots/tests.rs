//! What the daily accounts promise.

use super::*;
use crate::holding::*;

const CALENDAR: usize = 4;

pub(super) fn trade(row: impl Into<Option<usize>>, price: f64) -> Trade {
    Trade { row: row.into(), price }
}

/// A lot of one-share units; the tests change what they are about.
pub(super) fn lot(quantity: f64, entry: Trade, prices: &[Option<f64>]) -> Holding<'_> {
    Holding { quantity, multiplier: 1.0, entry, exit: None, prices }
}

fn walk(holdings: &[Holding], cash_at_end: f64) -> Vec<DaySnapshot> {
    Ledger::new(CALENDAR, holdings, cash_at_end, 0).unwrap().collect()
}

fn pnl(days: &[DaySnapshot]) -> Vec<Option<f64>> {
    days.iter().map(|day| day.pnl).collect()
}

const RISING: [Option<f64>; CALENDAR] = [Some(10.0), Some(11.0), Some(13.0), Some(16.0)];
const GAP: [Option<f64>; CALENDAR] = [Some(10.0), None, None, Some(16.0)];

#[test]
fn a_position_held_from_before_earns_its_price_changes() {
    let days = walk(&[lot(2.0, trade(None, 5.0), &RISING)], 100.0);
    assert_eq!(pnl(&days), [None, Some(2.0), Some(4.0), Some(6.0)]);
}

#[test]
fn a_short_loses_what_the_price_gains() {
    let days = walk(&[lot(-2.0, trade(None, 5.0), &RISING)], 100.0);
    let last = &days[3];
    assert_eq!((last.short_value, last.gross, last.net, last.pnl), (-32.0, 32.0, -32.0, Some(-6.0)));
}

#[test]
fn on_its_entry_day_a_position_earns_the_close_less_its_entry_price() {
    let days = walk(&[lot(2.0, trade(1, 10.5), &RISING)], 100.0);
    assert_eq!(pnl(&days), [None, Some(1.0), Some(4.0), Some(6.0)]);
}

#[test]
fn cash_is_unwound_backwards_through_an_entry() {
    let days = walk(&[lot(2.0, trade(1, 10.5), &RISING)], 100.0);
    assert_eq!(days.iter().map(|day| day.cash).collect::<Vec<_>>(), [121.0, 100.0, 100.0, 100.0]);
}

#[test]
fn a_closed_position_earns_nothing_after_its_exit() {
    let holding = Holding { exit: Some(trade(2, 12.0)), ..lot(2.0, trade(None, 5.0), &RISING) };
    assert_eq!(pnl(&walk(&[holding], 100.0)), [None, Some(2.0), Some(2.0), Some(0.0)]);
}

#[test]
fn a_day_trade_earns_its_two_prices_and_is_never_valued() {
    let holding = Holding { exit: Some(trade(2, 12.0)), ..lot(2.0, trade(2, 9.0), &RISING) };
    let days = walk(&[holding], 100.0);
    assert_eq!((days[2].pnl, days[2].gross), (Some(6.0), 0.0));
}

#[test]
fn a_position_closed_before_the_calendar_leaves_no_trace() {
    let holding = Holding { exit: Some(trade(None, 12.0)), ..lot(2.0, trade(None, 9.0), &RISING) };
    assert!(walk(&[holding], 100.0).iter().all(|day| day.equity == 100.0));
}

#[test]
fn a_trade_beyond_the_calendar_has_not_happened() {
    let entered = lot(2.0, trade(4, 9.0), &RISING);
    assert!(walk(&[entered], 100.0).iter().all(|day| day.equity == 100.0));
}

#[test]
fn a_multiplier_scales_value_and_cash() {
    let contract = Holding { multiplier: 100.0, ..lot(1.0, trade(1, 10.0), &RISING) };
    let days = walk(&[contract], 0.0);
    assert_eq!((days[0].cash, days[1].long_value), (1000.0, 1100.0));
}

#[test]
fn a_missing_price_carries_the_last_one() {
    let days = walk(&[lot(2.0, trade(None, 5.0), &GAP)], 0.0);
    assert_eq!(days.iter().map(|day| day.equity).collect::<Vec<_>>(), [20.0, 20.0, 20.0, 32.0]);
}

#[test]
fn before_any_price_is_known_a_position_is_worth_its_entry_price() {
    let prices = [None, Some(11.0), Some(13.0), Some(16.0)];
    assert_eq!(walk(&[lot(2.0, trade(None, 5.0), &prices)], 0.0)[0].equity, 10.0);
}

#[test]
fn stale_days_count_the_last_rows_without_a_price() {
    let prices = [None, Some(11.0), None, None];
    let holdings = [lot(2.0, trade(None, 5.0), &prices)];
    assert_eq!(Ledger::new(CALENDAR, &holdings, 0.0, 0).unwrap().stale_days(), [2]);
}

#[test]
fn only_days_on_which_it_was_held_are_stale() {
    let prices = [Some(11.0), None, None, None];
    let bought = lot(2.0, trade(2, 5.0), &prices);
    let sold = Holding { exit: Some(trade(3, 6.0)), ..bought };
    let holdings = [bought, sold, lot(2.0, trade(None, 5.0), &GAP)];
    assert_eq!(Ledger::new(CALENDAR, &holdings, 0.0, 0).unwrap().stale_days(), [2, 0, 0]);
}

#[test]
fn a_private_holding_stays_at_its_entry_price_and_is_never_stale() {
    let holdings = [lot(2.0, trade(None, 5.0), &[])];
    let last = walk(&holdings, 0.0).pop().unwrap();
    assert_eq!((last.equity, Ledger::new(CALENDAR, &holdings, 0.0, 0).unwrap().stale_days()), (10.0, vec![0]));
}

#[test]
fn a_row_earns_against_the_row_before_it() {
    let day = walk(&[lot(2.0, trade(None, 5.0), &RISING)], 80.0)[2].clone();
    assert_eq!((day.pnl, day.time_weighted_return), (Some(4.0), Some(4.0 / 102.0)));
}

#[test]
fn a_drawdown_falls_from_the_highest_equity_since_the_first_row() {
    let prices = [Some(99.0), Some(8.0), Some(16.0), Some(12.0)];
    let holdings = [lot(1.0, trade(None, 5.0), &prices)];
    let days = Ledger::new(CALENDAR, &holdings, 0.0, 1).unwrap();
    let drawdowns: Vec<_> = days.map(|day| day.drawdown).collect();
    assert_eq!(drawdowns, [None, Some(0.0), Some(0.0), Some(-0.25)]);
}

#[test]
fn equity_that_is_not_positive_has_no_return() {
    let days = walk(&[lot(2.0, trade(None, 5.0), &RISING)], -30.0);
    assert_eq!((days[0].drawdown, days[1].time_weighted_return), (None, None));
}

#[test]
fn a_step_leaves_one_row_less() {
    let mut ledger = Ledger::new(CALENDAR, &[], 0.0, 0).unwrap();
    ledger.next();
    assert_eq!(ledger.len(), CALENDAR - 1);
}

#[test]
fn holdings_that_make_no_sense_are_named() {
    let refusal = |holding: Holding| Ledger::new(CALENDAR, &[holding], 0.0, 0).err();
    let sound = lot(2.0, trade(1, 5.0), &RISING);
    let early = Holding { exit: Some(trade(0, 5.0)), ..sound };
    assert_eq!(refusal(early), Some(LedgerError::ExitBeforeEntry(0)));
    assert_eq!(refusal(Holding { prices: &RISING[1..], ..sound }), Some(LedgerError::PricesLength(0)));
    assert_eq!(refusal(Holding { quantity: f64::NAN, ..sound }), Some(LedgerError::HoldingNotFinite(0)));
    assert_eq!(Ledger::new(1, &[], f64::NAN, 0).err(), Some(LedgerError::TotalNotFinite));
}
