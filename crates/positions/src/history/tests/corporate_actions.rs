//! Splits in every form, mergers, changes of name, spin-offs.

use super::*;

fn xyz(row: u64, date: &str, words: &str, quantity: f64, price: f64) -> Trade {
    trade(row, date, words, share("XYZ"), quantity, price)
}

#[test]
fn splits_open_and_closed_lots() {
    let trades = [
        xyz(2, "2020-01-02", "Buy", 10.0, 100.0),
        xyz(3, "2020-02-03", "Sell", 4.0, 120.0),
        xyz(4, "2020-08-31", "Stock Split", 18.0, NONE),
        xyz(5, "2020-09-01", "Sell", 8.0, 40.0),
    ];
    assert_complete(
        &trades,
        &[
            "XYZ 16 @ 25 2020-01-02 [2, 4]",
            "XYZ 16 @ 25 2020-01-02 to 30 2020-02-03 [2, 4, 3]",
            "XYZ 8 @ 25 2020-01-02 to 40 2020-09-01 [2, 4, 5]",
        ],
    );
}

#[test]
fn splits_short_position() {
    for added in [30.0, -30.0] {
        let trades = [xyz(2, "2020-01-02", "Short", 10.0, 100.0), xyz(3, "2020-08-31", "Stock Split", added, NONE)];
        assert_complete(&trades, &["XYZ -40 @ 25 2020-01-02 [2, 3]"]);
    }
}

#[test]
fn reads_split_as_new_total_by_ratio() {
    for quantity in [30.0, 40.0, 0.0] {
        let split = Trade { ratio: Some(4.0), ..xyz(3, "2020-08-31", "Split", quantity, NONE) };
        assert_complete(&[xyz(2, "2020-01-02", "Buy", 10.0, 100.0), split], &["XYZ 40 @ 25 2020-01-02 [2, 3]"]);
    }
}

#[test]
fn reads_corporate_action_as_split() {
    for rows in [vec![30.0], vec![-10.0, 40.0]] {
        let mut trades = vec![xyz(2, "2020-01-02", "Buy", 10.0, 100.0)];
        trades.extend((3..).zip(rows).map(|(row, shares)| xyz(row, "2020-08-31", "Corporate action", shares, NONE)));
        let history = build_lots(&trades);
        assert_eq!((history.positions.len(), history.positions[0].entry_price), (1, Some(25.0)));
    }
}

#[test]
fn reads_split_of_two_numbers_without_signs() {
    let trades = [
        xyz(2, "2020-01-02", "Buy", 10.0, 100.0),
        xyz(3, "2020-08-31", "SPL", 10.0, NONE),
        xyz(4, "2020-08-31", "SPL", 40.0, NONE),
    ];
    assert_complete(&trades, &["XYZ 40 @ 25 2020-01-02 [2, 3, 4]"]);
}

#[test]
fn reads_reverse_split_in_each_form() {
    for rows in [vec![-90.0], vec![10.0], vec![-100.0, 10.0], vec![10.0, 100.0]] {
        let mut trades = vec![xyz(2, "2020-01-02", "Buy", 100.0, 10.0)];
        trades.extend((3..).zip(rows).map(|(row, shares)| xyz(row, "2020-08-31", "Reverse Split", shares, NONE)));
        let history = build_lots(&trades);
        assert_eq!(history.warnings, []);
        let [position] = &history.positions[..] else { panic!("{history:?}") };
        assert_eq!((position.quantity, position.entry_price), (10.0, Some(100.0)));
    }
}

#[test]
fn reads_reverse_split_with_old_cusip() {
    let old = trade(4, "2020-08-31", "Reverse Split", share("98765X109"), -100.0, NONE);
    let trades = [xyz(2, "2020-01-02", "Buy", 100.0, 10.0), xyz(3, "2020-08-31", "Reverse Split", 10.0, NONE), old];
    assert_complete(&trades, &["XYZ 10 @ 100 2020-01-02 [2, 3, 4]"]);
}

#[test]
fn reads_reverse_split_to_new_isin() {
    let unordered = |row, code, words, quantity, price| Trade {
        has_order_id: Some(false),
        time: chrono::NaiveTime::from_hms_opt(7, 2, 0),
        ..trade(row, "2020-08-31", words, isin(code), quantity, price)
    };
    let purchase = Trade {
        has_order_id: Some(true),
        time: chrono::NaiveTime::from_hms_opt(9, 0, 0),
        ..trade(2, "2020-01-02", "Buy", isin("OLD"), 100.0, 10.0)
    };
    let trades = [purchase, unordered(3, "OLD", "Sell", -100.0, 5.0), unordered(4, "NEW", "Buy", 10.0, 50.0)];
    assert_complete(&trades, &["NEW 10 @ 100 2020-01-02 [2, 3, 4]"]);
}

#[test]
fn pays_fraction_of_reverse_split_in_money() {
    let split = Trade { ratio: Some(0.125), ..xyz(3, "2020-08-31", "Reverse Split", 12.0, NONE) };
    assert_complete(&[xyz(2, "2020-01-02", "Buy", 99.0, 10.0), split], &["XYZ 12 @ 82.5 2020-01-02 [2, 3]"]);
}

#[test]
fn leaves_out_split_of_shares_not_held() {
    let history = build_lots(&[xyz(3, "2020-08-31", "Stock Split", 30.0, NONE)]);
    assert_eq!(history.positions, []);
    assert_eq!(history.not_positions, [(3, LeftOutReason::NotHeld)]);
    assert_eq!(history.warnings.len(), 1);
}

#[test]
fn exchanges_shares_in_merger() {
    let merger = |row, symbol, quantity| trade(row, "2020-08-31", "Stock Merger", share(symbol), quantity, NONE);
    for old in [-10.0, 10.0] {
        let trades = [xyz(2, "2020-01-02", "Buy", 10.0, 100.0), merger(3, "XYZ", old), merger(4, "ABC", 5.0)];
        assert_complete(&trades, &["ABC 5 @ 200 2020-01-02 [2, 3, 4]"]);
    }
}

#[test]
fn closes_shares_in_merger_for_money() {
    let merger = Trade { amount: Some(1_500.0), ..xyz(3, "2020-08-31", "Cash Merger", -10.0, NONE) };
    assert_complete(
        &[xyz(2, "2020-01-02", "Buy", 10.0, 100.0), merger],
        &["XYZ 10 @ 100 2020-01-02 to 150 2020-08-31 [2, 3]"],
    );
}

#[test]
fn opens_lot_without_price_in_spin_off() {
    let spin_off = trade(3, "2020-08-31", "Spin-off", share("NEW"), 5.0, 0.0);
    assert_complete(
        &[xyz(2, "2020-01-02", "Buy", 10.0, 100.0), spin_off],
        &["XYZ 10 @ 100 2020-01-02 [2]", "NEW 5 @ ? 2020-08-31 [3]"],
    );
}

#[test]
fn tells_split_from_dividend_in_distribution() {
    let money = Trade { amount: Some(12.0), ..xyz(4, "2020-09-30", "Distribution", 10.0, 1.2) };
    let trades = [xyz(2, "2020-01-02", "Buy", 10.0, 100.0), xyz(3, "2020-08-31", "Distribution", 30.0, NONE), money];
    let history = assert_positions(&trades, &["XYZ 40 @ 25 2020-01-02 [2, 3]"]);
    assert_eq!(history.not_positions, [(4, LeftOutReason::Dividend)]);
}

#[test]
fn keeps_splits_of_one_day_apart() {
    let trades = [
        xyz(2, "2020-01-02", "Buy", 100.0, 10.0),
        trade(3, "2020-01-02", "Buy", share("ABC"), 25.0, 400.0),
        xyz(4, "2020-08-31", "Reverse Split", -90.0, NONE),
        trade(5, "2020-08-31", "Stock Split", share("ABC"), 75.0, NONE),
    ];
    assert_complete(&trades, &["XYZ 10 @ 100 2020-01-02 [2, 4]", "ABC 100 @ 100 2020-01-02 [3, 5]"]);
}

#[test]
fn leaves_out_splits_over_limit() {
    let split = |row| Trade { ratio: Some(1.01), ..xyz(row, "2020-01-02", "Split", 0.0, NONE) };
    let mut trades = vec![xyz(2, "2020-01-02", "Buy", 1.0, 10.0)];
    trades.extend((3..54).map(|row| Trade { date: day("2020-01-02") + chrono::Days::new(row), ..split(row) }));
    let history = build_lots(&trades);
    assert_eq!(history.not_positions, [(53, LeftOutReason::NotHeld)]);
    assert!((history.positions[0].quantity - 1.01_f64.powi(50)).abs() < 1e-5);
}
