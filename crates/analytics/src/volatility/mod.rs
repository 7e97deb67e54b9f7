//! Realized volatility of a symbol. Computes the volatility over a window, the rolling volatility,
//! the percentile of today's volatility, and its trend.
//!
//! The input is the symbol's own returns, oldest first and without gaps; see
//! [`super::returns::Returns`]. Forecasts are made in [`super::har`].

use super::{
    moments::{annualized_volatility, mean},
    returns::Returns,
    sums::sum,
};

/// Lengths of the windows over which realized volatility is computed, in daily returns.
pub const WINDOWS: [usize; 3] = [21, 63, 252];
/// Length of the window for each rolling volatility, in daily returns.
pub const ROLLING_WINDOW: usize = 21;
/// Number of rolling volatilities, including today's, among which today's is ranked.
pub const PERCENTILE_WINDOW: usize = 252;
/// Bound on the error of moving sums of squares, as a fraction of the largest sum. It is far above
/// the actual error of about 1e-13, which is caused by rounding.
const MOVING_SUM_ERROR: f64 = 1e-10;
/// Largest relative change in volatility, up or down, that counts as a stable trend.
const STABLE_BAND: f64 = 0.10;

/// Trend of a symbol's 21-day volatility: today's value compared with the value 21 trading days
/// ago.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trend {
    /// Today's volatility is more than 10% above its value 21 trading days ago.
    Rising,
    /// Today's volatility is more than 10% below its value 21 trading days ago.
    Falling,
    /// Today's volatility is within 10% of its value 21 trading days ago.
    Stable,
}

/// Computes the annualized volatility of the last `window` returns. Returns `None` if there are
/// fewer than `window` returns, or if `window` is below 2.
pub fn realized_volatility(returns: &[f64], window: usize) -> Option<f64> {
    annualized_volatility(returns.get(returns.len().checked_sub(window)?..)?)
}

/// Computes the rolling annualized volatility: one value for every `window` consecutive returns,
/// oldest first. This gives `n - window + 1` values for `n` returns. Returns an empty vector if
/// there are fewer returns than `window`, if `window` is below 2, or if a return is not finite.
pub fn rolling_volatility(returns: &[f64], window: usize) -> Vec<f64> {
    if window < 2 {
        return Vec::new();
    }
    returns.windows(window).map(annualized_volatility).collect::<Option<_>>().unwrap_or_default()
}

/// Computes the annualized volatility as of each of `rows` calendar rows, from the last `window`
/// returns up to that row, or from all of them if there are fewer. A row with fewer than `min`
/// returns so far has the volatility of the first row with enough, so that a model has a volatility
/// on every day. Returns `None` if the series has fewer than `min` returns, or if `min` is below 2.
pub fn volatility_by_row(returns: &Returns, rows: usize, window: usize, min: usize) -> Option<Vec<f64>> {
    if min < 2 {
        return None;
    }
    let all = returns.values();
    let as_of = |count: usize| annualized_volatility(&all[count.saturating_sub(window)..count]);
    let first = as_of(Some(min).filter(|min| *min <= all.len())?)?;
    let mut by_row = vec![first; rows];
    let mut latest = first;
    let mut count = 0;
    for (row, volatility) in (0..).zip(&mut by_row) {
        let known = count + returns.rows()[count..].iter().take_while(|at| **at <= row).count();
        if known > count && known >= min {
            latest = as_of(known)?;
        }
        count = known;
        *volatility = latest;
    }
    Some(by_row)
}

/// Computes the percentile of today's 21-day volatility: the share of the last 252 rolling 21-day
/// volatilities, including today's, that are not above today's. The share is above 0 and at most 1.
/// Returns `None` for fewer than 272 returns.
///
/// Most volatilities are compared with today's by means of moving sums, which are fast but inexact.
/// If a volatility is so close to today's that the error of the moving sums could matter, it is
/// computed directly from its returns. The percentile is therefore exact, including ties.
pub fn volatility_percentile(returns: &[f64]) -> Option<f64> {
    let rows = PERCENTILE_WINDOW + ROLLING_WINDOW - 1;
    let ranked = returns.get(returns.len().checked_sub(rows)?..)?;
    let today = annualized_volatility(&ranked[rows - ROLLING_WINDOW..])?;
    let center = mean(ranked)?;
    let length = ROLLING_WINDOW as f64;
    let scale = super::TRADING_DAYS_PER_YEAR / (length - 1.0);
    let centered: Vec<f64> = ranked.iter().map(|r| r - center).collect();
    let first = &centered[..ROLLING_WINDOW];
    let (mut total, mut squares) = (sum(first, |x| x), sum(first, |x| x * x));
    let (mut below, mut largest) = (0, squares);
    // The tolerance is far above the rounding error of the moving sums, but still so small that few
    // windows have to be computed directly.
    let is_close = |moved: f64, largest: f64| {
        (moved - today * today).abs() <= MOVING_SUM_ERROR * (largest * scale + today * today)
    };
    for (start, window) in ranked.windows(ROLLING_WINDOW).enumerate() {
        let moved = (squares - total * total / length) * scale;
        let at_most_today =
            if is_close(moved, largest) { annualized_volatility(window)? <= today } else { moved < today * today };
        below += usize::from(at_most_today);
        if let Some(entering) = centered.get(start + ROLLING_WINDOW) {
            let leaving = centered[start];
            total += entering - leaving;
            squares += entering * entering - leaving * leaving;
            largest = largest.max(squares);
        }
    }
    Some(below as f64 / PERCENTILE_WINDOW as f64)
}

/// Compares today's 21-day volatility with the value 21 trading days ago. A change of at most 10%
/// counts as stable. Returns `None` for fewer than 42 returns, or if the earlier volatility is 0.
pub fn volatility_trend(returns: &[f64]) -> Option<Trend> {
    let today = realized_volatility(returns, ROLLING_WINDOW)?;
    let earlier = returns.get(..returns.len().checked_sub(ROLLING_WINDOW)?)?;
    let change = today / realized_volatility(earlier, ROLLING_WINDOW)? - 1.0;
    if !change.is_finite() {
        None
    } else if change > STABLE_BAND {
        Some(Trend::Rising)
    } else if change < -STABLE_BAND {
        Some(Trend::Falling)
    } else {
        Some(Trend::Stable)
    }
}

#[cfg(test)]
mod tests;
