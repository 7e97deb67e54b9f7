use super::*;

fn position(class: InvestmentClass) -> Position {
    Position {
        symbol: "AAPL230616C00140000".into(),
        quantity: 2.0,
        entry_price: 17.5,
        price_source: EntryPriceSource::Stated,
        entry_date: NaiveDate::from_ymd_opt(2022, 12, 1).unwrap(),
        class,
        subtype: None,
        exit: None,
    }
}

fn call() -> InvestmentClass {
    InvestmentClass::Options(OptionContract {
        underlying: "AAPL".into(),
        strike: 140.0,
        expiration: NaiveDate::from_ymd_opt(2023, 6, 16).unwrap(),
        kind: OptionKind::Call,
        multiplier: SHARES_PER_CONTRACT,
    })
}

#[test]
fn multiplies_options_and_prices_their_underlying() {
    let option = position(call());
    assert!((option.multiplier() - 100.0).abs() < f64::EPSILON);
    assert_eq!(option.market_symbol(), Some("AAPL"));
}

#[test]
fn counts_shares_once() {
    let share = position(InvestmentClass::Public);
    assert!((share.multiplier() - 1.0).abs() < f64::EPSILON);
    assert_eq!(share.market_symbol(), Some("AAPL230616C00140000"));
}

#[test]
fn needs_no_prices_for_private_positions() {
    let private = position(InvestmentClass::Private);
    assert!((private.multiplier() - 1.0).abs() < f64::EPSILON);
    assert_eq!(private.market_symbol(), None);
}

#[test]
fn keeps_stored_json_stable() {
    let mut closed = position(call());
    closed.subtype = Some("Hedge".into());
    closed.exit = Some(Exit { date: NaiveDate::from_ymd_opt(2022, 12, 20).unwrap(), price: 9.25 });
    let json = serde_json::to_string(&closed).unwrap();
    assert_eq!(
        json,
        r#"{"symbol":"AAPL230616C00140000","quantity":2.0,"entry_price":17.5,"entry_date":"2022-12-01","#.to_owned()
            + r#""class":{"type":"options","underlying":"AAPL","strike":140.0,"expiration":"2023-06-16","kind":"call"},"#
            + r#""subtype":"Hedge","exit":{"date":"2022-12-20","price":9.25}}"#
    );
    assert_eq!(serde_json::from_str::<Position>(&json).unwrap(), closed);

    let open = position(InvestmentClass::Public);
    let json = serde_json::to_string(&open).unwrap();
    assert!(json.ends_with(r#""class":{"type":"public"}}"#), "{json}");
    assert_eq!(serde_json::from_str::<Position>(&json).unwrap(), open);
}
