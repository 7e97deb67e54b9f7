use super::*;
use crate::holding::*;

const CALENDAR: usize = 4;

pub(super) fn trade(row: impl Into<Option<usize>>, price: f64) -> Trade {
    Trade { row: row.into(), price }
}

/// Returns a lot with a multiplier of 1 and no exit. Tests override individual fields.
pub(super) fn lot(quantity: f64, entry: Trade, prices: &[Option<f64>]) -> Holding<'_> {
    Holding { quantity, multiplier: 1.0, entry, exit: None, prices, dividends: &[], symbol: 0 }
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
fn earns_price_changes_of_existing_position() {
    let days = walk(&[lot(2.0, trade(None, 5.0), &RISING)], 100.0);
    assert_eq!(pnl(&days), [None, Some(2.0), Some(4.0), Some(6.0)]);
}

#[test]
fn loses_price_gains_on_short() {
    let days = walk(&[lot(-2.0, trade(None, 5.0), &RISING)], 100.0);
    let last = &days[3];
    assert_eq!((last.short_value, last.gross, last.net, last.pnl), (-32.0, 32.0, -32.0, Some(-6.0)));
}

#[test]
fn earns_close_less_entry_price_on_entry_day() {
    let days = walk(&[lot(2.0, trade(1, 10.5), &RISING)], 100.0);
    assert_eq!(pnl(&days), [None, Some(1.0), Some(4.0), Some(6.0)]);
}

#[test]
fn unwinds_cash_backwards_through_entry() {
    let days = walk(&[lot(2.0, trade(1, 10.5), &RISING)], 100.0);
    assert_eq!(days.iter().map(|day| day.cash).collect::<Vec<_>>(), [121.0, 100.0, 100.0, 100.0]);
}

#[test]
fn earns_nothing_after_exit() {
    let holding = Holding { exit: Some(trade(2, 12.0)), ..lot(2.0, trade(None, 5.0), &RISING) };
    assert_eq!(pnl(&walk(&[holding], 100.0)), [None, Some(2.0), Some(2.0), Some(0.0)]);
}

#[test]
fn earns_price_difference_of_day_trade() {
    let holding = Holding { exit: Some(trade(2, 12.0)), ..lot(2.0, trade(2, 9.0), &RISING) };
    let days = walk(&[holding], 100.0);
    assert_eq!((days[2].pnl, days[2].gross), (Some(6.0), 0.0));
}

#[test]
fn ignores_position_closed_before_calendar() {
    let holding = Holding { exit: Some(trade(None, 12.0)), ..lot(2.0, trade(None, 9.0), &RISING) };
    assert!(walk(&[holding], 100.0).iter().all(|day| day.equity == 100.0));
}

#[test]
fn ignores_trade_beyond_calendar() {
    let entered = lot(2.0, trade(4, 9.0), &RISING);
    assert!(walk(&[entered], 100.0).iter().all(|day| day.equity == 100.0));
}

#[test]
fn scales_value_and_cash_by_multiplier() {
    let contract = Holding { multiplier: 100.0, ..lot(1.0, trade(1, 10.0), &RISING) };
    let days = walk(&[contract], 0.0);
    assert_eq!((days[0].cash, days[1].long_value), (1000.0, 1100.0));
}

#[test]
fn carries_last_price_over_gap() {
    let days = walk(&[lot(2.0, trade(None, 5.0), &GAP)], 0.0);
    assert_eq!(days.iter().map(|day| day.equity).collect::<Vec<_>>(), [20.0, 20.0, 20.0, 32.0]);
}

#[test]
fn values_position_at_entry_before_first_price() {
    let prices = [None, Some(11.0), Some(13.0), Some(16.0)];
    assert_eq!(walk(&[lot(2.0, trade(None, 5.0), &prices)], 0.0)[0].equity, 10.0);
}

#[test]
fn counts_stale_days_since_last_price() {
    let prices = [None, Some(11.0), None, None];
    let holdings = [lot(2.0, trade(None, 5.0), &prices)];
    assert_eq!(Ledger::new(CALENDAR, &holdings, 0.0, 0).unwrap().stale_days(), [2]);
}

#[test]
fn counts_only_held_days_as_stale() {
    let prices = [Some(11.0), None, None, None];
    let bought = lot(2.0, trade(2, 5.0), &prices);
    let sold = Holding { exit: Some(trade(3, 6.0)), ..bought };
    let holdings = [bought, sold, lot(2.0, trade(None, 5.0), &GAP)];
    assert_eq!(Ledger::new(CALENDAR, &holdings, 0.0, 0).unwrap().stale_days(), [2, 0, 0]);
}

#[test]
fn keeps_private_holding_at_entry_price() {
    let holdings = [lot(2.0, trade(None, 5.0), &[])];
    let last = walk(&holdings, 0.0).pop().unwrap();
    assert_eq!((last.equity, Ledger::new(CALENDAR, &holdings, 0.0, 0).unwrap().stale_days()), (10.0, vec![0]));
}

#[test]
fn computes_return_against_previous_row() {
    let day = walk(&[lot(2.0, trade(None, 5.0), &RISING)], 80.0)[2].clone();
    assert_eq!((day.pnl, day.time_weighted_return), (Some(4.0), Some(4.0 / 102.0)));
}

#[test]
fn measures_drawdown_from_peak_since_first_row() {
    let prices = [Some(99.0), Some(8.0), Some(16.0), Some(12.0)];
    let holdings = [lot(1.0, trade(None, 5.0), &prices)];
    let days = Ledger::new(CALENDAR, &holdings, 0.0, 1).unwrap();
    let drawdowns: Vec<_> = days.map(|day| day.drawdown).collect();
    assert_eq!(drawdowns, [None, Some(0.0), Some(0.0), Some(-0.25)]);
}

#[test]
fn omits_return_without_positive_equity() {
    let days = walk(&[lot(2.0, trade(None, 5.0), &RISING)], -30.0);
    assert_eq!((days[0].drawdown, days[1].time_weighted_return), (None, None));
}

#[test]
fn ends_returns_when_equity_turns_negative() {
    // With 30 of cash, the short leaves an equity of 30 - 2 · price.
    let prices = [Some(10.0), Some(12.5), Some(20.0), Some(9.0)];
    let holdings = [lot(-2.0, trade(None, 5.0), &prices)];
    let mut ledger = Ledger::new(CALENDAR, &holdings, 30.0, 0).unwrap();
    let days: Vec<DaySnapshot> = ledger.by_ref().collect();
    assert_eq!(days.iter().map(|day| day.equity).collect::<Vec<_>>(), [10.0, 5.0, -10.0, 12.0]);
    let returns: Vec<_> = days.iter().map(|day| day.time_weighted_return).collect();
    assert_eq!(returns, [None, Some(-0.5), None, None]);
    assert_eq!(days.iter().map(|day| day.drawdown).collect::<Vec<_>>(), [Some(0.0), Some(-0.5), Some(-1.0), Some(0.0)]);
    assert_eq!(ledger.lost(), Some(2));
}

#[test]
fn keeps_return_of_exact_total_loss() {
    let prices = [Some(10.0), Some(15.0), Some(14.0), Some(14.0)];
    let days = walk(&[lot(-2.0, trade(None, 5.0), &prices)], 30.0);
    let returns: Vec<_> = days.iter().map(|day| day.time_weighted_return).collect();
    assert_eq!(returns, [None, Some(-1.0), None, None]);
}

#[test]
fn shortens_ledger_by_one_row_per_step() {
    let mut ledger = Ledger::new(CALENDAR, &[], 0.0, 0).unwrap();
    ledger.next();
    assert_eq!(ledger.len(), CALENDAR - 1);
}

#[test]
fn rejects_invalid_holdings_by_index() {
    let refusal = |holding: Holding| Ledger::new(CALENDAR, &[holding], 0.0, 0).err();
    let sound = lot(2.0, trade(1, 5.0), &RISING);
    let early = Holding { exit: Some(trade(0, 5.0)), ..sound };
    assert_eq!(refusal(early), Some(LedgerError::ExitBeforeEntry(0)));
    assert_eq!(refusal(Holding { prices: &RISING[1..], ..sound }), Some(LedgerError::PricesLength(0)));
    assert_eq!(refusal(Holding { quantity: f64::NAN, ..sound }), Some(LedgerError::HoldingNotFinite(0)));
    assert_eq!(Ledger::new(1, &[], f64::NAN, 0).err(), Some(LedgerError::TotalNotFinite));
}

/// Builds a lot of `RISING` shares that pay 0.5 on row 1 and 2 on row 3.
fn payer(quantity: f64, entry: Trade) -> Holding<'static> {
    Holding { dividends: &[0.0, 0.5, 0.0, 2.0], ..lot(quantity, entry, &RISING) }
}

fn incomes(holding: Holding) -> Vec<f64> {
    walk(&[holding], 100.0).iter().map(|day| day.income).collect()
}

#[test]
fn adds_dividends_to_cash_on_ex_date() {
    let days = walk(&[payer(2.0, trade(None, 5.0))], 100.0);
    assert_eq!(days.iter().map(|day| day.cash).collect::<Vec<_>>(), [95.0, 96.0, 96.0, 100.0]);
    // The value of the two shares rises by 2, 4 and 6.
    assert_eq!(pnl(&days), [None, Some(3.0), Some(4.0), Some(10.0)]);
}

#[test]
fn pays_dividends_on_what_was_held_before() {
    assert_eq!(incomes(payer(2.0, trade(1, 5.0))), [0.0, 0.0, 0.0, 4.0], "bought on an ex-date");
    let sold = |row: usize| Holding { exit: Some(trade(row, 5.0)), ..payer(2.0, trade(None, 5.0)) };
    assert_eq!((incomes(sold(1)), incomes(sold(0))), (vec![0.0, 1.0, 0.0, 0.0], vec![0.0; 4]));
}

#[test]
fn charges_dividends_to_short_holding() {
    assert_eq!(incomes(payer(-2.0, trade(None, 5.0))), [0.0, -1.0, 0.0, -4.0]);
}

#[test]
fn attributes_pnl_to_symbols_since_row_before_first() {
    let first_symbol = payer(2.0, trade(None, 5.0));
    let sold = Holding { exit: Some(trade(2, 12.0)), symbol: 1, ..lot(1.0, trade(None, 5.0), &RISING) };
    let gone = Holding { exit: Some(trade(1, 12.0)), symbol: 2, ..lot(1.0, trade(None, 5.0), &RISING) };
    let private = Holding { symbol: 3, ..lot(1.0, trade(3, 5.0), &[]) };
    let not_yet = Holding { symbol: 4, ..lot(1.0, trade(9, 5.0), &RISING) };
    let holdings = [first_symbol, sold, gone, private, not_yet];
    let ledger = Ledger::new(CALENDAR, &holdings, 100.0, 2).unwrap();
    // Since row 1, two shares rose from 11 to 16 and paid 4, and one was sold at 12.
    assert_eq!(ledger.pnl_by_symbol(), [Some(14.0), Some(1.0), None, Some(0.0), None]);
}

#[test]
fn measures_symbol_pnl_from_first_row_of_calendar() {
    let holdings = [payer(2.0, trade(None, 5.0))];
    let pnl = |first: usize| Ledger::new(CALENDAR, &holdings, 100.0, first).unwrap().pnl_by_symbol()[0];
    assert_eq!((pnl(0), pnl(1), pnl(3)), (Some(17.0), Some(17.0), Some(10.0)));
}

#[test]
fn separates_symbols_with_equal_prices() {
    let other = Holding { symbol: 1, ..lot(-1.0, trade(None, 5.0), &RISING) };
    let holdings = [lot(2.0, trade(None, 5.0), &RISING), other];
    assert_eq!(Ledger::new(CALENDAR, &holdings, 0.0, 0).unwrap().pnl_by_symbol(), [Some(12.0), Some(-6.0)]);
}
