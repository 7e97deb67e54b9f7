//! Daily returns, computed from prices, and the windows over which statistics are computed.
//!
//! Gaps are never filled: a row has a return only if that row and the previous one both have a
//! price. A row is an index into the trading calendar (oldest first), not a date.

use std::ops::Range;

use super::{Reason, sums::sum};

/// Length of the default window, in returns. It is used for statistics whose names do not include a
/// window: Sharpe, Sortino, skewness, kurtosis, a symbol's drawdown, EWMA and HAR.
pub const STATISTICS_WINDOW: usize = 252;
/// Minimum number of returns for a statistic over the default window.
pub const STATISTICS_MIN_ROWS: usize = 60;

/// Daily returns of one series, oldest first, with the calendar row of each return.
///
/// Every return has one row and one value. Rows are in ascending order, and values are finite.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Returns {
    rows: Vec<u32>,
    values: Vec<f64>,
}

impl Returns {
    /// Computes the returns `r_t = P_t / P_{t-1} - 1` from prices, which have one element per
    /// calendar row.
    ///
    /// A row has a return only if that row and the previous one both have a price that is positive
    /// and finite.
    pub fn from_prices(prices: &[Option<f64>]) -> Self {
        let mut before = None;
        let next = |price: &Option<f64>| {
            let price = price.filter(|price| is_price(*price));
            change(std::mem::replace(&mut before, price)?, price?)
        };
        Self::from_rows(prices.iter().map(next))
    }

    /// Creates returns from a series with one element per calendar row. A row has no return if its
    /// element is `None` or not finite.
    pub fn from_rows(series: impl IntoIterator<Item = Option<f64>>) -> Self {
        let series = series.into_iter();
        let mut returns = Self::with_capacity(series.size_hint().0);
        for (row, value) in (0..).zip(series) {
            returns.extend(value.map(|value| (row, value)));
        }
        returns
    }

    /// Replaces each of the last `count` returns with their mean. Intended for returns that differ
    /// only because prices are rounded; see [`super::rounding`].
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

    /// Computes the returns of a spread, `long - short`, on the rows on which both series have a
    /// return.
    pub fn spread(long: &Self, short: &Self) -> Self {
        let rows = common_rows(&long.rows, &short.rows, usize::MAX);
        let differences = long.on(&rows).into_iter().zip(short.on(&rows)).map(|(long, short)| long - short);
        let mut returns = Self::with_capacity(rows.len());
        returns.extend(rows.into_iter().zip(differences));
        returns
    }

    /// Calendar row of each return, in ascending order.
    pub fn rows(&self) -> &[u32] {
        &self.rows
    }

    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// Selects the last `window` returns, or all if there are fewer. The window is a number of
    /// returns of this series, not of calendar rows.
    pub fn last(&self, window: usize) -> &[f64] {
        last(&self.values, window)
    }

    /// Calendar rows of the returns that [`Self::last`] selects.
    pub fn last_rows(&self, window: usize) -> &[u32] {
        last(&self.rows, window)
    }

    /// Selects the last 252 returns, or all if there are fewer. This is the default window, used
    /// for statistics whose names do not include a window.
    ///
    /// # Errors
    /// Returns [`Reason::TooFewRows`] if the series has fewer than 60 returns.
    pub fn statistics_window(&self) -> Result<&[f64], Reason> {
        let window = self.last(STATISTICS_WINDOW);
        if window.len() < STATISTICS_MIN_ROWS {
            return Err(Reason::TooFewRows { have: window.len(), need: STATISTICS_MIN_ROWS });
        }
        Ok(window)
    }

    /// Looks up the returns on the given calendar rows, which must be in ascending order. Skips
    /// rows without a return.
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

    /// Lists the return of every calendar row in the range, with `None` for a row without a return.
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

    fn with_capacity(count: usize) -> Self {
        Self { rows: Vec::with_capacity(count), values: Vec::with_capacity(count) }
    }

    fn extend(&mut self, returns: impl IntoIterator<Item = (u32, f64)>) {
        for (row, value) in returns.into_iter().filter(|(_, value)| value.is_finite()) {
            self.rows.push(row);
            self.values.push(value);
        }
    }
}

/// Returns the last `window` rows that occur in both lists. The lists must be in ascending order,
/// and so is the result.
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

/// Computes a symbol's return, as a fraction, over the `rows` calendar rows that end at its latest
/// price.
///
/// Returns `None` if the symbol has no price, if `rows` is 0, if the calendar does not reach back
/// far enough, or if the starting row has no price.
pub fn trailing_return(prices: &[Option<f64>], rows: usize) -> Option<f64> {
    let last = last_priced_row(prices, prices.len())?;
    let base = last.checked_sub(rows).filter(|_| rows > 0)?;
    change(price_at(prices, base)?, price_at(prices, last)?)
}

/// Computes a symbol's return, as a fraction, from its last price at or before `row` to its latest
/// price.
///
/// If `row` is the last trading day of the previous year, this is the year-to-date return. Returns
/// `None` if there is no price at or before `row`, or no price after it.
pub fn since(prices: &[Option<f64>], row: usize) -> Option<f64> {
    let base = last_priced_row(prices, row.saturating_add(1))?;
    let last = last_priced_row(prices, prices.len()).filter(|&last| last > row)?;
    change(price_at(prices, base)?, price_at(prices, last)?)
}

/// Computes the compounded return `Π(1 + r) - 1`. Returns `None` if the slice is empty or the
/// result is not finite.
pub fn compound(returns: &[f64]) -> Option<f64> {
    let level = returns.iter().fold(1.0, |level, r| level * (1.0 + r));
    Some(level - 1.0).filter(|value| !returns.is_empty() && value.is_finite())
}

/// Returns the price on calendar row `row` if it is positive and finite.
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
