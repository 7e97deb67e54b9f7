//! Tests that assumptions supply what the file lacks.

use super::*;
use crate::{
    position::{EntryPriceSource, InvestmentClass, Position},
    reading::{EntryDateAssumption, EntryPriceAssumption},
};

/// Returns the only finished position under assumptions about its date and price, or `None` if a
/// question is open.
fn finished(
    position: DraftPosition,
    date: Option<EntryDateAssumption>,
    price: Option<EntryPriceAssumption>,
) -> Option<Position> {
    let mut content = file(vec![position]);
    content.reading.assumptions.entry_date = date;
    content.reading.assumptions.entry_price = price;
    let positions = checked(content).finished_positions(&rules())?;
    assert_eq!(positions.len(), 1);
    positions.into_iter().next()
}

/// Returns the entry of the only finished position.
fn entry(
    position: DraftPosition,
    date: Option<EntryDateAssumption>,
    price: Option<EntryPriceAssumption>,
) -> Option<(NaiveDate, f64, EntryPriceSource)> {
    finished(position, date, price).map(|position| (position.entry_date, position.entry_price, position.price_source))
}

#[test]
fn keeps_stated_values_whatever_is_assumed() {
    let expected = Some((day("2022-03-01"), 50.0, EntryPriceSource::Stated));
    assert_eq!(entry(share(2, "KO"), None, None), expected);
    let date = Some(EntryDateAssumption::On(day("2021-01-04")));
    assert_eq!(entry(share(2, "KO"), date, Some(EntryPriceAssumption::Market)), expected);
}

#[test]
fn opens_position_before_window_or_on_date() {
    let undated = DraftPosition { entry_date: None, ..share(2, "KO") };
    assert_eq!(entry(undated.clone(), None, None), None);
    let throughout = entry(undated.clone(), Some(EntryDateAssumption::WholeWindow), None);
    assert_eq!(throughout, Some((day("2021-11-03"), 50.0, EntryPriceSource::Stated)));
    let on_date = entry(undated, Some(EntryDateAssumption::On(day("2022-05-02"))), None);
    assert_eq!(on_date, Some((day("2022-05-02"), 50.0, EntryPriceSource::Stated)));
}

#[test]
fn takes_market_price_of_entry_day_or_last() {
    let market = Some(EntryPriceAssumption::Market);
    let throughout = Some(EntryDateAssumption::WholeWindow);
    for entry_price in [None, Some(0.0)] {
        let dated = DraftPosition { entry_price, ..share(2, "KO") };
        assert_eq!(entry(dated.clone(), None, None), None);
        let expected = Some((day("2022-03-01"), 0.0, EntryPriceSource::EntryClose));
        assert_eq!(entry(dated.clone(), None, market), expected);
        let undated = DraftPosition { entry_date: None, ..dated };
        let expected = Some((day("2021-11-03"), 0.0, EntryPriceSource::LastClose));
        assert_eq!(entry(undated, throughout, market), expected);
    }
}

#[test]
fn takes_foreign_price_for_none() {
    let foreign = DraftPosition { price_currency: Some("EUR".to_owned()), ..share(2, "SAP") };
    assert_eq!(entry(foreign.clone(), None, Some(EntryPriceAssumption::FromFile)), None);
    let expected = Some((day("2022-03-01"), 0.0, EntryPriceSource::EntryClose));
    assert_eq!(entry(foreign.clone(), None, Some(EntryPriceAssumption::Market)), expected);
    let sold = DraftPosition { exit_date: Some(day("2022-06-01")), exit_price: Some(60.0), ..foreign };
    assert_eq!(entry(sold.clone(), None, Some(EntryPriceAssumption::Market)), None);
    // Even where no rule has been applied, a foreign price is not taken for dollars.
    let mut content = file(vec![sold]);
    content.reading.assumptions.entry_price = Some(EntryPriceAssumption::Market);
    assert_eq!(content.finished_positions(&rules()), None);
}

#[test]
fn finishes_options_exits_and_private_positions() {
    let position = finished(call(2, "2023-01-20"), None, None).unwrap();
    let InvestmentClass::Options(contract) = position.class else { panic!("{:?}", position.class) };
    assert_eq!((contract.underlying.as_str(), contract.strike, contract.multiplier), ("AAPL", 150.0, 100.0));
    let sold = DraftPosition { exit_date: Some(day("2022-06-01")), exit_price: Some(60.0), ..share(2, "KO") };
    let exit = finished(sold, None, None).unwrap().exit.unwrap();
    assert_eq!((exit.date, exit.price), (day("2022-06-01"), 60.0));
    let private = DraftPosition { class: DraftClass::Private, ..share(2, "FUND") };
    assert_eq!(finished(private.clone(), None, None).unwrap().class, InvestmentClass::Private);
    let priceless = DraftPosition { entry_price: None, ..private };
    assert_eq!(finished(priceless, None, Some(EntryPriceAssumption::Market)), None);
}

#[test]
fn finishes_no_file_without_positions() {
    let content = checked(file(Vec::new()));
    assert!(!content.can_start() && content.needs_check());
    assert_eq!(content.finished_positions(&rules()), None);
}
