//! The histories of the sample files of brokers, as trades.

use OptionKind::{Call, Put};

use super::*;
use crate::content::LeftOutReason::{Dividend, Fee, Interest, MoneyTransfer};

const APPLE: &str = "US0378331005";
const MICROSOFT: &str = "US5949181045";
const COCA_COLA: &str = "US1912161007";

#[test]
fn reads_schwab_transactions() {
    let msft = || option("MSFT", "2022-12-16", Call, 250.0);
    let trades = [
        trade(3, "2022-12-16", "Expired", msft(), 1.0, NONE),
        trade(4, "2022-11-15", "Sell to Open", msft(), 1.0, 5.40),
        trade(5, "2022-10-03", "Buy to Open", option("AAPL", "2023-01-20", Call, 150.0), 2.0, 6.10),
        trade(6, "2021-08-02", "Sell Short", share("BBY"), 60.0, 103.73),
        trade(7, "2021-05-10", "Sell", share("JNJ"), 15.0, 160.47),
        trade(8, "2021-04-01", "Reinvest Shares", share("KO"), 0.8793, 49.1),
        trade(9, "2021-04-01", "Reinvest Dividend", share("KO"), 0.0, NONE),
        trade(10, "2021-03-15", "Buy", share("KO"), 100.0, 47.72),
        trade(11, "2020-12-10", "Qualified Dividend", share("MSFT"), 0.0, NONE),
        trade(12, "2020-11-09", "Buy", share("MSFT"), 30.0, 213.0),
        trade(13, "2020-08-28", "Stock Split", share("AAPL"), 75.0, NONE),
        trade(14, "2020-06-15", "Buy", share("AAPL"), 25.0, 336.75),
        trade(15, "2020-02-03", "Buy", share("JNJ"), 40.0, 136.93),
        trade(16, "2020-01-06", "MoneyLink Deposit", Security::default(), 0.0, NONE),
    ];
    let history = assert_positions(
        &trades,
        &[
            "JNJ 25 @ 136.93 2020-02-03 [15]",
            "JNJ 15 @ 136.93 2020-02-03 to 160.47 2021-05-10 [15, 7]",
            "AAPL 100 @ 84.1875 2020-06-15 [14, 13]",
            "MSFT 30 @ 213 2020-11-09 [12]",
            "KO 100 @ 47.72 2021-03-15 [10]",
            "KO 0.8793 @ 49.1 2021-04-01 [8]",
            "BBY -60 @ 103.73 2021-08-02 [6]",
            "AAPL230120C00150000 2 @ 6.1 2022-10-03 [5]",
            "MSFT221216C00250000 -1 @ 5.4 2022-11-15 to 0 2022-12-16 [4, 3]",
        ],
    );
    assert_eq!(history.not_positions, [(9, Dividend), (11, Dividend), (16, MoneyTransfer)]);
    assert_eq!(history.warnings, []);
}

#[test]
fn reads_robinhood_activity() {
    let xom = || option("XOM", "2022-12-16", Call, 115.0);
    let amd = || option("AMD", "2022-10-21", Put, 60.0);
    let trades = [
        trade(2, "2022-12-16", "OEXP", xom(), 1.0, NONE),
        trade(3, "2022-11-15", "BTO", xom(), 1.0, 2.10),
        trade(4, "2022-10-14", "BTC", amd(), 2.0, 4.35),
        trade(5, "2022-10-03", "Buy", share("KO"), 0.158_842, 55.40),
        trade(8, "2022-10-03", "CDIV", share("KO"), 0.0, NONE),
        trade(9, "2022-10-03", "STO", amd(), 2.0, 1.85),
        trade(10, "2022-08-15", "BTO", option("MSFT", "2023-06-16", Call, 300.0), 1.0, 31.20),
        trade(11, "2022-06-15", "Buy", share("KO"), 20.0, 57.93),
        trade(13, "2021-11-22", "Sell", share("MSFT"), 4.0, 335.10),
        trade(15, "2020-08-31", "SPL", share("AAPL"), 9.0, NONE),
        trade(17, "2020-07-06", "Buy", share("AAPL"), 3.0, 367.05),
        trade(19, "2020-03-16", "Buy", share("MSFT"), 10.0, 131.40),
        trade(21, "2020-03-13", "ACH", Security::default(), 0.0, NONE),
    ];
    let history = assert_positions(
        &trades,
        &[
            "MSFT 6 @ 131.4 2020-03-16 [19]",
            "MSFT 4 @ 131.4 2020-03-16 to 335.1 2021-11-22 [19, 13]",
            "AAPL 12 @ 91.7625 2020-07-06 [17, 15]",
            "KO 20 @ 57.93 2022-06-15 [11]",
            "MSFT230616C00300000 1 @ 31.2 2022-08-15 [10]",
            "AMD221021P00060000 -2 @ 1.85 2022-10-03 to 4.35 2022-10-14 [9, 4]",
            "KO 0.158842 @ 55.4 2022-10-03 [5]",
            "XOM221216C00115000 1 @ 2.1 2022-11-15 to 0 2022-12-16 [3, 2]",
        ],
    );
    assert_eq!(history.not_positions, [(8, Dividend), (21, MoneyTransfer)]);
    assert_eq!(history.warnings, []);
}

#[test]
fn reads_trading_212_transactions() {
    let both = |symbol: &str, code: &str| Security { isin: Some(code.into()), ..share(symbol) };
    let apple = || both("AAPL", APPLE);
    let trades = [
        trade(2, "2020-06-12", "Deposit", Security::default(), 0.0, NONE),
        trade(3, "2020-06-15", "Market buy", apple(), 5.5, 336.75),
        trade(4, "2020-08-31", "Stock split close", apple(), 5.5, 507.68),
        trade(5, "2020-08-31", "Stock split open", apple(), 22.0, 126.92),
        trade(6, "2020-09-01", "Limit buy", both("KO", COCA_COLA), 30.0, 44.83),
        trade(7, "2021-01-11", "Market buy", both("MSFT", MICROSOFT), 4.25, 212.68),
        trade(8, "2021-03-11", "Dividend (Ordinary)", both("MSFT", MICROSOFT), 4.25, 0.476),
        trade(9, "2021-11-22", "Market buy", both("PEP", "US7134481081"), 0.731_456, 156.64),
        trade(10, "2022-01-18", "Market sell", both("KO", COCA_COLA), 12.0, 58.26),
        trade(11, "2022-12-01", "Interest on cash", Security::default(), 0.0, NONE),
        trade(12, "2022-12-05", "Withdrawal", Security::default(), 0.0, NONE),
    ];
    let history = assert_positions(
        &trades,
        &[
            "AAPL 22 @ 84.1875 2020-06-15 [3, 4, 5]",
            "KO 18 @ 44.83 2020-09-01 [6]",
            "KO 12 @ 44.83 2020-09-01 to 58.26 2022-01-18 [6, 10]",
            "MSFT 4.25 @ 212.68 2021-01-11 [7]",
            "PEP 0.731456 @ 156.64 2021-11-22 [9]",
        ],
    );
    assert_eq!(history.not_positions, [(2, MoneyTransfer), (8, Dividend), (11, Interest), (12, MoneyTransfer)]);
    assert_eq!(history.warnings, []);
}

#[test]
fn reads_scalable_transactions() {
    let euros = |trade: Trade| Trade { currency: Some("EUR".into()), ..trade };
    let lilly = || isin("US5324571083");
    let distribution = trade(4, "2022-12-09", "Distribution", isin(MICROSOFT), 0.0, NONE);
    let trades = [
        Trade { amount: Some(3.12), ..distribution },
        trade(5, "2022-08-15", "Sell", lilly(), 8.0, 306.05),
        trade(6, "2022-06-15", "Savings plan", isin(MICROSOFT), 0.416_667, 239.53),
        trade(7, "2021-11-22", "Buy", isin(MICROSOFT), 10.0, 298.13),
        trade(8, "2021-05-10", "Buy", lilly(), 20.0, 155.64),
        trade(9, "2021-01-11", "Buy", isin(APPLE), 1000.0, 104.51),
        trade(10, "2021-01-04", "Deposit", Security::default(), 0.0, NONE),
    ]
    .map(euros);
    let history = assert_positions(
        &trades,
        &[
            "US0378331005 1000 @ 104.51 2021-01-11 [9]",
            "US5324571083 12 @ 155.64 2021-05-10 [8]",
            "US5324571083 8 @ 155.64 2021-05-10 to 306.05 2022-08-15 [8, 5]",
            "US5949181045 10 @ 298.13 2021-11-22 [7]",
            "US5949181045 0.416667 @ 239.53 2022-06-15 [6]",
        ],
    );
    assert!(history.positions.iter().all(|position| position.price_currency.as_deref() == Some("EUR")));
    assert_eq!(history.not_positions, [(4, Dividend), (10, MoneyTransfer)]);
}

#[test]
fn reads_nordnet_transactions() {
    let trades = [
        trade(2, "2022-12-15", "UTDELNING", isin(COCA_COLA), 60.0, 0.44),
        trade(3, "2022-12-15", "PREL. SKATT", isin(COCA_COLA), 60.0, NONE),
        trade(4, "2022-03-14", "SÅLT", isin(COCA_COLA), 40.0, 56.427),
        trade(6, "2021-05-10", "KÖPT", isin("US4370761029"), 7.0, 323.296),
        trade(7, "2021-03-15", "KÖPT", isin(APPLE), 50.0, 122.346),
        trade(8, "2020-11-09", "KÖPT", isin(COCA_COLA), 100.0, 48.372),
        trade(9, "2020-11-02", "INSÄTTNING", Security::default(), 0.0, NONE),
    ];
    let history = assert_positions(
        &trades,
        &[
            "US1912161007 60 @ 48.372 2020-11-09 [8]",
            "US1912161007 40 @ 48.372 2020-11-09 to 56.427 2022-03-14 [8, 4]",
            "US0378331005 50 @ 122.346 2021-03-15 [7]",
            "US4370761029 7 @ 323.296 2021-05-10 [6]",
        ],
    );
    assert_eq!(history.not_positions, [(2, Dividend), (3, Fee), (9, MoneyTransfer)]);
}

/// Returns a DEGIRO trade, whose sign tells the side.
fn degiro(row: u64, date: &str, time: &str, code: &str, quantity: f64, price: f64, has_order: bool) -> Trade {
    Trade {
        time: chrono::NaiveTime::parse_from_str(time, "%H:%M").ok(),
        price: Some(price),
        has_order_id: Some(has_order),
        ..Trade::new(row, day(date), isin(code), action_by_sign(quantity, "", false), quantity)
    }
}

#[test]
fn reads_degiro_transactions() {
    let mut trades = [
        degiro(2, "2022-08-15", "16:01", MICROSOFT, -5.0, 290.66, true),
        degiro(3, "2022-03-14", "15:31", "US91324P1021", 3.0, 479.493, true),
        degiro(4, "2021-05-10", "15:45", MICROSOFT, 12.0, 242.271, true),
        degiro(5, "2020-08-31", "07:02", APPLE, 40.0, 126.92, false),
        degiro(6, "2020-08-31", "07:02", APPLE, -10.0, 507.68, false),
        degiro(7, "2020-06-15", "15:31", APPLE, 10.0, 336.748, true),
    ];
    let expected = [
        "US0378331005 40 @ 84.187 2020-06-15 [7, 6, 5]",
        "US5949181045 7 @ 242.271 2021-05-10 [4]",
        "US5949181045 5 @ 242.271 2021-05-10 to 290.66 2022-08-15 [4, 2]",
        "US91324P1021 3 @ 479.493 2022-03-14 [3]",
    ];
    assert_complete(&trades, &expected);
    for trade in &mut trades {
        (trade.has_order_id, trade.time) = (None, None);
    }
    assert_complete(&trades, &expected);
}

#[test]
fn reads_webull_orders() {
    let trades = [
        trade(3, "2022-08-15", "Short", share("BBY"), 15.0, 77.61),
        trade(4, "2022-06-15", "Sell", share("JPM"), 30.0, 110.91),
        trade(5, "2022-03-14", "Buy", share("RRC"), 30.0, 25.26),
        trade(6, "2022-01-18", "Buy", share("JPM"), 20.0, 144.31),
        trade(7, "2021-11-22", "Buy", share("GE"), 75.0, 78.34),
        trade(8, "2021-08-02", "Buy", share("AMD"), 100.0, 108.63),
        trade(10, "2021-01-11", "Buy", share("JPM"), 25.0, 128.62),
    ];
    assert_complete(
        &trades,
        &[
            "JPM 25 @ 128.62 2021-01-11 to 110.91 2022-06-15 [10, 4]",
            "AMD 100 @ 108.63 2021-08-02 [8]",
            "GE 75 @ 78.34 2021-11-22 [7]",
            "JPM 15 @ 144.31 2022-01-18 [6]",
            "JPM 5 @ 144.31 2022-01-18 to 110.91 2022-06-15 [6, 4]",
            "RRC 30 @ 25.26 2022-03-14 [5]",
            "BBY -15 @ 77.61 2022-08-15 [3]",
        ],
    );
}

#[test]
fn reads_vanguard_transactions() {
    let trades = [
        trade(10, "2022-10-03", "Reinvestment", share("KO"), 0.7581, 55.4),
        trade(11, "2022-10-03", "Dividend", share("KO"), 0.0, 1.0),
        trade(12, "2022-06-15", "Buy", share("MSFT"), 15.0, 249.35),
        trade(13, "2022-06-15", "Sweep out", share("VMFXX"), -3740.25, 1.0),
        trade(14, "2021-11-22", "Buy", share("MSFT"), 25.0, 335.1),
        trade(15, "2021-08-02", "Buy", share("KO"), 100.0, 53.59),
    ];
    let history = assert_positions(
        &trades,
        &[
            "KO 100 @ 53.59 2021-08-02 [15]",
            "MSFT 25 @ 335.1 2021-11-22 [14]",
            "MSFT 15 @ 249.35 2022-06-15 [12]",
            "KO 0.7581 @ 55.4 2022-10-03 [10]",
        ],
    );
    assert_eq!(history.not_positions, [(11, Dividend), (13, LeftOutReason::Cash)]);
}

#[test]
fn reads_ibkr_trades() {
    let signed = |row, date: &str, security: Security, quantity: f64, price, codes| {
        let action = action_by_sign(quantity, codes, security.option.is_some());
        Trade { price: Some(price), ..Trade::new(row, day(date), security, action, quantity) }
    };
    let trades = [
        signed(30, "2022-06-15", share("AAPL"), 30.0, 134.626, "O"),
        signed(32, "2022-03-14", share("KO"), 200.0, 56.427, "O"),
        signed(33, "2022-08-15", share("KO"), -200.0, 62.621, "C"),
        signed(36, "2022-11-15", option("MSFT", "2023-06-16", Call, 250.0), 2.0, 24.35, "O"),
        signed(37, "2022-10-03", option("AMD", "2023-01-20", Put, 60.0), -3.0, 3.5, "O"),
    ];
    assert_complete(
        &trades,
        &[
            "KO 200 @ 56.427 2022-03-14 to 62.621 2022-08-15 [32, 33]",
            "AAPL 30 @ 134.626 2022-06-15 [30]",
            "AMD230120P00060000 -3 @ 3.5 2022-10-03 [37]",
            "MSFT230616C00250000 2 @ 24.35 2022-11-15 [36]",
        ],
    );
}
