//! Returns from prices, and the windows every statistic is measured on.
//!
//! It never fills a gap: a return exists only where both neighbouring calendar
//! rows have a price. It does not know dates; a row is an index into the
//! trading calendar, oldest first.

use super::Reason;

/// Returns used by a statistic without a named window (Sharpe, Sortino,
/// skewness, kurtosis, drawdown of a symbol, EWMA, HAR).
pub const STATISTICS_WINDOW: usize = 252;
/// Fewest returns such a statistic accepts.
pub const STATISTICS_MIN_ROWS: usize = 60;

/// Daily returns `r_t = P_t / P_{t-1} - 1`.
///
/// `prices` has one element a calendar row; the result has the same length and
/// its row 0 is `None`. A row is `None` unless it and the row before it both
/// have a price that is positive and finite.
pub fn simple_returns(prices: &[Option<f64>]) -> Vec<Option<f64>> {
    let mut before = None;
    let next = |price: &Option<f64>| {
        let price = price.filter(|price| is_price(*price));
        change(std::mem::replace(&mut before, price)?, price?)
    };
    prices.iter().map(next).collect()
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

/// The last `window` returns the symbol has, oldest first.
///
/// Rows without a return are skipped, so the window is measured on the symbol's
/// own dates. Shorter than `window` where the symbol has fewer.
pub fn last_window(returns: &[Option<f64>], window: usize) -> Vec<f64> {
    let mut values = Vec::with_capacity(window.min(returns.len()));
    values.extend(returns.iter().rev().filter_map(|r| r.filter(|r| r.is_finite())).take(window));
    values.reverse();
    values
}

/// The window of a statistic that names none: the last 252 returns, or all if fewer.
///
/// # Errors
/// [`Reason::TooFewRows`] below 60 returns.
pub fn statistics_window(returns: &[Option<f64>]) -> Result<Vec<f64>, Reason> {
    let values = last_window(returns, STATISTICS_WINDOW);
    if values.len() < STATISTICS_MIN_ROWS {
        return Err(Reason::TooFewRows { have: values.len(), need: STATISTICS_MIN_ROWS });
    }
    Ok(values)
}

/// The last `window` rows, ascending, on which `y` and every one of `xs` have a return.
///
/// All series share the calendar and so the length; rows beyond the shortest of
/// them count as missing.
///
/// # Errors
/// [`Reason::TooFewRows`] below `min_rows`.
pub fn common_rows<S: AsRef<[Option<f64>]>>(
    y: &[Option<f64>],
    xs: &[S],
    window: usize,
    min_rows: usize,
) -> Result<Vec<usize>, Reason> {
    let complete = |row: &usize| value_at(y, *row).is_some() && xs.iter().all(|x| value_at(x.as_ref(), *row).is_some());
    let mut rows = Vec::with_capacity(window.min(y.len()));
    rows.extend((0..y.len()).rev().filter(complete).take(window));
    if rows.len() < min_rows {
        return Err(Reason::TooFewRows { have: rows.len(), need: min_rows });
    }
    rows.reverse();
    Ok(rows)
}

/// The returns of a series on these rows; a row without one is left out.
pub fn on_rows(series: &[Option<f64>], rows: &[usize]) -> Vec<f64> {
    let mut values = Vec::with_capacity(rows.len());
    values.extend(rows.iter().filter_map(|&row| value_at(series, row)));
    values
}

fn value_at(series: &[Option<f64>], row: usize) -> Option<f64> {
    series.get(row).copied().flatten().filter(|r| r.is_finite())
}

/// `long - short` row by row: the return of a spread, as long as the
/// shorter of the two. `None` where either is missing.
pub fn spread(long: &[Option<f64>], short: &[Option<f64>]) -> Vec<Option<f64>> {
    long.iter().zip(short).map(|(long, short)| Some((*long)? - (*short)?)).collect()
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
