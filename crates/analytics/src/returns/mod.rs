//! Returns from prices, and the windows every statistic is measured on.
//!
//! It never fills a gap: a return exists only where both neighbouring calendar
//! rows have a price. It does not know dates; a row is an index into the
//! trading calendar, oldest first.

use std::ops::Range;

use super::{Reason, sums::sum};

/// Returns used by a statistic without a named window (Sharpe, Sortino,
/// skewness, kurtosis, drawdown of a symbol, EWMA, HAR).
pub const STATISTICS_WINDOW: usize = 252;
/// Fewest returns such a statistic accepts.
pub const STATISTICS_MIN_ROWS: usize = 60;

/// Daily returns of one series, oldest first, without the gaps between them.
///
/// Invariant: as many rows as values, rows ascending, values finite.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Returns {
    rows: Vec<u32>,
    values: Vec<f64>,
}

impl Returns {
    /// `r_t = P_t / P_{t-1} - 1` from prices, one element a calendar row.
    ///
    /// A row has a return only if it and the row before it both have a price that is positive and finite.
    pub fn of_prices(prices: &[Option<f64>]) -> Self {
        let mut before = None;
        let next = |price: &Option<f64>| {
            let price = price.filter(|price| is_price(*price));
            change(std::mem::replace(&mut before, price)?, price?)
        };
        Self::of_rows(prices.iter().map(next))
    }

    /// From one element a calendar row, `None` (or a number that is not finite) where it has no return.
    pub fn of_rows(series: impl IntoIterator<Item = Option<f64>>) -> Self {
        let series = series.into_iter();
        let mut returns = Self::with_room_for(series.size_hint().0);
        for (row, value) in (0..).zip(series) {
            returns.extend(value.map(|value| (row, value)));
        }
        returns
    }

    /// Replaces the last `count` of them by their mean.
    #[must_use]
    pub fn with_equal_last(mut self, count: usize) -> Self {
        let first = self.values.len().saturating_sub(count);
        let last = &mut self.values[first..];
        let mean = sum(last, |value| value) / last.len() as f64;
        if mean.is_finite() {
            last.fill(mean);
        }
        self
    }

    /// `long - short` on the rows both have: the returns of a spread.
    pub fn spread(long: &Self, short: &Self) -> Self {
        let rows = common_rows(&long.rows, &short.rows, usize::MAX);
        let differences = long.on(&rows).into_iter().zip(short.on(&rows)).map(|(long, short)| long - short);
        let mut returns = Self::with_room_for(rows.len());
        returns.extend(rows.into_iter().zip(differences));
        returns
    }

    /// The calendar row of each, ascending.
    pub fn rows(&self) -> &[u32] {
        &self.rows
    }

    /// The returns themselves.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The last `window` of them, so the window is measured on the series' own dates; all where it has fewer.
    pub fn last(&self, window: usize) -> &[f64] {
        last(&self.values, window)
    }

    /// The rows of [`Self::last`].
    pub fn last_rows(&self, window: usize) -> &[u32] {
        last(&self.rows, window)
    }

    /// The window of a statistic that names none: the last 252, or all if fewer.
    ///
    /// # Errors
    /// [`Reason::TooFewRows`] below 60.
    pub fn statistics_window(&self) -> Result<&[f64], Reason> {
        let window = self.last(STATISTICS_WINDOW);
        if window.len() < STATISTICS_MIN_ROWS {
            return Err(Reason::TooFewRows { have: window.len(), need: STATISTICS_MIN_ROWS });
        }
        Ok(window)
    }

    /// The returns on these rows, ascending; a row without one is left out.
    pub fn on(&self, rows: &[u32]) -> Vec<f64> {
        let mut own = self.iter().peekable();
        let on = |row: &u32| {
            while own.next_if(|(earlier, _)| earlier < row).is_some() {}
            own.next_if(|(same, _)| same == row).map(|(_, value)| value)
        };
        let mut values = Vec::with_capacity(rows.len());
        values.extend(rows.iter().filter_map(on));
        values
    }

    /// One element each of these calendar rows, `None` where it has no return.
    pub fn by_row(&self, rows: Range<u32>) -> Vec<Option<f64>> {
        let first = self.rows.partition_point(|row| *row < rows.start);
        let mut by_row = vec![None; rows.len()];
        for (row, value) in self.iter().skip(first).take_while(|(row, _)| *row < rows.end) {
            by_row[(row - rows.start) as usize] = Some(value);
        }
        by_row
    }

    fn iter(&self) -> impl Iterator<Item = (u32, f64)> {
        self.rows.iter().copied().zip(self.values.iter().copied())
    }

    fn with_room_for(count: usize) -> Self {
        Self { rows: Vec::with_capacity(count), values: Vec::with_capacity(count) }
    }

    fn extend(&mut self, returns: impl IntoIterator<Item = (u32, f64)>) {
        for (row, value) in returns.into_iter().filter(|(_, value)| value.is_finite()) {
            self.rows.push(row);
            self.values.push(value);
        }
    }
}

/// The last `window` rows that both have, ascending; both lists are ascending.
pub fn common_rows(one: &[u32], other: &[u32], window: usize) -> Vec<u32> {
    let mut others = other.iter().rev().peekable();
    let is_common = |row: &&u32| {
        while others.next_if(|later| later > row).is_some() {}
        others.next_if_eq(row).is_some()
    };
    let mut rows = Vec::with_capacity(window.min(one.len()));
    rows.extend(one.iter().rev().filter(is_common).take(window));
    rows.reverse();
    rows
}

fn last<T>(all: &[T], count: usize) -> &[T] {
    &all[all.len().saturating_sub(count)..]
}

/// Return over the last `rows` calendar rows up to the symbol's own latest price.
///
/// `None` if the symbol has no price, if `rows` is 0, if the calendar does not
/// reach back that far, or if the row at the far end has no price.
pub fn trailing_return(prices: &[Option<f64>], rows: usize) -> Option<f64> {
    let last = last_priced_row(prices, prices.len())?;
    let base = last.checked_sub(rows).filter(|_| rows > 0)?;
    change(price_at(prices, base)?, price_at(prices, last)?)
}

/// Return from the last price at or before `row` to the symbol's latest price.
///
/// With `row` the last trading day of the previous year this is the return of
/// the year to date. `None` if there is no price at or before `row`, or none
/// after it.
pub fn since(prices: &[Option<f64>], row: usize) -> Option<f64> {
    let base = last_priced_row(prices, row.saturating_add(1))?;
    let last = last_priced_row(prices, prices.len()).filter(|&last| last > row)?;
    change(price_at(prices, base)?, price_at(prices, last)?)
}

/// The compounded return `Π(1 + r) - 1`; `None` for an empty or overflowing series.
pub fn compound(returns: &[f64]) -> Option<f64> {
    let level = returns.iter().fold(1.0, |level, r| level * (1.0 + r));
    Some(level - 1.0).filter(|value| !returns.is_empty() && value.is_finite())
}

/// The price on `row`, where there is one: positive and finite.
fn price_at(prices: &[Option<f64>], row: usize) -> Option<f64> {
    prices.get(row).copied().flatten().filter(|price| is_price(*price))
}

fn is_price(value: f64) -> bool {
    value.is_finite() && value > 0.0
}

fn last_priced_row(prices: &[Option<f64>], end: usize) -> Option<usize> {
    (0..end.min(prices.len())).rev().find(|&row| price_at(prices, row).is_some())
}

fn change(from: f64, to: f64) -> Option<f64> {
    Some(to / from - 1.0).filter(|r| r.is_finite())
}

#[cfg(test)]
mod tests;
