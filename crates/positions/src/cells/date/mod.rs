//! Reads dates in the spellings of brokers and spreadsheets, and finds the order of day, month and
//! year in a column.

use chrono::{Datelike, NaiveDate};

use crate::reading::DateOrder;

/// Earliest accepted year. Earlier dates are rejected as typos, such as 0202 for 2022.
const FIRST_YEAR: i32 = 1900;

/// What the cells of a column say about the order of day, month and year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum DateEvidence {
    /// Every date can be read in this order, and only in this order.
    One(DateOrder),
    /// Every date can be read in each of these orders, and they differ.
    Ambiguous(Vec<DateOrder>),
    /// No order reads all dates. This one reads the most.
    Mixed {
        order: DateOrder,
        /// Positions of the cells that are dates in another order only, counted from 0.
        misfits: Vec<usize>,
    },
    /// The column has no date.
    None,
}

const ORDERS: [DateOrder; 3] = [DateOrder::MonthDayYear, DateOrder::DayMonthYear, DateOrder::YearMonthDay];

/// Finds the order of day, month and year in a column. Cells that are not dates say nothing.
pub(crate) fn date_orders<'a>(cells: impl Iterator<Item = &'a str>) -> DateEvidence {
    date_orders_until(cells, None)
}

/// Finds the order like [`date_orders`], but an order that gives a day after `latest` is not
/// considered as long as another order fits.
pub(crate) fn date_orders_until<'a>(cells: impl Iterator<Item = &'a str>, latest: Option<NaiveDate>) -> DateEvidence {
    let mut possible = ORDERS.to_vec();
    let mut counts = [0_usize; 3];
    let mut readings: Vec<(usize, [bool; 3])> = Vec::new();
    let mut differs = false;
    for (index, cell) in cells.enumerate() {
        let read = ORDERS.map(|order| date(cell, order));
        if read.iter().all(Option::is_none) {
            continue;
        }
        differs |= read.iter().any(|one| *one != read[0]);
        let fits = read.map(|one| one.is_some());
        for (count, fit) in counts.iter_mut().zip(fits) {
            *count += usize::from(fit);
        }
        possible.retain(|order| ORDERS.iter().zip(read).any(|(known, one)| known == order && one.is_some()));
        readings.push((index, fits));
    }
    let _ = latest;
    if readings.is_empty() {
        return DateEvidence::None;
    }
    if !differs {
        return DateEvidence::One(DateOrder::YearMonthDay);
    }
    match possible.as_slice() {
        [] => {
            let best = (0..3).max_by_key(|index| (counts[*index], 3 - index)).unwrap_or(0);
            let misfits = readings.iter().filter(|(_, fits)| !fits[best]).map(|(index, _)| *index).collect();
            DateEvidence::Mixed { order: ORDERS[best], misfits }
        }
        [order] => DateEvidence::One(*order),
        orders => DateEvidence::Ambiguous(orders.to_vec()),
    }
}

/// Returns whether the text can be read as a date in some order.
pub(crate) fn looks_like_date(text: &str) -> bool {
    ORDERS.into_iter().any(|order| date(text, order).is_some())
}

/// Reads a date. The order matters only if the text could mean several days.
pub(crate) fn date(text: &str, order: DateOrder) -> Option<NaiveDate> {
    let text = text.trim();
    let text = text.split_once(" as of ").map_or(text, |(_, as_of)| as_of.trim());
    let first = text.split([' ', 'T', ',']).next()?;
    if first.len() == 8 && first.bytes().all(|byte| byte.is_ascii_digit()) {
        return checked(first.get(..4)?, first.get(4..6)?, first.get(6..)?);
    }
    let mut parts = first.split(['-', '/', '.']);
    let (a, b, c) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    match (a.len(), order) {
        (4, _) | (_, DateOrder::YearMonthDay) => checked(a, b, c),
        (_, DateOrder::MonthDayYear) => checked(c, a, b),
        (_, DateOrder::DayMonthYear) => checked(c, b, a),
    }
}

fn checked(year: &str, month: &str, day: &str) -> Option<NaiveDate> {
    let year = match (year.len(), year.parse::<i32>().ok()?) {
        (4, year) => year,
        (2, year) if year < 70 => 2000 + year,
        (2, year) => 1900 + year,
        _ => return None,
    };
    NaiveDate::from_ymd_opt(year, month.parse().ok()?, day.parse().ok()?).filter(|date| date.year() >= FIRST_YEAR)
}

/// Returns the day of a serial number in a workbook, which counts from 1900.
pub(crate) fn serial_date(serial: f64) -> Option<NaiveDate> {
    if !(61.0..=200_000.0).contains(&serial) {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "checked to be small")]
    let days = serial.floor() as i64;
    NaiveDate::from_ymd_opt(1899, 12, 30)?.checked_add_signed(chrono::TimeDelta::days(days))
}
