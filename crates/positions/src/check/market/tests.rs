//! Tests of the comparison with known prices.

use std::collections::HashMap;

use chrono::{Datelike, Days, NaiveDate, Weekday};

use super::*;
use crate::{
    check::{
        apply_changes,
        tests::{call, day, file, share},
        totals,
    },
    content::{CashFound, DraftPosition, WarningCode},
};

#[derive(Default)]
struct Prices {
    closes: HashMap<String, Vec<(NaiveDate, f64)>>,
    days: Vec<NaiveDate>,
    includes_dividends: bool,
}

impl KnownPrices for Prices {
    fn closes(&self, symbol: &str) -> Option<&[(NaiveDate, f64)]> {
        self.closes.get(symbol).map(Vec::as_slice)
    }

    fn trading_days(&self) -> &[NaiveDate] {
        &self.days
    }

    fn may_include_dividends(&self) -> bool {
        self.includes_dividends
    }
}

impl Prices {
    /// Returns the prices of the sample data.
    fn sample() -> Self {
        let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../data/prices.csv"));
        let mut lines = text.lines();
        let symbols: Vec<&str> = lines.next().unwrap().split(',').skip(1).collect();
        let mut prices = Self { includes_dividends: true, ..Self::default() };
        for line in lines {
            let mut cells = line.split(',');
            let date = day(cells.next().unwrap());
            prices.days.push(date);
            for (symbol, close) in symbols.iter().zip(cells) {
                prices.closes.entry((*symbol).to_owned()).or_default().push((date, close.parse().unwrap()));
            }
        }
        prices
    }

    /// Returns prices of `X` on the weekdays of 2022, all $100 except as `close` says.
    fn of_2022(close: impl Fn(NaiveDate) -> Option<f64>) -> Self {
        let days: Vec<NaiveDate> = day("2022-01-03")
            .iter_days()
            .take_while(|date| date.year() == 2022)
            .filter(|date| !matches!(date.weekday(), Weekday::Sat | Weekday::Sun))
            .collect();
        let closes = days.iter().filter_map(|date| Some((*date, close(*date)?))).collect();
        Self { closes: HashMap::from([("X".to_owned(), closes)]), days, includes_dividends: false }
    }

    fn at_100() -> Self {
        Self::of_2022(|_| Some(100.0))
    }
}

/// Returns shares that were bought at a price on a day.
fn bought(row: u64, symbol: &str, quantity: f64, price: f64, date: &str) -> DraftPosition {
    DraftPosition { quantity, entry_price: Some(price), entry_date: Some(day(date)), ..share(row, symbol) }
}

/// Returns a position of X that was bought and sold.
fn sold(price: f64, exit_price: f64) -> DraftPosition {
    DraftPosition {
        exit_date: Some(day("2022-06-01")),
        exit_price: Some(exit_price),
        ..bought(2, "X", 10.0, price, "2022-03-01")
    }
}

fn warnings(positions: Vec<DraftPosition>, prices: &Prices) -> Vec<FileWarning> {
    market_warnings(&file(positions), prices)
}

fn codes(positions: Vec<DraftPosition>, prices: &Prices) -> Vec<WarningCode> {
    warnings(positions, prices).iter().map(|warning| warning.code).collect()
}

/// Returns a file after the repairs of all warnings.
fn converted(mut content: FileContent, prices: &Prices) -> FileContent {
    for warning in market_warnings(&content, prices) {
        content.reading = content.reading.merged(warning.repair.unwrap().reading);
    }
    let reading = content.reading.clone();
    apply_changes(&mut content.positions, &reading);
    content
}

#[test]
fn converts_prices_from_before_splits() {
    let prices = Prices::sample();
    let content = file(vec![
        bought(2, "AAPL", 25.0, 300.35, "2020-01-02"),
        bought(3, "GE", 800.0, 11.93, "2020-01-02"),
        bought(4, "KO", 100.0, 54.99, "2020-01-02"),
    ]);
    let found = market_warnings(&content, &prices);
    assert!(found.iter().all(|warning| warning.code == WarningCode::SplitSuspected));
    let messages: Vec<_> = found.iter().map(|warning| warning.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "You entered AAPL at $300.35; that day's close, in today's shares, was $73.35. AAPL split 4 for 1 on Aug 31, 2020.",
            "You entered GE at $11.93; that day's close, in today's shares, was $73.46. GE split 1 for 8 on Aug 2, 2021.",
        ]
    );
    let labels: Vec<_> = found.iter().filter_map(|warning| Some(warning.repair.as_ref()?.label.as_str())).collect();
    assert_eq!(labels, ["Convert to 100 shares at $75.09", "Convert to 100 shares at $95.44"]);
    let content = converted(content, &prices);
    let values: Vec<f64> = content.positions[..2]
        .iter()
        .map(|position| totals(&file(vec![position.clone()]), &prices).value.unwrap())
        .collect();
    assert!((values[0] - 12_567.40).abs() < 1e-9 && (values[1] - 6_388.30).abs() < 1e-9, "{values:?}");
    assert_eq!(market_warnings(&content, &prices), []);
}

#[test]
fn finds_nothing_wrong_in_shipped_files() {
    let rules = crate::upload_rules::UploadRules { today: day("2026-01-09"), last_price_date: Some(day("2022-12-28")) };
    for text in [crate::sample_csv(), crate::template_csv()] {
        let content = crate::read_file(text.as_bytes(), &crate::Reading::default(), &rules).unwrap();
        assert!(!content.positions.is_empty());
        assert_eq!(market_warnings(&content, &Prices::sample()), []);
    }
}

#[test]
fn accepts_prices_paid_before_dividends() {
    let paid = [("XOM", 70.90), ("CVX", 121.43), ("BAC", 35.64), ("MRK", 91.9), ("PFE", 39.14), ("T", 1.0)];
    let positions = (2..).zip(paid).map(|(row, (symbol, price))| bought(row, symbol, 10.0, price, "2020-01-02"));
    assert_eq!(warnings(positions.collect(), &Prices::sample()), []);
}

#[test]
fn guesses_usual_splits_of_other_symbols() {
    let cases = [
        (200.0, Some(2.0), "X seems to have split 2 for 1 since."),
        (2000.0, Some(20.0), "X seems to have split 20 for 1 since."),
        (5.0, Some(0.05), "X seems to have split 1 for 20 since."),
        (151.0, Some(1.5), "X seems to have split 3 for 2 since."),
        (154.0, None, ""),
        (1150.0, None, ""),
    ];
    for (price, factor, says) in cases {
        let found = warnings(vec![bought(2, "X", 10.0, price, "2022-03-01")], &Prices::at_100());
        let code = if factor.is_some() { WarningCode::SplitSuspected } else { WarningCode::PriceFarFromMarket };
        assert_eq!((found.len(), found[0].code), (1, code), "{price}");
        let factors = found[0].repair.as_ref().map(|repair| repair.reading.split_factors[&2]);
        assert_eq!(factors, factor, "{price}");
        assert!(found[0].message.ends_with(says), "{}", found[0].message);
    }
}

#[test]
fn guesses_no_splits_among_invented_prices() {
    let mut prices = Prices::at_100();
    let closes = prices.closes["X"].clone();
    let mut positions = Vec::new();
    for (row, price) in (2..).zip([200.0, 300.0, 100.0, 100.0, 100.0]) {
        let symbol = format!("X{row}");
        prices.closes.insert(symbol.clone(), closes.clone());
        positions.push(bought(row, &symbol, 1.0, price, "2022-03-01"));
    }
    assert_eq!(codes(positions.clone(), &prices), [WarningCode::PriceFarFromMarket]);
    prices.closes.insert("X7".to_owned(), closes);
    positions.push(bought(7, "X7", 1.0, 100.0, "2022-03-01"));
    assert_eq!(codes(positions.clone(), &prices), [WarningCode::SplitSuspected; 2]);
    // The same symbol has a price that no split explains.
    positions.push(bought(8, "X2", 1.0, 170.0, "2022-03-02"));
    assert_eq!(codes(positions, &prices), [WarningCode::SplitSuspected, WarningCode::PriceFarFromMarket]);
}

#[test]
fn keeps_known_splits_among_invented_prices() {
    let positions = vec![
        bought(2, "AAPL", 25.0, 300.35, "2020-01-02"),
        bought(3, "KO", 1.0, 110.0, "2020-01-02"),
        bought(4, "MRK", 1.0, 200.0, "2020-01-02"),
    ];
    assert_eq!(codes(positions, &Prices::sample()), [WarningCode::SplitSuspected, WarningCode::PriceFarFromMarket]);
}

#[test]
fn guesses_no_splits_in_file_of_invented_prices() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/cases/fault-03-dates-after-excel.csv");
    let rules = crate::upload_rules::UploadRules { today: day("2026-01-09"), last_price_date: Some(day("2022-12-28")) };
    let content = crate::read_file(&std::fs::read(path).unwrap(), &crate::Reading::default(), &rules).unwrap();
    let found = market_warnings(&content, &Prices::sample());
    let count = |code| found.iter().filter(|warning| warning.code == code).count();
    assert_eq!((count(WarningCode::SplitSuspected), count(WarningCode::PriceFarFromMarket)), (0, 1), "{found:?}");
}

#[test]
fn allows_prices_within_usual_moves() {
    // The close moves by 4% a day, so a quarter more than the close is not strange.
    let prices = Prices::of_2022(|date| Some(if date.ordinal().is_multiple_of(2) { 100.0 } else { 104.0 }));
    let close = if day("2022-03-01").ordinal().is_multiple_of(2) { 100.0 } else { 104.0 };
    assert_eq!(warnings(vec![bought(2, "X", 10.0, close * 1.25, "2022-03-01")], &prices), []);
    assert_eq!(
        codes(vec![bought(2, "X", 10.0, 125.0, "2022-03-01")], &Prices::at_100()),
        [WarningCode::PriceFarFromMarket]
    );
}

#[test]
fn groups_rows_of_one_split() {
    let positions = vec![bought(2, "X", 10.0, 400.0, "2022-03-01"), bought(3, "X", 5.0, 401.0, "2022-03-02")];
    let found = warnings(positions, &Prices::at_100());
    assert_eq!((found.len(), &found[0].rows), (1, &vec![2, 3]));
    assert!(found[0].message.ends_with("So 1 other position is affected."), "{}", found[0].message);
    assert_eq!(found[0].repair.as_ref().unwrap().label, "Convert 2 positions to today's shares");
}

#[test]
fn converts_exit_from_before_split_as_well() {
    let prices = Prices::at_100();
    let after = converted(file(vec![sold(400.0, 99.0)]), &prices).positions.remove(0);
    assert_eq!((after.quantity, after.entry_price, after.exit_price), (40.0, Some(100.0), Some(99.0)));
    let before = converted(file(vec![sold(400.0, 404.0)]), &prices).positions.remove(0);
    assert_eq!((before.quantity, before.entry_price, before.exit_price), (40.0, Some(100.0), Some(101.0)));
    let unclear = warnings(vec![sold(400.0, 10_000.0)], &prices).remove(0);
    assert_eq!((unclear.code, unclear.repair), (WarningCode::SplitSuspected, None));
}

#[test]
fn names_first_prices_far_from_market() {
    let far = |row, price| bought(row, "X", 10.0, price, "2022-03-01");
    let found = warnings(vec![far(2, 122.0)], &Prices::at_100());
    assert_eq!(
        found[0].message,
        "This price is far from the market's that day: X (line 2) $122.00, closing at $100.00. Check it."
    );
    let found = warnings(vec![far(2, 160.0), far(3, 70.0), far(4, 1.0e3 / 7.0), sold(100.0, 60.0)], &Prices::at_100());
    assert_eq!(found.len(), 1);
    assert_eq!(
        found[0].message,
        "4 prices are far from the market's that day: X (line 2) $160.00, closing at $100.00; X (line 3) $70.00, \
         closing at $100.00; X (line 4) $142.86, closing at $100.00 and 1 more. Check them."
    );
}

#[test]
fn allows_prices_within_twenty_percent() {
    let positions = vec![bought(2, "X", 10.0, 119.9, "2022-03-01"), bought(3, "X", 1.0, 83.5, "2022-03-01")];
    assert_eq!(warnings(positions, &Prices::at_100()), []);
}

#[test]
fn allows_prices_between_closes_of_a_crash() {
    let prices = Prices::of_2022(|date| Some(if date < day("2022-03-01") { 100.0 } else { 60.0 }));
    assert_eq!(codes(vec![bought(2, "X", 1.0, 95.0, "2022-03-01")], &prices), []);
}

#[test]
fn compares_no_options_nor_foreign_prices() {
    let foreign = DraftPosition { price_currency: Some("EUR".to_owned()), ..bought(2, "X", 10.0, 400.0, "2022-03-01") };
    let option = DraftPosition { symbol: Some("X".to_owned()), ..call(3, "2023-01-20") };
    assert_eq!(warnings(vec![foreign, option], &Prices::at_100()), []);
}

#[test]
fn compares_no_price_before_known_history() {
    assert_eq!(warnings(vec![bought(2, "X", 10.0, 400.0, "2021-12-31")], &Prices::at_100()), []);
}

#[test]
fn names_trades_on_closed_days() {
    let trades = vec![
        bought(2, "AAPL", 100.0, 150.63, "2022-11-24"),
        bought(3, "XOM", 50.0, 106.92, "2022-12-24"),
        DraftPosition {
            exit_date: Some(day("2022-07-04")),
            exit_price: Some(63.1),
            ..bought(4, "KO", 100.0, 59.28, "2022-03-01")
        },
    ];
    let found = warnings(trades, &Prices::sample());
    assert_eq!((found.len(), found[0].code, &found[0].rows), (1, WarningCode::ClosedDay, &vec![2, 3, 4]));
    assert_eq!(
        found[0].message,
        "Trades are dated on days without trading: AAPL on Nov 24, 2022, XOM on Dec 24, 2022 and KO on Jul 4, 2022. \
         They count from the next trading day."
    );
    let found = warnings(vec![bought(2, "AAPL", 1.0, 150.0, "2022-11-24")], &Prices::sample());
    assert_eq!(
        found[0].message,
        "A trade is dated on a day without trading: AAPL on Nov 24, 2022. It counts from the next trading day."
    );
}

#[test]
fn accepts_weekend_of_symbol_traded_then() {
    let mut prices = Prices::at_100();
    let closes = day("2022-01-03").iter_days().take(100).map(|date| (date, 100.0)).collect();
    prices.closes.insert("COIN".to_owned(), closes);
    let position = |date| DraftPosition {
        exit_date: Some(day("2022-04-01")),
        exit_price: Some(100.0),
        ..bought(2, "COIN", 1.0, 100.0, date)
    };
    assert_eq!(codes(vec![position("2022-03-05")], &prices), []);
}

#[test]
fn warns_when_prices_ended() {
    let prices = Prices::of_2022(|date| (date <= day("2022-10-27")).then_some(100.0));
    let found = warnings(vec![bought(2, "X", 1.0, 100.0, "2022-03-01")], &prices);
    assert_eq!((found.len(), found[0].code), (1, WarningCode::PricesEnded));
    assert_eq!(found[0].message, "No price of X since Oct 27, 2022. Was it sold or merged?");
    assert_eq!(warnings(vec![sold(100.0, 100.0)], &prices), []);
}

#[test]
fn allows_prices_to_end_ten_days_early() {
    let last = |days| {
        let last = day("2022-12-30").checked_sub_days(Days::new(days)).unwrap();
        Prices::of_2022(move |date| (date <= last).then_some(100.0))
    };
    let position = || vec![bought(2, "X", 1.0, 100.0, "2022-03-01")];
    assert_eq!(codes(position(), &last(10)), []);
    assert_eq!(codes(position(), &last(11)), [WarningCode::PricesEnded]);
}

#[test]
fn warns_of_two_histories() {
    let hole = |from: &'static str, until: &'static str| {
        Prices::of_2022(move |date| (date < day(from) || date > day(until)).then_some(100.0))
    };
    let position = |date| vec![bought(2, "X", 1.0, 100.0, date)];
    let found = warnings(position("2022-03-01"), &hole("2022-06-01", "2022-06-20"));
    assert_eq!((found.len(), found[0].code), (1, WarningCode::TwoHistories));
    assert_eq!(found[0].message, "X has no prices from May 31, 2022 to Jun 21, 2022. Two histories under one name?");
    assert_eq!(codes(position("2022-07-01"), &hole("2022-06-01", "2022-06-20")), []);
    let jump = Prices::of_2022(|date| Some(if date < day("2022-06-09") { 12.0 } else { 184.0 }));
    let position = DraftPosition { entry_date: None, entry_price: None, ..share(2, "X") };
    let found = warnings(vec![position], &jump);
    assert_eq!(found[0].message, "X jumps from $12.00 to $184.00 on Jun 9, 2022. Two histories under one name?");
}

#[test]
fn limits_warnings_about_splits() {
    let mut prices = Prices::at_100();
    let closes = prices.closes["X"].clone();
    let positions = (0..150).map(|row| {
        let symbol = format!("X{row}");
        prices.closes.insert(symbol.clone(), closes.clone());
        bought(row, &symbol, 1.0, if row < 50 { 200.0 } else { 100.0 }, "2022-03-01")
    });
    let positions = positions.collect();
    let found = warnings(positions, &prices);
    assert_eq!(found.len(), 20);
    assert_eq!(found[19].repair.as_ref().unwrap().reading.split_factors.len(), 31);
}

#[test]
fn sums_no_positions_to_zero() {
    let cost = totals(&file(Vec::new()), &Prices::sample()).cost;
    assert_eq!(cost.map(f64::to_bits), Some(0.0_f64.to_bits()));
}

#[test]
fn sums_open_positions() {
    let prices = Prices::sample();
    let mut content = file(vec![
        bought(2, "AAPL", 100.0, 50.0, "2020-01-02"),
        bought(3, "KO", -10.0, 40.0, "2020-01-02"),
        sold(400.0, 99.0),
    ]);
    content.cash = Some(CashFound { amount: Some(5.5), rows: vec![9], other: Vec::new() });
    let sums = totals(&content, &prices);
    assert_eq!((sums.positions, sums.open, sums.closed, sums.valued), (3, 2, 1, 2));
    assert_eq!((sums.cost, sums.cash), (Some(4_600.0), Some(5.5)));
    assert!((sums.value.unwrap() - (12_567.40 - 10.0 * 63.0)).abs() < 20.0, "{:?}", sums.value);
    content.positions.push(call(5, "2023-01-20"));
    let sums = totals(&content, &prices);
    assert_eq!((sums.cost, sums.value, sums.open, sums.valued), (Some(9_600.0), None, 3, 2));
    assert!(sums.known_value.is_some());
    content.positions.push(DraftPosition { price_currency: Some("EUR".to_owned()), ..share(6, "SAP") });
    assert_eq!(totals(&content, &prices).cost, None);
}
