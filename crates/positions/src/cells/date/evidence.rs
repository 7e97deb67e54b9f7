//! Finds the order of day, month and year in a column.

use chrono::NaiveDate;

use crate::cells::date::written::{Separator, Written, written};
use crate::reading::DateOrder;

pub(super) const ORDERS: [DateOrder; 3] = [DateOrder::MonthDayYear, DateOrder::DayMonthYear, DateOrder::YearMonthDay];

/// Evidence of a column's cells on the order of day, month and year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum DateEvidence {
    /// Every date reads in this order, and other orders give the same days or fail. If all dates
    /// read the same in every order, this is the order in which they are written.
    One(DateOrder),
    /// Every date reads in each of these orders, which give different days.
    Ambiguous(Vec<DateOrder>),
    /// No order reads all dates. Days that read in several orders are then uncertain, because a
    /// spreadsheet may have swapped some of them.
    Mixed {
        /// The order that reads the most dates.
        order: DateOrder,
        /// The cells that are dates in another order only, counted from 0.
        misfits: Vec<usize>,
    },
    /// The column has no date.
    None,
}

/// The dates of a column in each order.
struct Column {
    /// The index of each cell that is a date, with its day in each order.
    days: Vec<(usize, [Option<NaiveDate>; 3])>,
    /// The number of dates written in each order, among those that read the same in every order.
    certain: [usize; 3],
    /// Whether there are dates of three numbers, all with points between them.
    has_points_only: bool,
}

/// Finds the order of day, month and year in a column. Cells that are not dates say nothing.
///
/// A file has one order, so the cells of several columns can be passed one after another if one
/// column alone is ambiguous.
pub(crate) fn date_orders<'a>(cells: impl Iterator<Item = &'a str>) -> DateEvidence {
    date_orders_until(cells, None)
}

/// Finds the order of a column like [`date_orders`], for dates of the past: an order that gives a
/// day after `latest` is ruled out if another order gives none.
pub(crate) fn date_orders_until<'a>(cells: impl Iterator<Item = &'a str>, latest: Option<NaiveDate>) -> DateEvidence {
    let column = Column::new(cells);
    if column.days.is_empty() {
        return DateEvidence::None;
    }
    let mut orders: Vec<usize> = (0..ORDERS.len()).filter(|order| column.reads_all(*order)).collect();
    if orders.is_empty() {
        return column.mixed();
    }
    if let Some(latest) = latest {
        let past: Vec<usize> = orders.iter().copied().filter(|order| column.is_until(*order, latest)).collect();
        if !past.is_empty() {
            orders = past;
        }
    }
    let different = column.with_different_days(&orders);
    match different.as_slice() {
        [_] if column.is_certain() => DateEvidence::One(most(column.certain)),
        [order] => DateEvidence::One(name(*order)),
        // Dates with points are written with the day first in every country that uses them.
        orders if column.has_points_only && orders.contains(&1) => DateEvidence::One(DateOrder::DayMonthYear),
        orders => DateEvidence::Ambiguous(orders.iter().map(|order| name(*order)).collect()),
    }
}

impl Column {
    fn new<'a>(cells: impl Iterator<Item = &'a str>) -> Self {
        let mut column = Self { days: Vec::new(), certain: [0; 3], has_points_only: true };
        let mut has_numbers = false;
        for (index, cell) in cells.enumerate() {
            let Some(written) = written(cell) else { continue };
            let days = ORDERS.map(|order| written.day(order));
            if days.iter().all(Option::is_none) {
                continue;
            }
            match written {
                Written::Certain(_, order) => {
                    let counts = column.certain.iter_mut().zip(ORDERS);
                    counts.for_each(|(count, known)| *count += usize::from(known == order));
                }
                Written::Numbers(_, separator) => {
                    has_numbers = true;
                    column.has_points_only &= separator == Separator::Point;
                }
            }
            column.days.push((index, days));
        }
        column.has_points_only &= has_numbers;
        column
    }

    fn days(&self, order: usize) -> impl Iterator<Item = Option<NaiveDate>> {
        self.days.iter().map(move |(_, days)| days.get(order).copied().flatten())
    }

    fn reads_all(&self, order: usize) -> bool {
        self.days(order).all(|day| day.is_some())
    }

    fn is_until(&self, order: usize, latest: NaiveDate) -> bool {
        self.days(order).flatten().all(|day| day <= latest)
    }

    /// Returns whether every date reads the same in every order.
    fn is_certain(&self) -> bool {
        self.certain.iter().sum::<usize>() == self.days.len()
    }

    /// Returns the first of each group of orders that give the same days.
    fn with_different_days(&self, orders: &[usize]) -> Vec<usize> {
        let mut different: Vec<usize> = Vec::new();
        for order in orders {
            if !different.iter().any(|known| self.days(*known).eq(self.days(*order))) {
                different.push(*order);
            }
        }
        different
    }

    fn mixed(&self) -> DateEvidence {
        let counts = [0, 1, 2].map(|order| self.days(order).flatten().count());
        let order = most(counts);
        let fits =
            |days: &[Option<NaiveDate>; 3]| days.iter().zip(ORDERS).any(|(day, known)| known == order && day.is_some());
        let misfits = self.days.iter().filter(|(_, days)| !fits(days)).map(|(index, _)| *index).collect();
        DateEvidence::Mixed { order, misfits }
    }
}

fn name(order: usize) -> DateOrder {
    ORDERS.get(order).copied().unwrap_or(DateOrder::YearMonthDay)
}

/// Returns the order with the highest count, or the first of several.
fn most(counts: [usize; 3]) -> DateOrder {
    let highest = counts.iter().max();
    name(counts.iter().position(|count| Some(count) == highest).unwrap_or_default())
}
