//! Purchases, sales, short positions, and rows that take back others.

use super::*;

fn ko(row: u64, date: &str, words: &str, quantity: f64, price: f64) -> Trade {
    trade(row, date, words, share("KO"), quantity, price)
}

fn assert_incomplete(history: &History, rows: &[u64]) {
    let codes: Vec<_> = history.warnings.iter().map(|warning| (warning.code, warning.rows.as_slice())).collect();
    assert_eq!(codes, [(crate::content::WarningCode::IncompleteHistory, rows)]);
}

#[test]
fn leaves_out_sale_without_purchase() {
    let trades = [ko(2, "2022-01-03", "Sell", 10.0, 60.0), ko(3, "2022-01-04", "Buy", 5.0, 61.0)];
    let history = assert_positions(&trades, &["KO 5 @ 61 2022-01-04 [3]"]);
    assert_eq!(history.not_positions, [(2, LeftOutReason::NotHeld)]);
    assert_incomplete(&history, &[2]);
}

#[test]
fn closes_what_is_held_of_larger_sale() {
    let trades = [ko(2, "2022-01-03", "Buy", 4.0, 60.0), ko(3, "2022-01-04", "Sell", 10.0, 61.0)];
    let history = assert_positions(&trades, &["KO 4 @ 60 2022-01-03 to 61 2022-01-04 [2, 3]"]);
    assert_eq!(history.not_positions, []);
    assert_incomplete(&history, &[3]);
}

#[test]
fn crosses_zero_from_short_to_long() {
    let trades = [ko(2, "2022-01-03", "Sell Short", 6.0, 60.0), ko(3, "2022-01-04", "Buy", 10.0, 61.0)];
    assert_complete(&trades, &["KO -6 @ 60 2022-01-03 to 61 2022-01-04 [2, 3]", "KO 4 @ 61 2022-01-04 [3]"]);
}

#[test]
fn crosses_zero_from_long_to_short() {
    let trades = [ko(2, "2022-01-03", "Buy", 6.0, 60.0), ko(3, "2022-01-04", "Sell Short", 10.0, 61.0)];
    assert_complete(&trades, &["KO 6 @ 60 2022-01-03 to 61 2022-01-04 [2, 3]", "KO -4 @ 61 2022-01-04 [3]"]);
}

#[test]
fn covers_no_more_than_short_position() {
    let trades = [ko(2, "2022-01-03", "Sell Short", 6.0, 60.0), ko(3, "2022-01-04", "Cover", 10.0, 61.0)];
    let history = assert_positions(&trades, &["KO -6 @ 60 2022-01-03 to 61 2022-01-04 [2, 3]"]);
    assert_incomplete(&history, &[3]);
}

#[test]
fn averages_purchases_of_one_day() {
    let trades = [
        ko(2, "2022-01-03", "Buy", 1.0, 60.0),
        ko(3, "2022-01-03", "Buy", 3.0, 64.0),
        ko(4, "2022-01-05", "Sell", 2.0, 70.0),
    ];
    assert_complete(&trades, &["KO 2 @ 62 2022-01-03 to 70 2022-01-05 [2, 3, 4]", "KO 2 @ 64 2022-01-03 [3]"]);
}

#[test]
fn keeps_sums_free_of_noise() {
    let trades = [
        ko(2, "2022-01-03", "Buy", 0.1, 60.0),
        ko(3, "2022-01-03", "Buy", 0.2, 60.0),
        ko(4, "2022-01-04", "Buy", 1.1, 62.0),
        ko(5, "2022-01-05", "Sell", 0.9, 63.0),
    ];
    assert_complete(
        &trades,
        &[
            "KO 0.3 @ 60 2022-01-03 to 63 2022-01-05 [2, 3, 5]",
            "KO 0.5 @ 62 2022-01-04 [4]",
            "KO 0.6 @ 62 2022-01-04 to 63 2022-01-05 [4, 5]",
        ],
    );
}

#[test]
fn sells_purchase_listed_later_that_day() {
    let trades = [
        ko(2, "2022-01-03", "Buy", 1.0, 60.0),
        ko(3, "2022-01-04", "Sell", 5.0, 66.0),
        ko(4, "2022-01-04", "Buy", 4.0, 65.0),
    ];
    assert_complete(
        &trades,
        &["KO 1 @ 60 2022-01-03 to 66 2022-01-04 [2, 3]", "KO 4 @ 65 2022-01-04 to 66 2022-01-04 [4, 3]"],
    );
}

#[test]
fn finds_order_of_single_day() {
    let trades = [ko(2, "2022-01-04", "Sell Short", 5.0, 66.0), ko(3, "2022-01-04", "Cover", 5.0, 65.0)];
    let expected = ["KO -5 @ 66 2022-01-04 to 65 2022-01-04 [2, 3]"];
    assert_complete(&trades, &expected);
    let [first, second] = trades;
    assert_complete(&[second, first], &expected);
}

#[test]
fn takes_price_from_amount() {
    let purchase = Trade { amount: Some(-600.0), ..ko(2, "2022-01-03", "Buy", 10.0, NONE) };
    assert_complete(&[purchase], &["KO 10 @ 60 2022-01-03 [2]"]);
}

#[test]
fn reads_sales_with_either_sign() {
    for sign in [1.0, -1.0] {
        let trades = [ko(2, "2022-01-03", "Buy", 6.0, 60.0), ko(3, "2022-01-04", "Sell", 2.0 * sign, 61.0)];
        assert_complete(&trades, &["KO 4 @ 60 2022-01-03 [2]", "KO 2 @ 60 2022-01-03 to 61 2022-01-04 [2, 3]"]);
    }
}

#[test]
fn takes_back_cancelled_purchase() {
    for (words, quantity) in [("Buy", -6.0), ("Cancel Buy", 6.0)] {
        let trades = [
            ko(2, "2022-01-03", "Buy", 6.0, 60.0),
            ko(3, "2022-01-03", words, quantity, 60.0),
            ko(4, "2022-01-04", "Buy", 5.0, 61.0),
        ];
        let history = assert_positions(&trades, &["KO 5 @ 61 2022-01-04 [4]"]);
        assert_eq!(history.not_positions, [(2, LeftOutReason::Cancelled), (3, LeftOutReason::Cancelled)]);
    }
}

#[test]
fn joins_rows_by_symbol_or_isin() {
    let both = Security { isin: Some("US1912161007".into()), ..share("KO") };
    let trades = [
        trade(2, "2022-01-03", "Buy", isin("US1912161007"), 6.0, 60.0),
        trade(3, "2022-01-04", "Buy", both, 1.0, 61.0),
        trade(4, "2022-01-05", "Sell", share("KO"), 6.0, 62.0),
    ];
    assert_complete(&trades, &["KO 6 @ 60 2022-01-03 to 62 2022-01-05 [2, 4]", "KO 1 @ 61 2022-01-04 [3]"]);
}

#[test]
fn keeps_unnamed_purchases_apart() {
    let unnamed = |row| trade(row, "2022-01-03", "Buy", Security::default(), 6.0, 60.0);
    assert_complete(&[unnamed(2), unnamed(3)], &["? 6 @ 60 2022-01-03 [2]", "? 6 @ 60 2022-01-03 [3]"]);
}

#[test]
fn names_currency_of_sale_alone() {
    let sale = Trade { currency: Some("EUR".into()), ..ko(3, "2022-01-04", "Sell", 6.0, 55.0) };
    let history = assert_positions(
        &[ko(2, "2022-01-03", "Buy", 6.0, 60.0), sale],
        &["KO 6 @ 60 2022-01-03 to 55 2022-01-04 [2, 3]"],
    );
    assert_eq!(history.positions[0].price_currency.as_deref(), Some("EUR"));
}
