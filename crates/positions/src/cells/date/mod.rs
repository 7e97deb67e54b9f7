//! Reads dates in the spellings of brokers and spreadsheets.
//!
//! - `2022-03-15`, `2022/3/15`, `20220315`, `3/15/2022`, `15.03.2022`, `15-03-22`
//! - `25-Mar-2021`, `JAN-20-2023`, `20 JAN 23`, `Jan 20 '23`, `20. März 2022`
//! - any of these with a time and zone behind it, as in `2022-10-31 00:00:00-04:00`. The day is
//!   taken as written, without a conversion of zones.
//! - `12/19/2022 as of 12/16/2022`, which means the second day
//!
//! Years of two digits are those from 1970 to 2069. Dates before 1900 are rejected as typos.

mod evidence;
mod months;
mod time_of_day;
mod written;

use chrono::NaiveDate;

use crate::reading::DateOrder;
use written::written;

pub(crate) use evidence::{DateEvidence, date_orders, date_orders_until};

/// Reads a date. The order matters only if the text could mean several days: ISO dates and dates
/// with the name of a month read the same in every order.
pub(crate) fn date(text: &str, order: DateOrder) -> Option<NaiveDate> {
    written(text)?.day(order)
}

/// Returns whether the text can be read as a date in some order.
pub(crate) fn looks_like_date(text: &str) -> bool {
    written(text).is_some_and(|written| evidence::ORDERS.iter().any(|order| written.day(*order).is_some()))
}

#[cfg(test)]
mod tests;
