//! The ends of options.

use OptionKind::{Call, Put};

use super::*;

#[test]
fn closes_assigned_put_and_buys_shares() {
    let put = || option("KO", "2022-12-16", Put, 60.0);
    let trades = [
        trade(2, "2022-11-01", "Sell to Open", put(), 1.0, 1.5),
        trade(3, "2022-12-19", "Assigned", put(), 1.0, NONE),
        trade(4, "2022-12-19", "Buy", share("KO"), 100.0, 60.0),
    ];
    assert_complete(
        &trades,
        &["KO221216P00060000 -1 @ 1.5 2022-11-01 to 0 2022-12-16 [2, 3]", "KO 100 @ 60 2022-12-19 [4]"],
    );
}

#[test]
fn keeps_day_of_early_exercise() {
    let call = || option("KO", "2022-12-16", Call, 50.0);
    let trades = [
        trade(2, "2022-11-01", "Buy to Open", call(), 2.0, 9.0),
        trade(3, "2022-12-01", "Exercised", call(), -1.0, NONE),
    ];
    assert_complete(
        &trades,
        &["KO221216C00050000 1 @ 9 2022-11-01 [2]", "KO221216C00050000 1 @ 9 2022-11-01 to 0 2022-12-01 [2, 3]"],
    );
}

#[test]
fn expires_all_contracts_without_quantity() {
    let call = || option("KO", "2022-12-16", Call, 50.0);
    let trades = [
        trade(2, "2022-11-01", "BTO", call(), 2.0, 9.0),
        trade(3, "2022-11-02", "BTO", call(), 1.0, 8.0),
        trade(4, "2022-12-19", "OEXP", call(), 0.0, NONE),
    ];
    assert_complete(
        &trades,
        &[
            "KO221216C00050000 2 @ 9 2022-11-01 to 0 2022-12-16 [2, 4]",
            "KO221216C00050000 1 @ 8 2022-11-02 to 0 2022-12-16 [3, 4]",
        ],
    );
}

#[test]
fn leaves_out_expiration_of_unknown_option() {
    let history = build_lots(&[trade(4, "2022-12-19", "OEXP", option("KO", "2022-12-16", Call, 50.0), 0.0, NONE)]);
    assert_eq!(history.positions, []);
    assert_eq!(history.not_positions, [(4, LeftOutReason::NotHeld)]);
}

#[test]
fn tells_price_of_contract_by_amount() {
    let amount = |price, amount| {
        let call = option("KO", "2022-12-16", Call, 50.0);
        Trade { amount: Some(amount), ..trade(2, "2022-11-01", "BTO", call, 2.0, price) }
    };
    assert_complete(&[amount(610.0, -1_221.32)], &["KO221216C00050000 2 @ 6.1 2022-11-01 [2]"]);
    assert_complete(&[amount(6.1, -1_221.32)], &["KO221216C00050000 2 @ 6.1 2022-11-01 [2]"]);
}
