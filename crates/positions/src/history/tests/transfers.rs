//! Shares that arrive from or leave for another account.

use super::*;

fn ko(row: u64, date: &str, words: &str, quantity: f64, price: f64) -> Trade {
    trade(row, date, words, share("KO"), quantity, price)
}

#[test]
fn asks_for_purchase_of_transferred_shares() {
    let history = assert_positions(
        &[ko(2, "2022-01-03", "ACATS", 6.0, 60.0), ko(3, "2022-01-04", "Sell", 2.0, 61.0)],
        &["KO 4 @ ? ? [2]", "KO 2 @ ? ? to 61 2022-01-04 [2, 3]"],
    );
    let rows: Vec<_> = history.warnings.iter().map(|warning| warning.rows.as_slice()).collect();
    assert_eq!(rows, [[2]]);
}

#[test]
fn leaves_out_shares_transferred_away() {
    let history =
        assert_positions(&[ko(2, "2022-01-03", "Buy", 6.0, 60.0), ko(3, "2022-01-04", "Transfer", -6.0, NONE)], &[]);
    assert_eq!(history.not_positions, [(2, LeftOutReason::LeftAccount), (3, LeftOutReason::LeftAccount)]);
    assert_eq!(history.warnings, []);
}

#[test]
fn keeps_purchase_through_transfer_between_accounts() {
    let held_in = |account: &str, trade: Trade| Trade { account: Some(account.into()), ..trade };
    let trades = [
        held_in("A", ko(2, "2022-01-03", "Buy", 6.0, 60.0)),
        held_in("B", ko(3, "2022-02-03", "Journaled Shares", 4.0, NONE)),
        held_in("A", ko(4, "2022-02-03", "Journaled Shares", -4.0, NONE)),
        held_in("B", ko(5, "2022-03-03", "Sell", 1.0, 70.0)),
    ];
    let history = build_lots(&trades);
    assert_eq!(history.warnings, []);
    assert_eq!(
        summary(&history),
        ["KO 5 @ 60 2022-01-03 [2, 3, 4]", "KO 1 @ 60 2022-01-03 to 70 2022-03-03 [2, 3, 4, 5]"]
    );
}

#[test]
fn sells_shares_of_same_account() {
    let held_in = |account: &str, trade: Trade| Trade { account: Some(account.into()), ..trade };
    let trades = [
        held_in("A", ko(2, "2022-01-03", "Buy", 6.0, 60.0)),
        held_in("B", ko(3, "2022-01-04", "Buy", 6.0, 62.0)),
        held_in("B", ko(4, "2022-01-05", "Sell", 6.0, 70.0)),
    ];
    assert_complete(&trades, &["KO 6 @ 60 2022-01-03 [2]", "KO 6 @ 62 2022-01-04 to 70 2022-01-05 [3, 4]"]);
}

#[test]
fn takes_transfers_of_money_for_money() {
    let history = build_lots(&[trade(2, "2022-01-03", "Journal", Security::default(), 0.0, NONE)]);
    assert_eq!(history.not_positions, [(2, LeftOutReason::MoneyTransfer)]);
}
