//! Values of a position with the assumptions applied.

use chrono::{Days, NaiveDate};

use crate::{
    content::{DraftClass, DraftPosition},
    reading::{EntryDateAssumption, EntryPriceAssumption, Reading},
    upload_rules::UploadRules,
};

/// Number of calendar days before the last price at which a position that was held throughout is
/// opened. It is before the first day that is analyzed.
const WINDOW_DAYS: u64 = 420;

/// Returns the day on which a position was opened: that of the file, or the assumed one.
pub(crate) fn entry_date(position: &DraftPosition, reading: &Reading, rules: &UploadRules) -> Option<NaiveDate> {
    position.entry_date.or_else(|| match reading.assumptions.entry_date? {
        // A position that was closed before the window was opened on the day of its exit or before.
        EntryDateAssumption::WholeWindow => {
            let start = window_start(rules)?;
            Some(position.exit_date.map_or(start, |exited| start.min(exited)))
        }
        EntryDateAssumption::On(date) => Some(date),
    })
}

/// Returns a day before the first one that is analyzed.
fn window_start(rules: &UploadRules) -> Option<NaiveDate> {
    last_day(rules).checked_sub_days(Days::new(WINDOW_DAYS))
}

/// Returns the last day that can be analyzed.
pub(super) fn last_day(rules: &UploadRules) -> NaiveDate {
    rules.last_price_date.unwrap_or(rules.today)
}

/// Returns the entry price in dollars if the file states one.
pub(crate) fn stated_price(position: &DraftPosition) -> Option<f64> {
    position.entry_price.filter(|price| position.price_currency.is_none() && *price > 0.0)
}

/// Returns whether the market's price is used because the file states none in dollars. A private
/// position has no market price.
pub(crate) fn takes_market_price(position: &DraftPosition, reading: &Reading) -> bool {
    reading.assumptions.entry_price == Some(EntryPriceAssumption::Market)
        && position.class != DraftClass::Private
        && stated_price(position).is_none()
}
